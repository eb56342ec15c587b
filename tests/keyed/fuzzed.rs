//! Random programs on a small table, beside a map of naive limits of one key each, for the fuzzer and for the test that
//! replays what it has kept.
//!
//! The clock goes on, wraps, and sleeps for long; it never steps back, for then a table may have given slots away.

use std::collections::BTreeMap;

use arbitrary::{Arbitrary, Result, Unstructured};
use tollgate::algorithm::{Algorithm, TokenBucket};
use tollgate::cell::{Init, StateCell, Unsync};
use tollgate::keyed::{Admitted, Answer, Full, Line, Refused, Set, SipHash, Table};
use tollgate::time::Ticks;
use tollgate::{Denied, Quota};

type Bytes<'a, 'b> = &'a mut Unstructured<'b>;

/// As many as find no slot in the largest table.
const KEYS: u8 = 40;
/// The most units in a rule, the longest period, and the farthest that the clock goes at once.
const MOST: u64 = 12;
const LONGEST: u64 = 400;
const FARTHEST: u64 = 3 * LONGEST;

#[derive(Debug)]
struct Program {
    sets: usize,
    /// Those of class 0, of class 1, and of the limit shared by keys without a slot: limit, period, burst.
    rules: [[u64; 3]; 3],
    full: Choice,
    start: u64,
    steps: Vec<Step>,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Choice {
    Refuse,
    Admit,
    Overflow,
}

#[derive(Debug)]
enum Step {
    /// The clock goes on.
    On(u64),
    /// It goes on for long, and the table is refreshed before and after.
    Sleep(u64),
    Refresh,
    Key(u8, usize, Op),
}

#[derive(Debug)]
enum Op {
    Acquire { cost: u64, leave: u64 },
    UpTo(u64),
    Peek(u64),
    Refund(u64),
    Reset,
    Remove,
}

/// Runs the program that some bytes spell on both widths.
///
/// # Panics
///
/// Where the table does not do what it promises.
pub fn run(bytes: &[u8]) {
    let program = program(&mut Unstructured::new(bytes)).expect("missing bytes are read as zeros");
    on::<u32>(&program);
    on::<u64>(&program);
}

fn program(bytes: Bytes) -> Result<Program> {
    let sets = bytes.int_in_range(1..=4)?;
    let mut rules = [[0; 3]; 3];
    for rule in &mut rules {
        *rule = [bytes.int_in_range(1..=MOST)?, bytes.int_in_range(1..=LONGEST)?, bytes.int_in_range(1..=MOST)?];
    }
    let full = Choice::arbitrary(bytes)?;
    let start =
        if bool::arbitrary(bytes)? { u64::arbitrary(bytes)? } else { u64::MAX - bytes.int_in_range(0..=2_000)? };
    let mut steps = Vec::new();
    while !bytes.is_empty() && steps.len() < 400 {
        steps.push(step(bytes)?);
    }
    Ok(Program { sets, rules, full, start, steps })
}

fn step(bytes: Bytes) -> Result<Step> {
    Ok(match bytes.int_in_range(0..=31_u8)? {
        0..=5 => Step::On(bytes.int_in_range(0..=FARTHEST)?),
        6 => Step::Sleep(bytes.int_in_range(0..=1 << 26)?),
        7 => Step::Refresh,
        kind => Step::Key(bytes.int_in_range(0..=KEYS - 1)?, bytes.int_in_range(0..=1)?, op(kind, bytes)?),
    })
}

fn op(kind: u8, bytes: Bytes) -> Result<Op> {
    let units = |bytes: Bytes| bytes.int_in_range(0..=MOST + 1);
    Ok(match kind {
        8 | 9 => Op::Refund(units(bytes)?),
        10 => Op::Reset,
        11 => Op::Remove,
        12 | 13 => Op::Peek(units(bytes)?),
        14 | 15 => Op::UpTo(units(bytes)?),
        16 | 17 => Op::Acquire { cost: units(bytes)?, leave: units(bytes)? },
        _ => Op::Acquire { cost: units(bytes)?, leave: 0 },
    })
}

/// A word that rules are made for.
trait Width: Line + Ticks {
    fn rule(quota: Quota<Self>) -> TokenBucket<Self>;
}

impl Width for u32 {
    fn rule(quota: Quota<Self>) -> TokenBucket<Self> {
        TokenBucket::<u32>::try_new(quota).expect("a small quota")
    }
}

impl Width for u64 {
    fn rule(quota: Quota<Self>) -> TokenBucket<Self> {
        TokenBucket::<u64>::try_new(quota).expect("a small quota")
    }
}

fn on<T: Width>(program: &Program)
where
    TokenBucket<T>: Algorithm<Ticks = T> + Copy,
    Unsync<T>: StateCell<T> + Init<T>,
{
    let [free, paid, shared] = program.rules.map(|numbers| {
        let [limit, period, burst] = numbers.map(T::truncate);
        T::rule(Quota::per(limit, period).burst(burst))
    });
    let full = match program.full {
        Choice::Refuse => Full::Refuse,
        Choice::Admit => Full::Admit,
        Choice::Overflow => Full::Overflow(shared),
    };
    let sets: Vec<_> = (0..program.sets).map(|_| Set::fresh()).collect();
    let mut machine = Machine {
        table: Table::over(sets, [free, paid], SipHash::new([1, 2])).when_full(full),
        rules: program.rules,
        time: wide(T::truncate(program.start)).into(),
        keys: BTreeMap::new(),
        overflow: Naive::new::<T>(program.rules[2]),
        found_full: 0,
    };
    for step in &program.steps {
        machine.step(step);
        machine.check_keys_in_use(step);
    }
}

type Sets<T> = Vec<Set<T, Unsync<T>>>;

/// A table, and what it is to do.
struct Machine<T: Width>
where
    TokenBucket<T>: Algorithm<Ticks = T>,
    Unsync<T>: StateCell<T>,
{
    table: Table<TokenBucket<T>, Sets<T>, SipHash, 2>,
    rules: [[u64; 3]; 3],
    time: i128,
    /// By name and class.
    keys: BTreeMap<(u8, usize), Naive>,
    overflow: Naive,
    found_full: u64,
}

impl<T: Width> Machine<T>
where
    TokenBucket<T>: Algorithm<Ticks = T>,
    Unsync<T>: StateCell<T>,
{
    fn now(&self) -> T {
        T::truncate(self.time as u64)
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::On(ticks) => self.time += i128::from(*ticks),
            Step::Sleep(ticks) => {
                self.table.refresh(self.now());
                self.time += i128::from(*ticks);
                self.table.refresh(self.now());
            }
            Step::Refresh => self.table.refresh(self.now()),
            Step::Key(name, class, op) => self.operate(*name, *class, op),
        }
    }

    fn operate(&mut self, name: u8, class: usize, op: &Op) {
        let (time, now, units) = (self.time, self.now(), T::truncate);
        let in_use = self.keys.values().filter(|naive| naive.backlog(time) > 0).count();
        let key = self.table.key(&name).of_class(class).expect("there are two");
        let own = self.keys.entry((name, class)).or_insert_with(|| Naive::new::<T>(self.rules[class]));
        let asked = match *op {
            Op::Acquire { cost, leave } => {
                let looked = (leave == 0).then(|| key.peek(now, units(cost)));
                let answer = key.try_acquire_leaving(now, units(cost), units(leave));
                assert!(looked.is_none_or(|looked| looked == answer), "{looked:?} looked, but {answer:?}");
                Some((answer, Naive::acquire as Ask, cost, leave))
            }
            Op::UpTo(most) => Some((key.try_acquire_up_to(now, units(most)), Naive::up_to as Ask, most, 0)),
            Op::Peek(cost) => {
                let (answer, expected) = (key.peek(now, units(cost)), own.clone().acquire(time, cost, 0));
                assert!(is_full(&answer) || told(answer) == expected, "{answer:?}, and expected {expected:?}");
                None
            }
            Op::Refund(amount) => {
                key.refund(now, units(amount));
                own.refund(time, amount);
                None
            }
            Op::Reset => {
                key.reset();
                own.level = 0;
                None
            }
            Op::Remove => {
                key.remove();
                own.level = 0;
                None
            }
        };
        if let Some((answer, ask, cost, leave)) = asked {
            let charged = match answer {
                Ok(Admitted::Uncounted) | Err(Refused::Full(_)) => None,
                Ok(Admitted::Overflow(_)) | Err(Refused::Overflow(_)) => Some(&mut self.overflow),
                _ => Some(&mut *own),
            };
            let expected = charged.map(|naive| ask(naive, time, cost, leave));
            let told = expected.as_ref().map(|_| told(answer));
            assert_eq!(told, expected, "told, and expected, of {op:?} by key {name} of class {class} at {time}");
            if is_full(&answer) {
                self.found_full += 1;
                assert_eq!(own.backlog(time), 0, "key {name} of class {class} is in use, but found no slot");
                let candidates = self.table.capacity().min(8);
                assert!(in_use >= candidates, "found full with {in_use} keys in use");
            }
            if let Err(Refused::Full(wait)) = answer {
                // So long and no longer, if nobody asks: looking writes nothing.
                let free_at = now.wrapping_add(wait.retry_after());
                let before = key.peek(free_at.wrapping_sub(T::ONE), T::ONE);
                assert!(is_full(&before), "free before {wait:?} are over: {before:?}");
                let then = key.peek(free_at, T::ONE);
                assert!(!is_full(&then), "not free when {wait:?} are over: {then:?}");
            }
        }
        assert_eq!(wide(key.remaining(now)), own.remaining(time), "remaining after {op:?} at {time}");
        assert_eq!(wide(self.table.found_full()), self.found_full, "how often the table was found full");
    }

    /// The table holds those keys that have not drained, and no others.
    fn check_keys_in_use(&self, step: &Step) {
        let told = self.table.in_use(self.now());
        let mut told: Vec<_> =
            told.map(|usage| (usage.fingerprint(), usage.class(), wide(usage.remaining()))).collect();
        let not_drained = self.keys.iter().filter(|(_, naive)| naive.backlog(self.time) > 0);
        let mut expected: Vec<_> = not_drained
            .map(|((name, class), naive)| {
                let key = self.table.key(name).of_class(*class).expect("there are two");
                (key.fingerprint(), *class, naive.remaining(self.time))
            })
            .collect();
        told.sort_unstable();
        expected.sort_unstable();
        assert_eq!(told, expected, "the keys in use after {step:?} at {}", self.time);
    }
}

fn wide<T: Ticks>(value: T) -> u64 {
    value.into()
}

fn is_full<T: Ticks>(answer: &Answer<T>) -> bool {
    match answer {
        Ok(admitted) => admitted.is_full(),
        Err(refused) => refused.is_full(),
    }
}

/// What a caller is told.
#[derive(Debug, PartialEq, Eq)]
enum Told {
    Admitted { granted: u64, remaining: u64, reset_after: u64 },
    NotYet { retry_after: u64 },
    Never { capacity: u64 },
}

fn told<T: Ticks>(answer: Answer<T>) -> Told {
    match answer {
        Ok(admitted) => {
            let grant = admitted.grant().expect("a limit was charged");
            let [granted, remaining, reset_after] = [grant.granted(), grant.remaining(), grant.reset_after()].map(wide);
            Told::Admitted { granted, remaining, reset_after }
        }
        Err(refused) => match refused.into_denied() {
            Denied::NotYet(wait) => Told::NotYet { retry_after: wide(wait.retry_after()) },
            Denied::Never(never) => Told::Never { capacity: wide(never.capacity()) },
            other => panic!("a denial that the oracle does not know: {other}"),
        },
    }
}

type Ask = fn(&mut Naive, i128, u64, u64) -> Told;

/// A leaky bucket as it is drawn on a blackboard: a level in drops, of which `leak` run out each tick, and a unit is
/// `unit`. Time is unbounded and only goes on.
#[derive(Clone, Debug)]
struct Naive {
    leak: i128,
    unit: i128,
    burst: i128,
    level: i128,
    at: i128,
    /// Two words that no state may be: a level that would be kept in one of them is a drop more.
    forbidden: [i128; 2],
    lap: i128,
}

impl Naive {
    fn new<T: Ticks>([limit, period, burst]: [u64; 3]) -> Self {
        let common = (1..=limit).rev().find(|n| limit % n == 0 && period % n == 0).expect("1 is");
        let [leak, unit, burst] = [limit / common, period / common, burst].map(i128::from);
        let forbidden = [T::FRESH, T::TAKEN].map(|word| i128::from(wide(word)));
        Self { leak, unit, burst, level: 0, at: 0, forbidden, lap: i128::from(wide(T::MAX)) + 1 }
    }

    fn backlog(&self, time: i128) -> i128 {
        (self.level - (time - self.at) * self.leak).max(0)
    }

    fn remaining(&self, time: i128) -> u64 {
        ((self.burst * self.unit - self.backlog(time)) / self.unit).max(0) as u64
    }

    fn fill_to(&mut self, time: i128, level: i128) {
        (self.level, self.at) = (level, time);
        while self.forbidden.contains(&(time * self.leak + self.level).rem_euclid(self.lap)) {
            self.level += 1;
        }
    }

    fn acquire(&mut self, time: i128, cost: u64, leave: u64) -> Told {
        let backlog = self.backlog(time);
        let capacity = (self.burst - i128::from(leave)).max(0);
        let filled = backlog + i128::from(cost) * self.unit;
        if cost > 0 && i128::from(cost) > capacity {
            return Told::Never { capacity: capacity as u64 };
        }
        if cost > 0 && filled > capacity * self.unit {
            return Told::NotYet { retry_after: self.ticks(filled - capacity * self.unit) };
        }
        if cost > 0 {
            self.fill_to(time, filled);
        }
        let reset_after = self.ticks(self.backlog(time));
        Told::Admitted { granted: cost, remaining: self.remaining(time), reset_after }
    }

    fn up_to(&mut self, time: i128, most: u64, leave: u64) -> Told {
        self.acquire(time, most.min(self.remaining(time).max(1)), leave)
    }

    fn refund(&mut self, time: i128, units: u64) {
        let backlog = self.backlog(time);
        let back = (i128::from(units) * self.unit).min(backlog);
        if back > 0 {
            self.fill_to(time, backlog - back);
        }
    }

    fn ticks(&self, drops: i128) -> u64 {
        (drops as u64).div_ceil(self.leak as u64)
    }
}

#[test]
fn fuzz_inputs_replay() {
    inputs::replay("keyed", run);
}

#[cfg(test)]
#[path = "../fuzz_inputs/mod.rs"]
mod inputs;
