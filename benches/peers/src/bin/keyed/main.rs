//! A limit for each key: tollgate's table beside others, one run, one quota, the same keys.
//!
//! ```text
//! cargo run --release --bin keyed                             # in this directory
//! cargo run --release --bin keyed -- --quick                  # to see that it works
//! ```
//!
//! # How to read it
//!
//! * The first line of each table is its floor, 1.00: a compare-exchange on one of as many words as there are keys, behind
//!   the same hash; the second is the same on as many bytes as tollgate has, and so tells what of the rest is the memory's.
//!   All take turns in slices of half a millisecond; `ratio` is the median, and the quartiles tell the noise.
//!   The right-hand columns are the same times as ratios to governor over a `DashMap`.
//! * Keys are 64 bits, drawn beforehand. All have asked before the clock of the bench starts: no table grows any more.
//! * Each key gets one unit a second and four at once. All read the time from a word in memory, which moves on every 64
//!   requests by so much that about a tenth of them is denied; `denied` tells by whom how many were, of the same
//!   requests at the same instants.
//! * *each its own*: what each hashes with unless told otherwise, which for tollgate and governor is SipHash-1-3 under a
//!   secret key, and for rate-net ahash. *ahash*: all by that.
//! * *bytes a key*: what is in use on the heap when all keys have asked, divided by them. tollgate has two slots for each.

#[path = "../../hand.rs"]
mod hand;
mod heap;
#[path = "../../../../race.rs"]
mod race;
mod streams;
mod tables;

use std::hash::RandomState;
use std::hint::black_box;
use std::time::Duration;

use hand::Hand;
use race::Race;
use streams::{Spread, Stream};
use tables::{Admit, INTERVAL, SLOTS, floor, governor_dashmap, governor_hashmap, rate_net, tollgate};
use tollgate::keyed::SipHash;

const RIVAL: &str = "governor, dashmap";
/// The floor, as far apart in memory as the states of tollgate's keys.
const SPREAD: &str = "floor, on as many bytes as tollgate";

fn main() {
    let rounds = if std::env::args().any(|argument| argument == "--quick") { 12 } else { 400 };
    for (keys, many) in [(10_000, "10 thousand keys"), (1_000_000, "1 million keys")] {
        for (spread, spread_name) in [(Spread::Uniform, "uniform"), (Spread::Zipf, "Zipf")] {
            let stream: &Stream = leak(Stream::new(keys, spread, INTERVAL));
            let title = format!("{many}, {spread_name}");
            Lineup::new(stream)
                .enter("floor", |clock| floor(keys, clock, RandomState::new()))
                .enter(SPREAD, |clock| floor(keys * SLOTS * 2, clock, RandomState::new()))
                .enter("tollgate", |clock| tollgate(keys, clock, SipHash::new([rand(), rand()])))
                .enter("tollgate, RandomState", |clock| tollgate(keys, clock, RandomState::new()))
                .enter(RIVAL, |clock| governor_dashmap(keys, clock, RandomState::new()))
                .enter("governor, hashmap", |clock| governor_hashmap(keys, clock, RandomState::new()))
                .enter("rate-net", |clock| rate_net(keys, clock))
                .race(&format!("{title}, each its own"), rounds);
            Lineup::new(stream)
                .enter("floor", |clock| floor(keys, clock, ahash::RandomState::new()))
                .enter(SPREAD, |clock| floor(keys * SLOTS * 2, clock, ahash::RandomState::new()))
                .enter("tollgate", |clock| tollgate(keys, clock, ahash::RandomState::new()))
                .enter(RIVAL, |clock| governor_dashmap(keys, clock, ahash::RandomState::new()))
                .enter("governor, hashmap", |clock| governor_hashmap(keys, clock, ahash::RandomState::new()))
                .enter("rate-net", |clock| rate_net(keys, clock))
                .race(&format!("{title}, ahash"), rounds);
        }
    }
}

/// Work that starts at a turn of the stream.
type Work = Box<dyn FnMut(u64) + Send>;

/// Tables that are asked by the same keys.
struct Lineup {
    stream: &'static Stream,
    entries: Vec<Entry>,
}

struct Entry {
    name: &'static str,
    work: Box<dyn Fn(usize) -> Work>,
    bytes_a_key: f64,
    denied: usize,
}

impl Lineup {
    fn new(stream: &'static Stream) -> Self {
        Self { stream, entries: Vec::new() }
    }

    /// Makes a table, and lets all keys ask, and the whole stream once.
    fn enter<A: Admit>(mut self, name: &'static str, make: impl FnOnce(&'static Hand) -> A) -> Self {
        let Self { stream, .. } = self;
        let clock = leak(Hand::new());
        let before = heap::in_use();
        let table = leak(make(clock));
        for key in 0..stream.keys as u64 {
            table(key);
        }
        let bytes_a_key = (heap::in_use() - before) as f64 / stream.keys as f64;
        let ask = move |turn: usize| {
            if turn.is_multiple_of(64) {
                clock.pass_together(64 * stream.step);
            }
            table(stream.at(turn))
        };
        let denied = (0..stream.len()).filter(|turn| !ask(*turn)).count();
        let work = move |start| -> Work {
            let mut turn = start;
            Box::new(move |count| {
                for _ in 0..count {
                    black_box(ask(turn));
                    turn += 1;
                }
            })
        };
        self.entries.push(Entry { name, work: Box::new(work), bytes_a_key, denied });
        self
    }

    fn race(self, title: &str, rounds: usize) {
        let Self { stream, entries } = self;
        println!("\n{title:<48}  bytes a key   denied");
        for Entry { name, bytes_a_key, denied, .. } in &entries {
            let share = *denied as f64 / stream.len() as f64 * 100.0;
            println!("  {name:<46} {bytes_a_key:>12.1} {denied:>8}, {share:.1} %");
        }
        let race = |title| Race::new(title).beside(RIVAL).slices(rounds, Duration::from_micros(500));
        let alone = race(format!("{title}, 1 thread"));
        entries.iter().fold(alone, |race, Entry { name, work, .. }| race.enter(*name, work(0))).run();
        let pair = race(format!("{title}, 2 threads"));
        let both = |work: &dyn Fn(usize) -> Work| [work(0), work(stream.len() / 2)];
        entries.iter().fold(pair, |race, Entry { name, work, .. }| race.enter_pair(*name, both(work))).run();
    }
}

/// Something at an address of its own that lives to the end.
fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

/// A random number.
fn rand() -> u64 {
    std::hash::BuildHasher::hash_one(&RandomState::new(), 0)
}
