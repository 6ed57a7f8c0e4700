//! A service behind the layer, and the real gate.

mod bench;
mod cache;
mod connection;
/// Whether the gate answers as its document says is asked in the server's own tests.
mod described {
    pub fn check(_: &http::Method, _: &str, _: &crate::test_server::Answer) {}
}
mod refusals;
mod silence;
#[expect(
    dead_code,
    reason = "the test server of the server's tests, of which only parts are used here"
)]
#[path = "../../../server/tests/it/test_server.rs"]
mod test_server;
mod tls;
