//! What the documentation promises, one statement a test.

use std::cell::Cell;

use tollgate::cell::{StateCell, Unsync};
use tollgate::{Denied, Quota, QuotaError, RollingWindow};

type Window<const N: usize> = RollingWindow<u32, N, Unsync<u32>>;

const fn window<const N: usize>(limit: u32, period: u32) -> Window<N> {
    Window::<N>::new_in_cells(Quota::per(limit, period))
}

#[test]
fn an_admission_counts_until_just_before_it_is_a_period_old() {
    let window = window::<1>(1, 10);
    assert!(window.try_acquire(5, 1).is_ok());
    for now in 5..15 {
        assert_eq!(window.try_acquire(now, 1).unwrap_err().retry_after(), Some(15 - now));
    }
    assert!(window.try_acquire(15, 1).is_ok());
}

#[test]
fn the_wait_is_for_as_many_units_as_were_asked_for() {
    let window = window::<4>(4, 100);
    for now in [0, 10, 20, 30] {
        assert!(window.try_acquire(now, 1).is_ok());
    }
    for cost in 1..=4 {
        let wait = window.try_acquire(40, cost).unwrap_err().retry_after().unwrap();
        assert_eq!(wait, 60 + 10 * (cost - 1));
        assert!(window.peek(40 + wait - 1, cost).is_err());
        assert!(window.peek(40 + wait, cost).is_ok());
    }
    assert!(matches!(window.try_acquire(40, 5), Err(Denied::Never(never)) if never.capacity() == 4));
    assert!(matches!(window.try_acquire_leaving(40, 1, 4), Err(Denied::Never(never)) if never.capacity() == 0));
}

#[test]
fn a_thousand_slots_of_sixty_four_bits_fill_up_and_come_back_one_by_one() {
    static WINDOW: RollingWindow<u64, 1_000> = RollingWindow::<u64, 1_000>::new(Quota::per(1_000, 3_600));
    for lap in 0..5_u64 {
        for unit in 0..1_000 {
            assert_eq!(
                WINDOW.try_acquire(lap * 3_600 + unit, 1).unwrap().remaining(),
                if lap == 0 { 999 - unit } else { 0 }
            );
        }
        assert_eq!(WINDOW.try_acquire(lap * 3_600 + 999, 1).unwrap_err().retry_after(), Some(2_601));
    }
}

#[test]
fn a_token_bucket_lets_199_through_in_an_hour_and_the_rolling_window_100() {
    let hour = 3_600;
    let quota = Quota::per(100, hour);
    let bucket = tollgate::TokenBucket::<u32>::new(quota);
    let window = RollingWindow::<u32, 100>::new(quota);
    let admitted =
        |ask: &dyn Fn(u32) -> bool| (0..hour).map(|now| (0..100).filter(|_| ask(now)).count()).sum::<usize>();
    assert_eq!(admitted(&|now| bucket.try_acquire(now, 1).is_ok()), 199);
    assert_eq!(admitted(&|now| window.try_acquire(now, 1).is_ok()), 100);
}

#[test]
fn a_silence_shorter_than_the_horizon_costs_nothing_however_old_the_slots_are() {
    let window = window::<8>(8, 1 << 28);
    let mut now = 7_u32;
    for _ in 0..1_000 {
        now = now.wrapping_add(3 * (1 << 28) - 1);
        assert_eq!(window.try_acquire(now, 1).unwrap().remaining(), 7);
    }
}

#[test]
fn a_silence_of_any_length_costs_at_most_a_period() {
    for exponent in 20..33 {
        for offset in -2_i64..=2 {
            let silence = ((1_i64 << exponent) + offset) as u32;
            let window = window::<3>(3, 1_000);
            assert!(window.try_acquire(50, 3).is_ok());
            let now = silence.wrapping_add(50);
            if let Err(denied) = window.try_acquire(now, 2) {
                let wait = denied.retry_after().unwrap();
                assert!(wait <= 1_000, "{wait} after {silence}");
                assert!(window.try_acquire(now.wrapping_add(wait), 2).is_ok());
            }
        }
    }
}

#[test]
fn refreshed_often_enough_a_silence_of_any_length_costs_nothing() {
    let window = window::<3>(3, 1_000);
    assert!(window.try_acquire(50, 3).is_ok());
    let mut now = 50_u32;
    for _ in 0..20 {
        now = now.wrapping_add(3 * (1 << 28));
        window.refresh(now);
        assert_eq!(window.remaining(now), 3);
        assert!(window.peek(now, 3).is_ok());
    }
}

#[test]
fn a_refresh_forgets_nothing_that_counts() {
    let window = window::<3>(3, 1 << 28);
    assert!(window.try_acquire(50, 3).is_ok());
    window.refresh(50 + (1 << 28) - 1);
    assert_eq!(window.peek(50 + (1 << 28) - 1, 3).unwrap_err().retry_after(), Some(1));
}

#[test]
fn no_wait_is_longer_than_a_period_however_far_the_clock_steps_back() {
    for back in [1, 2, 999, 1_000, 1_001, 1 << 20, 1 << 29, (1 << 30) - 1_001] {
        for cost in 1..=3 {
            let window = window::<3>(3, 1_000);
            assert!(window.try_acquire(500, 2).is_ok());
            assert!(window.try_acquire(1_000, 1).is_ok());
            let now = 1_000_u32.wrapping_sub(back);
            let wait = window.try_acquire(now, cost).unwrap_err().retry_after().unwrap();
            assert!(wait <= 1_000);
            assert!(window.peek(now.wrapping_add(wait - 1), cost).is_err());
            assert!(window.try_acquire(now.wrapping_add(wait), cost).is_ok());
        }
    }
}

#[test]
fn a_late_reading_touches_nothing_while_the_slots_it_asks_for_are_older() {
    let window = window::<2>(2, 10);
    assert!(window.try_acquire(4, 1).is_ok());
    assert!(window.try_acquire(6, 1).is_ok());
    assert_eq!(window.try_acquire(5, 1).unwrap_err().retry_after(), Some(9)); // until the 4 is ten ticks old
    assert_eq!(window.try_acquire(14, 2).unwrap_err().retry_after(), Some(2)); // the 6 has stayed where it was
}

#[test]
fn what_was_taken_and_given_back_at_once_was_never_taken() {
    let window = window::<5>(5, 100);
    assert!(window.try_acquire(0, 2).is_ok());
    for now in 1..50 {
        assert!(window.try_acquire(now, 3).is_ok());
        assert_eq!(window.refund(now, 3), 3);
    }
    assert_eq!(window.remaining(50), 3);
    assert_eq!(window.refund(50, 9), 2);
    assert_eq!(window.refund(50, 9), 0);
    assert_eq!(window.remaining(50), 5);
}

#[test]
fn a_refund_leaves_what_others_took_later() {
    let window = window::<2>(2, 10);
    assert!(window.try_acquire(0, 1).is_ok());
    assert!(window.try_acquire(5, 1).is_ok()); // someone else
    assert_eq!(window.refund(0, 1), 1);
    assert_eq!(window.peek(9, 2).unwrap_err().retry_after(), Some(6));
    assert!(window.try_acquire(9, 1).is_ok());
    assert!(window.try_acquire(9, 1).is_err());
}

#[test]
fn a_reset_window_is_as_good_as_new_at_any_reading() {
    let window = window::<3>(3, 1_000);
    assert!(window.try_acquire(u32::MAX, 3).is_ok());
    window.reset();
    for now in [0, 5, 1 << 30, 1 << 31, u32::MAX] {
        assert_eq!(window.remaining(now), 3);
        assert_eq!(window.peek(now, 0).unwrap().reset_after(), 0);
    }
}

#[test]
fn a_quota_that_cannot_be_kept_is_refused_by_name() {
    let refused = |limit, period| RollingWindow::<u32, 500>::try_new(Quota::per(limit, period)).unwrap_err();
    assert_eq!(refused(501, 1_000), QuotaError::LimitTooLarge { limit: 501, most: 500 });
    assert_eq!(refused(0, 1_000), QuotaError::ZeroLimit);
    assert_eq!(refused(1, 0), QuotaError::ZeroPeriod);
    assert_eq!(refused(1, (1 << 28) + 1), QuotaError::PeriodTooLong { period: (1 << 28) + 1, most: 1 << 28 });
    assert!(RollingWindow::<u32, 500>::try_new(Quota::per(500, 1 << 28)).is_ok());
}

#[test]
fn five_hundred_slots_on_32_bit_ticks_take_two_kilobytes() {
    assert_eq!(size_of::<RollingWindow<u32, 500>>(), 4 * (500 + 3 + 2));
}

/// A cell that counts its writes.
struct Counted<'a>(Unsync<u32>, &'a Cell<usize>);

impl StateCell<u32> for Counted<'_> {
    fn load(&self) -> u32 {
        self.0.load()
    }

    fn update<R>(&self, mut step: impl FnMut(u32) -> (Option<u32>, R)) -> R {
        self.0.update(|word| {
            let (state, answer) = step(word);
            self.1.set(self.1.get() + usize::from(state.is_some()));
            (state, answer)
        })
    }
}

#[test]
fn denials_and_questions_write_nothing() {
    let writes = Cell::new(0);
    let cell = || Counted(Unsync::fresh(), &writes);
    let window = RollingWindow::<u32, 4, _>::try_in_cells(Quota::per(4, 100), cell).unwrap();
    assert!(window.try_acquire(0, 1).is_ok());
    assert!(window.try_acquire(1, 3).is_ok());
    let after = writes.get();
    for now in 1..100 {
        assert!(window.try_acquire(now, 1).is_err());
        assert!(window.try_acquire(now, 4).is_err());
        assert!(window.try_acquire(now, 5).is_err());
        assert!(window.try_acquire(now, 0).is_ok());
        assert!(window.try_acquire_up_to(now, 3).is_err());
        assert!(window.try_acquire_leaving(now, 1, 1).is_err());
        assert!(window.peek(now, 1).is_err());
        assert_eq!(window.remaining(now), 0);
        window.refresh(now);
    }
    assert_eq!(writes.get(), after);
    assert!(window.try_acquire(0, 1).is_err()); // late, but the oldest is no later: nothing is written
    assert_eq!(writes.get(), after);
}

#[test]
fn an_admission_looks_at_each_slot_once_a_lap_and_not_at_all_that_are_free() {
    struct Loads<'a>(Unsync<u32>, &'a Cell<usize>);
    impl StateCell<u32> for Loads<'_> {
        fn load(&self) -> u32 {
            self.1.set(self.1.get() + 1);
            self.0.load()
        }

        fn update<R>(&self, step: impl FnMut(u32) -> (Option<u32>, R)) -> R {
            self.0.update(step)
        }
    }
    let loads = Cell::new(0);
    let cell = || Loads(Unsync::fresh(), &loads);
    let window = RollingWindow::<u32, 500, _>::try_in_cells(Quota::per(500, 1_000), cell).unwrap();
    for now in 0..100_000 {
        assert_eq!(window.try_acquire(10 * now, 1).unwrap().remaining(), 500 - (now + 1).min(100));
    }
    let each = loads.get() / 100_000;
    assert!(each <= 12, "{each} loads each");
}
