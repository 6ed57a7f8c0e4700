//! Changes of one's own profile, e-mail address and password.

use super::{Session, SignedIn};
use crate::{
    ManagementError,
    sign_in::password::{Lane, check_new},
};
use domain::{
    Invalid,
    account::Email,
    audit::{Action, FieldValues},
    mail::{Notifications, SignInChange},
    origin::Origin,
    profile::Profile,
};
use secrecy::{ExposeSecret, SecretString};
use store::StoreError;

impl Session {
    /// Changes the person's name and preferences.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn change_profile(
        &self,
        profile: Profile,
        origin: &Origin,
    ) -> Result<(), ManagementError> {
        if profile == self.row.profile {
            return Ok(());
        }
        let (before, after) = (&self.row.profile, &profile);
        let events: Vec<_> = self
            .events(Action::ProfileChanged, origin)
            .await?
            .into_iter()
            .map(|event| event.with_changes(FieldValues::from(before), FieldValues::from(after)))
            .collect();
        let (session, person) = (self.clone(), self.row.person);
        self.keyring
            .run_to_completion(async move {
                let store = session.keyring.store();
                Ok(store.change_profile(person, &profile, &events).await?)
            })
            .await
    }

    /// Returns which mails the person gets.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn notifications(&self) -> Result<Notifications, ManagementError> {
        Ok(self.keyring.store().notifications(self.row.person).await?)
    }

    /// Changes which mails the person gets.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn change_notifications(
        &self,
        wanted: Notifications,
        origin: &Origin,
    ) -> Result<(), ManagementError> {
        let before = self.notifications().await?;
        if wanted == before {
            return Ok(());
        }
        let events: Vec<_> = self
            .events(Action::ProfileChanged, origin)
            .await?
            .into_iter()
            .map(|event| event.with_changes(before.into(), wanted.into()))
            .collect();
        let (session, person) = (self.clone(), self.row.person);
        self.keyring
            .run_to_completion(async move {
                let store = session.keyring.store();
                Ok(store.change_notifications(person, wanted, &events).await?)
            })
            .await
    }

    /// Changes the person's e-mail address; `false` if the password is wrong. `device` as for [`Session::reauthenticate`].
    ///
    /// # Errors
    /// `Invalid` if the address cannot be used; `Throttled`; if the database fails.
    pub async fn change_email(
        &self,
        password: &str,
        email: Email,
        device: Option<&str>,
        origin: &Origin,
    ) -> Result<bool, ManagementError> {
        let checked = self.check_password(password, device, origin).await?;
        let Some(person) = checked else {
            return Ok(false);
        };
        if email == self.row.email {
            return Ok(true);
        }
        // The answer tells whether the address has a person, so a member can ask for few addresses only.
        let (limits, now) = (
            self.keyring.sign_in_state().limits(),
            self.keyring.monotonic(),
        );
        limits
            .change_email(person.id, now)
            .map_err(|retry_after_ms| ManagementError::Throttled { retry_after_ms })?;
        let events: Vec<_> = self
            .events(Action::EmailChanged, origin)
            .await?
            .into_iter()
            .map(|event| {
                let (before, after) = (&self.row.email, &email);
                event.with_changes(
                    FieldValues::of("email", before),
                    FieldValues::of("email", after),
                )
            })
            .collect();
        let keyring = self.keyring.clone();
        let change = SignInChange::EmailChanged;
        let mail = keyring
            .outbox()
            .sign_in_change(&self.row.email, change, origin);
        self.keyring
            .run_to_completion(async move {
                let hash = &person.password_hash;
                let store = keyring.store();
                let changed = store.change_email(person.id, hash, &email, &events, &mail);
                match keyring.outbox().charge(&mail, changed.await) {
                    Ok(()) => Ok(true),
                    Err(StoreError::NotFound) => Ok(false),
                    Err(StoreError::Conflict) => Err(Invalid::new(
                        "You can't use this email address. Enter another one.",
                    )
                    .into()),
                    Err(error) => Err(error.into()),
                }
            })
            .await
    }

    /// Changes the person's password. This session gets a new token; all others, and a password reset link, end. `None` if
    /// the current password is wrong. `device` as for [`Session::reauthenticate`].
    ///
    /// # Errors
    /// `Invalid` if the new password is too weak; `Throttled`; `NotFound` if the session has ended meanwhile.
    pub async fn change_password(
        &self,
        current: &str,
        new: SecretString,
        device: Option<&str>,
        origin: &Origin,
    ) -> Result<Option<SignedIn>, ManagementError> {
        let checked = self.check_password(current, device, origin).await?;
        let Some(person) = checked else {
            return Ok(None);
        };
        let new = new.expose_secret();
        check_new(new, &person.email)?;
        if new == current {
            return Err(Invalid::new("This is your current password. Choose another one.").into());
        }
        let keyring = self.keyring.clone();
        let Some(new_hash) = keyring
            .sign_in_state()
            .passwords()
            .try_hash(new, Lane::Known)
            .await?
        else {
            return Err(ManagementError::Busy);
        };
        let events = self.events(Action::PasswordChanged, origin).await?;
        let change = SignInChange::PasswordChanged {
            keeps_passkeys: !keyring.store().passkeys_of(person.id).await?.is_empty(),
        };
        let mail = keyring
            .outbox()
            .sign_in_change(&person.email, change, origin);
        let session = self.clone();
        self.keyring
            .run_to_completion(async move {
                let token = session.replacement(keyring.now());
                let hashes = (person.password_hash.as_str(), new_hash.as_str());
                let store = keyring.store();
                let row = token.row();
                let changed = store.change_password(person.id, hashes, &row, &events, &mail);
                keyring.outbox().charge(&mail, changed.await)?;
                Ok(Some(session.with_token(token).1))
            })
            .await
    }
}
