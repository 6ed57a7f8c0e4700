//! Resetting the second factor of a person who has lost it.

use crate::{FreshAccountOwner, ManagementError};
use domain::{Invalid, audit::Action, id::PersonId};
use store::StoreError;

impl FreshAccountOwner {
    /// Deletes the second factor of another member, and ends all of the member's sessions.
    ///
    /// # Errors
    /// `NotFound` if the person is not a member or has no second factor; `Invalid` for the owner's own, which asks for a code, and
    /// for a member who belongs to another account too: its owners rely on the factor.
    pub async fn reset_second_factor(&self, person: PersonId) -> Result<(), ManagementError> {
        let member = self.member(person).await?;
        if person == self.identity().person_id {
            return Err(Invalid::new(
                "Turn off your own two-factor authentication in your profile.",
            )
            .into());
        }
        let event = self.event(Action::FactorsReset, &member.email, "");
        let owner = self.clone();
        self.keyring()
            .run_to_completion(async move {
                let made_by = Some((owner.application().account_id, owner.identity().person_id));
                let store = &owner.keyring().store;
                match store.reset_second_factor(person, made_by, &[event]).await {
                    Err(StoreError::Conflict) => Err(Invalid::new(
                        "This person belongs to other accounts too. Ask your Latchkey administrator to reset their two-factor authentication.",
                    )
                    .into()),
                    done => Ok(done?),
                }
            })
            .await
    }
}
