//! English.

pub mod create;
pub mod fresh;
pub mod members;
pub mod reveal;
