//! A limit as a middleware: how a web framework is given to tollgate.
//!
//! What goes for any framework: one reading of a monotonic clock per request, taken where it is decided; the key from what the
//! server itself knows of the caller; the profile's headers on whatever is answered; and what was admitted held for as long as
//! the response is being made and sent.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use http_body::{Frame, SizeHint};
use tollgate::profiles::Answer;
use tollgate::time::TickLength;

use crate::api::{Account, Api};
use crate::clock::Clock;

/// The clock of the limits: 64 bits of milliseconds, which a server never sees wrap.
pub const TICK: TickLength = TickLength::MILLISECOND;

/// The reading by which a request was admitted, for whoever comes after.
#[derive(Clone, Copy)]
pub struct Arrival(pub u64);

/// Puts a limit around routes. `decide` is told who asks, for what and when; `body` makes what a refusal has to read.
pub fn around<A, R>(
    router: Router,
    api: Api,
    clock: Clock,
    decide: impl Fn(&Account, &Request, u64) -> Result<A, R> + Copy + Send + Sync + 'static,
    body: fn(&R) -> Response,
) -> Router
where
    A: Answer<u64> + Send + Unpin + 'static,
    R: Answer<u64> + Send + 'static,
{
    router.layer(from_fn(move |request: Request, next: Next| async move {
        let Some(account) = api.account(request.headers()) else { return unknown() };
        // On several threads, requests may be decided in another order than they read the clock. To the limits that is a small step
        // back: it mints nothing in a bucket, and a full window may end earlier by as much.
        // So the clock is read last.
        let now = clock.now();
        match decide(&account, &request, now) {
            Ok(admitted) => go_on(admitted, Arrival(now), request, next).await,
            Err(refused) => refuse(&refused, body(&refused)),
        }
    }))
}

/// Lets an admitted request through, and holds what it was given until its response has been sent.
async fn go_on<A>(admitted: A, arrival: Arrival, mut request: Request, next: Next) -> Response
where
    A: Answer<u64> + Send + Unpin + 'static,
{
    request.extensions_mut().insert(arrival);
    // If the client goes away while this waits, the future is dropped, and with it `admitted`, which gives back its places.
    let mut response = next.run(request).await;
    write(&admitted, response.headers_mut());
    response.map(|body| Body::new(Held { body, _until_sent: admitted }))
}

/// 429, or 503 if the tables have no slot for the key.
fn refuse(refused: &impl Answer<u64>, mut response: Response) -> Response {
    *response.status_mut() = StatusCode::from_u16(refused.status()).unwrap_or(StatusCode::TOO_MANY_REQUESTS);
    write(refused, response.headers_mut());
    response
}

/// Nobody's requests have no limit to count against: they go no further.
fn unknown() -> Response {
    (StatusCode::UNAUTHORIZED, "who is asking? An account is named as OWNER.TOKEN\n").into_response()
}

/// The profile's headers, in its order. (Their names go out in small letters, as the framework has it: no client may mind.)
fn write(answer: &impl Answer<u64>, head: &mut HeaderMap) {
    for header in answer.headers(TICK) {
        let value = HeaderValue::try_from(header.value().to_string()).expect("digits and their signs");
        head.append(HeaderName::from_bytes(header.name().as_bytes()).expect("a name of a header"), value);
    }
}

/// The body of a response, and what its request holds until all of it has been sent.
struct Held<A> {
    body: Body,
    _until_sent: A,
}

impl<A: Unpin> http_body::Body for Held<A> {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
