//! Over every one-word algorithm a table answers as one limiter for each key.

use std::collections::HashMap;

use proptest::collection::vec;
use proptest::prelude::*;
use tollgate::algorithm::{
    Algorithm, FirstRequestWindow, FixedWindow, LeakyBucket, LeakyQueue, SlidingWindow, TokenBucket,
};
use tollgate::cell::{HasShared, Init, StateCell, Unsync};
use tollgate::keyed::{Admitted, Line, Refused, Set, SipHash, Table};
use tollgate::time::Ticks;
use tollgate::{Limiter, Quota};

/// What is done to which key of which class, after so many ticks.
type Row = (u16, u16, bool, u8, u8);

fn rows(most_ticks: u16) -> impl Strategy<Value = Vec<Row>> {
    let ticks = prop_oneof![3 => Just(0), 3 => 0..most_ticks / 16, 1 => 0..most_ticks];
    vec((ticks, 0..60_u16, any::<bool>(), any::<u8>(), 0..6_u8), 1..400)
}

type Alone<A> = Limiter<A, Unsync<<A as Algorithm>::Ticks>>;

/// One limiter for each key and class: how it was done without a table.
struct Unkeyed<A: Algorithm> {
    rules: [A; 2],
    limiters: HashMap<(u16, usize), Alone<A>>,
}

impl<A: Algorithm + Copy> Unkeyed<A> {
    fn of(&mut self, key: u16, class: usize) -> &Alone<A> {
        let rule = self.rules[class];
        self.limiters.entry((key, class)).or_insert_with(|| Limiter::from_parts(rule, Unsync::fresh()))
    }

    /// How many keys are not as good as fresh.
    fn in_use(&self, now: A::Ticks) -> usize {
        let is_fresh = |limiter: &Alone<A>| {
            let state = limiter.cell().load();
            limiter.rule().refresh(state, now).state.unwrap_or(state) == A::Ticks::FRESH
        };
        self.limiters.values().filter(|limiter| !is_fresh(limiter)).count()
    }
}

/// With enough slots row for row; with few, whenever the key has a slot.
fn answers_are_those_of_limiters<A>(rules: [A; 2], sets: usize, start: A::Ticks, rows: &[Row])
where
    A: Algorithm + Copy,
    A::Ticks: Line + HasShared<Cell: StateCell<A::Ticks> + Init<A::Ticks>>,
{
    let slots: Vec<_> = (0..sets).map(|_| Set::<A::Ticks>::fresh()).collect();
    let table = Table::over(slots, rules, SipHash::new([3, 4]));
    let mut unkeyed = Unkeyed { rules, limiters: HashMap::new() };
    let units = |number: u8| A::Ticks::truncate(number.into());
    let (mut now, mut refused) = (start, 0);
    for (row, &(ticks, key, class, what, number)) in rows.iter().enumerate() {
        now = now.wrapping_add(A::Ticks::truncate(ticks.into()));
        let (class, amount) = (usize::from(class), units(number));
        let keyed = table.key(&key).of_class(class).unwrap();
        let in_use = unkeyed.in_use(now);
        let limiter = unkeyed.of(key, class);
        match what % 16 {
            0 => {
                keyed.refund(now, amount);
                limiter.refund(now, amount);
            }
            1 => {
                keyed.reset();
                limiter.reset();
            }
            2 => {
                keyed.remove();
                limiter.reset();
            }
            3 => table.refresh(now),
            what => {
                let answer =
                    if what == 4 { keyed.try_acquire_up_to(now, amount) } else { keyed.try_acquire(now, amount) };
                if let Err(Refused::Full(_)) = answer {
                    assert!(in_use >= table.capacity().min(8), "row {row}: full, and only {in_use} keys are in use");
                    refused += 1;
                    continue;
                }
                let expected =
                    if what == 4 { limiter.try_acquire_up_to(now, amount) } else { limiter.try_acquire(now, amount) };
                let answer = match answer {
                    Ok(Admitted::Key(grant)) => Ok(grant),
                    Err(Refused::Key(denied)) => Err(denied),
                    other => panic!("row {row}: {other:?}"),
                };
                assert_eq!(answer, expected, "row {row}");
            }
        }
        assert_eq!(keyed.remaining(now), unkeyed.of(key, class).remaining(now), "row {row}");
        assert_eq!(table.occupancy(now), unkeyed.in_use(now), "row {row}");
    }
    assert_eq!(table.found_full(), A::Ticks::truncate(refused));
    assert!(sets < 100 || refused == 0, "{refused} refused beside free slots");
}

macro_rules! every_algorithm {
    ($($algorithm:ident)*; $sets:expr, $rows:expr) => {$({
        let (free, paid) = (Quota::per(3, 1_000), Quota::per(7, 400));
        let rules = [free, paid].map(|quota| $algorithm::<u32>::try_new(quota).unwrap());
        answers_are_those_of_limiters(rules, $sets, u32::MAX - 9_000, $rows);
        let (free, paid) = (Quota::per(3, 1_000), Quota::per(7, 400));
        let rules = [free, paid].map(|quota| $algorithm::<u64>::try_new(quota).unwrap());
        answers_are_those_of_limiters(rules, $sets, 5, $rows);
    })*};
    ($sets:expr, $rows:expr) => {
        every_algorithm!(
            TokenBucket LeakyBucket LeakyQueue FixedWindow FirstRequestWindow SlidingWindow; $sets, $rows
        )
    };
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn enough_slots_answer_row_for_row_as_one_limiter_for_each_key(rows in rows(1_500)) {
        every_algorithm!(256, &rows);
    }

    #[test]
    fn few_slots_answer_as_one_limiter_for_each_key_that_has_one(rows in rows(1_500)) {
        every_algorithm!(1, &rows);
        every_algorithm!(2, &rows);
        every_algorithm!(5, &rows);
    }
}

/// The word that means "changing hands" counts nothing in any window, and so no window writes it; buckets step over it.
#[test]
fn no_algorithm_keeps_the_word_of_a_slot_that_changes_hands() {
    let quota = Quota::per(3, 1_000);
    for now in (0..100_000).step_by(37).chain([u32::TAKEN, u32::FRESH]) {
        assert_eq!(FixedWindow::try_new(quota).unwrap().remaining(u32::TAKEN, now), 3);
        assert_eq!(FirstRequestWindow::try_new(quota).unwrap().remaining(u32::TAKEN, now), 3);
        assert_eq!(SlidingWindow::try_new(quota).unwrap().remaining(u32::TAKEN, now), 3);
        let widest = [u32::MAX >> 4, 1].map(|limit| Quota::per(limit, 1));
        for quota in widest {
            assert_eq!(FixedWindow::try_new(quota).unwrap().remaining(u32::TAKEN, now), quota.limit());
            assert_eq!(FirstRequestWindow::try_new(quota).unwrap().remaining(u32::TAKEN, now), quota.limit());
        }
    }
}

#[test]
fn an_arrival_time_that_meets_that_word_is_kept_one_sub_tick_later() {
    let rule = TokenBucket::<u32>::new(Quota::per(1, 1_000).burst(5));
    let table = Table::over(crate::sets::<u32>(1), [rule], SipHash::new([0, 0]));
    let now = u32::TAKEN - 2_000;
    assert_eq!(table.try_acquire(&1, now, 2).unwrap().remaining(), Some(3));
    assert_eq!(table.key(&1).remaining(now), 2, "later, never early");
    assert_eq!(table.key(&1).remaining(now + 1), 3);
    assert!(table.try_acquire(&1, now + 1, 3).is_ok());
    assert_eq!(table.try_acquire(&1, now + 1, 1).unwrap_err().retry_after(), Some(1_000));
}
