//! Running the server: starts, commands, copies and backups, metrics, and several processes.

mod backup;
mod commands;
mod copy;
mod demo;
mod failover;
mod log_device;
mod metrics;
pub mod nodes;
mod start;
