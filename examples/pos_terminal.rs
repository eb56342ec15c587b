//! Point-of-sale terminals that push a morning's orders through a server's limits and lose none.
//!
//! ```text
//! cargo run --release --example pos_terminal -- --profile haravan
//! cargo run --release --example pos_terminal -- --help
//! ```
//!
//! Without `--server` they bring their own. `examples/pos/terminal.rs` is the terminal, `examples/pos/lane.rs` what it knows of a
//! server's limits, `examples/pos_server.rs` the server alone.

#[path = "pos/api.rs"]
mod api;
#[path = "pos/clock.rs"]
mod clock;
#[path = "pos/duty.rs"]
mod duty;
#[path = "pos/lane.rs"]
mod lane;
#[path = "pos/ledger.rs"]
mod ledger;
#[path = "pos/limits.rs"]
mod limits;
#[path = "pos/link.rs"]
mod link;
#[path = "pos/middleware.rs"]
mod middleware;
#[path = "pos/morning.rs"]
mod morning;
#[path = "pos/report.rs"]
mod report;
#[path = "pos/rude.rs"]
mod rude;
#[path = "pos/rules.rs"]
mod rules;
#[path = "pos/server.rs"]
mod server;
#[path = "pos/tally.rs"]
mod tally;
#[path = "pos/terminal.rs"]
mod terminal;
#[path = "pos/unfinished.rs"]
mod unfinished;
#[path = "pos/view.rs"]
mod view;
#[path = "pos/words.rs"]
mod words;

use std::future::Future;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use clap::Parser;
use tokio::task::JoinSet;

use api::{Account, Api};
use clock::Clock;
use duty::Duty;
use link::Link;
use server::{Server, Settings};
use tally::Tally;
use view::View;

const OWNER: &str = "corner-cafe";
/// How often a rude terminal tries an order before it loses it.
const TRIES: usize = 20;
/// Somebody in the back office takes no heed of limits, which the terminals share with him.
const LOOKS_OF_OFFICE: usize = 200;

const EXAMPLES: &str = "\
Examples:
  pos_terminal --profile haravan                   a server of its own, twenty seconds
  pos_terminal --profile clover --rude             what becomes of a client that ignores the limits
  pos_terminal --profile conecto --speed 720 --server http://127.0.0.1:8080";

/// Point-of-sale terminals that push a morning's orders through a server's limits and lose none.
#[derive(Parser)]
#[command(name = "pos_terminal", after_help = EXAMPLES)]
struct Cli {
    /// Whose limits
    #[arg(long, value_enum, value_name = "API")]
    profile: Api,

    /// Where a server of the same profile and speed listens [default: one of its own]
    #[arg(long, value_name = "URL", value_parser = link::server_url)]
    server: Option<String>,

    /// Terminals: tokens of one app (clover), of one client (conecto), of one shop (haravan)
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100))]
    terminals: u32,

    /// Orders, of all terminals together [default: about what the limits let through]
    #[arg(long, value_name = "N")]
    orders: Option<usize>,

    /// How long the morning is, such as 90s or 4h, on a clock that runs --speed times as fast as the real one
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    morning: Option<Duration>,

    /// How many times as fast as the real one the clock runs: as fast as the server's [default: 1 with --server, else so that
    /// a morning takes twenty seconds]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    speed: Option<u32>,

    /// Of the times at which orders come in, and of the chance in waits
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,

    /// Ignore the limits: send at once, and again when refused, and lose what was refused too often
    #[arg(long)]
    rude: bool,
}

impl Cli {
    fn duty(&self) -> Duty {
        let usual = Duty::of(self.profile);
        Duty {
            orders: self.orders.unwrap_or(usual.orders),
            morning: self
                .morning
                .map_or(usual.morning, |morning| u64::try_from(morning.as_millis()).unwrap_or(u64::MAX)),
            speed: self.speed.unwrap_or(if self.server.is_some() { 1 } else { usual.speed }),
            ..usual
        }
    }
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
    let (api, duty) = (cli.profile, cli.duty());
    let clock = Clock::new(duty.speed);
    let server = match cli.server {
        Some(_) => None,
        None => Some(own_server(cli, clock).await?),
    };
    let url = cli.server.clone().or_else(|| server.as_ref().map(Server::url)).unwrap_or_default();
    link::reach(&url).await.map_err(|error| error.to_string())?;
    report::announce(api, &duty, cli.terminals, &url);

    let view = View::new();
    let mut terminals = JoinSet::new();
    for number in 0..cli.terminals {
        terminals.spawn(terminal(cli, number, &url, clock, &view));
    }
    let office = Link::new(&url, api, Account::new(OWNER, "office"));
    let office = tokio::spawn(async move {
        clock.sleep(duty.morning / 2).await;
        rude::read_menu(&office, LOOKS_OF_OFFICE).await
    });
    let mut tally = Tally::default();
    while let Some(ended) = terminals.join_next().await {
        tally += ended.expect("no terminal panics")?;
    }
    let refused = office.await.expect("no office panics").map_err(|error| error.to_string())?;
    report::tell(&tally, duty.orders);
    report::line("office", &format!("{LOOKS_OF_OFFICE} looks at the menu without a pause, {refused} of them refused"));
    if let Some(server) = &server {
        print!("\nThe server:\n{}", words::summary(&server.ledger));
    }
    if cli.rude || tally.is_complete(duty.orders) {
        Ok(())
    } else {
        Err("the orders that came in, that were answered and that the server counts are not the same".into())
    }
}

async fn own_server(cli: &Cli, clock: Clock) -> Result<Server, String> {
    let settings = Settings { api: cli.profile, clock, work: cli.duty().work, seed: cli.seed };
    let server = Server::start(([127, 0, 0, 1], 0).into(), settings).await;
    server.map_err(|error| format!("cannot listen on 127.0.0.1: {error}"))
}

/// One terminal's morning: its share of the orders.
fn terminal(
    cli: &Cli,
    number: u32,
    url: &str,
    clock: Clock,
    view: &View,
) -> impl Future<Output = Result<Tally, String>> + Send + 'static {
    let Cli { profile: api, terminals, seed, rude: is_rude, .. } = *cli;
    let duty = cli.duty();
    let orders = morning::share(&morning::orders(duty.orders, duty.morning, seed), number, terminals);
    let name = format!("till-{}", number + 1);
    let bar = view.bar(name.clone(), orders.len());
    let link = Link::new(url, api, Account::new(OWNER, &name));
    // A server that has been running for a while knows the orders of other mornings.
    let today = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default().as_millis();
    let name = format!("{name}-{today}");
    async move {
        if is_rude {
            let sent = rude::send(&name, &link, clock, orders, TRIES, |tally, _| bar.show_rude(tally)).await;
            return sent.map_err(|error| error.to_string());
        }
        let seed = seed.wrapping_add(number.into());
        let sent = terminal::send(&name, &link, clock, terminals, orders, seed, |status| bar.show(status)).await;
        sent.map_err(|unfinished| unfinished.to_string())
    }
}
