//! Random programs of operations and clock readings, run side by side on a window and on the oracle.

use proptest::prelude::*;
use tollgate::cell::{HasShared, StateCell};
use tollgate::time::Ticks;
use tollgate::{Decision, Denied, Quota, RollingWindow};

use crate::oracle::{Oracle, Told};

/// The most slots that are tried.
pub const SLOTS: usize = 12;

#[derive(Clone, Copy, Debug)]
pub enum Op {
    Acquire(u64),
    Leaving(u64, u64),
    UpTo(u64),
    Peek(u64),
    /// Acquires, and gives back a part at once.
    LostRace(u64, u64),
    /// Gives back some of the newest.
    Refund(u64),
    Refresh,
    Reset,
}

/// How the clock moves before an operation, in periods of 1/8 and in ticks.
#[derive(Clone, Copy, Debug)]
pub enum Move {
    On {
        eighths: i64,
        ticks: i64,
    },
    /// Exactly to the end of the last wait that was told, or one tick before it.
    ToRetry {
        early: bool,
    },
    /// As far as may be without a fault.
    Silence,
    Back {
        eighths: i64,
        ticks: i64,
    },
}

#[derive(Clone, Debug)]
pub struct Program {
    pub limit: u64,
    pub period: u64,
    pub start: u64,
    pub steps: Vec<(Move, Op)>,
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        8 => (0..6_u64).prop_map(Op::Acquire),
        1 => (0..u64::from(u32::MAX)).prop_map(Op::Acquire),
        2 => (0..4_u64, 0..14_u64).prop_map(|(cost, leave)| Op::Leaving(cost, leave)),
        2 => (0..15_u64).prop_map(Op::UpTo),
        2 => (0..14_u64).prop_map(Op::Peek),
        1 => (1..6_u64, 0..6_u64).prop_map(|(cost, back)| Op::LostRace(cost, back)),
        1 => (0..6_u64).prop_map(Op::Refund),
        1 => prop_oneof![4 => Just(Op::Refresh), 1 => Just(Op::Reset)],
    ]
}

fn forward() -> impl Strategy<Value = Move> {
    prop_oneof![
        4 => Just(Move::On { eighths: 0, ticks: 0 }),
        6 => (0..12_i64, -2..3_i64).prop_map(|(eighths, ticks)| Move::On { eighths, ticks: ticks + 2 }),
        3 => any::<bool>().prop_map(|early| Move::ToRetry { early }),
        1 => Just(Move::Silence),
    ]
}

fn either_way() -> impl Strategy<Value = Move> {
    prop_oneof![5 => forward(), 2 => (0..30_i64, 0..4_i64).prop_map(|(eighths, ticks)| Move::Back { eighths, ticks })]
}

/// Programs on a clock of `bits`; `longest` is the longest period.
fn program(bits: u32, moves: impl Strategy<Value = Move>, longest: u64) -> impl Strategy<Value = Program> {
    let word = u64::MAX >> (64 - bits);
    let period = prop_oneof![1..200_u64, 1..=longest, Just(longest)];
    let start = prop_oneof![Just(0), (0..3_000_u64).prop_map(move |before| word - before), 0..=word];
    let steps = prop::collection::vec((moves, op()), 1..120);
    (1..=SLOTS as u64, period, start, steps).prop_map(|(limit, period, start, steps)| Program {
        limit,
        period,
        start,
        steps,
    })
}

/// Programs on a clock that only moves on, by less than what it is allowed to be silent.
pub fn faultless(bits: u32) -> impl Strategy<Value = Program> {
    program(bits, forward(), 1 << (bits - 4))
}

/// Programs on a clock that also steps back.
pub fn faulty(bits: u32) -> impl Strategy<Value = Program> {
    program(bits, either_way(), 1 << (bits - 7))
}

pub fn told<T: Ticks>(decision: Decision<T>) -> Told {
    let wide = |value: T| i128::from(Into::<u64>::into(value));
    match decision {
        Ok(grant) => Told::Admitted {
            granted: wide(grant.granted()),
            remaining: wide(grant.remaining()),
            reset_after: wide(grant.reset_after()),
        },
        Err(Denied::NotYet(wait)) => Told::NotYet(wide(wait.retry_after())),
        Err(Denied::Never(never)) => Told::Never { capacity: wide(never.capacity()) },
        Err(other) => panic!("a window does not answer {other}"),
    }
}

/// The clock of a program: never further back than it may step from where it has been, and never silent for too long.
struct Clock {
    now: i128,
    furthest: i128,
    last_used: i128,
    back_at_most: i128,
    silent_at_most: i128,
    told: i128,
}

impl Clock {
    fn new(program: &Program, bits: u32) -> Self {
        let sixteenth = 1_i128 << (bits - 4);
        let back_at_most =
            if program.steps.iter().any(|(to, _)| matches!(to, Move::Back { .. })) { sixteenth / 2 } else { 0 };
        let silent_at_most = if back_at_most > 0 { sixteenth } else { 3 * sixteenth - 1 };
        // A turn of the word is added, so that steps back stay positive.
        let now = i128::from(program.start) + (1 << bits);
        Self { now, furthest: now, last_used: now, back_at_most, silent_at_most, told: 1 }
    }

    fn go(&mut self, to: Move, period: i128) {
        let to = match to {
            Move::On { eighths, ticks } => self.now + period * i128::from(eighths) / 8 + i128::from(ticks),
            Move::ToRetry { early } => self.now + self.told - i128::from(early),
            Move::Silence => i128::MAX,
            Move::Back { eighths, ticks } => self.now - period * i128::from(eighths) / 8 - i128::from(ticks),
        };
        self.now = to.min(self.last_used + self.silent_at_most).max(self.furthest - self.back_at_most);
        self.furthest = self.furthest.max(self.now);
    }
}

/// Runs a program and compares every answer with the oracle's. Returns the admissions that were kept, each in units
/// and in the clock's forward progress.
pub fn agree<T: HasShared, C: StateCell<T>>(
    program: &Program,
    cell: impl FnMut() -> C,
) -> Result<Vec<i128>, TestCaseError> {
    let cut = |wide: i128| T::truncate(wide as u64);
    let quota = Quota::per(T::truncate(program.limit), T::truncate(program.period));
    let window = RollingWindow::<T, SLOTS, C>::try_in_cells(quota, cell).unwrap();
    let (limit, period) = (i128::from(program.limit), i128::from(program.period));
    let mut oracle = Oracle::new(limit, period);
    let mut clock = Clock::new(program, T::BITS);
    let (mut progress, mut admissions) = (0, Vec::new());
    for &(to, op) in &program.steps {
        let before = clock.now;
        clock.go(to, period);
        progress += (clock.now - before).max(0);
        let wide = clock.now;
        let now = cut(wide);
        let mut keep = |told: Told, given_back: i128| {
            if let Told::Admitted { granted, .. } = told {
                admissions.extend((given_back..granted).map(|_| progress));
            }
        };
        let (ours, theirs) = match op {
            Op::Acquire(cost) => {
                (told(window.try_acquire(now, T::truncate(cost))), oracle.acquire(wide, cost.into(), 0))
            }
            Op::Leaving(cost, leave) => (
                told(window.try_acquire_leaving(now, T::truncate(cost), T::truncate(leave))),
                oracle.acquire(wide, cost.into(), leave.into()),
            ),
            Op::UpTo(most) => {
                (told(window.try_acquire_up_to(now, T::truncate(most))), oracle.acquire_up_to(wide, most.into()))
            }
            Op::Peek(cost) => (told(window.peek(now, T::truncate(cost))), oracle.peek(wide, cost.into(), 0)),
            Op::LostRace(cost, back) => {
                let (ours, theirs) =
                    (told(window.try_acquire(now, T::truncate(cost))), oracle.acquire(wide, cost.into(), 0));
                if let Told::Admitted { granted, .. } = ours {
                    let back = granted.min(back.into());
                    prop_assert_eq!(window.refund(now, cut(back)), cut(oracle.refund(wide, back)));
                    keep(ours, back);
                }
                (ours, theirs)
            }
            Op::Refund(units) => {
                prop_assert_eq!(window.refund(now, T::truncate(units)), cut(oracle.refund(wide, units.into())));
                admissions.clear(); // which of them are to be counted is not known here
                continue;
            }
            Op::Refresh => {
                window.refresh(now);
                clock.last_used = wide;
                continue;
            }
            Op::Reset => {
                window.reset();
                oracle.reset();
                admissions.clear();
                continue;
            }
        };
        prop_assert_eq!(ours, theirs, "{:?} at {} in {:?}", op, wide, program);
        prop_assert_eq!(window.remaining(now), cut(oracle.remaining(wide)));
        match (ours, op) {
            (Told::NotYet(wait), _) => clock.told = wait,
            (Told::Admitted { granted: 1.., .. }, Op::Acquire(_) | Op::Leaving(..) | Op::UpTo(_)) => {
                keep(ours, 0);
                clock.last_used = wide;
            }
            (Told::Admitted { granted: 1.., .. }, Op::LostRace(..)) => clock.last_used = wide,
            _ => {}
        }
    }
    Ok(admissions)
}
