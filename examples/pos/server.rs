//! The server: what is behind its limits.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{Extension, RawQuery, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tollgate::client::Seeded;

use crate::api::{Api, IDEMPOTENCY_KEY};
use crate::clock::Clock;
use crate::ledger::{Admitted, Ledger};
use crate::limits;
use crate::middleware::Arrival;

#[derive(Clone, Copy)]
pub struct Settings {
    pub api: Api,
    pub clock: Clock,
    /// Milliseconds of the clock that a request takes to be answered, give or take a half.
    pub work: u64,
    pub seed: u64,
}

/// A server that runs as long as the runtime it was started on.
pub struct Server {
    pub address: SocketAddr,
    pub ledger: Arc<Ledger>,
}

impl Server {
    pub async fn start(listen: SocketAddr, settings: Settings) -> io::Result<Self> {
        let listener = TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        let ledger = Arc::new(Ledger::default());
        let app = router(settings, &ledger);
        tokio::spawn(async move { axum::serve(listener, app).await });
        Ok(Self { address, ledger })
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

/// From the outside in: what is refused is counted, the limits are kept, what is admitted is booked, and answered.
fn router(settings: Settings, ledger: &Arc<Ledger>) -> Router {
    let random = Arc::new(Mutex::new(Seeded::new(settings.seed)));
    let office = Office { settings, ledger: Arc::clone(ledger), random };
    let router = Router::new()
        .route(settings.api.orders(), post(take_order).get(count_orders))
        .route(settings.api.menu(), get(menu))
        .layer(from_fn_with_state(office.clone(), work))
        .with_state(office.clone());
    limits::enforce(router, settings.api, settings.clock).layer(from_fn_with_state(office, count_refusals))
}

#[derive(Clone)]
struct Office {
    settings: Settings,
    ledger: Arc<Ledger>,
    random: Arc<Mutex<Seeded>>,
}

impl Office {
    fn time_for_work(&self) -> u64 {
        let work = self.settings.work;
        let mut random = self.random.lock().unwrap_or_else(PoisonError::into_inner);
        work / 2 + random.draw() % work.saturating_add(1)
    }
}

async fn count_refusals(State(office): State<Office>, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    if response.status() == StatusCode::TOO_MANY_REQUESTS {
        office.ledger.refuse(office.settings.api.limited_by(response.headers()));
    }
    response
}

/// Books the request and takes its time.
async fn work(
    State(office): State<Office>,
    Extension(Arrival(at)): Extension<Arrival>,
    request: Request,
    next: Next,
) -> Response {
    let Settings { api, clock, .. } = office.settings;
    let Some(account) = api.account(request.headers()) else { return StatusCode::UNAUTHORIZED.into_response() };
    let call = format!("{} {}", request.method(), request.uri().path());
    let _in_progress = office.ledger.begin(Admitted { at, account, call });
    clock.sleep(office.time_for_work()).await;
    next.run(request).await
}

async fn take_order(State(office): State<Office>, headers: HeaderMap) -> Response {
    let Some(order) = headers.get(IDEMPOTENCY_KEY).and_then(|name| name.to_str().ok()) else {
        return (StatusCode::BAD_REQUEST, format!("an order is named by the header {IDEMPOTENCY_KEY}\n"))
            .into_response();
    };
    let status = if office.ledger.take(order) { StatusCode::CREATED } else { StatusCode::OK };
    (status, format!("{{\"order\":\"{order}\"}}\n")).into_response()
}

/// Of all orders, or of those whose names begin with `?of=`.
async fn count_orders(State(office): State<Office>, RawQuery(query): RawQuery) -> String {
    let beginning = query.as_deref().and_then(|query| query.strip_prefix("of=")).unwrap_or("");
    let count = office.ledger.orders().keys().filter(|order| order.starts_with(beginning)).count();
    format!("{count}\n")
}

async fn menu() -> &'static str {
    "coffee, tea, a sandwich\n"
}
