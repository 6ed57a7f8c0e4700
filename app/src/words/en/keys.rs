//! Keys: the list, one key, and each change.

pub mod create;
pub mod deactivate;
pub mod edit;
pub mod key;
pub mod key_page;
pub mod list;
pub mod reveal;
pub mod revoke;
pub mod rotate;
pub mod scopes;
pub mod suggest;
