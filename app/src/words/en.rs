//! English.

pub mod create;
pub mod fresh;
pub mod reveal;
