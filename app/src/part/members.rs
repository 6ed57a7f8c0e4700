//! The members of an account.

mod list;
mod secret_link;

pub use list::{MemberList, Roster};
pub use secret_link::SecretLinkDialog;
