//! What pages read of an application: keys, usage, requests, security events and the audit log, in a time zone.

mod audit;
mod key_view;
mod list;
mod long_reads;
mod overview;
mod requests;
mod security;
mod usage_view;
mod zone;

pub use audit::AuditQuery;
pub use key_view::KeyView;
pub use list::Listing;
pub(crate) use long_reads::{LongReads, ReadPermit};
pub use usage_view::{ChartQuery, KeyUsage, UsageView};
pub use zone::{Zone, ZoneFormat};
