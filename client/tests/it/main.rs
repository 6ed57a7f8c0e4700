//! Tests of a service with the layer against the real gate.

mod cache;
mod connection;
mod harness;
/// The comparison with the OpenAPI document belongs to the server's own tests.
mod described {
    pub fn check(_: &http::Method, _: &str, _: &crate::test_server::Answer) {}
}
mod refusals;
#[expect(
    dead_code,
    reason = "shared with the server's tests; not all of it is used here"
)]
#[path = "../../../server/tests/it/test_server.rs"]
mod test_server;
mod tls;
mod unavailable;
