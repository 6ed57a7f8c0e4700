//! Tests of a service with the layer against the real gate.

mod cache;
mod connection;
mod harness;
mod refusals;
mod tls;
mod unavailable;
