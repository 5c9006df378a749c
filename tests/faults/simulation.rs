//! Random desks on bad days: throttling, lost answers, conflicts, old indexes, events twice and out of order.

use tests::simulation::{Scene, Total, run};

/// Seeds of a plain `cargo test`, in two halves that run side by side: what a minute holds without optimisation. More, and
/// a look after every step: `cargo xtask simulate --seeds 200`.
const SEEDS: u64 = 2;
/// Steps between two looks at the invariants.
const LOOK_EVERY: usize = 8;

async fn half(first: u64) {
    let scene = Box::pin(Scene::set_up()).await;
    let mut total = Total::default();
    for seed in (first..=SEEDS).step_by(2) {
        total.add(&Box::pin(run(&scene.anew(), seed, LOOK_EVERY)).await);
    }
    assert_eq!(total.broken(), [""; 0], "{total}");
}

#[tokio::test(start_paused = true)]
#[ignore = "about one seed in fifteen is turned away with 409 twenty times in a row, and why is not found yet"]
async fn random_desks_keep_their_promises_on_bad_days() {
    Box::pin(half(1)).await;
}

#[tokio::test(start_paused = true)]
#[ignore = "about one seed in fifteen is turned away with 409 twenty times in a row, and why is not found yet"]
async fn other_random_desks_keep_their_promises_on_bad_days() {
    Box::pin(half(2)).await;
}
