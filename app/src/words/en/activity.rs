//! What has happened: requests, usage, security events and changes.

pub mod audit;
pub mod overview;
pub mod requests;
pub mod security;
pub mod usage;
