//! Random desks on bad days: throttling, lost answers, conflicts, old indexes, events twice and out of order.

use tests::simulation::{Report, Scene, Total, run};

/// Seeds of a plain `cargo test`, in two halves that run side by side: what a minute holds without optimisation. More, and
/// a look after every step: `cargo xtask simulate --seeds 200`.
const SEEDS: u64 = 2;
/// Steps between two looks at the invariants.
const LOOK_EVERY: usize = 8;

async fn half(first: u64) -> Vec<Report> {
    let scene = Box::pin(Scene::set_up()).await;
    let (mut reports, mut total) = (Vec::new(), Total::default());
    for seed in (first..=SEEDS).step_by(2) {
        let report = Box::pin(run(&scene.anew(), seed, LOOK_EVERY)).await;
        total.add(&report);
        reports.push(report);
    }
    assert_eq!(total.broken(), [""; 0], "{total}");
    reports
}

#[tokio::test(start_paused = true)]
async fn random_desks_keep_their_promises_on_bad_days_and_a_seed_does_the_same_again() {
    let reports = Box::pin(half(1)).await;
    let again = Box::pin(run(&Box::pin(Scene::set_up()).await.anew(), 1, LOOK_EVERY)).await;
    assert_eq!(again.trace, reports[0].trace);
}

#[tokio::test(start_paused = true)]
async fn other_random_desks_keep_their_promises_on_bad_days() {
    Box::pin(half(2)).await;
}
