//! English.

pub mod create;
pub mod edit;
pub mod fresh;
pub mod members;
pub mod reveal;
