//! Bill every contract that is due.
//!
//! A contract is worked on step by step, and each step is one transaction: an invoice with all that it moves; or, for one
//! that is too large for that, first the plan of what it takes up, then the reservation of it, then its lines, and last
//! the transaction that makes it visible. Whatever step dies, the next run finds where the last one stood.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use contract::invoices::INVOICE_RUN;
use domain::billing::bill::{Draft, Run};
use domain::billing::contract::Contract;
use domain::billing::invoice::InvoiceKind;
use domain::ids::{ContractId, InvoiceId, TenantId};
use runtime::{JobCx, JobHandler, JobReport, Result, Step};
use store::due::Due;
use store::due_bills::{BillPlan, KeptPlan};
use store::invoices::{CHUNKS_A_COMMIT, KeptLines};
use store::rates::BilledWork;
use store::{Commit, TenantStore};
use tokio::sync::Mutex;

use crate::due::{DueContract, Planned, is_due, part_of};
use crate::house::House;
use crate::invoicing::{
    Bill, Next, blocks_moved, drafted_alone, drafted_of, invoice_id, invoiced, make, moves, moves_on, next, park,
};
use crate::preview::with_others;
use crate::sharing::{invoice_of, sharing};

/// Most records that one transaction takes up beside the rest of an invoice; DynamoDB takes 100 actions.
const MOST_AT_ONCE: usize = 60;
/// Most records that one transaction reserves.
const RESERVED_AT_ONCE: usize = 90;
/// Most invoices of one contract in a row: a century of years, and two years of weeks.
const MOST_STEPS: usize = 120;

/// The job.
pub fn job() -> JobHandler {
    JobHandler::new(INVOICE_RUN, run)
}

/// A tenant in this run.
struct Tenant {
    house: House,
    /// Numbers of invoices are given one by one: within a run nobody has to try twice for them.
    turn: Mutex<()>,
}

/// What became of a step.
enum Came {
    /// The contract is not due.
    Nothing,
    /// It may still be due.
    More,
    /// It is not due any more.
    Last,
    /// It is out of the run, until somebody has looked at it.
    Parked,
    /// Would be billed, were this not a dry run.
    Would(serde_json::Value),
}

type Tenants = Mutex<HashMap<TenantId, Arc<Tenant>>>;

async fn run(cx: JobCx) -> Result<JobReport> {
    let tenants = Tenants::default();
    cx.each_due(|due| look_at(&cx, &tenants, due)).await
}

async fn look_at(cx: &JobCx, tenants: &Tenants, due: Due) -> Result<Step> {
    let store = cx.tenant(&due);
    let id: ContractId = due.id()?;
    let tenant = tenant(cx, tenants, &store).await?;
    let _turn = tenant.turn.lock().await;
    let house = &tenant.house;
    let mut done = Step::Skipped;
    for _ in 0..MOST_STEPS {
        let tries = AtomicU32::new(0);
        match cx.reconcile(|| step(cx, &store, house, id, tries.fetch_add(1, Ordering::Relaxed) > 0)).await? {
            Came::Nothing => break,
            Came::Last => return Ok(Step::Done),
            Came::Parked => return Ok(Step::Held),
            Came::More => done = Step::Done,
            Came::Would(would) => return Ok(Step::Would(would)),
        }
        if cx.is_out_of_time() {
            break;
        }
    }
    Ok(done)
}

async fn tenant(cx: &JobCx, tenants: &Tenants, store: &TenantStore) -> Result<Arc<Tenant>> {
    let mut known = tenants.lock().await;
    if let Some(tenant) = known.get(&store.tenant()) {
        return Ok(tenant.clone());
    }
    let tenant = Arc::new(Tenant { house: House::of(store, cx.now).await?, turn: Mutex::default() });
    known.insert(store.tenant(), tenant.clone());
    Ok(tenant)
}

/// What is to be done next; `again` when it was tried before, and something had changed meanwhile.
async fn step(
    cx: &JobCx,
    store: &TenantStore,
    house: &House,
    id: ContractId,
    again: bool,
) -> Result<(Came, Option<Commit>)> {
    let root = store.contract_root(id).await?;
    if !is_due(&root.value.contract, house) {
        // It was due when the index was read: another contract's turn has parked it since.
        let parked = root.value.contract.parked.is_some();
        return Ok((if parked { Came::Parked } else { Came::Nothing }, None));
    }
    if cx.dry_run {
        let shown = with_others(store, house, id, cx.now).await?;
        // An invoice that several share is listed with the first of them.
        let own = shown.into_iter().find(|shown| shown.contract == id);
        let Some(own) = own.filter(|own| !own.invoices.is_empty() || own.stopped.is_some()) else {
            return Ok((Came::Nothing, None));
        };
        let would = serde_json::to_value(own).map_err(|error| runtime::Error::Internal(error.to_string()))?;
        return Ok((Came::Would(would), None));
    }
    let mut due = DueContract::of(store, house, store.with_lines(root).await?).await?;
    if let Some(first) = before(store, house, &due).await? {
        // One that cannot be billed is told of when its own turn comes, and keeps nothing from the others.
        if let Ok((Came::More | Came::Last | Came::Parked, commit)) =
            Box::pin(step(cx, store, house, first, again)).await
        {
            return Ok((Came::More, commit));
        }
    }
    if let Some(plan) = due.planned().cloned() {
        let unreserved = due.unreserved();
        if !unreserved.is_empty() {
            for some in unreserved.chunks(RESERVED_AT_ONCE) {
                cx.reconcile(|| reserve(cx, store, &due, &plan, some)).await?;
            }
            // The next step reads all of it again: another run may have finished meanwhile.
            return Ok((Came::More, None));
        }
        due.keep_reserved(plan.invoice);
    }
    let came = |after: &Contract| {
        if is_due(after, house) { Came::More } else { Came::Last }
    };
    let next = next(&due, house);
    if again
        && let Next::Ready(draft) = &next
        && let Some(reason) = billed_already(store, &due, draft).await?
    {
        return Ok((Came::Parked, Some(park(store, house, &due, &reason, cx.now))));
    }
    let (came, commit) = match next {
        Next::Over(after) => (came(&after.contract), moves_on(store, house, &due, &after, cx.now)),
        Next::Held(reason) => (Came::Parked, park(store, house, &due, &reason, cx.now)),
        Next::Ready(draft) if due.planned().is_none() && !is_small(&draft) => {
            (Came::More, plan(store, &due, &draft, invoice_id(store, &draft)))
        }
        Next::Ready(draft) if due.planned().is_some_and(|plan| !is_planned(store, &due, &draft, plan)) => {
            let reason = "the bill is not the one that was planned; report this";
            (Came::Parked, park(store, house, &due, reason, cx.now))
        }
        Next::Ready(draft) => match drafted_alone(store, &due, house, &draft, cx.now) {
            Err(refusal) => (Came::Parked, park(store, house, &due, &refusal.to_string(), cx.now)),
            Ok(_) => {
                let bills = sharing(store, house, Bill { due, draft: *draft }, cx.now).await?;
                for Bill { due, draft } in &bills {
                    if again && let Some(reason) = billed_already(store, due, draft).await? {
                        return Ok((Came::More, Some(park(store, house, due, &reason, cx.now))));
                    }
                }
                let own = bills.iter().find(|bill| bill.due.agreed().id == id);
                // Whoever found no room on the others' invoice is still due.
                let came = own.map_or(Came::More, |own| came(&own.draft.contract_after(own.due.agreed().clone())));
                // Another run was faster: the next step reads all of it again.
                let Some(commit) = written(cx, store, house, &bills).await? else { return Ok((Came::More, None)) };
                (came, commit)
            }
        },
    };
    Ok((came, Some(commit)))
}

/// Why a bill can never be written: the mark of its day is on an invoice already, and the contract has not moved with it.
/// Where another run was faster the contract has moved, and what is written for this reason is refused like the bill.
async fn billed_already(store: &TenantStore, due: &DueContract, draft: &Draft) -> Result<Option<String>> {
    if due.planned().is_some() {
        return Ok(None);
    }
    let taken = store.invoiced(draft.billed.contract, draft.on(), InvoiceKind::Recurring).await?;
    let reason = |invoice| format!("the bill of {} is on the invoice {invoice} already; report this", draft.on());
    Ok(taken.map(reason))
}

/// Whose turn it is before this one: what is open of a client is billed with its first contract that is due, by date and
/// then by id, however the run comes by them. So the preview can tell which.
async fn before(store: &TenantStore, house: &House, due: &DueContract) -> Result<Option<ContractId>> {
    if due.planned().is_some() || !due.takes_of_client() {
        return Ok(None);
    }
    let turn = |contract: &Contract| (contract.next_on, contract.id);
    let others = store.contract_roots_of(due.agreed().client).await?.into_iter().map(|root| root.contract);
    let first = others.filter(|other| is_due(other, house)).min_by_key(turn);
    Ok(first.filter(|first| turn(first) < turn(due.agreed())).map(|first| first.id))
}

/// Whether a bill is a matter of one transaction.
fn is_small(draft: &Draft) -> bool {
    let hours = draft.blocks.len() + draft.taken.blocks.len() + draft.hours.blocks.len() + draft.hours.alerts.len();
    reserved(draft) + hours <= MOST_AT_ONCE
}

/// How many records it takes up that a plan reserves.
fn reserved(draft: &Draft) -> usize {
    draft.taken.usage.len() + draft.taken.time.len() + draft.taken.charges.len()
}

/// Whether a draft is the planned one, and takes up all that is reserved for it.
fn is_planned(store: &TenantStore, due: &DueContract, draft: &Draft, plan: &BillPlan) -> bool {
    let found = due.usage.len() + due.time.len() + due.charges.len();
    invoice_id(store, draft) == plan.invoice && reserved(draft) == found
}

/// Writes down what the invoice takes up, and that the period is on it: a run that comes too late cannot plan it anew.
fn plan(store: &TenantStore, due: &DueContract, draft: &Draft, invoice: InvoiceId) -> Commit {
    let tickets = due.time.iter().filter(|entry| draft.taken.time.contains(&entry.value.id));
    let time: BTreeSet<_> = tickets.map(|entry| (entry.value.ticket, entry.value.id)).collect();
    let contract = due.agreed().id;
    let (usage, charges) = (draft.taken.usage.clone(), draft.taken.charges.clone());
    let plan = BillPlan { contract, on: draft.on(), invoice, usage, time, charges };
    let kept = KeptPlan { contract, plan: Some(plan) };
    store.commit().update(&kept, due.plan.rev).create(&invoiced(draft, invoice))
}

/// Reserves some of what is planned, as far as it still can be.
async fn reserve(
    cx: &JobCx,
    store: &TenantStore,
    due: &DueContract,
    plan: &BillPlan,
    some: &[Planned],
) -> Result<(Step, Option<Commit>)> {
    use domain::billing::work::entry;
    use domain::billing::{charges, metering};
    let part = part_of(plan, some);
    let mut commit = store.commit();
    for record in store.planned_usage(&part).await?.iter().filter(|record| record.value.is_open()) {
        commit = commit.update(&metering::bill(record.value.clone(), plan.invoice)?, record.rev);
    }
    for worked in store.planned_time(&part).await?.iter().filter(|entry| entry.value.is_unbilled()) {
        commit = commit.update(&entry::bill(worked.value.clone(), plan.invoice, plan.contract, cx.now)?, worked.rev);
    }
    for charge in
        store.planned_charges(due.agreed().client, &part).await?.iter().filter(|charge| charge.value.is_open())
    {
        commit = commit.update(&charges::bill(charge.value.clone(), plan.invoice)?, charge.rev);
    }
    Ok((Step::Done, Some(commit)))
}

/// Notes the newest day of the work that these bills take up: what an hour cost until then stays as it is.
async fn fix_rates(store: &TenantStore, house: &House, bills: &[Bill], commit: Commit) -> Result<Commit> {
    let days = bills.iter().filter_map(|bill| bill.due.worked_until(&bill.draft, house));
    let Some(until) = days.max() else { return Ok(commit) };
    let known = store.billed_work().await?;
    if known.as_ref().is_some_and(|known| known.value.until >= until) {
        return Ok(commit);
    }
    Ok(commit.update(&BilledWork { until }, known.map_or(0, |known| known.rev)))
}

/// The transaction that makes the invoice of these bills visible. Lines that do not fit into it are written before; none
/// when what they were made of is not so any more.
async fn written(cx: &JobCx, store: &TenantStore, house: &House, bills: &[Bill]) -> Result<Option<Commit>> {
    let id = invoice_of(store, bills)?;
    let made = drafted_of(house, bills, id, cx.now)?;
    let mut commit = store.commit();
    for Bill { due, draft } in bills {
        commit = commit.and(moves(store, house, due, draft, id, cx.now)?);
    }
    for (block, rev) in blocks_moved(bills, id)? {
        commit = commit.update(&block, rev);
    }
    commit = fix_rates(store, house, bills, commit).await?;
    if let Some(first) = bills.first() {
        let mut after = first.due.runs.value.clone();
        for Bill { draft, .. } in bills {
            after.runs = after.runs.with(draft.on(), draft.net, draft.proven, house.today)?;
        }
        commit = commit.update(&after, first.due.runs.rev);
    }
    let run = Run::of(bills.iter().map(|bill| (bill.draft.net, bill.draft.proven)))?;
    let kept = KeptLines::new(id, &made.lines)?;
    let commit = if kept.chunks.len() > CHUNKS_A_COMMIT || bills.iter().any(|bill| bill.due.planned().is_some()) {
        // Whoever bills a contract moves its root. One that stands where it did stood so while all of this was read.
        for Bill { due, .. } in bills {
            if store.contract_root(due.agreed().id).await?.rev != due.contract.rev {
                return Ok(None);
            }
        }
        for some in kept.chunks.chunks(CHUNKS_A_COMMIT) {
            cx.reconcile(|| async { Ok((Step::Done, Some(store.commit().keep_lines(some)))) }).await?;
        }
        commit
    } else {
        commit.keep_lines(&kept.chunks)
    };
    Ok(Some(make(store, house, &made, (&kept, run), commit, cx.now).await?))
}
