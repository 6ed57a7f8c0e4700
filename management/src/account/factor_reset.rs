//! Resetting the second factor of a person who has lost it.

use crate::{FreshAccountOwner, ManagementError};
use domain::{Invalid, audit::Action, id::PersonId, mail::SignInChange, origin::Origin};
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
        let events = [self.event(Action::FactorsReset, &member.email, "")];
        let change = SignInChange::FactorsReset {
            by: Some(self.identity().email),
        };
        // It says who did it, not from where.
        let origin = Origin::default();
        let mail = self
            .keyring()
            .outbox()
            .sign_in_change(&member.email, change, &origin);
        let owner = self.clone();
        self.keyring()
            .run_to_completion(async move {
                let made_by = Some(owner.account_and_owner());
                let store = owner.keyring().store();
                let reset = store.reset_second_factor(person, made_by, &events, &mail);
                match owner.keyring().outbox().charge(&mail, reset.await) {
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
