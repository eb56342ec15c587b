//! Any program of requests and responses, whatever these say: both widths, any reading to start with.

use proptest::prelude::*;
use tollgate::Quota;
use tollgate::cell::HasShared;
use tollgate::client::{Feedback, Holds, Mirror, Reading, Response, Sent, Trust};
use tollgate::time::Ticks;

const UNLESS_TOLD: u64 = 50;
const LONGEST: u64 = 3_000;
const BUCKET: (u64, u64, u64) = (1, 90, 6); // one unit in 90 ticks, 6 at once
const WINDOW: (u64, u64) = (8, 1_000);
const NAMES: [&str; 4] = ["bucket", "window", "unknown", "other"];

#[derive(Clone, Debug)]
enum Op {
    Send(u64),
    Hear(Heard),
    Forward(u64),
}

/// A response to one of the last requests.
#[derive(Clone, Debug)]
struct Heard {
    back: usize,
    refuses: bool,
    wait: Option<u64>,
    readings: Vec<Said>,
}

#[derive(Clone, Debug)]
struct Said {
    name: Option<usize>,
    numbers: [Option<u64>; 5],
    is_refusing: bool,
}

fn number() -> impl Strategy<Value = Option<u64>> {
    prop_oneof![3 => Just(None), 4 => (0..12_u64).prop_map(Some), 2 => (0..5_000_u64).prop_map(Some), 1 => any::<u64>().prop_map(Some)]
}

fn said() -> impl Strategy<Value = Said> {
    let numbers = [number(), number(), number(), number(), number()];
    (proptest::option::of(0..4_usize), numbers, any::<bool>()).prop_map(|(name, numbers, is_refusing)| Said {
        name,
        numbers,
        is_refusing,
    })
}

fn heard() -> impl Strategy<Value = Heard> {
    (0..4_usize, any::<bool>(), number(), proptest::collection::vec(said(), 0..3))
        .prop_map(|(back, refuses, wait, readings)| Heard { back, refuses, wait, readings })
}

fn program() -> impl Strategy<Value = Vec<Op>> {
    let op = prop_oneof![
        4 => (0..4_u64).prop_map(Op::Send),
        2 => heard().prop_map(Op::Hear),
        3 => (0..300_u64).prop_map(Op::Forward),
        1 => (0..4_000_u64).prop_map(Op::Forward),
    ];
    proptest::collection::vec(op, 1..60)
}

fn start() -> impl Strategy<Value = u64> {
    prop_oneof![any::<u64>(), (0..9_000_u64).prop_map(|before| u64::MAX - before)]
}

fn word<T: Ticks>(value: u64) -> T {
    T::truncate(value)
}

/// A client, the clock, and what is still to be answered.
struct Run<T: HasShared> {
    feedback: Feedback<T, 3>,
    start: u64,
    elapsed: u64,
    sent: Vec<Sent<T>>,
    /// By when and how much was sent.
    log: Vec<(u64, u64)>,
}

impl<T: HasShared> Run<T> {
    fn new(start: u64, trust: Trust) -> Self {
        let (limit, period, burst) = BUCKET;
        let levels = [
            Mirror::try_bucket(NAMES[0], Quota::per(word(limit), word(period)).burst(word(burst))).unwrap(),
            Mirror::try_window(NAMES[1], Quota::per(word(WINDOW.0), word(WINDOW.1))).unwrap(),
            Mirror::unknown(NAMES[2]),
        ];
        let holds = Holds::try_new(word(UNLESS_TOLD), word(LONGEST)).unwrap();
        let feedback = Feedback::new(levels, holds).trusting(trust);
        Self { feedback, start, elapsed: 0, sent: Vec::new(), log: Vec::new() }
    }

    fn now(&self) -> T {
        word(self.start.wrapping_add(self.elapsed))
    }

    fn is_ready(&mut self, cost: u64) -> bool {
        self.feedback.poll(self.now(), word(cost)).is_ready()
    }

    /// Whether it was sent.
    fn send(&mut self, cost: u64) -> bool {
        let sent = self.feedback.send(self.now(), word(cost));
        if let Ok(sent) = sent {
            self.sent.push(sent);
            self.log.push((self.elapsed, cost));
        }
        sent.is_ok()
    }

    /// False if nothing was sent so far.
    fn hear(&mut self, heard: &Heard) -> bool {
        let Some(sent) = self.sent.iter().rev().nth(heard.back).or(self.sent.first()) else { return false };
        let response = if heard.refuses { Response::refusing(*sent) } else { Response::to(*sent) };
        let response = heard.wait.map_or(response, |wait| response.waiting(word(wait)));
        let readings = heard.readings.iter().map(|said| {
            let [limit, used, remaining, period, reset] = said.numbers.map(|number| number.map(word));
            let name = said.name.and_then(|name| NAMES.get(name)).map(|name| name.as_bytes());
            let is_refusing = said.is_refusing && heard.refuses;
            Reading { name, limit, used, remaining, period, reset, is_refusing, ..Reading::NOTHING }
        });
        let _ = self.feedback.observe(self.now(), &response, readings);
        true
    }

    fn step(&mut self, op: &Op) {
        match op {
            Op::Send(cost) => drop(self.send(*cost)),
            Op::Hear(heard) => drop(self.hear(heard)),
            Op::Forward(ticks) => self.elapsed += ticks,
        }
    }
}

/// Whether what was sent keeps within the quotas of the bucket and of the window, in whole numbers.
fn keeps_to_quotas(log: &[(u64, u64)]) -> bool {
    let (limit, period, burst) = BUCKET;
    log.iter().enumerate().all(|(first, (begin, _))| {
        let mut units = 0;
        log[first..].iter().all(|(at, cost)| {
            units += cost;
            let in_window = at - begin >= WINDOW.1 || units <= WINDOW.0;
            in_window && units * period <= burst * period + (at - begin) * limit
        })
    })
}

/// How long nothing may be sent after this, at least.
fn least_hold(heard: &Heard) -> u64 {
    let told = heard.wait.filter(|wait| *wait > 0);
    let has_reset = heard.readings.iter().any(|said| said.numbers[4].is_some());
    match (heard.refuses, told) {
        (_, Some(wait)) => wait.min(LONGEST),
        (true, None) if !has_reset => UNLESS_TOLD,
        (true, None) => 1,
        (false, None) => 0,
    }
}

fn never_looser<T: HasShared>(start: u64, program: &[Op]) -> Result<(), TestCaseError> {
    let (mut run, mut plain) = (Run::<T>::new(start, Trust::Stricter), Run::<T>::new(start, Trust::Stricter));
    let mut held_until = 0;
    for op in program {
        let ready = [0, 1, 5].map(|cost| run.is_ready(cost));
        if run.elapsed < held_until {
            prop_assert_eq!(ready, [false; 3], "ready during a hold");
        }
        if ready[1] {
            prop_assert!(plain.is_ready(1), "looser than without");
        }
        match op {
            Op::Send(cost) if run.send(*cost) => prop_assert!(plain.send(*cost), "looser than without"),
            Op::Hear(heard) if run.hear(heard) => {
                // Only as much of a wait counts as the word holds.
                let wait = heard.wait.map(|wait| word::<T>(wait).into());
                held_until = held_until.max(run.elapsed + least_hold(&Heard { wait, ..heard.clone() }));
            }
            Op::Forward(ticks) => (run.elapsed, plain.elapsed) = (run.elapsed + ticks, plain.elapsed + ticks),
            Op::Send(_) | Op::Hear(_) => {}
        }
    }
    prop_assert!(keeps_to_quotas(&run.log), "more than the quota: {:?}", run.log);

    it_ends(run, Trust::Stricter)
}

/// By then any hold is over, and whatever counts is forgotten; and nobody is told to wait longer than he has to, or shorter but for a
/// limit or a window that ends meanwhile.
fn it_ends<T: HasShared>(mut run: Run<T>, trust: Trust) -> Result<(), TestCaseError> {
    let longest = LONGEST + WINDOW.1 + WINDOW.1 / 30 + BUCKET.1 * BUCKET.2;
    let mut waited = 0;
    while let Some(wait) = run.feedback.poll(run.now(), word(1)).wait().map(Into::into).filter(|wait| *wait > 0) {
        let is_lowered = run.feedback.levels().iter().any(|level| level.limit() < level.own_limit());
        run.elapsed += wait - 1;
        prop_assert!(is_lowered || !run.is_ready(1), "told to wait too long");
        run.elapsed += 1;
        prop_assert!(is_lowered || trust == Trust::Server || run.is_ready(1), "told to wait too short");
        waited += wait;
        prop_assert!(waited <= longest, "wedged");
    }
    prop_assert!(run.is_ready(1));
    Ok(())
}

fn ends_if_trusted<T: HasShared>(start: u64, program: &[Op]) -> Result<(), TestCaseError> {
    let mut run = Run::<T>::new(start, Trust::Server);
    for op in program {
        run.step(op);
    }
    it_ends(run, Trust::Server)
}

fn only_ever_stricter<T: HasShared>(
    trust: Trust,
    start: u64,
    program: &[Op],
    more: &Heard,
    steps: &[u64],
) -> Result<(), TestCaseError> {
    let (mut told, mut untold) = (Run::<T>::new(start, trust), Run::<T>::new(start, trust));
    for op in program {
        told.step(op);
        untold.step(op);
    }
    told.hear(more);
    for step in steps {
        (told.elapsed, untold.elapsed) = (told.elapsed + step, untold.elapsed + step);
        for cost in [1, 3, 6] {
            prop_assert!(!told.is_ready(cost) || untold.is_ready(cost), "{cost} units, {} ticks on", told.elapsed);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn never_looser_than_our_own_quota_never_ready_in_a_hold_and_never_wedged(start in start(), program in program()) {
        never_looser::<u32>(start, &program)?;
        never_looser::<u64>(start, &program)?;
    }

    #[test]
    fn nor_wedged_by_a_server_that_is_trusted(start in start(), program in program()) {
        ends_if_trusted::<u32>(start, &program)?;
        ends_if_trusted::<u64>(start, &program)?;
    }

    #[test]
    fn a_response_never_makes_ready_what_was_not(
        start in start(), program in program(), more in heard(), steps in proptest::collection::vec(0..200_u64, 30),
    ) {
        only_ever_stricter::<u32>(Trust::Stricter, start, &program, &more, &steps)?;
        only_ever_stricter::<u64>(Trust::Stricter, start, &program, &more, &steps)?;
    }

    #[test]
    fn nor_does_an_older_one_of_a_server_that_is_trusted(
        start in start(), program in program(), newest in heard(), more in heard(),
        steps in proptest::collection::vec(0..200_u64, 30),
    ) {
        let mut program = program;
        program.extend([Op::Forward(4_000), Op::Send(1), Op::Send(1), Op::Hear(Heard { back: 0, ..newest })]);
        let older = Heard { back: more.back + 1, ..more };
        only_ever_stricter::<u32>(Trust::Server, start, &program, &older, &steps)?;
        only_ever_stricter::<u64>(Trust::Server, start, &program, &older, &steps)?;
    }
}
