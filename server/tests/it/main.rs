//! The server from the outside, without a socket.
#![recursion_limit = "512"]

mod audit_log;
mod commands;
mod dashboard;
mod demo;
mod described;
mod export;
mod forms;
mod fresh;
mod gate;
mod headers;
mod house;
mod live;
mod metrics;
mod openapi;
mod panics;
mod people;
mod proof;
mod roles;
mod rotation;
mod start;
mod usage_files;
