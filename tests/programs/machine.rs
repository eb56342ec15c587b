use tollgate::algorithm::Bucket;
use tollgate::cell::StateCell;
use tollgate::time::Ticks;
use tollgate::{Denied, Grant, Limiter, Quota, QuotaError, Reservation};

use super::{Amount, Move, Number, Op, Program, Shape, Size, Span, Step};
use crate::oracle::{Numbers, Oracle, Receipt, Told, Unfit, Word};

/// Beyond this a limit times a lap of a 64-bit clock does not fit the oracle's integers.
const MOST_LIMIT: u64 = 1 << 60;

/// A limiter and the oracle beside it, on one clock.
pub struct Machine<B: Bucket, C> {
    make: fn(Quota<B::Ticks>) -> Result<B, QuotaError>,
    pub rule: B,
    pub cell: C,
    oracle: Oracle,
    /// The clock as it would read if it never wrapped.
    pub time: i128,
    wait: u64,
    reservations: Vec<(Reservation<B::Ticks>, Receipt)>,
}

impl<T: Ticks, B: Bucket<Ticks = T> + Copy, C: StateCell<T>> Machine<B, C> {
    /// A limiter over `cell`; `None` if the crate and the oracle both refuse the quota, for the same reason.
    pub fn new(make: fn(Quota<T>) -> Result<B, QuotaError>, shape: Shape, start: Number, cell: C) -> Option<Self> {
        let (rule, numbers) = checked(make, shape)?;
        let oracle = Oracle::new(numbers, B::PACED, word(&rule));
        Some(Self { make, rule, cell, oracle, time: wide(scaled::<T>(start)), wait: 0, reservations: Vec::new() })
    }

    /// Runs a whole program.
    pub fn run(program: &Program, make: fn(Quota<T>) -> Result<B, QuotaError>, cell: C) {
        if let Some(mut machine) = Self::new(make, program.quota, program.start, cell) {
            for step in &program.steps {
                machine.step(step);
            }
        }
    }

    /// What the clock reads.
    pub fn now(&self) -> T {
        reading(self.time)
    }

    pub fn limiter(&self) -> Limiter<B, &C> {
        Limiter::from_parts(self.rule, &self.cell)
    }

    /// Moves the clock and does one operation on both sides; panics if they differ in what they tell or keep.
    pub fn step(&mut self, step: &Step) -> Told {
        self.time += self.distance(step.clock);
        let (told, expected) = self.operate(step.op);
        assert_eq!(told, expected, "told, and expected, of {step:?} at {} under {:?}", self.time, self.rule.rate());
        if let Told::NotYet { retry_after } = told {
            self.wait = u64::try_from(retry_after).unwrap();
        }
        self.compare_state(step);
        told
    }

    /// How many ticks forward this move is.
    pub fn distance(&self, step: Move) -> i128 {
        match step {
            Move::Stall => 0,
            Move::Forward(span) => self.ticks(span),
            Move::Back(span) => -self.ticks(span),
        }
    }

    fn operate(&mut self, op: Op) -> (Told, Told) {
        let (limiter, time, now) = (Limiter::from_parts(self.rule, &self.cell), self.time, self.now());
        let units = |amount| self.units(amount);
        match op {
            Op::Acquire(cost) => {
                let cost = units(cost);
                (decision(limiter.try_acquire(now, cost)), self.oracle.acquire(time, wide(cost), 0))
            }
            Op::Leaving(cost, leave) => {
                let (cost, leave) = (units(cost), units(leave));
                let told = decision(limiter.try_acquire_leaving(now, cost, leave));
                (told, self.oracle.acquire(time, wide(cost), wide(leave)))
            }
            Op::UpTo(most) => {
                let most = units(most);
                (decision(limiter.try_acquire_up_to(now, most)), self.oracle.acquire_up_to(time, wide(most)))
            }
            Op::Peek(cost) => {
                let cost = units(cost);
                (decision(limiter.peek(now, cost)), self.oracle.clone().acquire(time, wide(cost), 0))
            }
            Op::Reserve(cost, max_wait) => {
                let (cost, max_wait) = (units(cost), T::truncate(self.ticks(max_wait).unsigned_abs() as u64));
                let reserved = limiter.reserve(now, cost, max_wait);
                let (expected, receipt) = self.oracle.reserve(time, wide(cost), wide(max_wait));
                if let (Ok(reservation), Some(receipt)) = (reserved, receipt) {
                    assert_eq!(reservation.delay(), reservation.grant().delay());
                    self.reservations.push((reservation, receipt));
                }
                (decision(reserved.map(|reservation| reservation.grant())), expected)
            }
            Op::Cancel(which) => {
                if !self.reservations.is_empty() {
                    let which = usize::from(which) % self.reservations.len();
                    let (reservation, receipt) = self.reservations.swap_remove(which);
                    limiter.cancel(now, reservation);
                    self.oracle.cancel(time, receipt);
                }
                (Told::Done, Told::Done)
            }
            Op::Refund(amount) => {
                let amount = units(amount);
                limiter.refund(now, amount);
                self.oracle.refund(time, wide(amount));
                (Told::Done, Told::Done)
            }
            Op::Force(cost) => {
                let cost = units(cost);
                let forced = limiter.force(now, cost);
                let (expected, uncharged) = self.oracle.force(time, wide(cost));
                assert_eq!(wide(forced.uncharged()), uncharged, "units not charged");
                assert_eq!(wide(forced.charged()) + uncharged, wide(cost), "a unit got lost");
                (decision(Ok(forced.grant())), expected)
            }
            Op::SetLevel(level) => {
                let level = units(level);
                let told = limiter.set_level(now, level).map_or_else(
                    |error| Told::LevelTooHigh { level: wide(error.level()), most: wide(error.most()) },
                    |()| Told::Done,
                );
                (told, self.oracle.set_level(time, wide(level)))
            }
            Op::Refresh => {
                limiter.refresh(now);
                self.oracle.refresh(time);
                (Told::Done, Told::Done)
            }
            Op::Reset => {
                limiter.reset();
                self.oracle.reset();
                (Told::Done, Told::Done)
            }
            Op::Rescale(shape) => {
                if let Some((rule, numbers)) = checked(self.make, shape) {
                    limiter.rescale(now, &rule);
                    self.oracle.rescale(time, numbers, word(&rule).horizon);
                    self.rule = rule;
                }
                (Told::Done, Told::Done)
            }
        }
    }

    fn compare_state(&mut self, step: &Step) {
        let (limiter, now) = (Limiter::from_parts(self.rule, &self.cell), self.now());
        let (remaining, level) = (self.oracle.remaining(self.time), self.oracle.level(self.time));
        let rate = self.rule.rate();
        assert_eq!(wide(self.cell.load()), self.oracle.state(), "state after {step:?} at {} under {rate:?}", self.time);
        assert_eq!(wide(limiter.remaining(now)), remaining, "remaining after {step:?}");
        assert_eq!(wide(limiter.level(now)), level, "level after {step:?}");
    }

    pub fn units(&self, amount: Amount) -> T {
        let burst: u64 = self.rule.rate().burst().into();
        T::truncate(match amount {
            Amount::Units(units) => units.into(),
            Amount::Burst(more) => burst.saturating_add_signed(more.into()),
            Amount::Share(share) => (u128::from(burst) * u128::from(share) / 256) as u64,
            Amount::Any(number) => scaled::<T>(number).into(),
            Amount::Most => u64::MAX,
        })
    }

    pub fn ticks(&self, span: Span) -> i128 {
        let rate = self.rule.rate();
        match span {
            Span::Ticks(ticks) => ticks.into(),
            Span::Any(number) => wide(scaled::<T>(number)),
            Span::Wait(more) => i128::from(self.wait) + i128::from(more),
            Span::Drain(share) => wide(rate.drain_ticks()) * i128::from(share) / 16,
            Span::Horizon(more) => wide(rate.horizon_ticks()) + i128::from(more),
            Span::Laps(laps, more) => i128::from(laps % 4) * (wide(T::MAX) + 1) + i128::from(more),
        }
    }
}

/// Makes a rule, and checks that the crate and the oracle agree on whether it can be made.
fn checked<T: Ticks, B: Bucket<Ticks = T>>(
    make: fn(Quota<T>) -> Result<B, QuotaError>,
    shape: Shape,
) -> Option<(B, Numbers)> {
    let quota = quota(shape, T::HALF.into());
    let numbers = numbers(quota);
    let rule = make(quota);
    let refused = rule.as_ref().map(|_| ()).map_err(|error| unfit(*error));
    assert_eq!(refused, numbers.check(bits::<T>()), "whether {quota:?} can be kept");
    let rule = rule.ok()?;
    assert_eq!(rule.rate().quota(), quota, "the quota as it was given");
    Some((rule, numbers))
}

pub fn numbers<T: Ticks>(quota: Quota<T>) -> Numbers {
    let [limit, period, burst, debt] = [quota.limit(), quota.period(), quota.capacity(), quota.most_debt()].map(wide);
    Numbers { limit, period, burst, debt }
}

/// A quota of this shape, whose sizes are shares of `room` sub-ticks.
pub fn quota<T: Ticks>(shape: Shape, room: u64) -> Quota<T> {
    let factor = u64::from(shape.factor.max(1));
    let [limit, period] = [shape.limit, shape.period].map(|number| {
        let number: u64 = scaled::<T>(number).into();
        number - if number > factor { number % factor } else { 0 }
    });
    let limit = limit.min(MOST_LIMIT);
    let most = room.checked_div(period / common_factor(limit, period).max(1)).unwrap_or(0);
    let size = |size, most: u64| match size {
        Size::Units(units) => u64::from(units),
        Size::Any(number) => scaled::<T>(number).into(),
        Size::Share(part) => (u128::from(most) * u128::from(part) / 65535) as u64,
    };
    let burst = size(shape.burst, most);
    let debt = size(shape.debt, most.saturating_sub(burst));
    let [limit, period, burst, debt] = [limit, period, burst, debt].map(T::truncate);
    Quota::per(limit, period).burst(burst).debt(debt)
}

fn common_factor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { common_factor(b, a % b) }
}

/// A number of any magnitude that a word of this width can have.
pub fn scaled<T: Ticks>(number: Number) -> T {
    T::truncate(number.digits >> (64 - bits::<T>() + u32::from(number.shift) % bits::<T>()))
}

fn word<T: Ticks, B: Bucket<Ticks = T>>(rule: &B) -> Word {
    Word { bits: bits::<T>(), fresh: wide(T::FRESH), horizon: wide(rule.rate().horizon()) }
}

pub fn unfit(error: QuotaError) -> Unfit {
    match error {
        QuotaError::ZeroLimit => Unfit::ZeroLimit,
        QuotaError::ZeroPeriod => Unfit::ZeroPeriod,
        QuotaError::ZeroBurst => Unfit::ZeroBurst,
        QuotaError::TooFine { .. } => Unfit::TooFine,
        QuotaError::TooLong { .. } => Unfit::TooLong,
        other => panic!("an error the oracle does not know: {other}"),
    }
}

pub fn decision<T: Ticks>(decision: Result<Grant<T>, Denied<T>>) -> Told {
    match decision {
        Ok(grant) => Told::Admitted {
            granted: wide(grant.granted()),
            remaining: wide(grant.remaining()),
            reset_after: wide(grant.reset_after()),
            delay: wide(grant.delay()),
        },
        Err(Denied::NotYet(wait)) => Told::NotYet { retry_after: wide(wait.retry_after()) },
        Err(Denied::Never(never)) => Told::Never { cost: wide(never.cost()), capacity: wide(never.capacity()) },
        Err(other) => panic!("a denial the oracle does not know: {other}"),
    }
}

pub fn wide<T: Ticks>(value: T) -> i128 {
    i128::from(value.into())
}

/// What a clock of width `T` reads at an instant.
pub fn reading<T: Ticks>(time: i128) -> T {
    T::truncate(time as u64)
}

pub fn bits<T: Ticks>() -> u32 {
    64 - T::MAX.into().leading_zeros()
}
