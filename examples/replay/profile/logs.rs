//! A profile in log mode: what a line of the log is to it, and what the report says of it.

use super::{Profile, conecto, haravan};
use crate::traffic::{Key, Tally, Traffic};

/// What a profile makes of a log.
pub struct OfLogs {
    pub key: Key,
    /// The limit, in a line.
    pub about: String,
    rules: Vec<Rule>,
    /// Which of them requests of this key fall under, if there are any.
    rule_of: fn(&[u8]) -> usize,
}

/// A rule that chooses the limit of a request.
pub struct Rule {
    pub name: String,
    pub limit: u64,
}

impl Profile {
    /// `None` if no log says what its limits have to know.
    pub fn of_logs(self) -> Option<OfLogs> {
        match self {
            Self::Clover => None,
            Self::Conecto => Some(OfLogs {
                key: Key::ClientMethodPath,
                about: conecto::about(),
                rules: conecto::rules(),
                rule_of: conecto::rule_of,
            }),
            Self::Haravan => {
                Some(OfLogs { key: Key::Client, about: haravan::about(), rules: Vec::new(), rule_of: |_| 0 })
            }
        }
    }
}

impl OfLogs {
    /// The rules, and the requests that fell under each; none where all requests are treated alike.
    pub fn by_rule(&self, traffic: &Traffic) -> Vec<(&Rule, Tally)> {
        let mut rules: Vec<(&Rule, Tally)> = self.rules.iter().map(|rule| (rule, Tally::default())).collect();
        for (key, tally) in &traffic.keys {
            if let Some((_, sum)) = rules.get_mut((self.rule_of)(key)) {
                sum.add(tally);
            }
        }
        rules
    }
}
