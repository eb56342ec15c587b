//! One entry point per operation, so that `.ci/check-asm` can look at the machine code of each.
//!
//! The first word of an entry's name says what it may do: `decide` and `wait` (of a quota whose tick is one sub-tick)
//! neither divide nor use a 64-bit helper; `divide` may divide once; `operation` may do as it needs. None may panic:
//! a panic calls a function that does not exist, so that a program with a panic in it cannot be linked.
#![no_std]

#[cfg(feature = "controls")]
mod controls;
mod decisions;
mod operations;

use cortex_m as _; // implements the critical section

unsafe extern "C" {
    fn tollgate_can_panic() -> !;
}

#[panic_handler]
fn panicked(_: &core::panic::PanicInfo) -> ! {
    // SAFETY: there is no such function, and a program that could call it is not linked.
    unsafe { tollgate_can_panic() }
}
