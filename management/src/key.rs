//! Changes of keys, and the path that all of them take: database, key index, revocation journal, the other nodes, answer.

mod apply;
mod bulk;
mod changes;
mod discard;
mod edit;
mod issue;
mod journal;
mod locks;
mod revoke;
mod rotate;
mod uncertain;
mod undelivered;

pub use apply::Keys;
pub use bulk::{AllKeys, Bulk};
pub(crate) use changes::KeyChanges;
pub use edit::Edited;
pub use issue::Issue;
pub use journal::{BadJournal, Replayed};
pub(crate) use revoke::revoked_facts;
