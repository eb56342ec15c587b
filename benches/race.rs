//! Ratios on a noisy machine: floor and subjects take turns in many short slices of one run.
//!
//! A figure in nanoseconds says more about the machine, its frequency and its neighbours than about the code. So every
//! subject is timed right after its floor, many times over, and what is reported is the median of the ratios, with
//! the quartiles as a measure of the noise, and the ratio of the fastest slices, which should agree.

use std::hint::spin_loop;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// Slices each subject is timed in.
const ROUNDS: usize = 600;
/// How long a slice is to take.
const SLICE: Duration = Duration::from_micros(25);

/// What is timed: a function that does its work so many times, or one for each of several threads.
enum Work {
    Alone(Box<dyn FnMut(u64)>),
    Together(Vec<Box<dyn FnMut(u64) + Send>>),
}

/// A floor and the subjects that are measured against it: the first to enter is the floor.
pub struct Race {
    title: String,
    lanes: Vec<(String, Work)>,
    rival: Option<String>,
    rounds: usize,
    slice: Duration,
}

impl Race {
    /// A race without entries.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), lanes: Vec::new(), rival: None, rounds: ROUNDS, slice: SLICE }
    }

    /// Measures against one of the subjects as well.
    #[allow(dead_code, reason = "few have a rival")]
    pub fn beside(mut self, rival: impl Into<String>) -> Self {
        self.rival = Some(rival.into());
        self
    }

    /// Other rounds and slices: where memory is part of what is timed, a subject has to find its own in the caches again.
    #[allow(dead_code, reason = "most work on a few words")]
    pub fn slices(mut self, rounds: usize, slice: Duration) -> Self {
        (self.rounds, self.slice) = (rounds, slice);
        self
    }

    /// Enters work on one thread.
    pub fn enter(mut self, name: impl Into<String>, work: impl FnMut(u64) + 'static) -> Self {
        self.lanes.push((name.into(), Work::Alone(Box::new(work))));
        self
    }

    /// Enters work on two threads.
    #[allow(dead_code, reason = "not every bench is contended")]
    pub fn enter_pair<F: FnMut(u64) + Send + 'static>(mut self, name: impl Into<String>, work: [F; 2]) -> Self {
        let work = work.into_iter().map(|work| Box::new(work) as Box<dyn FnMut(u64) + Send>);
        self.lanes.push((name.into(), Work::Together(work.collect())));
        self
    }

    /// Runs all lanes in turns and prints a table.
    pub fn run(mut self) {
        let (rounds, slice) = match self.lanes[0].1 {
            Work::Alone(_) => (self.rounds, self.slice),
            // or starting the threads would be most of it
            Work::Together(_) => (self.rounds.div_ceil(6), self.slice.max(SLICE * 40)),
        };
        let counts: Vec<u64> = self.lanes.iter_mut().map(|(_, work)| calibrate(work, slice)).collect();
        let mut times = vec![Vec::with_capacity(rounds); self.lanes.len()];
        for round in 0..rounds {
            for turn in 0..self.lanes.len() {
                let lane = (turn + round) % self.lanes.len(); // nobody is always second
                times[lane].push(time(&mut self.lanes[lane].1, counts[lane]));
            }
        }
        self.print(&times);
    }

    fn print(&self, times: &[Vec<f64>]) {
        let rival = self.rival.as_ref().and_then(|rival| self.lanes.iter().position(|(name, _)| name == rival));
        print!("\n{:<48}  ratio    quartiles    fastest", self.title);
        println!("{}", self.rival.as_ref().map_or(String::new(), |rival| format!("   to {rival}")));
        let fastest = |lane: &[f64]| lane.iter().copied().fold(f64::MAX, f64::min);
        for ((name, _), lane) in self.lanes.iter().zip(times) {
            let [low, middle, high] = ratios(lane, &times[0]);
            let best = fastest(lane) / fastest(&times[0]);
            print!("  {name:<46} {middle:>6.2}  {low:>6.2} – {high:<6.2} {best:>6.2}");
            if let Some(rival) = rival {
                let [low, middle, high] = ratios(lane, &times[rival]);
                print!("   {middle:>6.2}  {low:>6.2} – {high:<6.2}");
            }
            println!();
        }
    }
}

/// The quartiles of how much longer one lane takes than another that was timed in the same round.
fn ratios(lane: &[f64], base: &[f64]) -> [f64; 3] {
    let mut ratios: Vec<f64> = lane.iter().zip(base).map(|(time, base)| time / base).collect();
    ratios.sort_by(f64::total_cmp);
    [1, 2, 3].map(|quarter| ratios[(ratios.len() - 1) * quarter / 4])
}

/// How often the work fits into a slice.
fn calibrate(work: &mut Work, slice: Duration) -> u64 {
    let mut count = 64;
    while time(work, count) * (count as f64) < slice.as_secs_f64() {
        count *= 2;
    }
    count
}

/// Seconds for one piece of work; with several threads, until the last of them is done.
fn time(work: &mut Work, count: u64) -> f64 {
    let took = match work {
        Work::Alone(work) => {
            let start = Instant::now();
            work(count);
            start.elapsed()
        }
        Work::Together(work) => together(work, count),
    };
    took.as_secs_f64() / count as f64
}

/// The time of the slowest thread. Where they did not truly run side by side (a thread was put aside by the system), the
/// slice is repeated, a few times at most.
fn together(work: &mut [Box<dyn FnMut(u64) + Send>], count: u64) -> Duration {
    let mut slowest = Duration::ZERO;
    for _ in 0..10 {
        let ready = AtomicUsize::new(work.len());
        let times = std::thread::scope(|scope| {
            let ready = &ready;
            let timed = |work: &'_ mut Box<dyn FnMut(u64) + Send>| {
                ready.fetch_sub(1, Relaxed);
                while ready.load(Relaxed) > 0 {
                    spin_loop();
                }
                let start = Instant::now();
                work(count);
                start.elapsed()
            };
            let threads: Vec<_> = work.iter_mut().map(|work| scope.spawn(move || timed(work))).collect();
            threads.into_iter().map(|thread| thread.join().expect("no work panics")).collect::<Vec<_>>()
        });
        slowest = times.iter().copied().max().unwrap_or_default();
        if times.iter().all(|time| *time > slowest.mul_f64(0.9)) {
            break;
        }
    }
    slowest
}
