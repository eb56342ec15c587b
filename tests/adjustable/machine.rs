//! Random programs with changes of the quota in between, beside the naive oracle.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::Config;
use tollgate::algorithm::{Bucket, LeakyBucket, LeakyQueue, TokenBucket};
#[cfg(feature = "critical-section")]
use tollgate::cell::CriticalSection;
use tollgate::cell::{Atomic32, Atomic64, HasShared, Init, StateCell, Unsync};
use tollgate::time::Ticks;
use tollgate::{Adjustable, ChangeError, Quota, QuotaError, Reservation};

use crate::Wide;
use crate::oracle::{Numbers, Oracle, Receipt, Told, Word};
use crate::programs::machine::{bits, decision, numbers, quota, reading, scaled, unfit, wide};
use crate::programs::{Amount, Kind, Move, Number, Op, Program, Shape, Span, Step};

/// Bits of the word that name the version.
const VERSION_BITS: u32 = 2;

/// An adjustable bucket over cells that can be looked at, and the oracle, which keeps a word of two bits less.
struct Machine<'a, B: Bucket<Ticks: HasShared>, C> {
    bucket: Adjustable<B, &'a C>,
    cells: &'a [C],
    oracle: Oracle,
    numbers: Numbers,
    /// The clock as it would read if it never wrapped.
    time: Wide,
    wait: Wide,
    changes: u64,
    reservations: Vec<(Reservation<B::Ticks>, Receipt)>,
}

fn ceiling(numbers: Numbers) -> Wide {
    (numbers.burst + numbers.debt) * numbers.period / grain(numbers)
}

fn per_tick(numbers: Numbers) -> Wide {
    numbers.limit / grain(numbers)
}

fn grain(numbers: Numbers) -> Wide {
    let (mut large, mut small) = (numbers.limit, numbers.period);
    while small > 0 {
        (large, small) = (small, large % small);
    }
    large
}

/// How many sub-ticks back the word remembers: half of what it has beyond the ceiling, less one.
fn horizon<T: Ticks>(numbers: Numbers) -> Wide {
    (wide(T::HALF) - 1 - (ceiling(numbers) << VERSION_BITS) / 2) >> VERSION_BITS
}

fn word<T: Ticks>(numbers: Numbers) -> Word {
    Word { bits: bits::<T>() - VERSION_BITS, fresh: wide(T::FRESH) >> VERSION_BITS, horizon: horizon::<T>(numbers) }
}

/// A quota of this shape, most of which fit; checked against what the crate says of it.
fn checked<T: Ticks>(shape: Shape, verdict: impl FnOnce(Quota<T>) -> Result<(), QuotaError>) -> Option<Numbers> {
    let quota = quota::<T>(shape, T::HALF.into() >> VERSION_BITS);
    let numbers = numbers(quota);
    let refused = verdict(quota).map_err(unfit);
    assert_eq!(refused, numbers.check(bits::<T>() - VERSION_BITS), "whether {quota:?} can be kept");
    refused.ok().map(|()| numbers)
}

impl<'a, T, B, C> Machine<'a, B, C>
where
    T: Ticks + HasShared,
    B: Bucket<Ticks = T>,
    C: StateCell<T>,
{
    fn new(shape: Shape, start: Number, cells: &'a [C]) -> Option<Self> {
        let (mut made, mut next) = (None, cells.iter());
        let numbers = checked::<T>(shape, |quota| {
            made = Some(Adjustable::try_in_cells(quota, || next.next().unwrap())?);
            Ok(())
        })?;
        Some(Self {
            bucket: made?,
            cells,
            oracle: Oracle::new(numbers, B::PACED, word::<T>(numbers)),
            numbers,
            time: wide(scaled::<T>(start)),
            wait: 0,
            changes: 0,
            reservations: Vec::new(),
        })
    }

    fn step(&mut self, step: &Step) {
        self.time += match step.clock {
            Move::Stall => 0,
            Move::Forward(span) => self.ticks(span),
            Move::Back(span) => -self.ticks(span),
        };
        let (told, expected) = self.operate(step.op);
        assert_eq!(told, expected, "told, and expected, of {step:?} at {} under {:?}", self.time, self.numbers);
        if let Told::NotYet { retry_after } = told {
            self.wait = retry_after;
        }
        self.compare(step);
    }

    #[allow(clippy::too_many_lines)] // one arm for each operation
    fn operate(&mut self, op: Op) -> (Told, Told) {
        let (bucket, time, now) = (&self.bucket, self.time, reading::<T>(self.time));
        let units = |amount| self.units(amount);
        match op {
            Op::Acquire(cost) => {
                let cost = units(cost);
                (decision(bucket.try_acquire(now, cost)), self.oracle.acquire(time, wide(cost), 0))
            }
            Op::Leaving(cost, leave) => {
                let (cost, leave) = (units(cost), units(leave));
                let told = decision(bucket.try_acquire_leaving(now, cost, leave));
                (told, self.oracle.acquire(time, wide(cost), wide(leave)))
            }
            Op::UpTo(most) => {
                let most = units(most);
                (decision(bucket.try_acquire_up_to(now, most)), self.oracle.acquire_up_to(time, wide(most)))
            }
            Op::Peek(cost) => {
                let cost = units(cost);
                (decision(bucket.peek(now, cost)), self.oracle.clone().acquire(time, wide(cost), 0))
            }
            Op::Reserve(cost, max_wait) => {
                let (cost, max_wait) = (units(cost), T::truncate(self.ticks(max_wait).unsigned_abs() as u64));
                let reserved = bucket.reserve(now, cost, max_wait);
                let (expected, receipt) = self.oracle.reserve(time, wide(cost), wide(max_wait));
                if let (Ok(reservation), Some(receipt)) = (reserved, receipt) {
                    self.reservations.push((reservation, receipt));
                }
                (decision(reserved.map(|reservation| reservation.grant())), expected)
            }
            Op::Cancel(which) => {
                if !self.reservations.is_empty() {
                    let which = usize::from(which) % self.reservations.len();
                    let (reservation, receipt) = self.reservations.swap_remove(which);
                    bucket.cancel(now, reservation);
                    self.oracle.cancel(time, receipt);
                }
                (Told::Done, Told::Done)
            }
            Op::Refund(amount) => {
                let amount = units(amount);
                bucket.refund(now, amount);
                self.oracle.refund(time, wide(amount));
                (Told::Done, Told::Done)
            }
            Op::Force(cost) => {
                let cost = units(cost);
                let forced = bucket.force(now, cost);
                let (expected, uncharged) = self.oracle.force(time, wide(cost));
                assert_eq!(wide(forced.uncharged()), uncharged, "units not charged");
                (decision(Ok(forced.grant())), expected)
            }
            Op::SetLevel(level) => {
                let level = units(level);
                let told = bucket.set_level(now, level).map_or_else(
                    |error| Told::LevelTooHigh { level: wide(error.level()), most: wide(error.most()) },
                    |()| Told::Done,
                );
                let expected = self.oracle.set_level(time, wide(level));
                if expected == Told::Done {
                    self.settle();
                }
                (told, expected)
            }
            Op::Refresh => {
                let is_fresh = self.oracle.state() == word::<T>(self.numbers).fresh;
                bucket.refresh(now);
                self.oracle.refresh(time);
                if !is_fresh {
                    self.settle();
                }
                (Told::Done, Told::Done)
            }
            Op::Reset => {
                bucket.reset();
                self.oracle.reset();
                (Told::Done, Told::Done)
            }
            Op::Rescale(shape) => {
                self.change(shape);
                (Told::Done, Told::Done)
            }
        }
    }

    fn change(&mut self, shape: Shape) {
        let verdict = |quota| {
            self.bucket.set_quota(reading(self.time), quota).map_err(|error| match error {
                ChangeError::Quota(error) => error,
                other => panic!("an error the oracle does not know: {other}"),
            })
        };
        let Some(numbers) = checked::<T>(shape, verdict) else { return };
        self.oracle.rescale(self.time, numbers, horizon::<T>(numbers));
        self.numbers = numbers;
        self.changes += 1;
        self.settle();
    }

    /// A bucket that is set to full is full as of now.
    fn settle(&mut self) {
        let word = word::<T>(self.numbers);
        if self.oracle.state() == word.fresh {
            let range = Wide::from(1_u8) << word.bits;
            let clock = (self.time.rem_euclid(range) * per_tick(self.numbers)).rem_euclid(range);
            self.oracle.read(if clock == word.fresh { clock + 1 } else { clock }, self.time);
        }
    }

    fn compare(&mut self, step: &Step) {
        let now = reading::<T>(self.time);
        let (state, version) = split(self.cells[0].load());
        assert_eq!(state, self.oracle.state(), "state after {step:?} at {} under {:?}", self.time, self.numbers);
        assert_eq!(version, self.changes % 4, "the version");
        assert_eq!(wide(self.bucket.remaining(now)), self.oracle.remaining(self.time), "remaining after {step:?}");
        assert_eq!(wide(self.bucket.level(now)), self.oracle.level(self.time), "level after {step:?}");
        assert_eq!(numbers(self.bucket.quota()), self.numbers, "the quota after {step:?}");
    }

    fn units(&self, amount: Amount) -> T {
        let burst = self.numbers.burst as u64;
        T::truncate(match amount {
            Amount::Units(units) => units.into(),
            Amount::Burst(more) => burst.saturating_add_signed(more.into()),
            Amount::Share(share) => (u128::from(burst) * u128::from(share) / 256) as u64,
            Amount::Any(number) => scaled::<T>(number).into(),
            Amount::Most => u64::MAX,
        })
    }

    fn ticks(&self, span: Span) -> Wide {
        let per_tick = per_tick(self.numbers);
        match span {
            Span::Ticks(ticks) => ticks.into(),
            Span::Any(number) => wide(scaled::<T>(number)),
            Span::Wait(more) => self.wait + Wide::from(more),
            Span::Drain(share) => ceiling(self.numbers) / per_tick * Wide::from(share) / 16,
            Span::Horizon(more) => horizon::<T>(self.numbers) / per_tick + Wide::from(more),
            Span::Laps(laps, more) => Wide::from(laps % 4) * (wide(T::MAX) + 1) + Wide::from(more),
        }
    }
}

/// The arrival time and the version of a word.
fn split<T: Ticks>(word: T) -> (Wide, u64) {
    (wide(word) >> VERSION_BITS, word.wrapping_sub(T::FRESH).into() % 4)
}

fn run<T, C>(program: &Program)
where
    T: Ticks + HasShared,
    C: StateCell<T> + Init<T>,
{
    fn one<T, B, C>(program: &Program, cells: &[C]) -> u64
    where
        T: Ticks + HasShared,
        B: Bucket<Ticks = T>,
        C: StateCell<T>,
    {
        let Some(mut machine) = Machine::<B, C>::new(program.quota, program.start, cells) else { return 0 };
        program.steps.iter().for_each(|step| machine.step(step));
        machine.changes
    }
    let cells = [const { C::FRESH }; 22];
    match program.kind {
        Kind::TokenBucket => one::<T, TokenBucket<T>, C>(program, &cells),
        Kind::LeakyBucket => one::<T, LeakyBucket<T>, C>(program, &cells),
        Kind::LeakyQueue => one::<T, LeakyQueue<T>, C>(program, &cells),
    };
}

fn programs() -> impl Strategy<Value = Program> {
    vec(any::<u8>(), 48..1_500).prop_map(|bytes| Program::from_bytes(&bytes))
}

proptest! {
    #![proptest_config(Config { cases: 1_500, failure_persistence: None, ..Config::default() })]

    #[test]
    fn decides_as_the_oracle_in_a_plain_cell(program in programs()) {
        run::<u32, Unsync<u32>>(&program);
        run::<u64, Unsync<u64>>(&program);
    }

    #[test]
    fn decides_as_the_oracle_in_an_atomic_cell(program in programs()) {
        run::<u32, Atomic32>(&program);
        run::<u64, Atomic64>(&program);
    }

    #[cfg(feature = "critical-section")]
    #[test]
    fn decides_as_the_oracle_in_a_critical_section(program in programs()) {
        run::<u32, CriticalSection<u32>>(&program);
        run::<u64, CriticalSection<u64>>(&program);
    }

    /// Where the arrival time meets the words of a bucket never used, under every version.
    #[test]
    fn a_word_that_is_taken_is_never_early(
        short in 0_u32..12, period in 1_u32..8, burst in 4_u32..9, changes in 0_u32..5,
        steps in vec((0_u32..6, 0_u32..4), 1..20),
    ) {
        let number = |number: u32| Number { digits: u64::from(number) << 32, shift: 0 };
        let shape = Shape {
            limit: number(1), period: number(period), factor: 1,
            burst: crate::programs::Size::Units(burst as u8), debt: crate::programs::Size::Units(1),
        };
        let (shape, start) = (shape, number((u32::FRESH >> VERSION_BITS) - short));
        let cells = [const { Unsync::<u32>::fresh() }; 22];
        let mut machine = Machine::<TokenBucket<u32>, _>::new(shape, start, &cells).unwrap();
        for _ in 0..changes {
            machine.change(shape);
        }
        for (ticks, cost) in steps {
            machine.step(&Step {
                clock: Move::Forward(Span::Ticks(ticks as u8)),
                op: if cost == 0 { Op::Refresh } else { Op::Acquire(Amount::Units(cost as u8)) },
            });
        }
    }
}
