//! A race that is lost after the levels before were taken of, played out step by step.

use tollgate::cell::Unsync;
use tollgate::layered::{Admitted, Level, Refused, Request, Tightest};
use tollgate::{
    BucketedWindow, ConcurrencyLimit, FirstRequestWindow, FixedWindow, Layered, LeakyBucket, LeasedConcurrency, Quota,
    RollingWindow, SlidingWindow, TokenBucket,
};

const NOW: u32 = 4_294_967_290;
const LIMIT: u32 = 5;
const PERIOD: u32 = 1_000;

/// A level of which others take the last unit just before this request does.
struct Contested<F> {
    limit: ConcurrencyLimit,
    others: F,
}

impl<F: Fn()> Contested<F> {
    fn by(others: F) -> Self {
        Self { limit: ConcurrencyLimit::new(1), others }
    }
}

impl<F: Fn()> Level<u32> for Contested<F> {
    type Receipt = ();

    fn capacity(&self) -> u32 {
        self.limit.limit()
    }

    fn tightest(&self, now: u32) -> Tightest<u32> {
        self.limit.tightest(now)
    }

    fn probe(&self, request: &Request<u32>) -> Result<(), Refused<u32>> {
        Level::probe(&self.limit, request)
    }

    fn admit(&self, request: &Request<u32>) -> Result<Admitted<u32, ()>, Refused<u32>> {
        self.limit.acquire_raw(1).unwrap();
        (self.others)();
        self.limit.admit(request)
    }

    fn withdraw(&self, _: u32, _: &Request<u32>, (): ()) {
        unreachable!("it never admits")
    }

    fn release(&self, _: u32, (): ()) {
        unreachable!("it never admits")
    }

    fn penalize(&self, _: &Request<u32>) {}
}

fn quota() -> Quota<u32> {
    Quota::per(LIMIT, PERIOD)
}

fn with_every_limit(check: impl Fn(&dyn Fn() -> Box<dyn Level<u32, Receipt = ()>>)) {
    check(&|| Box::new(TokenBucket::<u32>::new(quota())));
    check(&|| Box::new(LeakyBucket::<u32>::new(quota())));
    check(&|| Box::new(RollingWindow::<u32, 8>::new(quota())));
    check(&|| Box::new(BucketedWindow::<u32, 16>::new(quota())));
    check(&|| Box::new(FixedWindow::<u32>::new(quota())));
    check(&|| Box::new(FirstRequestWindow::<u32>::new(quota())));
    check(&|| Box::new(SlidingWindow::<u32>::new(quota())));
    check(&|| Box::new(ConcurrencyLimit::new(LIMIT)));
}

/// How many single units a limit gives at `now`.
fn gives(limit: &dyn Level<u32, Receipt = ()>, now: u32) -> usize {
    (0..=LIMIT).take_while(|_| limit.admit(&Request::new(now, 1)).is_ok()).count()
}

#[test]
fn a_lost_race_gives_back_what_the_levels_before_had_given() {
    with_every_limit(|fresh| {
        for taken_before in [0, 2] {
            let first = fresh();
            let first = &*first;
            for _ in 0..taken_before {
                let _ = first.admit(&Request::new(NOW, 1)).unwrap();
            }
            let contested = Contested::by(|| {});
            let refused = Layered::new((first, &contested)).try_acquire(NOW, 1).unwrap_err();
            assert_eq!((refused.level(), refused.retry_after()), (1, None));
            assert_eq!(gives(first, NOW), LIMIT as usize - taken_before);
        }
    });
}

#[test]
fn a_lost_race_gives_back_its_own_and_not_what_others_took_meanwhile() {
    with_every_limit(|fresh| {
        let first = fresh();
        let first = &*first;
        let contested = Contested::by(|| _ = first.admit(&Request::new(NOW, 2)).unwrap());
        assert!(Layered::new((first, &contested)).try_acquire(NOW, 3).is_err(), "more than the contested level has");
        assert!(Layered::new((first, &contested)).try_acquire(NOW, 1).is_err());
        // A window's slot in the middle comes back with the older ones, not before.
        assert!([LIMIT as usize - 2, LIMIT as usize - 3].contains(&gives(first, NOW)));
        assert_eq!(first.tightest(NOW).remaining, 0);
    });
}

#[test]
fn a_lost_race_takes_nothing_off_the_window_that_began_meanwhile() {
    let (end, begin) = (10 * PERIOD - 1, 10 * PERIOD);
    let first = FixedWindow::<u32>::new(quota());
    let contested = Contested::by(|| _ = first.try_acquire(begin, LIMIT).unwrap());
    assert!(Layered::new((&first, &contested)).try_acquire(end, 1).is_err());
    assert_eq!(first.remaining(begin), 0);

    let first = SlidingWindow::<u32>::new(quota());
    let contested = Contested::by(|| _ = first.try_acquire(begin, LIMIT - 1).unwrap());
    assert!(Layered::new((&first, &contested)).try_acquire(end, 1).is_err());
    assert_eq!(first.remaining(begin), 0);

    let first = BucketedWindow::<u32, 16>::new(quota());
    first.try_acquire(end, 1).map(|_| ()).unwrap();
    let contested = Contested::by(|| _ = first.try_acquire(begin + PERIOD / 2, LIMIT - 2).unwrap());
    assert!(Layered::new((&first, &contested)).try_acquire(end, 1).is_err());
    assert_eq!(first.remaining(begin + PERIOD), LIMIT - (LIMIT - 2) - 1, "of the older two one is left");
    assert_eq!(first.remaining(begin + PERIOD + 100), 2);
}

#[test]
fn the_refusal_after_a_lost_race_names_the_first_level_that_refuses_then() {
    let first = RollingWindow::<u32, 8>::new(quota());
    first.try_acquire(NOW, 2).map(|_| ()).unwrap();
    let contested = Contested::by(|| _ = first.try_acquire(NOW + 1, 2).unwrap());
    let refused = Layered::new((&first, &contested)).try_acquire(NOW, 1).unwrap_err();
    // What was given back lies in the middle of the log: it is free once what is before it has expired.
    assert_eq!((refused.level(), refused.retry_after()), (0, Some(PERIOD)));
}

#[test]
fn a_leased_permit_is_given_back_by_its_own_lease() {
    let first = LeasedConcurrency::<u32, 2>::new(2, PERIOD);
    let contested = Contested::by(|| _ = first.acquire_raw(NOW, 1).unwrap());
    assert!(Layered::new((&first, &contested)).try_acquire(NOW, 1).is_err());
    assert_eq!(first.in_flight(NOW), 1);
}

#[test]
fn a_slice_gives_back_as_a_tuple_does() {
    let (bucket, window) = (TokenBucket::<u32>::new(quota()), RollingWindow::<u32, 8>::new(quota()));
    let contested = Contested::by(|| {});
    let levels: [&dyn Level<u32, Receipt = ()>; 3] = [&bucket, &window, &contested];
    let refused = Layered::new(&levels[..]).try_acquire(NOW, 1).unwrap_err();
    assert_eq!(refused.level(), 2);
    assert_eq!((gives(&bucket, NOW), gives(&window, NOW)), (LIMIT as usize, LIMIT as usize));
}

#[test]
fn one_limit_twice_in_a_gate_is_charged_twice_or_not_at_all() {
    let bucket = TokenBucket::<u32>::new(quota()).into_unsync();
    let gate = Layered::new((&bucket, &bucket));
    assert_eq!((0..LIMIT).filter(|_| gate.try_acquire(NOW, 1).is_ok()).count(), 2);
    assert_eq!(bucket.remaining(NOW), 1);
    assert_eq!(gate.try_acquire(NOW, 1).unwrap_err().level(), 1, "the second has no room beside the first");
    assert_eq!(bucket.remaining(NOW), 1);
}

trait IntoUnsync {
    type Unsync;

    fn into_unsync(self) -> Self::Unsync;
}

impl IntoUnsync for TokenBucket<u32> {
    type Unsync = TokenBucket<u32, Unsync<u32>>;

    fn into_unsync(self) -> Self::Unsync {
        self.rule().over(Unsync::fresh())
    }
}
