//! Admissions and denials on `u32` ticks, with a quota the compiler knows and with one in memory, in every cell.

use tollgate::algorithm::TokenBucket;
use tollgate::cell::{Atomic32, CriticalSection, StateCell, Unsync};
use tollgate::{Decision, Limiter, Quota};

const Q1: TokenBucket<u32> = TokenBucket::<u32>::new(Quota::per(50, 1_000).burst(8));
const Q25: TokenBucket<u32> = TokenBucket::<u32>::new(Quota::per(50, 32_768).burst(8));

fn wait(decision: Decision<u32>) -> u32 {
    decision.map_or_else(|denied| denied.retry_after().unwrap_or(u32::MAX), |_| 0)
}

fn remaining(decision: Decision<u32>) -> u32 {
    decision.map_or(0, |grant| grant.remaining())
}

fn runtime<C: StateCell<u32>>(limiter: &Limiter<TokenBucket<u32>, C>, now: u32, cost: u32) -> Decision<u32> {
    limiter.try_acquire(now, cost)
}

macro_rules! decisions {
    ($($name:literal: $cell:ty;)*) => {$(const _: () = {
        #[unsafe(export_name = concat!("decide_q1_", $name))]
        extern "C" fn q1(cell: &$cell, now: u32) -> bool {
            Q1.over(cell).try_acquire(now, 1).is_ok()
        }

        #[unsafe(export_name = concat!("decide_q25_", $name))]
        extern "C" fn q25(cell: &$cell, now: u32) -> bool {
            Q25.over(cell).try_acquire(now, 1).is_ok()
        }

        #[unsafe(export_name = concat!("decide_any_cost_", $name))]
        extern "C" fn any_cost(cell: &$cell, now: u32, cost: u32) -> bool {
            Q25.over(cell).try_acquire(now, cost).is_ok()
        }

        #[unsafe(export_name = concat!("decide_runtime_", $name))]
        extern "C" fn known_at_run_time(limiter: &Limiter<TokenBucket<u32>, $cell>, now: u32, cost: u32) -> bool {
            runtime(limiter, now, cost).is_ok()
        }

        /// The whole answer, whatever will be asked of it.
        #[unsafe(export_name = concat!("decide_whole_", $name))]
        extern "C" fn whole(
            limiter: &Limiter<TokenBucket<u32>, $cell>,
            now: u32,
            cost: u32,
            answer: &mut Option<Decision<u32>>,
        ) {
            *answer = Some(runtime(limiter, now, cost));
        }

        #[unsafe(export_name = concat!("wait_q1_", $name))]
        extern "C" fn wait_q1(cell: &$cell, now: u32) -> u32 {
            wait(Q1.over(cell).try_acquire(now, 1))
        }

        #[unsafe(export_name = concat!("divide_wait_q25_", $name))]
        extern "C" fn wait_q25(cell: &$cell, now: u32) -> u32 {
            wait(Q25.over(cell).try_acquire(now, 1))
        }

        #[unsafe(export_name = concat!("divide_wait_runtime_", $name))]
        extern "C" fn wait_runtime(limiter: &Limiter<TokenBucket<u32>, $cell>, now: u32, cost: u32) -> u32 {
            wait(runtime(limiter, now, cost))
        }

        #[unsafe(export_name = concat!("divide_remaining_", $name))]
        extern "C" fn remaining_runtime(limiter: &Limiter<TokenBucket<u32>, $cell>, now: u32, cost: u32) -> u32 {
            remaining(runtime(limiter, now, cost))
        }
    };)*};
}

decisions! {
    "unsync": Unsync<u32>;
    "atomic": Atomic32;
    "critical_section": CriticalSection<u32>;
}
