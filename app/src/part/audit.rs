//! The audit log.

mod filter;
mod list;

pub use filter::AuditFilterBar;
pub use list::AuditList;
