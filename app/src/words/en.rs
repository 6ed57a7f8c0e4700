//! English.

pub mod fresh;
