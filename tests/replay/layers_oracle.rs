//! Levels combined as naively as can be: each decides alone, on a copy of itself, and the copies are kept if all of them
//! did what was asked.

use crate::oracle::Bucket;
use crate::window_oracle::Window;

#[derive(Clone)]
pub enum Alone {
    Bucket(Bucket),
    Window(Window),
    Busy { limit: i128, held: i128 },
}

impl Alone {
    /// `outcome,remaining,retry_after`.
    pub fn decide(&mut self, op: &str, now: i128, cost: i128) -> String {
        match self {
            Self::Bucket(bucket) => bucket.decide(op, now, cost),
            Self::Window(window) => window.decide(op, now, cost),
            Self::Busy { limit, held } => {
                let (outcome, change) = match op {
                    "acquire" if cost > *limit => ("never", 0),
                    "acquire" if cost + *held > *limit => ("deny", 0),
                    "acquire" => ("admit", cost),
                    _ if cost > *held => ("error", 0),
                    _ => ("released", -cost),
                };
                *held += change;
                format!("{outcome},{},", *limit - *held)
            }
        }
    }

    /// What is left after asking for nothing.
    pub fn remaining(&self, now: i128) -> i128 {
        self.clone().decide("acquire", now, 0).split(',').nth(1).unwrap().parse().unwrap()
    }

    fn is_busy(&self) -> bool {
        matches!(self, Self::Busy { .. })
    }
}

/// The levels of one key, with their names.
#[derive(Clone)]
pub struct Set(pub Vec<(String, Alone)>);

impl Set {
    /// `outcome,remaining,retry_after,level`, and what each level said for itself.
    pub fn decide(&mut self, op: &str, now: i128, cost: i128) -> (String, Vec<String>) {
        let mut after = self.clone();
        let asked = after.0.iter_mut().filter(|(_, level)| op == "acquire" || level.is_busy());
        let said: Vec<(String, String)> =
            asked.map(|(name, level)| (name.clone(), level.decide(op, now, cost))).collect();
        let first =
            |outcome: &str| said.iter().find(|(_, said)| said.starts_with(outcome)).map(|(name, _)| name.clone());
        let (outcome, wait, level) = if op == "release" {
            let done = !said.is_empty() && first("error").is_none();
            (if done { "released" } else { "error" }, None, None)
        } else if let Some(level) = first("never") {
            ("never", None, Some(level))
        } else if let Some(level) = first("deny") {
            // Of "admit" the last field is empty too.
            let waits = said.iter().filter_map(|(_, said)| said.split(',').nth(2).unwrap().parse::<i128>().ok());
            ("deny", waits.max(), Some(level))
        } else {
            ("admit", None, None)
        };
        if outcome == "admit" || outcome == "released" {
            *self = after;
        }
        let remaining = self.0.iter().map(|(_, level)| level.remaining(now)).min().unwrap();
        let wait = wait.map_or_else(String::new, |wait| wait.to_string());
        let decision = format!("{outcome},{remaining},{wait},{}", level.unwrap_or_default());
        (decision, said.into_iter().map(|(_, said)| said).collect())
    }
}
