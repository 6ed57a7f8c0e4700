//! A service behind the layer, and the real gate.

mod bench;
mod cache;
mod connection;
#[expect(
    dead_code,
    reason = "the server's own house, of which not every room is needed here"
)]
#[path = "../../../server/tests/it/house.rs"]
mod house;
mod refusals;
mod silence;
mod tls;
