//! Tests of the server through its router, mostly without a socket.
#![recursion_limit = "512"]

mod applications;
mod audit_log;
mod backup;
mod commands;
mod dashboard;
mod database;
mod demo;
mod edge;
mod export;
mod failover;
mod forms;
mod fresh;
mod gate;
mod generated;
mod headers;
mod live;
mod log_device;
mod mail;
mod markup;
mod metrics;
mod openapi;
mod panics;
mod passkeys;
mod people;
mod profile;
mod program;
mod proof;
mod roles;
mod rotation;
mod secrets;
mod session_tokens;
mod single_sign_on;
mod start;
mod two_factor;
mod usage_files;
