//! The endpoints for machines: a call presents a key and gets a verdict. Nothing here waits for the database on the way to a
//! verdict.

mod body;
mod check;
mod decision_body;
pub mod forward_auth;
pub mod health;
pub mod metrics_endpoint;
pub mod openapi_endpoint;
pub mod own_key;
pub mod problem;
pub mod usage;
pub mod verify;
pub mod whoami;
