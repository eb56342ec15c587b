//! The point-of-sale examples against each other: a real server, real terminals, HTTP over loopback.
//!
//! Nothing here depends on how fast anything runs. Where a limit has to be met exactly, the clock stands still; where it runs, what
//! is asserted holds at any speed.
#![cfg(not(loom))]

#[path = "../../examples/pos/api.rs"]
mod api;
#[path = "../../examples/pos/clock.rs"]
mod clock;
#[path = "../../examples/pos/lane.rs"]
mod lane;
#[path = "../../examples/pos/ledger.rs"]
mod ledger;
#[path = "../../examples/pos/limits.rs"]
mod limits;
#[path = "../../examples/pos/link.rs"]
mod link;
#[path = "../../examples/pos/middleware.rs"]
mod middleware;
#[path = "../../examples/pos/morning.rs"]
mod morning;
#[path = "../../examples/pos/rude.rs"]
mod rude;
#[path = "../../examples/pos/rules.rs"]
mod rules;
#[path = "../../examples/pos/server.rs"]
mod server;
#[path = "../../examples/pos/tally.rs"]
mod tally;
#[path = "../../examples/pos/terminal.rs"]
mod terminal;
#[path = "../../examples/pos/unfinished.rs"]
mod unfinished;

mod command_line;
mod documented;
mod harness;
mod mornings;
mod oracle;
mod out_of_reach;
mod places;
mod rudeness;
