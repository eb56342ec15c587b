use super::mirror::{Arrival, Mirror};
use super::response::{By, Learned, Reading, Response};
use super::{Feedback, Trust, matching};
use crate::cell::HasShared;

impl<T: HasShared, const N: usize> Feedback<T, N> {
    /// Takes in a response that came at `now`, with what it says of each limit: see [above](Self#what-becomes-of-what-a-response-says).
    ///
    /// A response may come late or never; each is told once.
    pub fn observe<'a, I>(&mut self, now: T, response: &Response<T>, readings: I) -> Learned<T>
    where
        I: IntoIterator<Item = Reading<'a, T>>,
        I::IntoIter: Clone,
    {
        self.pass(now);
        let is_newest = self.newest.is_none_or(|newest| !newest.is_after(response.sent));
        if is_newest {
            self.newest = Some(response.sent);
        }
        let arrival = Arrival {
            now,
            since: self.sent.wrapping_sub(response.sent.mark),
            is_trusted: is_newest && self.trust == Trust::Server,
        };
        let mut learned = Learned::nothing(!is_newest);
        let readings = readings.into_iter();
        let is_named = readings.clone().any(|reading| reading.is_refusing);
        let first = readings.clone().next();
        let is_alone = readings.clone().all(|reading| first.is_some_and(|first| reading.is_of_same(&first)));
        let (mut is_heard, mut is_counted, mut is_explained) = ([false; N], [false; N], false);
        let mut unknown = None; // the wait, if it tells one, of a limit that refused and that we do not know
        for reading in readings {
            let refuses = response.is_refusal && if is_named { reading.is_refusing } else { reading.is_spent() };
            let reset = reading.reset.filter(|_| reading.is_spent());
            let wait = if refuses { reset.max(response.wait) } else { reset };
            let Some(number) = matching::find(&self.levels, &reading, is_alone) else {
                learned.unmatched = learned.unmatched.saturating_add(1);
                unknown = unknown.max(refuses.then_some(wait));
                continue;
            };
            // A trusted reading replaces what was before this response, not what this response has just told.
            let is_first = is_heard.get_mut(number).is_some_and(|is_heard| !core::mem::replace(is_heard, true));
            let arrival = Arrival { is_trusted: arrival.is_trusted && is_first, ..arrival };
            if let Some(level) = self.levels.get_mut(number) {
                let is_other = level.learn(arrival, &reading);
                learned.other_limits = learned.other_limits.saturating_add(usize::from(is_other));
            }
            if let Some(is_counted) = is_counted.get_mut(number) {
                *is_counted |= reading.used.is_some() || reading.remaining.is_some();
            }
            is_explained |= refuses;
            if refuses || wait > Some(T::ZERO) {
                self.hold_back(By::Hold(number), arrival, wait, &mut learned);
            }
        }
        if unknown.is_none() && response.is_refusal && !is_explained {
            match self.first_full(now, &is_counted) {
                Some(full) => self.hold_back(full, arrival, response.wait, &mut learned),
                None => unknown = Some(response.wait),
            }
        }
        if let Some(wait) = unknown {
            learned.is_another_limit = true;
            self.hold_back(By::Everything, arrival, wait, &mut learned);
        } else if !response.is_refusal && response.wait > Some(T::ZERO) {
            self.hold_back(By::Everything, arrival, response.wait, &mut learned);
        }
        learned
    }

    /// The first level that is full by our count, where the server gave none.
    fn first_full(&self, now: T, is_counted: &[bool; N]) -> Option<By> {
        let mut levels = self.levels.iter().zip(is_counted);
        let is_full = |(level, is_counted): (&Mirror<T>, &bool)| !is_counted && level.remaining(now) == Some(T::ZERO);
        levels.position(is_full).map(By::Hold)
    }

    /// Holds back for as long as was told, or for as long as there is to be unless told. (A refusal with a wait of 0 tells none.)
    fn hold_back(&mut self, by: By, arrival: Arrival<T>, told: Option<T>, learned: &mut Learned<T>) {
        let told = told.filter(|ticks| *ticks > T::ZERO);
        let ticks = told.unwrap_or(self.holds.unless_told());
        if ticks > self.holds.longest() {
            learned.too_long = learned.too_long.max(Some(ticks));
        }
        let ticks = ticks.min(self.holds.longest());
        if learned.held.is_none_or(|(_, longest)| ticks > longest) {
            learned.held = Some((by, ticks));
        }
        let hold = match by {
            By::Hold(number) | By::Count(number) => self.levels.get_mut(number).map(Mirror::hold_mut),
            By::Everything => Some(&mut self.hold),
        };
        if let Some(hold) = hold {
            hold.set(arrival.now, ticks, arrival.is_trusted && told.is_some());
        }
    }
}
