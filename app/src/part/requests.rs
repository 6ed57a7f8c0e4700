//! The request log.

pub mod checks;
pub mod decisions;
pub mod filter;
pub mod list;
pub mod panel;
pub mod simulator;

pub use checks::Checks;
pub use decisions::Decisions;
pub use filter::{FindRequest, RequestFilter};
pub use list::{RequestList, live_rows};
pub use panel::Panel;
pub use simulator::Simulator;
