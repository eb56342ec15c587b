//! What the documents of each API promise with a 429.

use axum::http::StatusCode;

use crate::api::Api;
use crate::link::Response;

/// Values of a response's headers about limits, in order of their names.
pub fn head(response: &Response) -> Vec<(String, String)> {
    let mut head: Vec<_> = response
        .headers
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().expect("text").to_string()))
        .filter(|(name, _)| name.contains("limit") || name == "retry-after")
        .collect();
    head.sort();
    head
}

/// Panics if a 429 lacks a header, has one too many, or one with a value that cannot be.
pub fn check(api: Api, response: &Response) {
    if response.status != StatusCode::TOO_MANY_REQUESTS {
        return;
    }
    let head = head(response);
    let head: Vec<_> = head.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    match (api, head.as_slice()) {
        (Api::Clover, [("x-ratelimit-crosstokenlimit", "50") | ("x-ratelimit-tokenlimit", "16")]) => {}
        (
            Api::Clover,
            [
                ("retry-after", wait),
                ("x-ratelimit-crosstokenconcurrentlimit", "10") | ("x-ratelimit-tokenconcurrentlimit", "5"),
            ],
        ) => assert!((1..=60).contains(&whole(wait)), "{head:?}"),
        (Api::Conecto, [("retry-after", wait), ("x-ratelimit-limit", limit), ("x-ratelimit-remaining", "0")]) => {
            assert!((1..=3_600).contains(&whole(wait)), "{head:?}");
            assert!(["100", "500"].contains(limit), "{head:?}");
            assert_eq!(response.headers["content-type"], "application/json");
            check_body(limit, std::str::from_utf8(&response.body).expect("text"));
        }
        (Api::Haravan, [("retry-after", wait), ("x-haravan-api-call-limit", "80/80")]) => {
            assert!(["0.1", "0.2", "0.3"].contains(wait), "{head:?}"); // a call leaks out in a quarter of a second
        }
        _ => panic!("undocumented: {head:?}"),
    }
}

fn whole(text: &str) -> u64 {
    text.parse().expect("whole seconds")
}

/// `{"status":429,"timestamp":"2023-11-22T10:34:39.646Z","message":…,"details":[]}`
fn check_body(limit: &str, body: &str) {
    let rest = body.strip_prefix(r#"{"status":429,"timestamp":""#).expect("the beginning");
    let (timestamp, rest) = rest.split_at(24);
    let shape: String = timestamp.chars().map(|sign| if sign.is_ascii_digit() { '0' } else { sign }).collect();
    assert_eq!(shape, "0000-00-00T00:00:00.000Z");
    let message = format!("Too Many Requests, exceeded your {limit} requests per hour limit.");
    assert_eq!(rest, format!(r#"","message":"{message}","details":[]}}"#));
}
