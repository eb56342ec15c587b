//! One test body for both widths and all algorithms.

use proptest::collection::vec;
use proptest::prelude::{Strategy, any};
use proptest::test_runner::Config;

use crate::programs::Program;

/// Calls `$test(try_new, $arguments)` with the rule of every algorithm at every width.
macro_rules! every_bucket {
    ($test:ident($($argument:expr),*)) => {{
        use tollgate::algorithm::{LeakyBucket, LeakyQueue, TokenBucket};
        $test(TokenBucket::<u32>::try_new, $($argument),*);
        $test(TokenBucket::<u64>::try_new, $($argument),*);
        $test(LeakyBucket::<u32>::try_new, $($argument),*);
        $test(LeakyBucket::<u64>::try_new, $($argument),*);
        $test(LeakyQueue::<u32>::try_new, $($argument),*);
        $test(LeakyQueue::<u64>::try_new, $($argument),*);
    }};
}

/// Programs of some dozen steps.
pub fn programs() -> impl Strategy<Value = Program> {
    vec(any::<u8>(), 48..1_500).prop_map(|bytes| Program::from_bytes(&bytes))
}

/// What failed goes to `fuzz/regressions` by hand, where the fuzz target finds it too.
pub fn cases(cases: u32) -> Config {
    Config { cases, failure_persistence: None, ..Config::default() }
}
