//! The parts of a key's page.

pub mod access;
pub mod aside;
pub mod critical_event;
pub mod details;
pub mod discard;
pub mod facts;
pub mod figures;
pub mod head;
pub mod history;
pub mod recommended;
pub mod retiring;

pub use access::Access;
pub use aside::KeyAside;
pub use critical_event::CriticalEventNotice;
pub use details::Details;
pub use discard::DiscardForm;
pub use facts::KeyFacts;
pub use figures::KeyFigures;
pub use head::KeyHead;
pub use history::History;
pub use recommended::Recommended;
pub use retiring::Retiring;
