//! API keys: reading and changing them.

pub mod bulk;
pub mod change;
pub mod create;
pub mod edit;
pub mod first_use;
pub mod list;
pub mod read;
pub mod rotate;
