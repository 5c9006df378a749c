//! Random desks on bad days: throttling, lost answers, conflicts, old indexes, events twice and out of order.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::thread;

use local::embedded::dynamo::MAIN;
use local::embedded::{Fault, Faults};
use tests::Stack;
use tests::simulation::{Scene, Seeds, Total};

/// Seeds of a plain `cargo test`, and where they begin: a desk costs half a minute of a processor without optimisation.
/// More: `cargo xtask simulate`.
const SEEDS: u64 = 3;
const FROM: u64 = 3;
/// The one of them that is run once more.
const AGAIN: u64 = 4;

/// What some seeds come to, and the trace of each.
fn run(from: u64, count: u64) -> (Total, BTreeMap<u64, u64>) {
    let traces = Mutex::new(BTreeMap::new());
    let seeds = Seeds { from, count, look_every: 1 };
    let (total, failed) =
        seeds.run(&Scene::ready(), |seed, report| _ = traces.lock().unwrap().insert(seed, report.trace));
    assert_eq!(failed, [0; 0], "these did not hold, and said why");
    (total, traces.into_inner().unwrap())
}

#[test]
fn random_desks_keep_their_promises_on_bad_days_and_a_seed_does_the_same_again() {
    // Side by side, each with a scene that it sets up: no neighbour changes what a seed does.
    let ((total, traces), (_, again)) = thread::scope(|threads| {
        let again = threads.spawn(|| run(AGAIN, 1));
        (run(FROM, SEEDS), again.join().unwrap())
    });
    assert_eq!(total.broken(), [""; 0], "{total}");
    assert_eq!(traces.get(&AGAIN), again.get(&AGAIN));
    assert_ne!(traces[&FROM], traces[&AGAIN], "another seed does something else");
}

#[tokio::test]
async fn what_one_stack_spends_on_retries_no_other_lacks() {
    /// More failing calls than the SDK's quota of 500 has retries for, at 5 a retry and two retries a call.
    const CALLS: usize = 100;
    let get = |stack: &Stack| {
        let key = |name: &str| (name.to_owned(), aws_sdk_dynamodb::types::AttributeValue::S("ten_1".into()));
        stack.app.parts().dynamo.get_item().table_name(MAIN).set_key(Some([key("pk"), key("sk")].into())).send()
    };
    let (poor, rich) = (Stack::start().await, Stack::start().await);
    poor.app.seam().inject(Faults::by(|_| Some(Fault::Throttled)));
    for _ in 0..CALLS {
        get(&poor).await.unwrap_err();
    }
    rich.app.seam().inject(Faults::script([(0, Fault::Throttled)]));
    get(&rich).await.unwrap();
}
