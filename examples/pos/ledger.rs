//! The server's books: what was admitted and when, which orders were taken, what was refused.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::api::Account;

/// A request that was admitted, at the reading of the clock by which it was decided.
#[derive(Clone, Debug)]
pub struct Admitted {
    pub at: u64,
    pub account: Account,
    /// `POST /com/orders.json`
    pub call: String,
}

#[derive(Default)]
pub struct Ledger(Mutex<Books>);

#[derive(Default)]
struct Books {
    admitted: Vec<Admitted>,
    /// How many times each order came through.
    orders: BTreeMap<String, u64>,
    /// How many were refused by each limit.
    refused: BTreeMap<String, u64>,
    /// Requests being worked on, of each owner and each account.
    working: BTreeMap<String, AtOnce>,
}

#[derive(Default)]
struct AtOnce {
    now: u64,
    most: u64,
}

impl Ledger {
    /// Books an admitted request. It is in progress for as long as what is returned lives.
    pub fn begin(self: &Arc<Self>, admitted: Admitted) -> InProgress {
        let names = [admitted.account.owner.clone(), admitted.account.to_string()];
        let mut books = self.books();
        for name in &names {
            let at_once = books.working.entry(name.clone()).or_default();
            at_once.now += 1;
            at_once.most = at_once.most.max(at_once.now);
        }
        books.admitted.push(admitted);
        InProgress { ledger: Arc::clone(self), names }
    }

    /// Takes an order: `false` if it was taken before.
    pub fn take(&self, order: &str) -> bool {
        let mut books = self.books();
        let times = books.orders.entry(order.into()).or_default();
        *times += 1;
        *times == 1
    }

    pub fn refuse(&self, limit: String) {
        *self.books().refused.entry(limit).or_default() += 1;
    }

    pub fn admitted(&self) -> Vec<Admitted> {
        self.books().admitted.clone()
    }

    /// Each order, and how many times it came through.
    pub fn orders(&self) -> BTreeMap<String, u64> {
        self.books().orders.clone()
    }

    /// How many were refused by each limit.
    pub fn refused(&self) -> BTreeMap<String, u64> {
        self.books().refused.clone()
    }

    /// Of an owner (`corner-cafe`) or an account (`corner-cafe.till-1`): requests in progress now, and the most there were.
    pub fn in_progress(&self, name: &str) -> (u64, u64) {
        self.books().working.get(name).map_or((0, 0), |at_once| (at_once.now, at_once.most))
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request that is being worked on.
pub struct InProgress {
    ledger: Arc<Ledger>,
    names: [String; 2],
}

impl Drop for InProgress {
    fn drop(&mut self) {
        let mut books = self.ledger.books();
        for name in &self.names {
            if let Some(at_once) = books.working.get_mut(name) {
                at_once.now -= 1;
            }
        }
    }
}
