//! What holds for leases, one guarantee each.

use tollgate::cell::{Atomic32, StateCell};
use tollgate::concurrency::Lease;
use tollgate::{Denied, LeasedConcurrency};

const LEASE: u32 = 1_000;

#[test]
fn a_permit_counts_to_the_last_tick_of_its_lease_and_not_one_longer() {
    let busy = LeasedConcurrency::<u32, 1>::new(1, LEASE);
    let permit = busy.try_acquire(500, 1).unwrap();
    assert_eq!((busy.in_flight(1_499), permit.lease_left(1_499)), (1, 1));
    assert_eq!((busy.in_flight(1_500), permit.lease_left(1_500)), (0, 0));
    assert_eq!(busy.try_acquire(1_499, 1).unwrap_err().retry_after(), Some(1));
    assert!(busy.try_acquire(1_500, 1).is_ok());
}

#[test]
fn a_late_release_does_not_free_a_second_time() {
    let busy = LeasedConcurrency::<u32, 2>::new(2, LEASE);
    let (late, by_hand) = (busy.try_acquire(0, 1).unwrap(), busy.acquire_raw(0, 1).unwrap());
    let _taken_over = busy.try_acquire(LEASE, 2).unwrap();
    drop(late);
    let error = busy.release(by_hand).unwrap_err();
    assert_eq!(error.to_string(), "the lease has run out: 1 of its 1 units were gone, and may be in other hands");
    assert_eq!(busy.in_flight(LEASE), 2);
}

#[test]
fn a_late_release_is_told_apart_even_if_the_clock_stepped_back_onto_its_tick() {
    let busy = LeasedConcurrency::<u32, 1>::new(1, LEASE);
    let late = busy.try_acquire(0, 1).unwrap();
    drop(busy.try_acquire(LEASE, 1).unwrap());
    let _other = busy.try_acquire(0, 1).unwrap(); // runs out at the same instant as the late one's
    drop(late);
    assert_eq!(busy.in_flight(0), 1);
}

#[test]
fn permits_of_one_tick_that_share_a_word_give_back_as_many_units_as_each_has() {
    const LONGEST: u32 = 1 << 28; // leaves no room for serial numbers
    let busy = LeasedConcurrency::<u32, 6>::new(6, LONGEST);
    assert_eq!(busy.serials(), 1);
    let permits = [1, 2, 3].map(|weight| busy.try_acquire(7, weight).unwrap());
    let mut in_flight = 6;
    for permit in permits {
        in_flight -= permit.weight();
        drop(permit);
        assert_eq!(busy.in_flight(7), in_flight);
    }
}

#[test]
fn renewed_in_time_a_permit_is_held_for_any_number_of_leases() {
    let busy = LeasedConcurrency::<u32, 3>::new(3, LEASE);
    let mut permit = busy.try_acquire(u32::MAX - LEASE, 3).unwrap();
    for turn in 0..5_000_u32 {
        let now = (u32::MAX - LEASE).wrapping_add(turn * (LEASE - 1));
        permit.renew(now).unwrap();
        assert_eq!((busy.in_flight(now), busy.in_flight(now.wrapping_add(LEASE - 1))), (3, 3));
    }
    drop(permit);
    assert_eq!(busy.in_flight(0), 0);
}

#[test]
fn a_permit_whose_lease_has_run_out_cannot_be_renewed() {
    let busy = LeasedConcurrency::<u32, 2>::new(2, LEASE);
    let mut late = busy.try_acquire(0, 2).unwrap();
    assert_eq!(late.renew(LEASE).unwrap_err().lost(), 2);
    let other = busy.try_acquire(LEASE, 2).unwrap();
    assert!(late.renew(LEASE - 1).is_err(), "in other hands, whatever this clock says");
    assert_eq!((late.weight(), busy.in_flight(LEASE)), (0, 2));
    drop((late, other));
    assert_eq!(busy.in_flight(LEASE), 0);
}

#[test]
fn a_renewal_that_comes_too_late_for_some_units_keeps_the_others() {
    let busy = LeasedConcurrency::<u32, 2>::new(2, LEASE);
    let mut late = busy.try_acquire(0, 2).unwrap();
    let _other = busy.try_acquire(LEASE, 1).unwrap(); // its clock is a tick ahead
    let error = late.renew(LEASE - 1).unwrap_err();
    assert_eq!((error.lost(), error.weight(), late.weight()), (1, 2, 1));
    assert_eq!(busy.in_flight(2 * LEASE - 2), 2);
    drop(late);
    assert_eq!(busy.in_flight(2 * LEASE - 2), 1);
}

#[test]
fn a_forgotten_permit_comes_back_with_its_lease_or_by_hand() {
    let busy = LeasedConcurrency::<u64, 4>::new(4, 50);
    let vanished: Lease<u64> = busy.try_acquire(10, 1).unwrap().forget();
    let kept = busy.try_acquire(10, 2).unwrap().forget();
    assert_eq!((vanished.weight(), kept.weight(), busy.available(10)), (1, 2, 1));
    busy.release(kept).unwrap();
    assert_eq!((busy.available(59), busy.available(60)), (3, 4));
}

#[test]
fn a_limit_below_the_number_of_slots_is_kept() {
    let busy = LeasedConcurrency::<u32, 8>::try_new(3, LEASE).unwrap();
    let _permits = [(); 3].map(|()| busy.try_acquire(0, 1).unwrap());
    assert!(matches!(busy.try_acquire(0, 1), Err(Denied::NotYet(_))));
    assert!(busy.try_acquire(0, 4).unwrap_err().is_never());
}

#[test]
fn limits_and_leases_out_of_range_are_errors_that_say_what_is_accepted() {
    for (limit, lease, text) in [
        (0, 1, "limit = 0 admits nothing: give a limit from 1 to 4"),
        (5, 1, "limit = 5 cannot be counted: give a limit from 1 to 4"),
        (4, 0, "lease = 0 ticks has run out at once: give a lease of at least 1 tick"),
        (
            4,
            (1 << 28) + 1,
            "lease = 268435457 ticks is too long for the clock's word: \
             give at most 268435456 ticks, a coarser tick or a wider one",
        ),
    ] {
        assert_eq!(LeasedConcurrency::<u32, 4>::try_new(limit, lease).unwrap_err().to_string(), text);
    }
    assert!(LeasedConcurrency::<u64, 4>::try_new(4, (1 << 28) + 1).is_ok());
    assert!(LeasedConcurrency::<u32, 0>::try_new(1, 1).is_err());
}

#[test]
fn a_new_limit_is_empty_whatever_the_clock_reads() {
    for lease in [1, 2, LEASE, 1 << 28] {
        for now in [0, 1, lease, u32::MAX - 1, u32::MAX, 1 << 31, 0x9e37_79b9, 0x9e37_79b9_u32.wrapping_sub(lease)] {
            let busy = LeasedConcurrency::<u32, 3>::try_new(3, lease).unwrap();
            assert_eq!((busy.in_flight(now), busy.available(now)), (0, 3));
            let permit = busy.try_acquire(now, 3).unwrap();
            assert_eq!(busy.in_flight(now), 3);
            drop(permit);
            assert_eq!(busy.in_flight(now), 0);
        }
    }
}

#[test]
fn a_denial_and_a_peek_write_nothing() {
    let slots = [const { Atomic32::fresh() }; 3];
    let serial = Atomic32::fresh();
    let busy = LeasedConcurrency::from_parts(3, LEASE, slots.each_ref(), &serial).unwrap();
    let words = || (slots.each_ref().map(StateCell::load), serial.load());
    let _held = busy.try_acquire(100, 2).unwrap();
    let before = words();
    assert!(busy.try_acquire(150, 2).is_err() && busy.try_acquire(150, 4).is_err());
    assert!(busy.try_acquire_leaving(150, 1, 1).is_err() && busy.peek(150, 2).is_err());
    assert_eq!(busy.try_acquire(150, 0).unwrap().weight(), 0);
    assert_eq!(busy.try_acquire_up_to(150, 0).unwrap().weight(), 0);
    assert!(busy.try_acquire(99, 2).is_err(), "readings slightly out of order are no clock fault");
    assert_eq!(words(), before);
}
