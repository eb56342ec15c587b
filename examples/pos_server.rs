//! A point-of-sale server that keeps one of three APIs' limits: the model for giving tollgate to a web framework.
//!
//! ```text
//! cargo run --release --example pos_server -- --profile haravan
//! cargo run --release --example pos_server -- --help
//! ```
//!
//! `examples/pos/middleware.rs` is what stands around its routes, `examples/pos_terminal.rs` a client that lives with it.

#[path = "pos/api.rs"]
mod api;
#[path = "pos/clock.rs"]
mod clock;
#[path = "pos/ledger.rs"]
mod ledger;
#[path = "pos/limits.rs"]
mod limits;
#[path = "pos/middleware.rs"]
mod middleware;
#[path = "pos/server.rs"]
mod server;
#[path = "pos/words.rs"]
mod words;

use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;

use api::{Account, Api};
use clock::Clock;
use server::{Server, Settings};

const EXAMPLES: &str = "\
Examples:
  pos_server --profile clover                               until Ctrl-C
  pos_server --profile conecto --speed 720 --listen 127.0.0.1:0 --for 1m
  curl -i -H 'authorization: Bearer cafe.till-1' -H 'idempotency-key: 1' -d '' http://127.0.0.1:8080/com/orders.json

Accounts are named OWNER.TOKEN: the app and its token (clover), the client (conecto, in x-access-key) or the shop (haravan),
and which of its terminals it is.";

/// A point-of-sale server that keeps one of three APIs' limits.
#[derive(Parser)]
#[command(name = "pos_server", after_help = EXAMPLES)]
struct Cli {
    /// Whose limits
    #[arg(long, value_enum, value_name = "API")]
    profile: Api,

    /// Where to listen; port 0 is any that is free
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,

    /// How many times as fast as the real one the clock of the limits runs; 0 stops it
    #[arg(long, value_name = "N", default_value_t = 1)]
    speed: u32,

    /// How long a request takes, in milliseconds of that clock, give or take a half
    #[arg(long, value_name = "MS", default_value_t = 100)]
    work: u64,

    /// Of the chance in that
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,

    /// Ends after a while, such as 90s or 5m, instead of at Ctrl-C
    #[arg(long = "for", value_name = "DURATION", value_parser = humantime::parse_duration)]
    duration: Option<Duration>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(&Cli::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("error: {reason}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: &Cli) -> Result<(), String> {
    let Cli { profile: api, listen, speed, work, seed, duration } = *cli;
    let settings = Settings { api, clock: Clock::new(speed), work, seed };
    let server =
        Server::start(listen, settings).await.map_err(|error| format!("cannot listen on {listen}: {error}"))?;
    println!("Listening on {}, with the limits of {api}: {}.", server.url(), words::limits(api));
    let (name, value) = api.credentials(&Account::new("cafe", "till-1"));
    println!("Orders go to POST {}, with {name}: {value} or the like.", api.orders());
    match duration {
        Some(duration) => tokio::select! {
            () = tokio::time::sleep(duration) => {}
            _ = tokio::signal::ctrl_c() => {}
        },
        None => drop(tokio::signal::ctrl_c().await),
    }
    print!("\n{}", words::summary(&server.ledger));
    Ok(())
}
