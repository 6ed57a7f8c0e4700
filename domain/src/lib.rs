//! Domain types and rules. No I/O, no async and no clock, so that the server and the browser share them.

pub mod account;
pub mod audit;
pub mod decision;
pub mod device;
pub mod host;
pub mod id;
pub mod key;
pub mod mail;
pub mod member;
pub mod name;
pub mod origin;
pub mod page;
pub mod passkey;
pub mod profile;
pub mod second_factor;
pub mod security;
pub mod single_sign_on;
pub mod support;
pub mod text;
pub mod time;
pub mod usage;
pub mod verdict;

mod field_values;
mod invalid;

pub use invalid::Invalid;
