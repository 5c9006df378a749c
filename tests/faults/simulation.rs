//! Random desks on bad days: throttling, lost answers, conflicts, old indexes, events twice and out of order.

use std::collections::BTreeMap;
use std::sync::Mutex;

use local::embedded::dynamo::MAIN;
use local::embedded::{Fault, Faults};
use tests::Stack;
use tests::simulation::{Scene, Seeds, Total};

/// Seeds of a plain `cargo test`: what some eighty seconds of two processors hold without optimisation. More:
/// `cargo xtask simulate`.
const SEEDS: u64 = 6;
/// How many of them are run once more.
const AGAIN: u64 = 2;

/// What seeds from the first one come to, and the trace of each that held.
fn run(scene: &Scene, count: u64) -> (Total, BTreeMap<u64, u64>) {
    let traces = Mutex::new(BTreeMap::new());
    let seeds = Seeds { from: 1, count, look_every: 1 };
    let (total, failed) = seeds.run(scene, |seed, report| _ = traces.lock().unwrap().insert(seed, report.trace));
    assert_eq!(failed, [0; 0], "these did not hold, and said why");
    (total, traces.into_inner().unwrap())
}

#[test]
fn random_desks_keep_their_promises_on_bad_days_and_a_seed_does_the_same_again() {
    let (total, traces) = run(&Scene::ready(), SEEDS);
    assert_eq!(total.broken(), [""; 0], "{total}");
    // A scene that was set up anew, and other neighbours.
    let (_, again) = run(&Scene::ready(), AGAIN);
    assert!(again.iter().all(|(seed, trace)| traces.get(seed) == Some(trace)), "{traces:x?} and then {again:x?}");
    assert_ne!(again[&1], again[&2], "another seed does something else");
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
