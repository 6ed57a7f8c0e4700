//! A service behind the layer, and the real gate.

mod bench;
mod cache;
mod connection;
/// Whether the gate answers as its document says is asked in the server's own tests.
mod described {
    pub fn check(_: &http::Method, _: &str, _: &crate::house::Answer) {}
}
#[expect(
    dead_code,
    reason = "the server's own house, of which not every room is needed here"
)]
#[path = "../../../server/tests/it/house.rs"]
mod house;
mod refusals;
mod silence;
mod tls;
