//! A table as naive as can be, for 4 or 8 slots, all of which are open to every key: it keeps no slots at all, but one
//! oracle for each key, and a key finds a slot if it is in use itself or fewer others are than there are slots.

use std::collections::HashMap;

use crate::layers_oracle::Alone;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenFull {
    Refuse,
    Admit,
    Overflow,
}

pub struct Table {
    pub slots: usize,
    pub when_full: WhenFull,
    pub capacity: i128,
    /// A limit never used.
    pub fresh: Alone,
    pub keys: HashMap<String, Alone>,
    pub overflow: Alone,
}

impl Table {
    pub fn new(slots: usize, when_full: WhenFull, capacity: i128, fresh: Alone) -> Self {
        Self { slots, when_full, capacity, overflow: fresh.clone(), fresh, keys: HashMap::new() }
    }

    /// `outcome,remaining,retry_after`, and whether the key had no slot where it needed one.
    pub fn decide(&mut self, op: &str, key: &str, now: i128, cost: i128) -> (String, bool) {
        let waits: Vec<i128> = self.keys.values().filter_map(|limit| self.busy_for(limit, now)).collect();
        let is_in_use = self.keys.get(key).is_some_and(|limit| self.busy_for(limit, now).is_some());
        if is_in_use || waits.len() < self.slots {
            let limit = self.keys.entry(key.to_owned()).or_insert_with(|| self.fresh.clone());
            return (limit.decide(op, now, cost), false);
        }
        let remaining = match self.when_full {
            WhenFull::Refuse => 0,
            WhenFull::Admit => self.capacity,
            WhenFull::Overflow => self.overflow.remaining(now),
        };
        let without_slot = match op {
            "release" => Some("error"),
            _ if cost > self.capacity => Some("never"),
            _ if cost == 0 => Some("admit"),
            _ => None,
        };
        if let Some(outcome) = without_slot {
            return (format!("{outcome},{remaining},"), false);
        }
        let decision = match self.when_full {
            WhenFull::Refuse => format!("deny,0,{}", waits.into_iter().min().expect("all slots are in use")),
            WhenFull::Admit => format!("admit,{},", self.capacity),
            WhenFull::Overflow => self.overflow.decide(op, now, cost),
        };
        (decision, true)
    }

    /// Ticks until the limit is as good as new: until all of it can be taken at once. None if it is.
    fn busy_for(&self, limit: &Alone, now: i128) -> Option<i128> {
        let decision = limit.clone().decide("acquire", now, self.capacity);
        decision.rsplit(',').next().filter(|wait| !wait.is_empty()).map(|wait| wait.parse().expect("a number"))
    }
}
