//! Recognise deferred revenue: a day is earned when it is over, in the tenant's zone.
//!
//! What is earned by a day is computed from the whole, so a run that comes late posts what the days come to, a posting for
//! each month, and a run that comes twice finds nothing left. The posting and the state that it leaves are one transaction.

use contract::invoices::RECOGNISE_REVENUE;
use domain::billing::ledger::Stamp;
use domain::billing::recognition::Recognition;
use domain::ids::{InvoiceId, PostingId};
use domain::zone::Zone;
use jiff::ToSpan;
use jiff::civil::Date;
use runtime::{JobCx, JobHandler, JobReport, Result, Step};
use serde_json::json;
use store::due::Due;
use store::invoices::KeptRecognition;
use store::{Commit, TenantStore};

/// Most months that one transaction posts: three years. Whoever is further behind is done with the next one.
const MOST_MONTHS: usize = 36;

/// The job.
pub fn job() -> JobHandler {
    JobHandler::new(RECOGNISE_REVENUE, run)
}

async fn run(cx: JobCx) -> Result<JobReport> {
    cx.each_due(|due| look_at(&cx, due)).await
}

async fn look_at(cx: &JobCx, due: Due) -> Result<Step> {
    let store = cx.tenant(&due);
    let id: InvoiceId = due.id()?;
    cx.reconcile(|| step(cx, &store, id)).await
}

async fn step(cx: &JobCx, store: &TenantStore, id: InvoiceId) -> Result<(Step, Option<Commit>)> {
    let zone = store.tenant_record().await?.value.zone;
    let Some(kept) = store.recognition(id).await? else { return Ok((Step::Skipped, None)) };
    let today = zone.date(cx.now);
    let before = kept.value.recognition;
    if before.next_on().is_none_or(|on| on >= today) {
        return Ok((Step::Skipped, None));
    }
    if cx.dry_run {
        let days = json!({ "invoice": id, "from": before.until, "until": today });
        return Ok((Step::Would(days), None));
    }
    Ok((Step::Done, Some(recognised(cx, store, &zone, before, kept.rev, today)?)))
}

fn recognised(
    cx: &JobCx,
    store: &TenantStore,
    zone: &Zone,
    mut recognition: Recognition,
    rev: u64,
    today: Date,
) -> Result<Commit> {
    let mut commit = store.commit();
    for _ in 0..MOST_MONTHS {
        if recognition.until >= today {
            break;
        }
        let until = month_after(recognition.until).min(today);
        let id = PostingId::from_uuid(store.id_of(&format!("{}#recognition#{until}", recognition.invoice)));
        let stamp = Stamp { id, at: cx.now, on: until.saturating_sub(1.day()) };
        let (after, posting) = recognition.recognise(until, stamp)?;
        recognition = after;
        commit = posting.iter().fold(commit, Commit::create);
    }
    Ok(commit.update(&KeptRecognition::new(recognition, zone), rev))
}

/// The first day of the month after this day's.
fn month_after(day: Date) -> Date {
    day.first_of_month().saturating_add(1.month())
}
