//! Bytes read as the values of headers, for the fuzzer and for the tests that replay what it has kept.

pub mod rate_limit;
pub mod report;
pub mod retry_after;
pub mod structured;

#[cfg(test)]
#[path = "../../fuzz_inputs/mod.rs"]
mod inputs;

#[test]
fn fuzz_inputs_replay_retry_after() {
    inputs::replay("http_retry_after", retry_after::run);
}

#[test]
fn fuzz_inputs_replay_rate_limit() {
    inputs::replay("http_rate_limit", rate_limit::run);
}

#[test]
fn fuzz_inputs_replay_structured() {
    inputs::replay("http_structured", structured::run);
}

#[test]
fn fuzz_inputs_replay_report() {
    inputs::replay("http_report", report::run);
}
