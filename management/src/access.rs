//! Permission handles, which are granted by role. A method exists only on the handle that may call it, and a handle reaches only
//! its own application.

mod event;
mod fresh;

pub use fresh::{FreshAccountOwner, FreshEditor, FreshOwner, FreshViewer};

use crate::{Keyring, ManagementError, Session};
use domain::{
    account::{Application, Identity, Role},
    id::{AccountId, ApplicationId, PersonId},
    key::{KeySummary, token::KeyId},
    origin::Origin,
    time::Timestamp,
};
use std::{ops::Deref, sync::Arc};
use store::Membership;
use telemetry::Telemetry;

/// Permission to read one application.
#[derive(Clone)]
pub struct Viewer {
    keyring: Keyring,
    application: Application,
    identity: Identity,
    /// The person's own time zone; empty for the application's.
    own_zone: String,
    origin: Origin,
    fresh: bool,
}

/// Permission to change the keys of one application.
#[derive(Clone)]
pub struct Editor(Viewer);

/// Permission to do everything with one application.
#[derive(Clone)]
pub struct Owner(Editor);

/// Permission to do everything with an account: its members and their roles, invitations, audit log, name and applications.
/// An owner of the account is an owner of each of its applications.
#[derive(Clone)]
pub struct AccountOwner(Owner);

impl Deref for AccountOwner {
    type Target = Owner;
    fn deref(&self) -> &Owner {
        &self.0
    }
}

impl Deref for Editor {
    type Target = Viewer;
    fn deref(&self) -> &Viewer {
        &self.0
    }
}

impl Deref for Owner {
    type Target = Editor;
    fn deref(&self) -> &Editor {
        &self.0
    }
}

impl Session {
    /// Grants permission to read an application.
    ///
    /// # Errors
    /// `NotFound` if there is no such application, or the person is not a member; `FactorRequired` until a required second factor
    /// is added.
    pub async fn viewer(
        &self,
        app: ApplicationId,
        origin: Origin,
    ) -> Result<Viewer, ManagementError> {
        self.require_enrolled()?;
        let store = self.keyring().store();
        let membership = store.application_for(self.person_id(), app).await?;
        Ok(self.viewer_as(membership, origin))
    }

    /// As [`Session::viewer`], with all that [`Session::applications`] returns: a page that shows both reads them at once.
    ///
    /// # Errors
    /// As [`Session::viewer`].
    pub async fn viewer_among_applications(
        &self,
        app: ApplicationId,
        origin: Origin,
    ) -> Result<(Viewer, Vec<Application>), ManagementError> {
        self.require_enrolled()?;
        let store = self.keyring().store();
        let all = store.applications_of(self.person_id()).await?;
        let membership = all
            .iter()
            .find(|membership| membership.application.id == app)
            .ok_or(ManagementError::NotFound)?;
        let viewer = self.viewer_as(membership.clone(), origin);
        Ok((viewer, all.into_iter().map(|one| one.application).collect()))
    }

    fn require_enrolled(&self) -> Result<(), ManagementError> {
        if self.must_enrol() {
            return Err(ManagementError::FactorRequired);
        }
        Ok(())
    }

    fn viewer_as(&self, membership: Membership, origin: Origin) -> Viewer {
        let identity = Identity {
            person_id: self.person_id(),
            email: self.email().clone(),
            name: self.profile().name.clone(),
            role: membership.role,
            account_role: membership.account_role,
        };
        Viewer {
            keyring: self.keyring().clone(),
            application: membership.application,
            identity,
            own_zone: self.profile().time_zone.clone(),
            origin,
            fresh: self.is_fresh(),
        }
    }

    /// Grants permission to change an application's keys.
    ///
    /// # Errors
    /// As [`Session::viewer`]; `Forbidden` if the role is insufficient.
    pub async fn editor(
        &self,
        app: ApplicationId,
        origin: Origin,
    ) -> Result<Editor, ManagementError> {
        self.viewer(app, origin).await?.editor()
    }

    /// Grants full permission on an application.
    ///
    /// # Errors
    /// As [`Session::editor`].
    pub async fn owner(
        &self,
        app: ApplicationId,
        origin: Origin,
    ) -> Result<Owner, ManagementError> {
        self.viewer(app, origin).await?.owner()
    }

    /// Grants full permission on the account of an application.
    ///
    /// # Errors
    /// As [`Session::editor`].
    pub async fn account_owner(
        &self,
        app: ApplicationId,
        origin: Origin,
    ) -> Result<AccountOwner, ManagementError> {
        self.viewer(app, origin).await?.account_owner()
    }
}

impl AccountOwner {
    /// Returns the account, and its owner in whose name it is changed.
    pub(crate) fn account_and_owner(&self) -> (AccountId, PersonId) {
        (self.application().account_id, self.identity().person_id)
    }
}

/// Grants support permission to read an application without being a member.
pub(crate) fn look(
    keyring: Keyring,
    application: Application,
    identity: Identity,
    origin: Origin,
) -> Viewer {
    Viewer {
        keyring,
        application,
        identity,
        own_zone: String::new(),
        origin,
        fresh: false,
    }
}

impl Viewer {
    /// Grants permission to change the application's keys.
    ///
    /// # Errors
    /// `Forbidden` if the person's role does not include it.
    pub fn editor(&self) -> Result<Editor, ManagementError> {
        if !self.identity.role.can_edit_keys() {
            return Err(ManagementError::Forbidden);
        }
        Ok(Editor(self.clone()))
    }

    /// Grants full permission on the application.
    ///
    /// # Errors
    /// As [`Viewer::editor`].
    pub fn owner(&self) -> Result<Owner, ManagementError> {
        if self.identity.role != Role::Owner {
            return Err(ManagementError::Forbidden);
        }
        Ok(Owner(Editor(self.clone())))
    }

    /// Grants full permission on the application's account.
    ///
    /// # Errors
    /// As [`Viewer::editor`].
    pub fn account_owner(&self) -> Result<AccountOwner, ManagementError> {
        if self.identity.account_role != Role::Owner {
            return Err(ManagementError::Forbidden);
        }
        Ok(AccountOwner(self.owner()?))
    }

    /// The application.
    pub fn application(&self) -> &Application {
        &self.application
    }

    /// The person who holds the permission.
    pub fn identity(&self) -> Identity {
        self.identity.clone()
    }

    /// The person's own time zone; empty for the application's.
    pub(crate) fn own_zone(&self) -> &str {
        &self.own_zone
    }

    /// The current time.
    pub fn now(&self) -> Timestamp {
        self.keyring.now()
    }

    /// Returns a key, after a flush of usage.
    ///
    /// # Errors
    /// `NotFound` if the application has no such key.
    pub async fn key(&self, id: KeyId) -> Result<KeySummary, ManagementError> {
        self.keyring.telemetry().flush_before_read().await;
        self.stored_key(id).await
    }

    /// Returns a key as stored. Used by changes, which must not wait for a flush.
    pub(crate) async fn stored_key(&self, id: KeyId) -> Result<KeySummary, ManagementError> {
        Ok(self
            .keyring
            .store()
            .key(self.application.id, id, self.now())
            .await?)
    }

    pub(crate) fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    pub(crate) fn telemetry(&self) -> &Arc<Telemetry> {
        self.keyring.telemetry()
    }
}
