//! What the limits of a key cost in memory, as documented.

use core::mem::size_of;

use tollgate::keyed::{LimitSlot, Set};
use tollgate::profiles::clover::{App, Token};
use tollgate::profiles::conecto::Budget;
use tollgate::profiles::haravan::Shop;

#[test]
fn an_app_and_a_token_of_clover() {
    assert_eq!([size_of::<LimitSlot<u32, App<u32>>>(), size_of::<LimitSlot<u32, Token<u32>>>()], [236, 128]);
    assert_eq!([size_of::<LimitSlot<u64, App<u64>>>(), size_of::<LimitSlot<u64, Token<u64>>>()], [464, 240]);
}

#[test]
fn a_budget_of_conecto() {
    let on_u32 = [size_of::<LimitSlot<u32, Budget<u32, 500>>>(), size_of::<LimitSlot<u32, Budget<u32, 100>>>()];
    assert_eq!(on_u32, [2_024, 424]);
    let on_u64 = [size_of::<LimitSlot<u64, Budget<u64, 500>>>(), size_of::<LimitSlot<u64, Budget<u64, 100>>>()];
    assert_eq!(on_u64, [4_048, 848]);
}

#[test]
fn a_shop_of_haravan() {
    assert_eq!([size_of::<Shop<u32>>(), size_of::<Shop<u64>>()], [32, 64]);
    assert_eq!([size_of::<Set<u32>>() / 4, size_of::<Set<u64>>() / 4], [8, 16]);
}
