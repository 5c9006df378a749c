//! What befalls a job: it dies at a call, or meets itself.

use futures::future::join_all;
use local::embedded::{Faults, Gate, Side};
use runtime::jobs::JobInput;
use tests::Stack;

/// Milliseconds of tokio's clock that a call, and its answer, is at most on its way when runs meet.
const WAY_MS: u16 = 20;

/// Starts the job and kills it at this call of its own, before it reached the service or after it applied there.
pub(crate) async fn killed(stack: &Stack, job: &str, call: u64, side: Side) {
    let gate = Gate::shut();
    stack.app.seam().inject(Faults::none().held_from(call, side, &gate).only_for(job));
    tokio::select! {
        _ = stack.app.run_job(job, JobInput::default()) => panic!("{job} ends before call {call}"),
        () = gate.reached() => {}
    }
    stack.app.seam().inject(Faults::none());
}

/// Three runs of the job that meet in the order that this seed draws.
pub(crate) async fn three_at_once(stack: &Stack, job: &str, order: u64) {
    stack.app.seam().inject(Faults::none().slow(order, WAY_MS));
    join_all((0..3).map(|_| stack.app.run_job(job, JobInput::default()))).await;
    stack.app.seam().inject(Faults::none());
}
