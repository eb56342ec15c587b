//! A terminal: sends a morning's orders, however often it is told to wait, and loses none.

use std::iter::Peekable;
use std::vec;

use axum::http::StatusCode;
use tokio::task::JoinSet;
use tollgate::client::{BreakerSettings, Call, CircuitBreaker, Handle, Job, Next, Outcome, RequestQueue, Seeded, Sent};
use tollgate::http::{Report, Reported};

use crate::api::Api;
use crate::clock::Clock;
use crate::link::{Link, LinkError, Response};
use crate::rules::{self, Endpoint, Rules};
use crate::tally::Tally;
use crate::unfinished::{Objection, Unfinished};

/// Requests that the queue has room for; orders beyond wait before it.
pub const QUEUE: usize = 32;
const SECOND: u32 = 1_000;
const ORDER: u8 = 1;
/// A terminal looks at the menu once in so many orders, if it gets to it within so many ticks.
const ORDERS_PER_LOOK: usize = 25;
const LOOK_WITHIN: u32 = 120 * SECOND;
/// A server that has failed so many rounds of probes is left alone for good.
const MOST_TRIPS: u32 = 5;

const BREAKER: BreakerSettings<u32> = BreakerSettings::after(5, 5 * SECOND).times(2, 60 * SECOND);

/// What is on its way.
#[derive(Clone)]
enum Request {
    /// Its name, and when it came in.
    Order(String, u64),
    Menu,
    /// How many orders whose names begin so does the server have?
    Count,
}

/// What happened to a request that was sent.
struct Done {
    handle: Handle,
    endpoint: Endpoint,
    sent: Sent<u32>,
    call: Call,
    response: Result<Response, LinkError>,
}

/// Sends orders as they come in, however often it is told to wait, and asks the server in the end how many it has.
///
/// `sharing` is how many terminals there are for the limits to be shared by, `watch` is told how far it is.
///
/// # Errors
///
/// If the server cannot be reached for long, or wants no orders of ours.
pub async fn send(
    name: &str,
    link: &Link,
    clock: Clock,
    sharing: u32,
    orders: Vec<u64>,
    seed: u64,
    watch: impl FnMut(&Status),
) -> Result<Tally, Unfinished> {
    match link.api() {
        Api::Clover => Terminal::new(name, link, clock, rules::clover(sharing), orders, seed).run(watch).await,
        Api::Conecto => Terminal::new(name, link, clock, rules::conecto(sharing), orders, seed).run(watch).await,
        Api::Haravan => Terminal::new(name, link, clock, rules::haravan(sharing), orders, seed).run(watch).await,
    }
}

/// How far a terminal is, for who watches.
#[derive(Clone, Default)]
pub struct Status {
    pub answered: u64,
    pub queued: usize,
    pub refused: u64,
    pub waits_for: String,
}

struct Terminal<const N: usize> {
    name: String,
    link: Link,
    clock: Clock,
    rules: Rules<N>,
    queue: RequestQueue<Request, Endpoint, u32, QUEUE>,
    breaker: CircuitBreaker<u32>,
    random: Seeded,
    on_their_way: JoinSet<Done>,
    /// When the orders come in, and how many have.
    orders: Peekable<vec::IntoIter<u64>>,
    taken_in: usize,
    tally: Tally,
    waits_for: String,
    /// The server has been asked how many orders it has.
    is_counted: bool,
}

impl<const N: usize> Terminal<N> {
    /// `orders` are the times at which they come in. Their names begin with the terminal's.
    fn new(name: &str, link: &Link, clock: Clock, rules: Rules<N>, orders: Vec<u64>, seed: u64) -> Self {
        Self {
            name: name.into(),
            link: link.clone(),
            clock,
            rules,
            queue: RequestQueue::new().ageing(60 * SECOND),
            breaker: CircuitBreaker::<u32>::new(BREAKER),
            random: Seeded::new(seed),
            on_their_way: JoinSet::new(),
            orders: orders.into_iter().peekable(),
            taken_in: 0,
            tally: Tally::default(),
            waits_for: String::new(),
            is_counted: false,
        }
    }

    async fn run(mut self, mut watch: impl FnMut(&Status)) -> Result<Tally, Unfinished> {
        loop {
            self.take_in_orders();
            let wait = self.send_what_may_go()?;
            watch(&self.status());
            if self.is_done() {
                self.tally.warnings = self.rules.warnings();
                return Ok(self.tally);
            }
            self.wait(wait).await?;
        }
    }

    /// The reading of a device: 32 bits that wrap a minute after it was switched on.
    fn now(&self) -> u32 {
        #[allow(clippy::cast_possible_truncation)] // that is what the clock of a device does
        let low = self.clock.now() as u32;
        low.wrapping_sub(60 * SECOND)
    }

    /// Queues the orders that have come in, as far as there is room, and a look at the menu with some.
    fn take_in_orders(&mut self) {
        let time = self.clock.now();
        let now = self.now();
        while let Some(due) = self.orders.next_if(|due| *due <= time && !self.queue.is_full()) {
            let order = Request::Order(format!("{}-{:05}", self.name, self.taken_in), due);
            self.push(now, Job::new(Endpoint::Orders, order).priority(ORDER));
            self.taken_in += 1;
            if self.taken_in.is_multiple_of(ORDERS_PER_LOOK) && !self.queue.is_full() {
                self.push(now, Job::new(Endpoint::Menu, Request::Menu).within(LOOK_WITHIN));
            }
        }
        self.tally.longest_queue = self.tally.longest_queue.max(self.queue.len());
        if self.orders.peek().is_none() && self.queue.is_empty() && !self.is_counted {
            self.is_counted = true;
            self.push(now, Job::new(Endpoint::Count, Request::Count));
        }
    }

    fn push(&mut self, now: u32, job: Job<Request, Endpoint, u32>) {
        assert!(self.queue.push(now, job).is_ok(), "there is room");
    }

    /// Begins what may go now, and tells how long to wait for the next: `None` if it is for something else than time.
    fn send_what_may_go(&mut self) -> Result<Option<u32>, Unfinished> {
        loop {
            let now = self.now();
            if self.on_their_way.len() >= self.rules.at_once {
                self.waits_for = "answers".into();
                return Ok(None);
            }
            let Self { queue, breaker, rules, .. } = self;
            let next = queue.poll(now, |endpoint| {
                let lane = rules.lane(*endpoint).poll(now).map_refused(Objection::Never);
                breaker.poll(now).map_refused(Objection::Breaker).and(lane)
            });
            match next {
                Next::Ready(handle) => self.begin(now, handle),
                Next::Expired(handle) => {
                    self.queue.take(handle);
                    self.tally.expired += 1;
                }
                Next::Refused(_, objection) => return Err(self.unfinished(objection.to_string())),
                Next::Wait(ticks) => {
                    self.waits_for = self.who_makes_wait(now);
                    return Ok(Some(ticks));
                }
                Next::Empty => {
                    self.waits_for = if self.on_their_way.is_empty() { "orders" } else { "answers" }.into();
                    return Ok(None);
                }
            }
        }
    }

    fn begin(&mut self, now: u32, handle: Handle) {
        let endpoint = *self.queue.get(handle).expect("it was just offered").endpoint();
        let request = self.queue.begin(handle).expect("it was just offered").clone();
        let call = self.breaker.try_begin(now).expect("it was ready at this reading");
        let sent = self.rules.lane(endpoint).send(now);
        self.tally.requests += 1;
        self.tally.order_requests += u64::from(endpoint == Endpoint::Orders);
        let (link, name) = (self.link.clone(), self.name.clone());
        self.on_their_way.spawn(async move {
            let response = match request {
                Request::Order(order, _) => link.send_order(&order).await,
                Request::Menu => link.read_menu().await,
                Request::Count => link.count_orders(&name).await,
            };
            Done { handle, endpoint, sent, call, response }
        });
    }

    /// Until something may be sent, an order comes in or a response is there.
    async fn wait(&mut self, ticks: Option<u32>) -> Result<(), Unfinished> {
        let began = self.clock.now();
        let order = self.orders.peek().filter(|_| !self.queue.is_full()).map(|due| due.saturating_sub(began).max(1));
        let ticks = ticks.map(u64::from).into_iter().chain(order).min();
        let clock = self.clock;
        let time = async move {
            match ticks {
                Some(ticks) => clock.sleep(ticks).await,
                None => std::future::pending().await,
            }
        };
        let done = tokio::select! {
            Some(done) = self.on_their_way.join_next() => Some(done),
            () = time => None,
        };
        if !self.queue.is_empty() {
            *self.tally.held.entry(self.waits_for.clone()).or_default() += self.clock.now() - began;
        }
        match done {
            Some(done) => self.hear(done.expect("no request panics")),
            None => Ok(()),
        }
    }

    /// Takes in how a request ended: it is done, or waits again at its old place.
    fn hear(&mut self, done: Done) -> Result<(), Unfinished> {
        let Done { handle, endpoint, sent, call, response } = done;
        let now = self.now();
        let response = match response {
            Ok(response) => response,
            Err(error) => {
                self.rules.lane(endpoint).failed(now, &mut self.random);
                return self.fail(now, handle, call, error.to_string());
            }
        };
        let head = response.headers.iter().map(|(name, value)| (name.as_str().as_bytes(), value.as_bytes()));
        let report = Report::read(head);
        let level = report.windows().find(Reported::is_refusing).and_then(|window| window.name());
        let owes_wait = (self.rules.owes_wait)(level);
        match response.status {
            status if status.is_success() || status == StatusCode::TOO_MANY_REQUESTS => {
                let lane = self.rules.lane(endpoint);
                lane.heard(now, sent, status.as_u16(), &report, owes_wait, &mut self.random);
                self.finish(now, handle, call, &response);
                Ok(())
            }
            status if status.is_server_error() => {
                self.rules.lane(endpoint).failed(now, &mut self.random);
                self.fail(now, handle, call, format!("the server answers {status}"))
            }
            status => {
                let body = String::from_utf8_lossy(&response.body);
                Err(self.unfinished(format!("the server answers {status}: {}", body.trim_end())))
            }
        }
    }

    /// What failed is tried again, unless the server has been down for too long.
    fn fail(&mut self, now: u32, handle: Handle, call: Call, why: String) -> Result<(), Unfinished> {
        self.tally.failures += 1;
        self.breaker.end(now, call, Outcome::Failure);
        self.queue.put_back(handle);
        if self.breaker.trips() < MOST_TRIPS { Ok(()) } else { Err(self.unfinished(why)) }
    }

    /// A request that was refused waits again, one that went through is booked.
    fn finish(&mut self, now: u32, handle: Handle, call: Call, response: &Response) {
        if response.status == StatusCode::TOO_MANY_REQUESTS {
            self.breaker.end(now, call, Outcome::Neither);
            self.queue.put_back(handle);
            *self.tally.limited.entry(self.link.api().limited_by(&response.headers)).or_default() += 1;
            return;
        }
        self.breaker.end(now, call, Outcome::Success);
        match self.queue.take(handle) {
            Some(Request::Order(_, came_in)) => {
                let waited = self.clock.now().saturating_sub(came_in);
                self.tally.orders += 1;
                self.tally.answered_again += u64::from(response.status != StatusCode::CREATED);
                self.tally.waited += waited;
                self.tally.longest = self.tally.longest.max(waited);
            }
            Some(Request::Count) => {
                self.tally.counted = String::from_utf8_lossy(&response.body).trim().parse().ok();
            }
            Some(Request::Menu) => self.tally.looks += 1,
            None => {}
        }
    }

    fn is_done(&self) -> bool {
        self.is_counted && self.queue.is_empty()
    }

    /// Who keeps the oldest request that waits.
    fn who_makes_wait(&mut self, now: u32) -> String {
        if !self.breaker.poll(now).is_ready() {
            return "its circuit breaker".into();
        }
        let endpoint = self.queue.iter().find(|queued| !queued.is_on_its_way()).map(|queued| *queued.endpoint());
        endpoint.map_or_else(String::new, |endpoint| self.rules.lane(endpoint).waits_for(now))
    }

    fn status(&self) -> Status {
        Status {
            answered: self.tally.orders,
            queued: self.queue.len(),
            refused: self.tally.refusals(),
            waits_for: self.waits_for.clone(),
        }
    }

    fn unfinished(&self, why: String) -> Unfinished {
        let queued = self.queue.iter().filter(|queued| matches!(queued.request(), Request::Order(..))).count();
        Unfinished { orders: queued + self.orders.len(), why }
    }
}
