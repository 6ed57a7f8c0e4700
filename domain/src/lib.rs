//! What a key is: types, rules and words. No I/O, no async, no clock; the server and the browser share it.

pub mod account;
pub mod audit;
pub mod decision;
pub mod id;
pub mod key;
pub mod member;
pub mod origin;
pub mod page;
pub mod security;
pub mod support;
pub mod text;
pub mod time;
pub mod usage;
pub mod verdict;

mod invalid;

pub use invalid::Invalid;
