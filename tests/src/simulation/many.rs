//! Seed after seed, as many side by side as there are processors.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use tokio::runtime::{Builder, Runtime};

use super::{Report, Scene, Total, run};

/// Bytes of a thread's stack: the futures of a debug build are deep, and a request goes through all of them.
const STACK: usize = 16 * 1024 * 1024;

/// Which seeds.
#[derive(Clone, Copy, Debug)]
pub struct Seeds {
    /// The first one.
    pub from: u64,
    /// How many.
    pub count: u64,
    /// Steps between two looks at the invariants; a step is up to five operations at once.
    pub look_every: usize,
}

/// A runtime of one thread, and a clock that goes on when everybody waits for it. Every seed has a new one: where its
/// wheel of timers stands is part of the order of things.
fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().start_paused(true).build().expect("a runtime")
}

impl Scene {
    /// Sets the scene up, in a runtime of its own.
    pub fn ready() -> Self {
        let set_up = || runtime().block_on(Box::pin(Scene::set_up()));
        let thread = thread::Builder::new().stack_size(STACK).spawn(set_up).expect("a thread");
        thread.join().expect("the scene is set up")
    }
}

impl Seeds {
    /// Runs them, tells each that held, and says what they came to and which did not hold. One that does not hold has
    /// said so, and how to have it again; the others go on.
    pub fn run(self, scene: &Scene, each: impl Fn(u64, &Report) + Sync) -> (Total, Vec<u64>) {
        let next = AtomicU64::new(self.from);
        let (total, failed) = (Mutex::new(Total::default()), Mutex::new(Vec::new()));
        let work = || {
            loop {
                let seed = next.fetch_add(1, Ordering::Relaxed);
                if seed >= self.from + self.count {
                    return;
                }
                let scene = scene.anew();
                let run = || runtime().block_on(Box::pin(run(&scene, seed, self.look_every)));
                match catch_unwind(AssertUnwindSafe(run)) {
                    Ok(report) => {
                        each(seed, &report);
                        total.lock().unwrap().add(&report);
                    }
                    Err(_) => failed.lock().unwrap().push(seed),
                }
            }
        };
        thread::scope(|threads| {
            for _ in 0..thread::available_parallelism().map_or(1, std::num::NonZero::get) {
                thread::Builder::new().stack_size(STACK).spawn_scoped(threads, work).expect("a thread");
            }
        });
        let mut failed = failed.into_inner().unwrap();
        failed.sort_unstable();
        (total.into_inner().unwrap(), failed)
    }
}
