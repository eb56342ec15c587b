//! The three APIs as a terminal knows them: the numbers of their profiles, and its own manners.

use tollgate::Quota;
use tollgate::client::{Backoff, Feedback, Holds, Mirror, Pacer};
use tollgate::profiles::clover::Level;
use tollgate::profiles::{self, BackoffPolicy};
use tollgate::time::TickLength;

use crate::lane::Lane;

pub const TICK: TickLength = TickLength::MILLISECOND;
const SECOND: u32 = 1_000;
const HOUR: u32 = 3_600 * SECOND;

/// Held back for a second after a refusal that names no wait, and never for longer than the longest window.
const HOLDS: Holds<u32> = Holds::<u32>::new(SECOND, HOUR);

/// What a terminal asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Endpoint {
    Orders,
    Menu,
    Count,
}

/// How a terminal behaves towards one of the APIs.
pub struct Rules<const N: usize> {
    /// The server's budgets.
    lanes: Vec<Lane<N>>,
    /// The number of the budget that counts an endpoint's requests.
    lane_of: fn(Endpoint) -> usize,
    /// Requests on their way at once, at most.
    pub at_once: usize,
    /// Whether a refusal by a limit of this name says how long to wait.
    pub owes_wait: fn(Option<&[u8]>) -> bool,
}

impl<const N: usize> Rules<N> {
    pub fn lane(&mut self, endpoint: Endpoint) -> &mut Lane<N> {
        let lane = (self.lane_of)(endpoint);
        self.lanes.get_mut(lane).expect("each endpoint has a lane")
    }

    /// Warnings that a limit was nearly used up.
    pub fn warnings(&self) -> u64 {
        self.lanes.iter().map(|lane| u64::from(lane.warnings())).sum()
    }
}

/// One budget for everything. The seconds of app and token are counted here as far as they are ours; places cannot be.
///
/// `terminals` share the app. What is on its way and arrives late, in the next second, is part of a terminal's share.
pub fn clover(terminals: u32) -> Rules<4> {
    let policy = profiles::clover::Policy::DOCUMENTED;
    let (app, token) = (policy.app, policy.token);
    let rate = |level: Level, caps| Mirror::try_window(level.name(), policy.quota(caps, TICK)).expect(FITS);
    let levels = [
        rate(Level::App, app),
        rate(Level::Token, token),
        Mirror::unknown(Level::AppConcurrent.name()),
        Mirror::unknown(Level::TokenConcurrent.name()),
    ];
    let at_once = (app.at_once / terminals).clamp(1, token.at_once);
    let share = (app.rate / terminals).min(token.rate).saturating_sub(at_once).max(1);
    Rules {
        lanes: vec![lane(levels, Quota::per(share, SECOND).burst(1), profiles::clover::BACKOFF)],
        lane_of: |_| 0,
        at_once: at_once as usize,
        owes_wait: |level| level.and_then(Level::from_name).is_some_and(Level::is_concurrent),
    }
}

/// A budget for each method and path. `terminals` share the client's: nine tenths of it evenly, and a little at a rush.
pub fn conecto(terminals: u32) -> Rules<1> {
    let policy = profiles::conecto::Policy::DOCUMENTED;
    let budget = |limit: u32| {
        let window = Mirror::try_window("window", policy.quota(limit, TICK)).expect(FITS);
        let (even, rush) = (limit / 10 * 9, (limit / 20 / terminals).max(1));
        let share = Quota::per(even, HOUR.saturating_mul(terminals)).burst(rush);
        lane([window], share, profiles::conecto::BACKOFF)
    };
    Rules {
        lanes: vec![budget(500), budget(100), budget(500)],
        lane_of: |endpoint| match endpoint {
            Endpoint::Orders => 0,
            Endpoint::Menu => 1,
            Endpoint::Count => 2,
        },
        at_once: 2,
        owes_wait: |_| true,
    }
}

/// One bucket for the shop, whoever asks for whatever. `terminals` share it, and leave half of it free.
pub fn haravan(terminals: u32) -> Rules<1> {
    let policy = profiles::haravan::Policy::DOCUMENTED;
    let bucket = Mirror::try_bucket("bucket", policy.quota(TICK)).expect(FITS);
    let rush = (policy.size / 2 / terminals).max(1);
    let share = Quota::per(policy.leaks, SECOND.saturating_mul(terminals)).burst(rush);
    Rules {
        lanes: vec![lane([bucket], share, profiles::haravan::BACKOFF)],
        lane_of: |_| 0,
        at_once: 2,
        owes_wait: |_| true,
    }
}

/// A budget of these levels, of which this much is a terminal's share.
fn lane<const N: usize>(levels: [Mirror<u32>; N], share: Quota<u32>, backoff: BackoffPolicy) -> Lane<N> {
    let pacer = Pacer::try_bursting(share).expect(FITS);
    let backoff = Backoff::try_new(backoff.settings(TICK)).expect(FITS);
    Lane::new(Feedback::new(levels, HOLDS), pacer, backoff)
}

const FITS: &str = "an hour and what there is to send in it fit 32 bits of milliseconds";
