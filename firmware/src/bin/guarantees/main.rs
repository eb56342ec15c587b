//! Runs the guarantees of the buckets on the target, prints how many passed and exits with a status.
#![no_std]
#![no_main]

#[path = "../../../../tests/firmware/guarantees.rs"]
mod guarantees;
mod interrupts;
#[path = "../../../../tests/firmware/model.rs"]
mod model;

use core::panic::PanicInfo;

use cortex_m_rt::entry;
use cortex_m_semihosting::{debug, hprintln};
use guarantees::for_each_guarantee;
use portable_atomic::{AtomicU32, Ordering::Relaxed};
use tollgate::cell::{Atomic32, CriticalSection, Unsync};

static PASSED: AtomicU32 = AtomicU32::new(0);

/// Runs one test; a failed one panics.
fn run(name: &str, test: fn()) {
    test();
    PASSED.fetch_add(1, Relaxed);
    hprintln!("{} ... ok", name);
}

macro_rules! on_target {
    ($config:literal: $ticks:ty, $cell:ty; $($guarantee:ident)*) => {$(
        run(concat!($config, "::", stringify!($guarantee)), guarantees::$guarantee::<$ticks, $cell>);
    )*};
}

#[entry]
fn main() -> ! {
    for_each_guarantee! { on_target! "u32_unsync": u32, Unsync<u32>; }
    for_each_guarantee! { on_target! "u32_atomic": u32, Atomic32; }
    for_each_guarantee! { on_target! "u32_critical_section": u32, CriticalSection<u32>; }
    for_each_guarantee! { on_target! "u64_unsync": u64, Unsync<u64>; }
    for_each_guarantee! { on_target! "u64_critical_section": u64, CriticalSection<u64>; }
    interrupts::run_all(run);
    hprintln!("{} passed, 0 failed", PASSED.load(Relaxed));
    exit(debug::EXIT_SUCCESS)
}

#[panic_handler]
fn failed(info: &PanicInfo) -> ! {
    hprintln!("{}", info);
    hprintln!("{} passed, 1 failed, the rest was not run", PASSED.load(Relaxed));
    exit(debug::EXIT_FAILURE)
}

fn exit(status: debug::ExitStatus) -> ! {
    debug::exit(status);
    loop {
        cortex_m::asm::wfi();
    }
}
