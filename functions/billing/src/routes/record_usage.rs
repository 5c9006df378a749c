//! Record what was used under a contract, and take back what was reported wrongly and is on no invoice yet. What is known
//! changes nothing; what comes in after the contract's last bill gets one more.

use contract::NoQuery;
use contract::contracts::AtContract;
use contract::metering::{NewUsage, RECORD_USAGE, UsageBatch, UsageRecorded};
use domain::billing::bill::woken;
use domain::billing::metering::{self, UsageRecord, cancel, check_batch, record, unknown};
use domain::ids::UsageId;
use runtime::{Answer, Cx, Handler, In, Result};
use store::metering::usage_id;
use store::{Commit, Versioned};

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
    let UsageBatch { records, cancels } = input.body;
    let batch: Vec<_> = records.into_iter().map(named).collect();
    check_batch(&batch, &cancels)?;
    let batch = record(contract, batch, here.today, cx.now)?;
    let reported = batch.iter().map(|record| record.usage.id);
    let ids: Vec<UsageId> = reported.chain(cancels.iter().map(|id| usage_id(contract.id, id))).collect();
    let found = cx.store.usage_records(contract.id, &ids).await?;
    let (known, wrong) = found.split_at(batch.len());
    let new = unknown(batch, &values(known))?;
    let before = wrong.iter().flatten();
    let after = cancel(&cancels, values(wrong), cx.now)?;
    let cancelled: Vec<_> = before.zip(&after).filter(|(before, after)| before.value != **after).collect();
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let recorded = UsageRecorded {
        recorded: count(new.len()),
        known: count(ids.len() - new.len() - cancelled.len()),
        cancelled: count(cancelled.len()),
    };
    let commit = new.iter().fold(cx.store.commit(), Commit::create);
    let commit = cancelled.iter().fold(commit, |commit, (before, after)| commit.update(*after, before.rev));
    if commit.is_empty() {
        return Ok(Answer::of(recorded));
    }
    let woken = woken(contract.clone(), here.today);
    let wakes = !new.is_empty() && woken != *contract;
    let commit = if wakes { commit.update_contract(&read, &woken, &here.zone) } else { commit };
    Ok(Answer::after(commit, recorded))
}

fn values(found: &[Option<Versioned<UsageRecord>>]) -> Vec<Option<UsageRecord>> {
    found.iter().map(|found| found.as_ref().map(|found| found.value.clone())).collect()
}
