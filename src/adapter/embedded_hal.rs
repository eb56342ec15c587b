//! Waiting that blocks, with the `DelayNs` of [`embedded_hal`] 1.0.
//!
//! ```
//! use embedded_hal::delay::DelayNs;
//! use tollgate::adapter::embedded_hal::Waiter;
//! use tollgate::adapter::waiting::Patience;
//! use tollgate::time::TickLength;
//! use tollgate::{FixedWindow, Quota, TokenBucket};
//!
//! # use std::cell::Cell;
//! # thread_local!(static NOW: Cell<u32> = const { Cell::new(0) });
//! # fn millis() -> u32 { NOW.get() }
//! # struct Timer;
//! # impl DelayNs for Timer { fn delay_ns(&mut self, ns: u32) { NOW.set(NOW.get() + ns.div_ceil(1_000_000)); } }
//! // `Timer` is from the HAL, `millis` reads a counter.
//! let mut waiter = Waiter::new(Timer, millis, TickLength::MILLISECOND);
//!
//! let uplink = TokenBucket::<u32>::new(Quota::per(10, 1_000).burst(1).debt(4));
//! waiter.reserve(&uplink, 1, 0).unwrap(); // at once
//! waiter.reserve(&uplink, 1, 500).unwrap(); // sleeps for its turn
//! assert_eq!(millis(), 100);
//!
//! let daily = FixedWindow::<u32>::new(Quota::per(1, 60_000));
//! for _ in 0..2 {
//!     let _ = waiter.ask(Patience::for_ticks(60_000), |now| daily.try_acquire(now, 1)).unwrap();
//! }
//! assert!(millis() >= 60_000); // the next window
//! ```

use ::embedded_hal::delay::DelayNs;

use super::waiting::{Asking, Patience, Pause, Refusal};
use crate::algorithm::Bucket;
use crate::cell::StateCell;
use crate::decision::Denied;
use crate::limiter::Limiter;
use crate::time::{Countdown, TickLength, Ticks};

/// A clock, and a delay to sleep by: see the [module](self), and [waiting](super::waiting) for what is promised.
#[derive(Clone, Debug)]
pub struct Waiter<D, F> {
    delay: D,
    clock: F,
    tick: TickLength,
}

impl<D, F> Waiter<D, F> {
    /// A waiter with a delay, a clock to read and the length of its tick.
    pub const fn new(delay: D, clock: F, tick: TickLength) -> Self {
        Self { delay, clock, tick }
    }

    /// The length of a tick.
    #[must_use]
    pub const fn tick(&self) -> TickLength {
        self.tick
    }
}

impl<T: Ticks, D: DelayNs, F: FnMut() -> T> Waiter<D, F> {
    /// Reserves `cost` units and sleeps until they may be used, at most `max_wait` ticks. Fair, in the
    /// [order promised](super::waiting#what-order-is-promised).
    ///
    /// # Errors
    ///
    /// As [`Limiter::reserve`], at once: the wait or the debt would be too long, or the cost can never fit. Nothing is charged.
    pub fn reserve<B, C>(&mut self, bucket: &Limiter<B, C>, cost: T, max_wait: T) -> Result<(), Denied<T>>
    where
        B: Bucket<Ticks = T>,
        C: StateCell<T>,
    {
        let now = (self.clock)();
        let reservation = bucket.reserve(now, cost, max_wait)?;
        self.sleep(Countdown::new(now, reservation.delay()));
        Ok(())
    }

    /// Asks until it is admitted, and sleeps in between as long as the denials say. Not fair.
    ///
    /// (A [`LeakyQueue`](crate::LeakyQueue) admits at once and tells a delay, which this does not wait for: take
    /// [`reserve`](Self::reserve).)
    ///
    /// # Errors
    ///
    /// The last denial, as soon as it is known that patience will not do, or that it is in vain. Nothing is charged.
    pub fn ask<R, E: Refusal<T>>(
        &mut self,
        patience: Patience<T>,
        mut attempt: impl FnMut(T) -> Result<R, E>,
    ) -> Result<R, E> {
        let mut now = (self.clock)();
        let mut asking = Asking::new(patience, now);
        loop {
            let refusal = match attempt(now) {
                Ok(admitted) => return Ok(admitted),
                Err(refusal) => refusal,
            };
            let Some(wait) = asking.next(now, &refusal) else { return Err(refusal) };
            self.sleep(wait);
            now = (self.clock)();
        }
    }

    fn sleep(&mut self, mut wait: Countdown<T>) {
        while let Some(pause) = Pause::before_next(&mut wait, (self.clock)(), self.tick) {
            match pause {
                Pause::Nanos(nanos) => self.delay.delay_ns(nanos),
                Pause::Micros(micros) => self.delay.delay_us(micros),
                Pause::Millis(millis) => self.delay.delay_ms(millis),
            }
        }
    }
}
