//! English.

pub mod audit;
pub mod common;
pub mod create;
pub mod door;
pub mod edit;
pub mod error;
pub mod frame;
pub mod fresh;
pub mod general;
pub mod invitation;
pub mod key;
pub mod list;
pub mod members;
pub mod overview;
pub mod requests;
pub mod reset;
pub mod reveal;
pub mod revoke;
pub mod rotate;
pub mod security;
pub mod suggest;
pub mod support;
pub mod time;
pub mod usage;
