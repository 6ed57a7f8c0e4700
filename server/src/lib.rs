//! The server: settings, HTTP, the dashboard for people and the gate for machines.
//!
//! A module uses modules before it in this list, never those after it: `wire`, `secret_file`, `config`, `logging`, `pepper`, `connections`,
//! `live_streams`, `head`, `openapi`, `metrics`, `state`, `request`, `assets`, `gate` and `dashboard`, `router`, `serve`, `console`,
//! `start`, `demo`, `cli`.
// The type of the whole app is deeply nested.
#![recursion_limit = "512"]
// These macros panic where the terminal is gone.
#![warn(clippy::print_stdout, clippy::print_stderr)]

mod assets;
pub mod cli;
pub mod config;
pub mod connections;
mod console;
pub mod dashboard;
pub mod demo;
pub mod gate;
mod head;
mod live_streams;
mod logging;
mod metrics;
pub mod openapi;
pub mod pepper;
pub mod request;
pub mod router;
mod secret_file;
pub mod serve;
pub mod start;
mod state;
mod wire;

pub use router::router;
pub use state::AppState;
