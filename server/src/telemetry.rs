//! The log, on stderr. What people must read at the start goes to stdout instead.

use crate::config::{Log, LogFormat};
use std::io::{IsTerminal, stderr};

/// Starts the log; a second call changes nothing.
pub fn start(log: Log) {
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(log.filter)
        .with_writer(stderr);
    // The error says that a log is running already, as in tests.
    let _ = match log.format {
        LogFormat::Text => subscriber.with_ansi(stderr().is_terminal()).try_init(),
        LogFormat::Json => subscriber.json().flatten_event(true).try_init(),
    };
}
