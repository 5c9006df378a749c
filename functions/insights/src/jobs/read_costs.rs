//! Read the files of costs that were uploaded.

use contract::imports::READ_COSTS;
use domain::ids::ImportId;
use domain::insights::imports::ImportState;
use runtime::{JobCx, JobHandler, JobReport, Result, Step};
use serde_json::json;
use store::due::Due;

use crate::reading::read;
use crate::writing::write;

/// The job.
pub fn job() -> JobHandler {
    JobHandler::new(READ_COSTS, run)
}

async fn run(cx: JobCx) -> Result<JobReport> {
    let report = cx.each_due(|due| look_at(&cx, due)).await?;
    // A file that rests in its middle is the last that was looked at.
    Ok(JobReport { more: report.more || cx.is_out_of_time(), ..report })
}

async fn look_at(cx: &JobCx, due: Due) -> Result<Step> {
    let (store, id): (_, ImportId) = (cx.tenant(&due), due.id()?);
    let mut step = Step::Skipped;
    loop {
        let import = store.cost_import(id).await?;
        match import.value.state {
            ImportState::Reading | ImportState::Writing if cx.dry_run => {
                return Ok(Step::Would(json!({ "import": id, "offset": import.value.offset })));
            }
            ImportState::Reading => read(cx, &store, import).await?,
            ImportState::Writing => write(cx, &store, &import.value).await?,
            ImportState::Waiting | ImportState::Done | ImportState::Failed => return Ok(step),
        }
        step = Step::Done;
        if cx.is_out_of_time() {
            return Ok(step);
        }
    }
}
