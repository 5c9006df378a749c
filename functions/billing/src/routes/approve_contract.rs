//! Let the bill for which a contract was parked pass, or try it again.

use std::collections::BTreeMap;

use contract::NoQuery;
use contract::bills::{APPROVE, Approve};
use contract::contracts::{AtContract, ContractBrief};
use domain::billing::bill::{Approval, Draft, Hold, bill, invoiced, line_of};
use domain::billing::contract::Contract;
use domain::billing::taxes::Taxing;
use domain::error::Refusal;
use domain::money::Money;
use jiff::civil::Date;
use runtime::{Answer, Cx, Handler, In, Result};
use store::Commit;
use store::due_bills::{Approvals, ParkedContract};

use crate::due::DueContract;
use crate::house::House;

/// The route.
pub fn route() -> Handler {
    Handler::new(APPROVE, approve_contract)
}

async fn approve_contract(cx: Cx, input: In<AtContract, NoQuery, Approve>) -> Result<Answer<ContractBrief>> {
    let house = House::of(&cx.store, cx.now).await?;
    let due = DueContract::read(&cx.store, &house, input.path.contract).await?;
    cx.may_see(due.agreed().client)?;
    let Some((after, commit)) = let_go_on(&cx, &house, &due, input.body)? else {
        let detail = format!("{} is not parked; there is nothing to let pass", due.agreed().number);
        return Err(Refusal::conflict("not_parked", detail).into());
    };
    Ok(Answer::after(commit, after.into()).rev(due.contract.rev + 1))
}

/// Lets a parked contract go on, and says what is written of it; nothing for one that is not parked.
///
/// # Errors
/// 400 when another bill than the one that was looked at would pass, [`Refusal::Conflict`] `other_amount` when it comes to
/// something else by now.
pub(crate) fn let_go_on(
    cx: &Cx,
    house: &House,
    due: &DueContract,
    asked: Approve,
) -> Result<Option<(Contract, Commit)>, Refusal> {
    let before = due.agreed();
    if before.parked.is_none() {
        return Ok(None);
    }
    let after = Contract { parked: None, updated_at: cx.now, ..before.clone() };
    let Contract { id, number, name, client, .. } = after.clone();
    let goes_on = ParkedContract { contract: id, number, name, client, on: None, parked: None };
    let commit = cx.store.commit().update_contract(&due.contract, &after, &house.zone).park(&goes_on, due.contract.rev);
    // What cannot be billed at all is only tried again: there is nothing to look at yet.
    let next = due.facts(house).and_then(|facts| bill(&facts, house.today)).ok();
    let next = next.and_then(|billing| billing.drafts.into_iter().next());
    if let Some(net) = asked.net {
        comes_to(next.as_ref(), net, due.taxing(house))?;
    }
    let commit = match next.filter(|draft| !draft.holds.is_empty()) {
        Some(draft) => {
            seen(&draft, asked.on)?;
            let Approvals { contract, approvals } = due.approvals.value.clone();
            let approvals = Approvals { contract, approvals }.with(approval(&draft));
            commit.update(&approvals, due.approvals.rev)
        }
        None => commit,
    };
    Ok(Some((after, commit)))
}

/// What was looked at is what would pass.
fn seen(draft: &Draft, on: Option<Date>) -> Result<(), Refusal> {
    if on.is_none_or(|on| on == draft.on()) {
        return Ok(());
    }
    let detail = format!("is not the bill that waits; that is the one of {}", draft.on());
    Err(Refusal::invalid("/on", "other_bill", detail))
}

/// What was looked at comes to what it came to then, whether it is still held or not.
fn comes_to(draft: Option<&Draft>, seen: Money, taxing: Taxing<'_>) -> Result<(), Refusal> {
    let now = draft.map(|draft| Ok::<_, Refusal>(invoiced(draft, taxing)?.1.net)).transpose()?;
    let detail = match now {
        Some(now) if now == seen => return Ok(()),
        Some(now) => {
            format!("the bill came to {seen} when it was looked at and comes to {now} by now; look at it again")
        }
        None => format!("the bill came to {seen} when it was looked at, and there is none by now; look again"),
    };
    Err(Refusal::conflict("other_amount", detail))
}

fn approval(draft: &Draft) -> Approval {
    let mut lines: BTreeMap<_, u32> = BTreeMap::new();
    for line in draft.lines.iter().filter_map(|line| line_of(line.origin)) {
        *lines.entry(line).or_default() += 1;
    }
    let held = draft.holds.iter().filter_map(|hold| match hold {
        Hold::Lines { lines, .. } => Some(*lines),
        Hold::Total { .. } | Hold::Run { .. } => None,
    });
    let lines = lines.into_values().chain(held).max().unwrap_or(0);
    Approval { on: draft.on(), net: draft.net, lines }
}
