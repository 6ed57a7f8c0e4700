//! The people of an account.

mod list;

pub use list::{MemberList, Roster};
