use crate::{MILLIS, SECRET, head};
use tollgate::keyed::LimitSlot;
use tollgate::profiles::clover::{App, Apps, InlineApps, NotReleased, Policy, Token};
use tollgate::profiles::{Answer, Refusal};

type Slots<L> = Vec<LimitSlot<u32, L>>;

fn apps(apps: usize, tokens: usize) -> Apps<u32, Slots<App<u32>>, Slots<Token<u32>>, tollgate::keyed::SipHash> {
    let app = |_| LimitSlot::new(App::<u32>::new(&Policy::DOCUMENTED, MILLIS));
    let token = |_| LimitSlot::new(Token::<u32>::new(&Policy::DOCUMENTED, MILLIS));
    Apps::over((0..apps).map(app).collect(), (0..tokens).map(token).collect(), SECRET)
}

#[test]
fn a_token_is_known_by_its_app_and_its_name() {
    let apps = apps(4, 8);
    let served = |app: &str, token: &str| (0..20).filter(|_| apps.try_acquire(app, token, 0).is_ok()).count();
    assert_eq!([served("a", "one"), served("b", "one"), served("a", "one"), served("a", "two")], [16, 16, 0, 16]);
    assert_eq!([served("ab", "c"), served("a", "bc")], [16, 16]);
}

#[test]
fn a_place_keeps_both_slots_however_long_it_takes() {
    let apps = apps(1, 1);
    let held = apps.try_acquire("till", "one", 0).unwrap();
    let an_hour_later = 3_600_000;
    let Err(Refusal::Full(full)) = apps.try_acquire("kiosk", "one", an_hour_later) else { panic!() };
    assert_eq!(full.table(), "apps");
    let Err(Refusal::Full(full)) = apps.try_acquire("till", "two", an_hour_later) else { panic!() };
    assert_eq!(full.table(), "tokens");
    drop(held);
    assert!(apps.try_acquire("kiosk", "one", an_hour_later).is_ok());
}

#[test]
fn a_waiting_period_keeps_the_slot() {
    let apps = apps(2, 1);
    let held: Vec<_> = (0..5).map(|_| apps.try_acquire("till", "one", 0).unwrap()).collect();
    for _ in 0..6 {
        assert!(apps.try_acquire("till", "one", 0).is_err());
    }
    drop(held);
    assert_eq!(
        apps.try_acquire("till", "one", 31_999).unwrap_err().to_string(),
        "tokenConcurrentLimit of 5 reached: try again in 60000 ticks"
    );
    assert_eq!(apps.try_acquire("kiosk", "one", 91_998).status(), 503);
    assert_eq!(apps.try_acquire("kiosk", "one", 91_999).status(), 200);
}

#[test]
fn a_full_table_says_so_with_503_and_no_header() {
    let apps = apps(2, 2);
    let _held = (apps.try_acquire("a", "one", 0).unwrap(), apps.try_acquire("a", "two", 0).unwrap());
    let answer = apps.try_acquire("b", "one", 0);
    assert_eq!((answer.status(), answer.level(), answer.retry_after()), (503, None, None));
    assert!(head(&answer).is_empty());
    assert_eq!(apps.occupancy(0), (1, 2)); // the app b takes no slot for good
}

#[test]
fn released_by_hand_and_by_key() {
    let apps = apps(2, 2);
    assert_eq!(apps.release("a", "one"), Err(NotReleased::NotHeld));
    for _ in 0..5 {
        apps.try_acquire("a", "one", 0).unwrap().forget();
    }
    assert_eq!(apps.try_acquire("a", "one", 0).level(), Some("tokenConcurrentLimit"));
    assert_eq!(apps.release("a", "two"), Err(NotReleased::NotHeld));
    for _ in 0..5 {
        assert_eq!(apps.release("a", "one"), Ok(()));
    }
    assert_eq!(apps.release("a", "one"), Err(NotReleased::NotHeld));
    assert!(apps.try_acquire("a", "one", 1_000).is_ok());
}

#[test]
fn the_whole_fits_a_static() {
    static APPS: InlineApps<u64, 2, 4> = InlineApps::over(
        [const { LimitSlot::new(App::<u64>::new(&Policy::DOCUMENTED, MILLIS)) }; 2],
        [const { LimitSlot::new(Token::<u64>::new(&Policy::DOCUMENTED, MILLIS)) }; 4],
        SECRET,
    );
    let served: usize = std::thread::scope(|scope| {
        let serve = |token| move || (0..100).filter(|_| APPS.try_acquire(&7, &token, 9).is_ok()).count();
        let threads: Vec<_> = (0..4_u8).map(|token| scope.spawn(serve(token))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert!((1..=50).contains(&served), "{served}");
    assert_eq!(APPS.capacity(), (2, 4));
}
