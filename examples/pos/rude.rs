//! A client that ignores the rules: every order at once, and at once again when it is refused.

use axum::http::StatusCode;
use tokio::task::JoinSet;

use crate::clock::Clock;
use crate::link::{Link, LinkError, Response};
use crate::tally::Tally;

const AT_ONCE: usize = 20;

/// Sends orders as they come in, loses those that are refused so many times, and shows each response to `hear`.
pub async fn send(
    name: &str,
    link: &Link,
    clock: Clock,
    orders: Vec<u64>,
    tries: usize,
    mut hear: impl FnMut(&Tally, &Response),
) -> Result<Tally, LinkError> {
    let mut tally = Tally::default();
    let mut on_their_way = JoinSet::new();
    for (number, due) in orders.into_iter().enumerate() {
        clock.sleep(due.saturating_sub(clock.now())).await;
        if on_their_way.len() >= AT_ONCE {
            book(&mut tally, on_their_way.join_next().await, link, &mut hear)?;
        }
        let (link, order) = (link.clone(), format!("{name}-{number:05}"));
        on_their_way.spawn(async move { insist(&link, &order, tries).await });
    }
    while let Some(done) = on_their_way.join_next().await {
        book(&mut tally, Some(done), link, &mut hear)?;
    }
    Ok(tally)
}

/// Reads the menu so many times, one right after the other, and tells how often it was refused.
pub async fn read_menu(link: &Link, times: usize) -> Result<usize, LinkError> {
    let mut refused = 0;
    for _ in 0..times {
        let response = link.read_menu().await?;
        refused += usize::from(response.status == StatusCode::TOO_MANY_REQUESTS);
    }
    Ok(refused)
}

/// All responses to one order, of which only the last may have taken it.
async fn insist(link: &Link, order: &str, tries: usize) -> Result<Vec<Response>, LinkError> {
    let mut responses = Vec::new();
    for _ in 0..tries {
        let response = link.send_order(order).await?;
        let is_refused = response.status == StatusCode::TOO_MANY_REQUESTS;
        responses.push(response);
        if !is_refused {
            break;
        }
    }
    Ok(responses)
}

type Done = Result<Result<Vec<Response>, LinkError>, tokio::task::JoinError>;

fn book(
    tally: &mut Tally,
    done: Option<Done>,
    link: &Link,
    hear: &mut impl FnMut(&Tally, &Response),
) -> Result<(), LinkError> {
    for response in done.map_or(Ok(Vec::new()), |done| done.expect("no request panics"))? {
        tally.requests += 1;
        tally.order_requests += 1;
        if response.status == StatusCode::TOO_MANY_REQUESTS {
            *tally.limited.entry(link.api().limited_by(&response.headers)).or_default() += 1;
        } else if response.status.is_success() {
            tally.orders += 1;
        } else {
            tally.failures += 1;
        }
        hear(tally, &response);
    }
    Ok(())
}
