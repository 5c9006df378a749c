//! Take the next step of dunning of every invoice that has one.

use contract::dunning::DUN;
use domain::ids::InvoiceId;
use runtime::{JobCx, JobHandler, JobReport, Result, Step};
use serde_json::json;
use store::due::Due;

use crate::dunning::{Rules, dun};

/// The job.
pub fn job() -> JobHandler {
    JobHandler::new(DUN, run)
}

async fn run(cx: JobCx) -> Result<JobReport> {
    cx.each_due(|due| look_at(&cx, due)).await
}

async fn look_at(cx: &JobCx, due: Due) -> Result<Step> {
    let (store, id): (_, InvoiceId) = (cx.tenant(&due), due.id()?);
    let rules = Rules::of(&store, cx.now).await?;
    cx.reconcile(|| async {
        let commit = dun(&store, &rules, id, cx.now).await?;
        Ok(match commit {
            None => (Step::Skipped, None),
            Some(_) if cx.dry_run => (Step::Would(json!({ "invoice": id })), None),
            some => (Step::Done, some),
        })
    })
    .await
}
