//! The deployment: settings, HTTP, and two doors, the dashboard and the gate.
// The type of the whole app is deep.
#![recursion_limit = "512"]
// They panic where the terminal or the log device is gone.
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod assets;
pub mod cli;
pub mod config;
pub mod dashboard;
pub mod demo;
pub mod gate;
pub mod metrics;
pub mod pepper;
pub mod probes;
pub mod request;
pub mod router;
pub mod secret_file;
pub mod serve;
pub mod start;
pub mod state;
pub mod telemetry;

pub use router::router;
pub use state::AppState;
