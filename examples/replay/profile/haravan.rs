//! Haravan: a bucket for each shop.

use std::collections::HashMap;

use tollgate::cell::{HasShared, Unsync};
use tollgate::profiles::haravan::{Policy, Shop};

use super::{Api, Said, TICK};
use crate::limiter::{Answer, Outcome};
use crate::period::spoken;

const POLICY: Policy = Policy::DOCUMENTED;

#[derive(Default)]
pub struct Haravan<T: HasShared> {
    shops: HashMap<Vec<u8>, Shop<T, Unsync<T>>>,
}

impl<T: HasShared> Haravan<T> {
    fn shop(&mut self, key: &[u8]) -> &Shop<T, Unsync<T>> {
        self.shops.entry(key.to_vec()).or_insert_with(|| {
            Shop::try_over(POLICY, TICK, Unsync::fresh()).expect("the documented numbers fit any clock")
        })
    }
}

impl<T: HasShared> Api for Haravan<T> {
    fn check(&self, key: &[u8]) -> Result<(), String> {
        if key.is_empty() { Err("the key is empty: give the name of a shop".into()) } else { Ok(()) }
    }

    fn acquire(&mut self, key: &[u8], now: u64) -> Said {
        let (shop, now) = (self.shop(key), T::truncate(now));
        let said = shop.try_acquire(now);
        Said::new(&said, "bucket", shop.bucket().remaining(now).into())
    }

    /// What has gone into a bucket only leaks out.
    fn release(&mut self, key: &[u8], now: u64) -> Answer {
        Answer { outcome: Outcome::Error, remaining: self.shop(key).bucket().remaining(T::truncate(now)).into() }
    }
}

/// The limit, in a line.
pub fn about() -> String {
    let Policy { size, leaks, period } = POLICY;
    let period = spoken(u64::try_from(period.as_millis()).unwrap_or(u64::MAX));
    format!("haravan: a bucket of {size} that leaks {leaks} per {period}, for each client")
}
