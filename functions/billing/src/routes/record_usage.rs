//! Record what was used under a contract. What is known changes nothing; what comes in after the contract's last bill
//! gets one more.

use contract::NoQuery;
use contract::contracts::AtContract;
use contract::metering::{NewUsage, RECORD_USAGE, UsageBatch, UsageRecorded};
use domain::billing::bill::woken;
use domain::billing::metering::{self, record, unknown};
use domain::ids::UsageId;
use runtime::{Answer, Cx, Handler, In, Result};
use store::Commit;
use store::metering::usage_id;

use crate::agreed::visible_contract;

/// The route.
pub fn route() -> Handler {
    Handler::new(RECORD_USAGE, record_usage)
}

async fn record_usage(cx: Cx, input: In<AtContract, NoQuery, UsageBatch>) -> Result<Answer<UsageRecorded>> {
    let read = visible_contract(&cx, input.path.contract).await?;
    let contract = &read.value.contract;
    let here = cx.here().await?;
    let named = |NewUsage { id, line, on, quantity }: NewUsage| metering::NewUsage {
        id: usage_id(contract.id, &id),
        reference: id,
        line,
        on,
        quantity,
    };
    let batch: Vec<_> = input.body.records.into_iter().map(named).collect();
    let batch = record(contract, batch, here.today, cx.now)?;
    let ids: Vec<UsageId> = batch.iter().map(|record| record.usage.id).collect();
    let known = cx.store.usage_records(contract.id, &ids).await?;
    let new = unknown(batch, &known)?;
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let recorded = UsageRecorded { recorded: count(new.len()), known: count(ids.len() - new.len()) };
    if new.is_empty() {
        return Ok(Answer::of(recorded));
    }
    let commit = new.iter().fold(cx.store.commit(), Commit::create);
    let woken = woken(contract.clone(), here.today);
    let commit = if woken == *contract { commit } else { commit.update_contract(&read, &woken, &here.zone) };
    Ok(Answer::after(commit, recorded))
}
