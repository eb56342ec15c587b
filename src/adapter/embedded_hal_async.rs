//! Waiting that awaits, with the `DelayNs` of [`embedded_hal_async`] 1.0, and is cancelled by dropping
//! the future.
//!
//! ```
//! use embedded_hal_async::delay::DelayNs;
//! use tollgate::adapter::embedded_hal_async::Waiter;
//! use tollgate::time::TickLength;
//! use tollgate::{Denied, Quota, TokenBucket};
//!
//! static UPLINK: TokenBucket<u32> = TokenBucket::<u32>::new(Quota::per(10, 1_000).burst(1).debt(4));
//!
//! async fn send(timer: impl DelayNs, millis: fn() -> u32) -> Result<(), Denied<u32>> {
//!     let mut waiter = Waiter::new(timer, millis, TickLength::MILLISECOND);
//!     waiter.reserve(&UPLINK, 1, 500).await?; // its turn has come
//!     Ok(())
//! }
//! ```

use ::embedded_hal_async::delay::DelayNs;

use super::waiting::{Asking, Patience, Pause, Refusal};
use crate::algorithm::{Algorithm, Bucket, Charge};
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
    /// Dropped before it is done, the future reads the clock and gives back what it reserved, as far as that has not drained.
    /// Nothing is reserved before the first poll.
    ///
    /// # Errors
    ///
    /// As [`Limiter::reserve`], at once: the wait or the debt would be too long, or the cost can never fit. Nothing is charged.
    pub async fn reserve<B, C>(&mut self, bucket: &Limiter<B, C>, cost: T, max_wait: T) -> Result<(), Denied<T>>
    where
        B: Bucket<Ticks = T>,
        C: StateCell<T>,
    {
        let now = (self.clock)();
        let reservation = bucket.reserve(now, cost, max_wait)?;
        let charge = Charge { units: reservation.grant.granted, at: now, left: Some(reservation.after) };
        let mut wait = Countdown::new(now, reservation.delay());
        let mut turn = Turn { bucket, charge, clock: &mut self.clock, is_used: false };
        while let Some(pause) = Pause::before_next(&mut wait, (turn.clock)(), self.tick) {
            sleep(&mut self.delay, pause).await;
        }
        turn.is_used = true;
        Ok(())
    }

    /// Asks until it is admitted, and sleeps in between as long as the denials say. Not fair.
    ///
    /// While it sleeps nothing is held, so dropping the future leaves nothing behind. (A [`LeakyQueue`](crate::LeakyQueue) admits
    /// at once and tells a delay, which this does not wait for: take [`reserve`](Self::reserve).)
    ///
    /// # Errors
    ///
    /// The last denial, as soon as it is known that patience will not do, or that it is in vain. Nothing is charged.
    pub async fn ask<R, E: Refusal<T>>(
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
            let Some(mut wait) = asking.next(now, &refusal) else { return Err(refusal) };
            while let Some(pause) = Pause::before_next(&mut wait, (self.clock)(), self.tick) {
                sleep(&mut self.delay, pause).await;
            }
            now = (self.clock)();
        }
    }
}

async fn sleep(delay: &mut impl DelayNs, pause: Pause) {
    match pause {
        Pause::Nanos(nanos) => delay.delay_ns(nanos).await,
        Pause::Micros(micros) => delay.delay_us(micros).await,
        Pause::Millis(millis) => delay.delay_ms(millis).await,
    }
}

/// A reservation that is given back unless it is used.
struct Turn<'a, B: Bucket, C: StateCell<B::Ticks>, F: FnMut() -> B::Ticks> {
    bucket: &'a Limiter<B, C>,
    charge: Charge<B::Ticks>,
    clock: &'a mut F,
    is_used: bool,
}

impl<B: Bucket, C: StateCell<B::Ticks>, F: FnMut() -> B::Ticks> Drop for Turn<'_, B, C, F> {
    fn drop(&mut self) {
        if !self.is_used {
            let now = (self.clock)();
            self.bucket.step(|state| self.bucket.rule().undo(state, now, self.charge.units, &self.charge));
        }
    }
}
