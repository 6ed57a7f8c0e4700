//! Tests of the server through its router, mostly without a socket.
#![recursion_limit = "512"]

mod dashboard;
mod database;
mod edge;
mod gate;
mod generated;
mod headers;
mod mail;
mod operation;
mod panics;
mod program;
mod proof;
mod roles;
mod secrets;
mod sign_in;
