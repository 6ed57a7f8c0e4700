//! The audit log.

mod detail;
mod filter;
mod list;

pub use detail::detail_view;
pub use filter::AuditFilterBar;
pub use list::AuditList;
