//! All or nothing under races.

use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::thread;

use tollgate::profiles::Answer;
use tollgate::profiles::clover::{App, Caps, Level, Policy, Token};

use crate::MILLIS;

const THREADS: usize = 4;

/// Counts what is in progress by itself, and the most there was.
#[derive(Default)]
struct Gauge(AtomicU32, AtomicU32);

impl Gauge {
    fn enter(&self) {
        self.1.fetch_max(self.0.fetch_add(1, SeqCst) + 1, SeqCst);
    }

    fn leave(&self) {
        self.0.fetch_sub(1, SeqCst);
    }

    fn most(&self) -> u32 {
        self.1.load(SeqCst)
    }
}

#[test]
fn never_above_any_level_and_all_places_come_back() {
    let policy = Policy {
        app: Caps { rate: 50, at_once: 3 },
        token: Caps { rate: 16, at_once: 2 },
        first_wait: core::time::Duration::from_millis(1),
        longest_wait: core::time::Duration::from_millis(1),
        ..Policy::DOCUMENTED
    };
    for round in 0..50_u64 {
        let (app, tokens) = (App::<u64>::new(&policy, MILLIS), [(); 2].map(|()| Token::<u64>::new(&policy, MILLIS)));
        let (in_app, in_tokens, start) =
            (Gauge::default(), [Gauge::default(), Gauge::default()], Barrier::new(THREADS));
        let served = [AtomicU32::new(0), AtomicU32::new(0)];
        thread::scope(|scope| {
            for thread in 0..THREADS {
                let (app, tokens, in_app, in_tokens, start, served) =
                    (&app, &tokens, &in_app, &in_tokens, &start, &served);
                scope.spawn(move || {
                    let which = thread % 2;
                    start.wait();
                    for turn in 0..200 {
                        let now = round * 10_000 + turn; // all within a second
                        let Ok(admission) = app.try_acquire(&tokens[which], now) else { continue };
                        in_app.enter();
                        in_tokens[which].enter();
                        served[which].fetch_add(1, SeqCst);
                        in_tokens[which].leave();
                        in_app.leave();
                        drop(admission);
                    }
                });
            }
        });
        assert!(in_app.most() <= 3 && in_tokens.iter().all(|token| token.most() <= 2));
        assert_eq!((app.in_progress(), tokens[0].in_progress(), tokens[1].in_progress()), (0, 0, 0));
        let [one, two] = served.map(|served| served.load(SeqCst));
        assert!(one <= 16 && two <= 16 && one + two > 0, "{one} {two}");
        let end = round * 10_000 + 200;
        assert!(app.rate().remaining(end) <= u64::from(50 - one - two), "what went on is charged");
    }
}

/// A rate that is spent refuses everybody, and nobody opens a waiting period, under any race.
#[test]
fn no_race_makes_a_refusal_by_rate_open_a_waiting_period() {
    for _ in 0..50 {
        let (app, token) =
            (App::<u32>::new(&Policy::DOCUMENTED, MILLIS), Token::<u32>::new(&Policy::DOCUMENTED, MILLIS));
        let held: Vec<_> = (0..5).map(|_| app.try_acquire(&token, 0).unwrap()).collect();
        drop(held);
        let start = Barrier::new(THREADS);
        let by_place = AtomicU32::new(0);
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    start.wait();
                    for _ in 0..100 {
                        let answer = app.try_acquire(&token, 5); // at most four at once: places never refuse
                        if answer.is_err_and(|limited| limited.by() != Level::Token) {
                            by_place.fetch_add(1, SeqCst);
                        }
                    }
                });
            }
        });
        assert_eq!(by_place.load(SeqCst), 0);
        assert_eq!(token.waiting(5), None);
        let after = app.try_acquire(&token, 5);
        assert_eq!((after.level(), after.retry_after()), (Some("tokenLimit"), Some(995)));
    }
}
