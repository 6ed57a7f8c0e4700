//! Generated requests: functions and endpoints are called with invalid values.
//!
//! They are generated from a seed, so that a run can be repeated. `LATCHKEY_TEST_ROUNDS` sets their number.

mod contract;
mod functions;
mod values;

/// Returns the number of requests of one kind.
fn rounds(usual: usize) -> usize {
    std::env::var("LATCHKEY_TEST_ROUNDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(usual)
}
