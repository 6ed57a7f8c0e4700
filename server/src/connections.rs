//! Limits of connections: how many may be open, and for how long.

mod close_reason;
mod limiter;
mod limits;

pub use close_reason::CloseReason;
pub use limiter::{ConnectionLimiter, ConnectionPermit, RefusalReason};
pub use limits::ConnectionLimits;
