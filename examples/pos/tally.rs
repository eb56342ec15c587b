//! What a terminal can tell of its morning.

use std::collections::BTreeMap;
use std::ops::{Add, AddAssign};

#[derive(Clone, Default, Debug)]
pub struct Tally {
    /// Requests that were sent, and those of them that carried an order.
    pub requests: u64,
    pub order_requests: u64,
    /// Orders that were answered.
    pub orders: u64,
    /// Orders that were answered more than once.
    pub answered_again: u64,
    /// Refusals, by the header that says what was exceeded.
    pub limited: BTreeMap<String, u64>,
    /// Milliseconds in which something could have been sent and was not, by what it waited for.
    pub held: BTreeMap<String, u64>,
    /// Milliseconds from order to answer: all together, and the longest.
    pub waited: u64,
    pub longest: u64,
    /// Requests that brought no answer.
    pub failures: u64,
    /// Requests in the queue, at most.
    pub longest_queue: usize,
    /// Looks at the menu, and those that were not worth sending any more.
    pub looks: u64,
    pub expired: u64,
    /// Warnings that a limit was nearly used up.
    pub warnings: u64,
    /// Orders that the server says it has, if it was asked.
    pub counted: Option<u64>,
}

impl Tally {
    /// Whether every order was answered exactly once, and counted by the server.
    pub fn is_complete(&self, orders: usize) -> bool {
        let orders = orders as u64;
        self.orders == orders && self.counted == Some(orders) && self.answered_again == 0
    }

    pub fn refusals(&self) -> u64 {
        self.limited.values().sum()
    }
}

impl AddAssign<Tally> for Tally {
    fn add_assign(&mut self, other: Tally) {
        self.requests += other.requests;
        self.order_requests += other.order_requests;
        self.orders += other.orders;
        self.answered_again += other.answered_again;
        self.waited += other.waited;
        self.longest = self.longest.max(other.longest);
        self.failures += other.failures;
        self.longest_queue = self.longest_queue.max(other.longest_queue);
        self.looks += other.looks;
        self.expired += other.expired;
        self.warnings += other.warnings;
        self.counted = self.counted.into_iter().chain(other.counted).reduce(u64::add);
        for (limit, count) in other.limited {
            *self.limited.entry(limit).or_default() += count;
        }
        for (reason, millis) in other.held {
            *self.held.entry(reason).or_default() += millis;
        }
    }
}
