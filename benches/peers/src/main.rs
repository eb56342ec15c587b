//! tollgate beside other rate limiters: one run, one quota, the decision alone. (Limits for each key: `src/bin/keyed`.)
//!
//! ```text
//! cargo run --release                                         # in this directory
//! ```
//!
//! # How to read it
//!
//! * The first line of each table is its floor, 1.00: a compare-exchange loop that adds one for admissions, a load for
//!   denials, each after the same reading of the clock. The floor and the peers take turns in many short slices; `ratio` is the median, and the quartiles tell the noise.
//! * Every peer gets a million units a second, on a clock of nanoseconds, made at run time. None reads a real clock: a peer that takes
//!   the time as an argument gets it so, one that asks a clock of its own gets one that reads a word in memory, as its
//!   documentation proposes for tests. So this compares the accounting, not the clocks.
//! * *clock moves*: one interval on for each request, as it comes back. *clock stands*: all at one instant, out of a large
//!   burst.
//! * A denial includes the wait where the peer tells one. They differ in what a wait is: a `Duration` takes a
//!   division by 10^9 to make, ticks do not; better-bucket's is rounded up to a millisecond.
//! * *bytes* is what one limiter takes without its clock: rule and state together.

mod hand;
mod peers;
#[path = "../../race.rs"]
mod race;

use peers::{BetterBucket, Floor, Governor, RateNet, Ratelimit, Subject, Tollgate};
use race::Race;

/// Units that come at once where the clock stands; no run comes near it.
const LARGE: u32 = 1_000_000_000;
const SMALL: u32 = 64;

fn main() {
    everyone(
        Race::new("admit, clock moves"),
        &[
            moving::<Floor>,
            moving::<Tollgate>,
            moving::<Governor>,
            moving::<BetterBucket>,
            moving::<RateNet>,
            moving::<Ratelimit>,
        ],
    );
    everyone(
        Race::new("admit, clock stands"),
        &[
            standing::<Floor>,
            standing::<Tollgate>,
            standing::<Governor>,
            standing::<BetterBucket>,
            standing::<RateNet>,
            standing::<Ratelimit>,
        ],
    );
    everyone(
        Race::new("admit, two threads, clock stands"),
        &[pair::<Floor>, pair::<Tollgate>, pair::<Governor>, pair::<BetterBucket>, pair::<RateNet>, pair::<Ratelimit>],
    );
    everyone(
        Race::new("deny with its wait"),
        &[
            denying::<Floor>,
            denying::<Tollgate>,
            denying::<Governor>,
            denying::<BetterBucket>,
            denying::<RateNet>,
            denying::<Ratelimit>,
        ],
    );

    println!("\n{:<48}  bytes", "state and rule of one limiter");
    let bytes = |name: &str, bytes: usize| println!("  {name:<46} {bytes:>6}");
    bytes(Tollgate::NAME, Tollgate::BYTES);
    bytes("tollgate, each of many that share a rule", size_of::<tollgate::cell::Atomic64>());
    bytes(Governor::NAME, Governor::BYTES);
    bytes(BetterBucket::NAME, BetterBucket::BYTES);
    bytes(RateNet::NAME, RateNet::BYTES);
    bytes(Ratelimit::NAME, Ratelimit::BYTES);
}

/// Enters all and runs.
fn everyone(race: Race, entries: &[fn(Race) -> Race]) {
    entries.iter().fold(race, |race, enter| enter(race)).run();
}

fn moving<S: Subject>(race: Race) -> Race {
    let subject = leak(S::new(SMALL));
    for _ in 0..SMALL / 2 {
        assert!(subject.admit(), "{}", S::NAME); // so that it never drains
    }
    for _ in 0..10_000 {
        subject.pass_one_interval();
        assert!(subject.admit(), "{}", S::NAME);
    }
    race.enter(S::NAME, move |count| {
        for _ in 0..count {
            subject.pass_one_interval();
            std::hint::black_box(subject.admit());
        }
    })
}

fn standing<S: Subject>(race: Race) -> Race {
    let subject = leak(S::new(LARGE));
    assert!(subject.admit(), "{}", S::NAME);
    race.enter(S::NAME, admit(subject))
}

fn pair<S: Subject>(race: Race) -> Race {
    let subject = leak(S::new(LARGE));
    assert!(subject.admit(), "{}", S::NAME);
    race.enter_pair(S::NAME, [(); 2].map(|()| admit(subject)))
}

fn admit<S: Subject>(subject: &'static S) -> impl FnMut(u64) + Send {
    move |count| {
        for _ in 0..count {
            std::hint::black_box(subject.admit());
        }
    }
}

fn denying<S: Subject>(race: Race) -> Race {
    let subject = leak(S::new(SMALL));
    for _ in 0..SMALL {
        assert!(subject.admit(), "{}", S::NAME);
    }
    assert!(subject.wait().is_some_and(|wait| wait <= 1_000_000), "{} denies, and tells a wait", S::NAME);
    race.enter(S::NAME, move |count| {
        for _ in 0..count {
            std::hint::black_box(subject.wait());
        }
    })
}

/// Something at an address of its own that lives to the end.
fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}
