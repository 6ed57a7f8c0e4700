//! Accounts: their applications and people, roles, invitations, password resets, and access by support.

mod applications;
mod invitations;
mod members;
mod people;
mod reset;
mod roles;
mod support;

pub use invitations::Invited;
pub use members::FreshViewer;
pub(crate) use people::FirstRun;
pub use people::{PersonDraft, SetUp, SetupDraft};
pub(crate) use reset::ResetRequests;
pub use reset::{Administered, OpenReset, PeopleAdmin, ResetLink};
pub use support::Support;
