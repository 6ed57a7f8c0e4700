//! Changing API keys.

pub mod bulk;
pub mod change;
pub mod create;
pub mod edit;
pub mod first_use;
pub mod rotate;
