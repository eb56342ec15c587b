//! One entry point per operation, so that `.ci/check-asm` can look at the machine code of each.
//!
//! The first word of an entry's name says what it may do: `decide` and `wait` (of a quota whose tick is one sub-tick)
//! neither divide nor use a 64-bit helper; `divide` may divide once; `operation` may do as it needs. None may panic:
//! a panic calls a function that does not exist, so that a program with a panic in it cannot be linked.
#![no_std]

/// An entry: what it may do, the operation, whose, on which ticks; and what is done with a subject and three numbers.
macro_rules! entry {
    ($may:ident $operation:ident $name:ident $ticks:ident $subject:ty, $answer:ty: $call:expr) => {
        const _: () = {
            #[unsafe(export_name = concat!(
                        stringify!($may), "_", stringify!($name), "_", stringify!($operation), "_", stringify!($ticks)
                    ))]
            extern "C" fn entry(
                subject: &mut $subject,
                now: $ticks,
                units: $ticks,
                more: $ticks,
                answer: &mut Option<$answer>,
            ) {
                let call: fn(&mut $subject, $ticks, $ticks, $ticks) -> $answer = $call;
                *answer = Some(call(subject, now, units, more));
            }
        };
    };
}

mod compositions;
#[cfg(feature = "controls")]
mod controls;
mod decisions;
mod http;
mod operations;
mod windows;

use cortex_m as _; // implements the critical section

unsafe extern "C" {
    fn tollgate_can_panic() -> !;
}

#[panic_handler]
fn panicked(_: &core::panic::PanicInfo) -> ! {
    // SAFETY: there is no such function, and a program that could call it is not linked.
    unsafe { tollgate_can_panic() }
}
