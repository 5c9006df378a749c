//! What befalls a job or a reaction: it dies at a call, or meets itself.

use futures::future::join_all;
use local::embedded::{Faults, Gate, Side};
use runtime::jobs::JobInput;
use tests::Stack;

use crate::table::{same, timeless};

/// Milliseconds of tokio's clock that a call, and its answer, is at most on its way when runs meet.
const WAY_MS: u16 = 20;
/// Orders in which three runs meet.
const ORDERS: u64 = 3;

/// What a run leaves behind.
pub(crate) struct Left {
    /// The main table, without times and drawn ids.
    pub(crate) table: Vec<String>,
    /// Letters that went out.
    pub(crate) letters: usize,
}

impl Left {
    fn by(stack: &Stack) -> Self {
        Left { table: timeless(stack), letters: stack.app.mailbox().letters().len() }
    }

    #[track_caller]
    fn is(&self, undisturbed: &Left, when: &str) {
        same(&self.table, &undisturbed.table, when);
        assert_eq!(self.letters, undisturbed.letters, "letters, {when}");
    }
}

/// Runs the job on what is due: killed at one of so many of its calls on either side and begun again twice, and three at once.
/// Each time it comes to the same as a run that nothing disturbed; says to what.
pub(crate) async fn has_its_effect_once(due: impl AsyncFn() -> Stack, job: &'static str, one_of: usize) -> Left {
    let run = async |stack: &Stack| {
        stack.app.run_job(job, JobInput::default()).await.expect("the job runs");
        stack.app.settle().await;
    };
    let alone = due().await;
    alone.app.seam().inject(Faults::none().only_for(job));
    run(&alone).await;
    let calls = alone.app.seam().inject(Faults::none()).seen();
    let undisturbed = Left::by(&alone);
    let deaths = (0..calls).flat_map(|call| [(call, Side::Before), (call, Side::After)]);
    for (call, side) in deaths.step_by(one_of) {
        let stack = due().await;
        killed(&stack, job, call, side).await;
        run(&stack).await;
        run(&stack).await;
        Left::by(&stack).is(&undisturbed, &format!("{job} killed {side:?} call {call} of {calls}"));
    }
    for order in 1..=ORDERS {
        let stack = due().await;
        three_at_once(&stack, job, order).await;
        run(&stack).await;
        Left::by(&stack).is(&undisturbed, &format!("{job} three at once in order {order}"));
    }
    undisturbed
}

/// The same of a reaction to what is in the outbox: killed at each of its calls on either side, and the event delivered again.
pub(crate) async fn reacts_once(due: impl AsyncFn() -> Stack, reaction: &'static str) -> Left {
    let alone = due().await;
    alone.app.seam().inject(Faults::none().only_for(reaction));
    alone.app.settle().await;
    let calls = alone.app.seam().inject(Faults::none()).seen();
    let undisturbed = Left::by(&alone);
    for (call, side) in (0..calls).flat_map(|call| [(call, Side::Before), (call, Side::After)]) {
        let stack = due().await;
        let gate = Gate::shut();
        stack.app.seam().inject(Faults::none().held_from(call, side, &gate).only_for(reaction));
        tokio::select! {
            () = stack.app.settle() => panic!("{reaction} ends before call {call}"),
            () = gate.reached() => {}
        }
        stack.app.seam().inject(Faults::none());
        stack.app.settle().await;
        Left::by(&stack).is(&undisturbed, &format!("{reaction} killed {side:?} call {call} of {calls}"));
    }
    undisturbed
}

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
