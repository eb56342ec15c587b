//! What the loom models share.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use tollgate::cell::Atomic32;
use tollgate::time::Ticks;

/// Runs a model through its interleavings and prints how many there were; `preemptions` bounds those of long programs
/// and of three threads.
pub fn explore(name: &str, preemptions: Option<usize>, model: impl Fn() + Sync + Send + 'static) {
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = runs.clone();
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = builder.preemption_bound.or(preemptions);
    builder.check(move || {
        counted.fetch_add(1, SeqCst);
        model();
    });
    println!("{name}: {} interleavings", runs.load(SeqCst));
    assert!(runs.load(SeqCst) > 1, "one interleaving only: the atomics of the crate are not those of loom");
}

/// A cell never used.
pub fn cell() -> Atomic32 {
    Atomic32::new(u32::FRESH)
}
