//! Requests that nobody wrote: made from what is known of a function or an endpoint, with values that break rules.
//!
//! They are drawn from a seed, so that a run is repeated by its number. `LATCHKEY_TEST_ROUNDS` makes more of them.

mod contract;
mod functions;
mod values;

/// How many requests are made of one kind.
fn rounds(usual: usize) -> usize {
    std::env::var("LATCHKEY_TEST_ROUNDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(usual)
}
