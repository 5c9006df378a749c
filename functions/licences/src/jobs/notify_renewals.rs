//! See to what the dates of licences bring: a word to the owner, a renewal by itself, seats that change on their day.

use contract::renewals::NOTIFY;
use domain::ids::LicenceId;
use domain::licences::renewal::looked_at;
use runtime::{JobCx, JobHandler, JobReport, Result, Step};
use serde_json::json;
use store::due::Due;

/// The job.
pub fn job() -> JobHandler {
    JobHandler::new(NOTIFY, run)
}

async fn run(cx: JobCx) -> Result<JobReport> {
    cx.each_due(|due| look_at(&cx, due)).await
}

async fn look_at(cx: &JobCx, due: Due) -> Result<Step> {
    let (store, id): (_, LicenceId) = (cx.tenant(&due), due.id()?);
    let zone = store.tenant_record().await?.value.zone;
    let today = zone.date(cx.now);
    cx.reconcile(|| async {
        let before = store.licence(id).await?;
        let moved = looked_at(before.value.licence.clone(), today, cx.now);
        if cx.dry_run {
            return Ok((Step::Would(json!({ "licence": id, "events": moved.events })), None));
        }
        // Written also when the day brought nothing: what is due next moves the licence in the index.
        let commit = store.commit().update_licence(&before, &moved.state, &zone).emit(moved.events);
        Ok((Step::Done, Some(commit)))
    })
    .await
}
