//! What a server pays for a request under each profile, by key and with the headers written, and what a client pays for reading
//! them: as a ratio to a compare-exchange loop in the same run.
//!
//! ```text
//! cargo bench --bench profiles
//! ```
//!
//! How to read it: see the `ratios` bench. One key is asked again and again, so its slot is in the caches.

// A rounding error in a ratio of timings does not matter.
#![allow(clippy::cast_precision_loss, missing_docs)]

mod race;
mod work;

use std::fmt::Write as _;
use std::hash::RandomState;
use std::hint::black_box;
use std::sync::atomic::AtomicU64;

use race::Race;
use tollgate::http::Report;
use tollgate::keyed::{LimitSlot, Set};
use tollgate::profiles::{Answer, clover, conecto, haravan};
use tollgate::time::TickLength;
use work::{compare_exchange_loop, leak, ticking, times};

const TICK: TickLength = TickLength::MILLISECOND;
const SECOND: u64 = 1_000;

fn slots<S>(count: usize, slot: impl FnMut() -> S) -> Vec<S> {
    std::iter::repeat_with(slot).take(count).collect()
}

type Slots<L> = Vec<LimitSlot<u64, L>>;

fn clover() -> &'static clover::Apps<u64, Slots<clover::App<u64>>, Slots<clover::Token<u64>>, RandomState> {
    let app = || LimitSlot::new(clover::App::<u64>::new(&clover::Policy::DOCUMENTED, TICK));
    let token = || LimitSlot::new(clover::Token::<u64>::new(&clover::Policy::DOCUMENTED, TICK));
    leak(clover::Apps::over(slots(64, app), slots(256, token), RandomState::new()))
}

type Hours<const N: usize> = Slots<conecto::Budget<u64, N>>;

fn conecto() -> &'static conecto::Clients<'static, u64, Hours<500>, Hours<100>, RandomState> {
    let policy = conecto::Policy::DOCUMENTED;
    let large = || LimitSlot::new(conecto::Budget::<u64, 500>::new(&policy, TICK));
    let small = || LimitSlot::new(conecto::Budget::<u64, 100>::new(&policy, TICK));
    leak(conecto::Clients::over(policy, slots(64, large), slots(256, small), RandomState::new()))
}

fn haravan() -> &'static haravan::Shops<u64, Vec<Set<u64>>, RandomState> {
    let shops =
        haravan::Shops::try_over(slots(64, Set::<u64>::fresh), haravan::Policy::DOCUMENTED, TICK, RandomState::new());
    leak(shops.expect("the documented numbers fit a clock in milliseconds"))
}

/// Writes the head of an answer over the last one.
fn write(head: &mut String, answer: &impl Answer<u64>) {
    head.clear();
    for header in answer.headers(TICK) {
        let _ = write!(head, "{header}\r\n");
    }
    black_box(&head);
}

fn main() {
    let word = leak(AtomicU64::new(0));
    let floor = || times(|| compare_exchange_loop(black_box(word)));
    let (app, full) = (clover(), clover());
    let (client, spent) = (conecto(), conecto());
    let (shop, empty) = (haravan(), haravan());
    let heads = || String::with_capacity(256);

    let (mut one, mut two) = (heads(), heads());
    Race::new("admitted, against a compare-exchange loop")
        .enter("compare-exchange loop", floor())
        .enter(
            "clover: four levels, places given back",
            ticking(SECOND.div_ceil(16), |now| assert!(app.try_acquire("app", black_box("token"), now).is_ok())),
        )
        .enter(
            "conecto: rule, budget and two headers",
            ticking(3_600 * SECOND / 500, move |now| {
                let answer = client.try_acquire("till 7", "GET", black_box("/pos/v2/L1/checks?open=true"), now);
                write(&mut one, &answer);
            }),
        )
        .enter(
            "haravan: bucket and one header",
            ticking(SECOND / 4, move |now| write(&mut two, &shop.try_acquire(black_box("shop"), now))),
        )
        .run();

    let (mut one, mut two, mut three) = (heads(), heads(), heads());
    Race::new("refused with a 429 and its headers, against a compare-exchange loop")
        .enter("compare-exchange loop", floor())
        .enter("clover", ticking(0, move |now| write(&mut one, &full.try_acquire("app", black_box("token"), now))))
        .enter(
            "conecto",
            ticking(0, move |now| {
                write(&mut two, &spent.try_acquire("till 7", "GET", black_box("/pos/v2/L1/menus"), now));
            }),
        )
        .enter("haravan", ticking(0, move |now| write(&mut three, &empty.try_acquire(black_box("shop"), now))))
        .run();

    let head = |lines: &'static [(&'static str, &'static str)]| {
        times(move || {
            let lines = black_box(lines).iter().map(|(name, value)| (name.as_bytes(), value.as_bytes()));
            black_box(Report::read(lines).windows().count());
        })
    };
    Race::new("a client reads the head of a response, against a compare-exchange loop")
        .enter("compare-exchange loop", floor())
        .enter("32/80", head(&[("content-type", "application/json"), ("x-haravan-api-call-limit", "32/80")]))
        .enter(
            "limit, remaining, wait, date",
            head(&[
                ("date", "Sun, 06 Nov 1994 08:49:37 GMT"),
                ("x-ratelimit-limit", "500"),
                ("x-ratelimit-remaining", "0"),
                ("retry-after", "1800"),
            ]),
        )
        .enter(
            "two policies and a state, draft -10",
            head(&[
                ("ratelimit-policy", r#""burst";q=100;w=60,"daily";q=1000;w=86400"#),
                ("ratelimit", r#""burst";r=50;t=30"#),
            ]),
        )
        .run();
}
