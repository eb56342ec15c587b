//! Keys of tables as levels, and waiting periods by key.

use std::thread;

use tollgate::algorithm::{LeakyQueue, TokenBucket};
use tollgate::keyed::{Full, SipHash};
use tollgate::layered::Class;
use tollgate::penalty::{PenaltyRule, WaitingPeriod};
use tollgate::{ConcurrencyLimit, Keyed, Layered, Penalty, Quota};

const SECRET: SipHash = SipHash::new([1, 2]);
const NOW: u32 = 4_294_967_290;

type Buckets<const N: usize> = Keyed<TokenBucket<u32>, N>;

fn buckets<const N: usize>(limit: u32) -> Buckets<N> {
    Keyed::new([TokenBucket::<u32>::new(Quota::per(limit, 1_000))], SECRET)
}

#[test]
fn client_and_endpoint_are_charged_together_or_not_at_all() {
    let (clients, endpoints, busy) = (buckets::<64>(5), buckets::<64>(8), ConcurrencyLimit::new(2));
    let ask = |client: &str, endpoint: &str| {
        let gate = Layered::new((clients.key(client), endpoints.key(endpoint), &busy));
        gate.try_acquire(NOW, 1).map(|admitted| admitted.tightest().level).map_err(|refused| refused.level())
    };
    assert_eq!([(); 5].map(|()| ask("ada", "orders")), [Ok(2), Ok(2), Ok(2), Ok(0), Ok(0)]);
    assert_eq!(ask("ada", "orders"), Err(0));
    assert_eq!(endpoints.key("orders").remaining(NOW), 3, "what the client's limit refused is not the endpoint's");
    assert_eq!([(); 4].map(|()| ask("ben", "orders").is_ok()), [true, true, true, false]);
    assert_eq!(ask("ben", "orders"), Err(1));
    assert_eq!(clients.key("ben").remaining(NOW), 2, "nor the other way round");
    assert_eq!(ask("ben", "stock"), Ok(0));
    assert_eq!(busy.in_flight(), 0);
}

#[test]
fn a_key_that_is_refused_elsewhere_takes_no_slot() {
    let (clients, closed) = (buckets::<8>(5), ConcurrencyLimit::new(1));
    let _closed = closed.try_acquire(1).unwrap();
    for client in 0..100 {
        assert_eq!(Layered::new((clients.key(&client), &closed)).try_acquire(NOW, 1).unwrap_err().level(), 1);
    }
    assert_eq!(clients.occupancy(NOW), 0);
}

#[test]
fn what_is_withdrawn_frees_the_slot_again() {
    let clients = buckets::<8>(5);
    Layered::new((clients.key("ada"), clients.key("ben"))).try_acquire(NOW, 3).unwrap().withdraw(NOW);
    assert_eq!((clients.key("ada").remaining(NOW), clients.occupancy(NOW)), (5, 0));
}

#[test]
fn a_full_table_among_the_levels_does_what_was_chosen() {
    let fill = |table: &Buckets<4>| assert_eq!((0..4).filter(|key| table.try_acquire(key, NOW, 5).is_ok()).count(), 4);
    let other = buckets::<4>(9);
    let ask = |table: &Buckets<4>| Layered::new((other.key("all"), table.key("new"))).try_acquire(NOW, 1).map(drop);

    let refusing = buckets::<4>(5);
    fill(&refusing);
    let refused = ask(&refusing).unwrap_err();
    assert_eq!((refused.level(), refused.retry_after()), (1, Some(1_000)), "until the first slot comes free");
    assert_eq!(other.key("all").remaining(NOW), 9);

    let admitting = buckets::<4>(5).when_full(Full::Admit);
    fill(&admitting);
    assert!(ask(&admitting).is_ok());

    let shared = TokenBucket::<u32>::new(Quota::per(2, 1_000));
    let overflowing = buckets::<4>(5).when_full(Full::Overflow(shared));
    fill(&overflowing);
    let overflow = || overflowing.overflow().unwrap().remaining(NOW);
    Layered::new((other.key("all"), overflowing.key("new"))).try_acquire(NOW, 1).unwrap().withdraw(NOW);
    assert_eq!(overflow(), 1, "what keys without a slot share is not given back");
    assert!(ask(&overflowing).is_ok());
    assert_eq!((ask(&overflowing).unwrap_err().level(), overflow()), (1, 0));
}

#[test]
fn a_class_leaves_its_share_of_every_key() {
    const REPORTS: Class = Class::leaving("reports", 40);
    let clients = buckets::<8>(5);
    assert_eq!((0..5).filter(|_| REPORTS.try_acquire(&clients.key("ada"), NOW, 1).is_ok()).count(), 3);
    assert!(clients.try_acquire("ada", NOW, 2).is_ok());
}

#[test]
fn a_queue_of_a_key_delays() {
    let queues = Keyed::<LeakyQueue<u32>, 8>::new([LeakyQueue::<u32>::new(Quota::per(1, 10).burst(2))], SECRET);
    let delay = || Layered::new((queues.key("ada"), queues.key("ben"))).try_acquire(NOW, 1).map(|place| place.delay());
    assert_eq!((delay(), delay()), (Ok(0), Ok(10)));
    assert!(delay().is_err());
}

#[test]
fn a_step_back_locks_no_key_out_through_layers() {
    let clients = buckets::<8>(1);
    assert!(clients.try_acquire("ada", 1_000_000, 1).is_ok());
    let free = ConcurrencyLimit::new(1);
    let ask = |now| Layered::new((clients.key("ada"), &free)).try_acquire(now, 1).map(drop);
    assert_eq!(ask(5_000).unwrap_err().retry_after(), Some(1_000));
    assert!(ask(6_000).is_ok());
}

const PERIOD: PenaltyRule<u32> = PenaltyRule::<u32>::new(WaitingPeriod::of(100).times(2, 400));

#[test]
fn every_key_waits_for_itself() {
    let (tokens, waiting) = (buckets::<16>(2), Keyed::<_, 16>::new([PERIOD], SECRET));
    let ask = |token: &str, now: u32| {
        let guard = Penalty::from_parts(tokens.key(token), PERIOD, waiting.key(token).cell(now));
        guard.try_acquire(now, 2).map(drop).map_err(|refused| refused.retry_after().unwrap())
    };
    assert_eq!((ask("ada", NOW), ask("ben", NOW)), (Ok(()), Ok(())));
    assert_eq!(waiting.occupancy(NOW), 0, "nobody waits yet");
    assert_eq!(ask("ada", NOW), Err(1_000));
    assert_eq!(waiting.occupancy(NOW), 1);
    let later = NOW.wrapping_add(1_000);
    assert_eq!((ask("ada", later), ask("ben", later)), (Ok(()), Ok(())), "her period of 400 is over");
    assert_eq!((ask("ben", later), ask("ben", later)), (Err(1_000), Err(1_000)));
    let early = later.wrapping_add(1_000);
    assert_eq!(ask("ben", early), Ok(()));
}

#[test]
fn a_waiting_period_by_key_grows_as_any_other() {
    let (busy, waiting) = (ConcurrencyLimit::new(1), Keyed::<_, 4>::new([PERIOD], SECRET));
    let _held = busy.try_acquire(1).unwrap();
    let own = Penalty::<_, u32>::new(&busy, PERIOD.period());
    for later in [0, 50, 60, 500, 5_000, 5_100, 5_199] {
        let now = NOW.wrapping_add(later);
        let keyed = Penalty::from_parts(&busy, PERIOD, waiting.key("ada").cell(now));
        assert_eq!(keyed.try_acquire(now, 1).map(drop), own.try_acquire(now, 1).map(drop), "{later} ticks later");
    }
}

#[test]
fn a_key_without_a_slot_for_its_wait_is_told_what_the_limit_says_and_counted() {
    let (busy, waiting) = (ConcurrencyLimit::new(1), Keyed::<_, 4>::new([PERIOD], SECRET));
    let _held = busy.try_acquire(1).unwrap();
    let ask = |token: u32| {
        let guard = Penalty::from_parts(&busy, PERIOD, waiting.key(&token).cell(NOW));
        guard.try_acquire(NOW, 1).map(drop).unwrap_err().retry_after()
    };
    assert!((0..4).all(|token| ask(token) == Some(100)));
    assert_eq!((ask(4), ask(4)), (Some(100), Some(100)), "it does not grow, as nothing is kept");
    assert_eq!((ask(0), waiting.found_full()), (Some(200), 2));
}

#[test]
fn threads_never_get_more_of_any_key_than_its_limit() {
    let (clients, endpoints) = (buckets::<64>(50), buckets::<64>(120));
    let admitted: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..3_u32)
            .map(|thread| {
                let (clients, endpoints) = (&clients, &endpoints);
                scope.spawn(move || {
                    let mut admitted = [[0_u32; 2]; 5];
                    for turn in 0..600 {
                        let (client, endpoint) = ((turn + thread) % 5, (turn / 5) % 2);
                        let gate = Layered::new((clients.key(&client), endpoints.key(&endpoint)));
                        admitted[client as usize][endpoint as usize] += u32::from(gate.try_acquire(NOW, 1).is_ok());
                    }
                    admitted
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let sum = |client: usize, endpoint: usize| admitted.iter().map(|counts| counts[client][endpoint]).sum::<u32>();
    for client in 0..5 {
        let taken = sum(client, 0) + sum(client, 1);
        assert_eq!(clients.key(&(client as u32)).remaining(NOW), 50 - taken, "client {client}");
    }
    for endpoint in 0..2 {
        let taken: u32 = (0..5).map(|client| sum(client, endpoint)).sum();
        assert_eq!(endpoints.key(&(endpoint as u32)).remaining(NOW), 120 - taken, "endpoint {endpoint}");
    }
}
