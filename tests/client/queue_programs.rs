//! Any program of a request queue, against one that is written down as simply as can be.

use std::collections::BTreeMap;

use proptest::prelude::*;
use tollgate::client::{Handle, Job, Next, Poll, RequestQueue};
use tollgate::time::Ticks;

use crate::clock::{Clock, Move, moves, start};

const ROOM: usize = 5;
const ENDPOINTS: usize = 3;

#[derive(Clone, Copy, Debug)]
enum Op {
    Push {
        endpoint: usize,
        priority: u8,
        within: Option<u64>,
    },
    /// What the endpoints say, and whether to begin what is ready and take what is over.
    Poll([Says; ENDPOINTS], bool),
    /// Of all requests there ever were, any.
    Begin(usize),
    PutBack(usize),
    PutBackAll,
    Take(usize),
    Cancel(usize),
    Go(Move),
    /// Endpoints are ready after so many ticks: waits as it is told until something is to be done.
    Heed([u64; ENDPOINTS]),
}

#[derive(Clone, Copy, Debug)]
enum Says {
    Ready,
    Wait(u64),
    Refused,
}

fn op() -> impl Strategy<Value = Op> {
    let says = || prop_oneof![2 => Just(Says::Ready), 2 => (1..900_u64).prop_map(Says::Wait), 1 => Just(Says::Refused)];
    let nth = any::<usize>;
    prop_oneof![
        8 => (0..ENDPOINTS, prop_oneof![0..4_u8, any::<u8>()], prop::option::of(prop_oneof![0..900_u64, any::<u64>()]))
            .prop_map(|(endpoint, priority, within)| Op::Push { endpoint, priority, within }),
        8 => ([says(), says(), says()], any::<bool>()).prop_map(|(says, acts)| Op::Poll(says, acts)),
        1 => nth().prop_map(Op::Begin),
        3 => nth().prop_map(Op::PutBack),
        1 => Just(Op::PutBackAll),
        2 => nth().prop_map(Op::Take),
        1 => nth().prop_map(Op::Cancel),
        5 => moves().prop_map(Op::Go),
        2 => [0..2_000_u64, 0..2_000_u64, 0..2_000_u64].prop_map(Op::Heed),
    ]
}

#[derive(Clone, Debug)]
struct Request {
    name: u32,
    endpoint: usize,
    priority: u8,
    pushed: u128,
    expires: Option<u128>,
    is_waiting: bool,
}

/// By the order they came in.
type Naive = BTreeMap<usize, Request>;

#[derive(Debug, PartialEq)]
enum Due {
    Ready(usize),
    Expired(usize),
    Refused(usize),
    Wait(u128),
    Empty,
}

fn due(naive: &Naive, now: u128, step: u64, says: impl Fn(usize) -> Says) -> Due {
    let waiting: Vec<_> = naive.iter().filter(|(_, request)| request.is_waiting).collect();
    if let Some(&(&id, _)) = waiting.iter().find(|(_, request)| request.expires.is_some_and(|at| now >= at)) {
        return Due::Expired(id);
    }
    let rank = |request: &Request| {
        let aged = if step == 0 { 0 } else { (now - request.pushed) / u128::from(step) };
        u128::from(request.priority) + aged
    };
    // Sorted as they would go, each before all it goes before.
    let mut in_order = waiting.clone();
    in_order.sort_by_key(|(id, request)| (u128::MAX - rank(request), **id));
    let first =
        |of: fn(Says) -> bool| in_order.iter().find(|(_, request)| of(says(request.endpoint))).map(|(id, _)| **id);
    if let Some(id) = first(|says| matches!(says, Says::Ready)) {
        return Due::Ready(id);
    }
    if let Some(id) = first(|says| matches!(says, Says::Refused)) {
        return Due::Refused(id);
    }
    let waits = waiting.iter().filter_map(|(_, request)| match says(request.endpoint) {
        Says::Wait(ticks) => Some(u128::from(ticks)),
        _ => None,
    });
    let deadlines = waiting.iter().filter_map(|(_, request)| Some(request.expires? - now));
    waits.chain(deadlines).min().map_or(Due::Empty, Due::Wait)
}

struct Both<T> {
    real: RequestQueue<u32, usize, T, ROOM>,
    naive: Naive,
    /// All there ever were.
    handles: Vec<Handle>,
    clock: Clock<T>,
    step: u64,
    pushed: u32,
    /// How often each was handed over for good.
    handed_over: Vec<u32>,
}

impl<T: Ticks> Both<T> {
    fn poll(&mut self, says: impl Fn(usize) -> Says) -> Due {
        let next = self.real.poll(self.clock.now, |&endpoint| match says(endpoint) {
            Says::Ready => Poll::Ready,
            Says::Wait(ticks) => Poll::Wait(T::truncate(ticks)),
            Says::Refused => Poll::Refused(endpoint),
        });
        let id = |handle| self.handles.iter().position(|&known| known == handle).unwrap();
        let told = match next {
            Next::Ready(handle) => Due::Ready(id(handle)),
            Next::Expired(handle) => Due::Expired(id(handle)),
            Next::Refused(handle, endpoint) => {
                assert_eq!(self.naive[&id(handle)].endpoint, endpoint);
                Due::Refused(id(handle))
            }
            Next::Wait(ticks) => Due::Wait(u128::from(ticks.into())),
            Next::Empty => Due::Empty,
        };
        assert_eq!(told, due(&self.naive, self.clock.progress, self.step, says));
        told
    }

    fn push(&mut self, endpoint: usize, priority: u8, within: Option<u64>) {
        let name = self.pushed;
        let job = Job::new(endpoint, name).priority(priority);
        let within = within.map(|ticks| ticks.min(T::MAX.into()) >> 8);
        let job = within.map_or(job, |ticks| job.within(T::truncate(ticks)));
        match self.real.push(self.clock.now, job) {
            Ok(handle) => {
                assert!(self.naive.len() < ROOM);
                assert!(!self.handles.contains(&handle), "a handle was used twice");
                let pushed = self.clock.progress;
                let expires = within.map(|ticks| pushed + u128::from(ticks));
                let request = Request { name, endpoint, priority, pushed, expires, is_waiting: true };
                self.naive.insert(self.handles.len(), request);
                self.handles.push(handle);
                self.handed_over.push(0);
                self.pushed += 1;
            }
            Err(full) => {
                assert_eq!((self.naive.len(), full.into_job()), (ROOM, job));
            }
        }
    }

    fn take(&mut self, id: usize, only_if_waiting: bool) {
        let handle = self.handles[id];
        let taken = if only_if_waiting { self.real.cancel(handle) } else { self.real.take(handle) };
        let there = self.naive.get(&id).filter(|request| request.is_waiting || !only_if_waiting);
        assert_eq!(taken, there.map(|request| request.name));
        if taken.is_some() {
            self.naive.remove(&id);
            self.handed_over[id] += 1;
        }
    }

    fn begin(&mut self, id: usize) {
        let request = self.naive.get_mut(&id).filter(|request| request.is_waiting);
        assert_eq!(self.real.begin(self.handles[id]).copied(), request.as_ref().map(|request| request.name));
        if let Some(request) = request {
            request.is_waiting = false;
        }
    }

    fn put_back(&mut self, id: usize) {
        let request = self.naive.get_mut(&id).filter(|request| !request.is_waiting);
        assert_eq!(self.real.put_back(self.handles[id]), request.is_some());
        if let Some(request) = request {
            request.is_waiting = true;
        }
    }

    fn run(&mut self, op: Op) {
        let any = |nth: usize| nth.checked_rem(self.handles.len());
        match op {
            Op::Push { endpoint, priority, within } => self.push(endpoint, priority, within),
            Op::Poll(says, acts) => match self.poll(|endpoint| says[endpoint]) {
                Due::Ready(id) if acts => self.begin(id),
                Due::Expired(id) | Due::Refused(id) if acts => self.take(id, false),
                _ => {}
            },
            Op::Begin(nth) => any(nth).into_iter().for_each(|id| self.begin(id)),
            Op::PutBack(nth) => any(nth).into_iter().for_each(|id| self.put_back(id)),
            Op::Take(nth) => any(nth).into_iter().for_each(|id| self.take(id, false)),
            Op::Cancel(nth) => any(nth).into_iter().for_each(|id| self.take(id, true)),
            Op::PutBackAll => {
                self.real.put_back_all();
                self.naive.values_mut().for_each(|request| request.is_waiting = true);
            }
            Op::Go(by) => {
                self.clock.go(by);
                self.poll(|_| Says::Ready); // what is not looked at is not seen to pass
            }
            Op::Heed(after) => {
                let begun = self.clock.progress;
                for waits in 0.. {
                    let passed = u64::try_from(self.clock.progress - begun).unwrap();
                    let told = self.poll(|endpoint| match after[endpoint].saturating_sub(passed) {
                        0 => Says::Ready,
                        ticks => Says::Wait(ticks),
                    });
                    let Due::Wait(ticks) = told else { break };
                    assert!(waits < 1, "waited as told, and nothing was to be done");
                    self.clock.forward(T::truncate(u64::try_from(ticks).unwrap()));
                }
            }
        }
        self.nothing_is_lost_and_nothing_is_there_twice();
    }

    fn nothing_is_lost_and_nothing_is_there_twice(&self) {
        let there: Vec<_> = self.real.iter().map(|queued| queued.handle()).collect();
        for (id, handle) in self.handles.iter().enumerate() {
            let copies = there.iter().filter(|&there| there == handle).count();
            assert_eq!(copies + self.handed_over[id] as usize, 1, "request {id}");
        }
        assert_eq!((there.len(), self.real.is_empty()), (self.real.len(), there.is_empty()));
        for (queued, request) in self.real.iter().zip(self.naive.values()) {
            let told = (*queued.request(), *queued.endpoint(), queued.priority(), !queued.is_on_its_way());
            assert_eq!(told, (request.name, request.endpoint, request.priority, request.is_waiting));
        }
    }
}

fn agrees<T: Ticks>(step: u64, start: u64, ops: &[Op]) {
    let mut both = Both::<T> {
        real: RequestQueue::new().ageing(T::truncate(step)),
        naive: Naive::new(),
        handles: Vec::new(),
        clock: Clock::starting_at(start),
        step,
        pushed: 0,
        handed_over: Vec::new(),
    };
    for &op in ops {
        both.run(op);
    }
    // In the end all of it can be got out, in a bounded number of steps.
    both.real.put_back_all();
    both.naive.values_mut().for_each(|request| request.is_waiting = true);
    for _ in 0..both.naive.len() {
        match both.poll(|_| Says::Ready) {
            Due::Ready(id) | Due::Expired(id) => both.take(id, false),
            told => panic!("{told:?}, and requests are waiting"),
        }
    }
    assert_eq!(both.poll(|_| Says::Ready), Due::Empty);
    assert!(both.real.is_empty() && both.handed_over.iter().all(|&times| times == 1));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn every_program_agrees_with_the_oracle_and_nothing_is_lost_u32(
        step in prop_oneof![Just(0_u64), 1..500_u64], start in start(), ops in prop::collection::vec(op(), 1..100),
    ) {
        agrees::<u32>(step, start, &ops);
    }

    #[test]
    fn every_program_agrees_with_the_oracle_and_nothing_is_lost_u64(
        step in prop_oneof![Just(0_u64), 1..500_u64], start in start(), ops in prop::collection::vec(op(), 1..100),
    ) {
        agrees::<u64>(step, start, &ops);
    }
}
