//! Accounts: their applications and people, roles, invitations, password resets, and access by support.

mod applications;
mod factor_policy;
mod factor_reset;
mod invitations;
mod members;
mod people;
mod provider_connection;
mod reset;
mod roles;
mod support;

pub use invitations::{Invitations, Invited};
pub use people::{People, PersonDraft, SetUp, SetupDraft};
pub use reset::{Administered, OpenReset, PasswordResets, PeopleAdmin, ResetLink};
pub use support::Support;

use people::FirstRun;
use reset::ResetRequests;
use verification::Entropy;

/// The state of accounts outside the database.
pub(crate) struct AccountState {
    first_run: FirstRun,
    /// Password resets that were requested at sign-in and are not made yet.
    reset_requests: ResetRequests,
}

impl AccountState {
    /// Generates the token of the first run.
    pub(crate) fn new(entropy: &dyn Entropy) -> Self {
        Self {
            first_run: FirstRun::new(entropy),
            reset_requests: ResetRequests::default(),
        }
    }
}
