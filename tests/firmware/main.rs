//! The guarantees that `firmware/` runs on a microcontroller, on the host.
#![cfg(not(loom))]

mod guarantees;
mod model;

use guarantees::for_each_guarantee;

macro_rules! on_host {
    ($config:ident: $ticks:ty, $cell:ty; $($guarantee:ident)*) => {
        mod $config {
            $(#[test]
            fn $guarantee() {
                crate::guarantees::$guarantee::<$ticks, $cell>();
            })*
        }
    };
}

for_each_guarantee! { on_host! u32_unsync: u32, tollgate::cell::Unsync<u32>; }
for_each_guarantee! { on_host! u64_unsync: u64, tollgate::cell::Unsync<u64>; }
for_each_guarantee! { on_host! u32_shared: u32, tollgate::cell::Shared<u32>; }
for_each_guarantee! { on_host! u64_shared: u64, tollgate::cell::Shared<u64>; }
#[cfg(feature = "critical-section")]
for_each_guarantee! { on_host! u32_critical_section: u32, tollgate::cell::CriticalSection<u32>; }
#[cfg(feature = "critical-section")]
for_each_guarantee! { on_host! u64_critical_section: u64, tollgate::cell::CriticalSection<u64>; }
