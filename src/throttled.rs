/// Runs its body at most so often, and says how many times it was left out: for log lines, with any logging macro.
///
/// ```
/// use tollgate::{Quota, throttled};
///
/// const SECOND: u32 = 1_000; // this clock ticks in milliseconds
///
/// fn on_bus_error(now: u32) {
///     throttled!(now, Quota::per(1, 10 * SECOND), |suppressed| println!("bus error ({suppressed} more suppressed)"));
/// }
/// # on_bus_error(0);
/// ```
///
/// * **now** is a reading of the clock, in `u32` ticks; it is evaluated once, at every call. With `u64:` in front,
///   `throttled!(u64: now, …)`, ticks have 64 bits.
/// * **The quota** is a constant; a wrong one does not compile. A burst lets several lines pass in a row.
/// * **The count** can be `_`, any name, or left out (`||`); it saturates, as does [`SuppressionCount`](crate::SuppressionCount).
/// * **The body** stands in place, so `?`, `return`, `break` and `.await` do what they do around it. Its value is dropped.
///
/// Each call site has a `static` of its own (a [`TokenBucket`](crate::TokenBucket) and a count: with `u32` ticks two words of RAM, and the
/// quota). In a loop it is the same for all turns, and in a generic function the same for all types. The first event
/// after boot always passes, whatever the clock reads. It may stand in an interrupt: it is as safe there as the
/// [shared cell](crate::cell::Shared), and needs nothing else, so a critical section will do. The body runs outside of it.
///
/// # With `log` and `defmt`
///
/// ```
/// # macro_rules! noop { ($($arg:tt)*) => { let _ = format_args!($($arg)*); }; }
/// # mod log { pub(crate) use noop as warn; }
/// # mod defmt { pub(crate) use noop as warn; }
/// # use noop;
/// # use tollgate::{Quota, throttled};
/// # fn on_timeout(now: u32, now_us: u64, address: u8) {
/// throttled!(now, Quota::per(1, 1_000), |more| log::warn!("no answer from {address:#04x}, {more} more suppressed"));
///
/// throttled!(u64: now_us, Quota::per(3, 60_000_000).burst(5), |more| {
///     defmt::warn!("no answer from {}, {} more suppressed", address, more);
/// });
/// # }
/// # on_timeout(0, 0, 7);
/// ```
///
/// # A wrong quota
///
/// ```compile_fail
/// # use tollgate::{Quota, throttled};
/// // error: limit = 0 admits nothing: give a limit of at least 1
/// throttled!(0, Quota::per(0, 1_000), || println!("never"));
/// ```
#[macro_export]
macro_rules! throttled {
    (u32: $($call:tt)*) => {
        $crate::throttled!(@ u32, $($call)*)
    };
    (u64: $($call:tt)*) => {
        $crate::throttled!(@ u64, $($call)*)
    };
    (@ $ticks:ident, $now:expr, $quota:expr, || $body:expr $(,)?) => {
        $crate::throttled!(@ $ticks, $now, $quota, |_| $body)
    };
    (@ $ticks:ident, $now:expr, $quota:expr, |$suppressed:pat_param| $body:expr $(,)?) => {
        // The static is in a block of its own, so that neither the body nor the reading can meet its name.
        if let ::core::result::Result::Ok($suppressed) = {
            static TOLLGATE_CALL_SITE: $crate::SuppressionCount<$crate::TokenBucket<$ticks>> =
                $crate::SuppressionCount::new($crate::TokenBucket::<$ticks>::new($quota));
            &TOLLGATE_CALL_SITE
        }
        .try_acquire::<$ticks>($now, 1)
        .map(|(_, suppressed)| suppressed)
        {
            $body;
        }
    };
    (@ $($call:tt)*) => {
        ::core::compile_error!("give the reading, the quota and the line: throttled!(now, Quota::per(1, 10_000), |suppressed| warn!(…))")
    };
    ($($call:tt)*) => {
        $crate::throttled!(@ u32, $($call)*)
    };
}
