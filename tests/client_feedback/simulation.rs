//! A client, a server that others share, and a network that delays, reorders and loses.

#![allow(clippy::cast_possible_truncation)] // the client's clock is narrower than the world's

use std::collections::BTreeMap;
use std::time::Duration;

use tollgate::Quota;
use tollgate::client::{Feedback, Holds, Mirror, Reading, Response, Sent, ServerTime, Trust};
use tollgate::time::TickLength;

use super::server::{Answer, Level, Rule, Server};
use super::{HOUR, MINUTE, SECOND};

/// A world: who counts how, who else is there, and what the network does. Times are milliseconds.
#[derive(Clone, Copy)]
struct World {
    levels: fn() -> Vec<Level>,
    mirrors: fn() -> [Mirror<u32>; 2],
    /// Others ask once in so long, on average.
    others_every: u64,
    /// The client would like to send once in so long.
    wants_every: u64,
    /// The longest way there, and back.
    latency: u64,
    /// So many of a hundred are lost on each way.
    loss: u64,
    lasts: u64,
    tells: Tells,
    trust: Trust,
}

/// What of its answers the server puts into words.
#[derive(Clone, Copy, PartialEq)]
enum Tells {
    Counts,
    /// And how long to wait, in seconds.
    CountsAndWaits,
    /// And until when, as a date; every other response says what time it is.
    CountsAndDates,
    /// Nothing but the name of the level that refuses.
    Names,
}

/// What came of it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Tally {
    sent: u64,
    served: u64,
    refused: u64,
}

/// Steele, Lea and Flood's splitmix64.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (word ^ (word >> 31)) % bound
    }
}

/// The server's clock at 0.
const EPOCH: u64 = 1_700_000_000_250;

/// Milliseconds as whole seconds, rounded up.
fn in_seconds(milliseconds: u64) -> u64 {
    milliseconds.div_ceil(1_000) * 1_000
}

enum Event {
    Other,
    Want,
    Arrives(Sent<u32>),
    /// An answer and when it was given.
    Returns(Sent<u32>, u64, Answer),
}

impl World {
    fn run(&self, seed: u64, listens: bool) -> Tally {
        let mut random = Random(seed);
        let offset = u32::MAX - random.below(u64::from(MINUTE)) as u32; // the client's clock wraps soon
        let mut server = Server { levels: (self.levels)() };
        let mut client = Feedback::new((self.mirrors)(), Holds::<u32>::new(SECOND, HOUR)).trusting(self.trust);
        let mut time = ServerTime::new(TickLength::MILLISECOND);
        let wall = 2 * random.below(EPOCH); // the device believes it is some day from 1970 on
        let (mut tally, mut held_until, mut number) = (Tally::default(), 0, 0);
        let mut events = BTreeMap::from([((0, 0), Event::Want), ((self.others_every, 0), Event::Other)]);
        while let Some(((now, _), event)) = events.pop_first() {
            if now > self.lasts {
                break;
            }
            let ticks = offset.wrapping_add(now as u32);
            let (next, event) = match event {
                Event::Other => {
                    server.ask(now);
                    (Some(1 + random.below(2 * self.others_every)), Event::Other)
                }
                Event::Want => {
                    if let Ok(sent) = client.send(ticks, 1) {
                        assert!(now >= held_until, "sent during a hold");
                        tally.sent += 1;
                        let way = (random.below(100) >= self.loss).then(|| random.below(self.latency));
                        number += 1;
                        events.extend(way.map(|way| ((now + way, number), Event::Arrives(sent))));
                    }
                    (Some(1 + random.below(2 * self.wants_every)), Event::Want)
                }
                Event::Arrives(sent) => {
                    let answer = server.ask(now);
                    *if answer.refused.is_some() { &mut tally.refused } else { &mut tally.served } += 1;
                    let way = (random.below(100) >= self.loss).then(|| random.below(self.latency));
                    (way, Event::Returns(sent, now, answer))
                }
                Event::Returns(sent, answered, answer) => {
                    if listens {
                        time.read(
                            (answered % 2 == 0).then(|| Duration::from_secs((EPOCH + answered) / 1_000)),
                            Some(Duration::from_millis(wall + now)),
                        );
                        let wait = self.wait(&time, answered, &answer);
                        let least = answer.refused.map(|(_, wait)| answered + wait).filter(|_| wait.is_some());
                        assert!(least.is_none_or(|until| now + wait.unwrap_or(0) >= until), "a wait too short");
                        self.observe(&mut client, ticks, sent, &answer, wait);
                        let held = wait.or(answer.refused.map(|_| SECOND.into())).unwrap_or(0);
                        held_until = held_until.max(now + held.min(HOUR.into()));
                    }
                    continue;
                }
            };
            number += 1;
            events.extend(next.map(|next| ((now + next, number), event)));
        }
        tally
    }

    /// The wait that the words of the server come to, if it has any.
    fn wait(&self, time: &ServerTime, answered: u64, answer: &Answer) -> Option<u64> {
        let (_, wait) = answer.refused?;
        match self.tells {
            Tells::CountsAndWaits => Some(in_seconds(wait)),
            Tells::CountsAndDates => {
                let date = in_seconds(EPOCH + answered + wait);
                time.until::<u32>(Duration::from_millis(date)).ok().map(u64::from)
            }
            Tells::Counts | Tells::Names => None,
        }
    }

    fn observe(&self, client: &mut Feedback<u32, 2>, now: u32, sent: Sent<u32>, answer: &Answer, wait: Option<u64>) {
        let response = if answer.refused.is_some() { Response::refusing(sent) } else { Response::to(sent) };
        let response = wait.map_or(response, |wait| response.waiting(wait as u32));
        let readings = answer.told.iter().enumerate().filter_map(|(number, told)| {
            let is_refusing = answer.refused.is_some_and(|(level, _)| level == number);
            let reading = Reading {
                name: Some(told.name.as_bytes()),
                limit: Some(told.limit as u32),
                is_refusing,
                ..Reading::NOTHING
            };
            if self.tells == Tells::Names {
                return is_refusing.then_some(reading);
            }
            let reset = told.reset.map(|reset| in_seconds(reset) as u32);
            Some(Reading { remaining: Some(told.limit.saturating_sub(told.used) as u32), reset, ..reading })
        });
        let readings: Vec<_> = readings.collect();
        let _ = client.observe(now, &response, readings);
    }

    /// Of eight runs, with and without listening.
    fn compare(&self) -> (Tally, Tally) {
        let sum = |listens| {
            (0..8).map(|seed| self.run(seed, listens)).fold(Tally::default(), |sum, one| Tally {
                sent: sum.sent + one.sent,
                served: sum.served + one.served,
                refused: sum.refused + one.refused,
            })
        };
        (sum(true), sum(false))
    }
}

const SHOP: World = World {
    levels: || vec![Level::new("calls", Rule::Leaky { size: 80, one_in: 250 })],
    mirrors: || [Mirror::<u32>::bucket("calls", Quota::per(4, SECOND).burst(80)), Mirror::unknown("none")],
    others_every: 500,
    wants_every: 150,
    latency: 400,
    loss: 3,
    lasts: 600_000,
    tells: Tells::CountsAndWaits,
    trust: Trust::Stricter,
};

const ENDPOINT: World = World {
    levels: || vec![Level::new("checks", Rule::Rolling { limit: 500, period: 3_600_000 })],
    mirrors: || [Mirror::<u32>::window("checks", Quota::per(500, HOUR)), Mirror::unknown("none")],
    others_every: 15_000,
    wants_every: 5_000,
    latency: 4_000,
    loss: 3,
    lasts: 4 * 3_600_000,
    tells: Tells::CountsAndWaits,
    trust: Trust::Stricter,
};

const TOKEN: World = World {
    levels: || {
        vec![
            Level::new("crossTokenLimit", Rule::Rolling { limit: 50, period: 1_000 }),
            Level::new("tokenLimit", Rule::Rolling { limit: 16, period: 1_000 }),
        ]
    },
    mirrors: || {
        [
            Mirror::<u32>::window("crossTokenLimit", Quota::per(50, SECOND)),
            Mirror::<u32>::window("tokenLimit", Quota::per(16, SECOND)),
        ]
    },
    others_every: 120,
    wants_every: 40,
    latency: 100,
    loss: 3,
    lasts: 300_000,
    tells: Tells::Names,
    trust: Trust::Stricter,
};

const ALIGNED: World = World {
    levels: || vec![Level::new("minute", Rule::Aligned { limit: 60, period: 60_000 })],
    mirrors: || [Mirror::<u32>::window("minute", Quota::per(60, MINUTE)), Mirror::unknown("none")],
    others_every: 3_000,
    wants_every: 600,
    latency: 900,
    loss: 3,
    lasts: 1_800_000,
    tells: Tells::Counts,
    trust: Trust::Stricter,
};

/// Refused at most once where it was so many times without listening, and served at least so many of a hundred as often.
fn far_fewer_refusals(world: &World, times: u64, served: u64) {
    let (with, without) = world.compare();
    println!("with {with:?}, without {without:?}");
    assert!(with.refused * times <= without.refused, "with {with:?}, without {without:?}");
    assert!(with.served * 100 >= without.served * served, "with {with:?}, without {without:?}");
}

#[test]
fn a_bucket_shared_with_others_refuses_less_than_a_fifth() {
    far_fewer_refusals(&SHOP, 5, 75);
}

#[test]
fn a_bucket_that_tells_dates_to_a_device_that_is_wrong_by_years_refuses_less_than_a_fifth() {
    far_fewer_refusals(&World { tells: Tells::CountsAndDates, ..SHOP }, 5, 60);
}

#[test]
fn a_rolling_hour_shared_with_others_refuses_less_than_a_hundredth_and_serves_as_much() {
    far_fewer_refusals(&ENDPOINT, 100, 98);
}

#[test]
fn two_levels_that_tell_nothing_but_who_refused_refuse_less_than_half() {
    far_fewer_refusals(&TOKEN, 2, 50);
}

#[test]
fn minutes_that_begin_when_the_server_likes_refuse_less_than_a_tenth_and_serve_as_much() {
    far_fewer_refusals(&ALIGNED, 10, 98);
}

#[test]
fn alone_and_within_its_quota_nobody_is_ever_refused() {
    // On a way that always takes as long, as time between requests is time between arrivals then.
    let alone = |world, trust| World { others_every: u64::MAX / 4, latency: 1, trust, ..world };
    for world in [SHOP, ENDPOINT, TOKEN] {
        for trust in [Trust::Stricter, Trust::Server] {
            assert_eq!(alone(world, trust).compare().0.refused, 0, "{trust:?}");
        }
    }
}
