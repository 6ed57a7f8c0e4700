//! Permission as a value: whoever holds a handle may call its methods, and reaches nothing beyond its application.

use crate::{Keyring, ManagementError, Session};
use domain::{
    account::{Application, Identity, Role},
    audit::{Action, Actor, Event, Facts, Record},
    id::ApplicationId,
    key::{KeySummary, token::KeyId},
    origin::Origin,
    time::Timestamp,
};
use std::{ops::Deref, sync::Arc};
use telemetry::Telemetry;

/// Records that a key's page shows.
const HISTORY: i64 = 50;

/// May read one application.
#[derive(Clone)]
pub struct Viewer {
    keyring: Keyring,
    application: Application,
    identity: Identity,
    origin: Origin,
    fresh: bool,
}

/// May change the keys of one application.
#[derive(Clone)]
pub struct Editor(Viewer);

/// May do everything with one application and its account.
#[derive(Clone)]
pub struct Owner(Editor);

/// An [`Editor`] who entered the password within the last ten minutes: what makes secrets or widens a key's reach asks
/// for one.
#[derive(Clone)]
pub struct FreshEditor(Editor);

/// An [`Owner`] who entered the password within the last ten minutes.
#[derive(Clone)]
pub struct FreshOwner(Owner);

impl Deref for FreshEditor {
    type Target = Editor;
    fn deref(&self) -> &Editor {
        &self.0
    }
}

impl Deref for FreshOwner {
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
    /// The right to read an application.
    ///
    /// # Errors
    /// `NotFound` where there is no such application, or it is not this person's.
    pub async fn viewer(
        &self,
        app: ApplicationId,
        origin: Origin,
    ) -> Result<Viewer, ManagementError> {
        let (application, role) = self
            .keyring()
            .store
            .application_for(self.person_id(), app)
            .await?;
        let identity = Identity {
            person_id: self.person_id(),
            email: self.email().clone(),
            role,
        };
        Ok(Viewer {
            keyring: self.keyring().clone(),
            application,
            identity,
            origin,
            fresh: self.is_fresh(),
        })
    }

    /// The right to change an application's keys.
    ///
    /// # Errors
    /// As [`Session::viewer`]; `Forbidden` where the role is not enough.
    pub async fn editor(
        &self,
        app: ApplicationId,
        origin: Origin,
    ) -> Result<Editor, ManagementError> {
        let viewer = self.viewer(app, origin).await?;
        if !viewer.identity.role.can_edit_keys() {
            return Err(ManagementError::Forbidden);
        }
        Ok(Editor(viewer))
    }

    /// The right to everything in an application.
    ///
    /// # Errors
    /// As [`Session::editor`].
    pub async fn owner(
        &self,
        app: ApplicationId,
        origin: Origin,
    ) -> Result<Owner, ManagementError> {
        let editor = self.editor(app, origin).await?;
        if editor.identity.role != Role::Owner {
            return Err(ManagementError::Forbidden);
        }
        Ok(Owner(editor))
    }
}

impl Editor {
    /// The right to what asks for a fresh sign-in.
    ///
    /// # Errors
    /// `Stale` where the password was entered longer than ten minutes ago.
    pub fn fresh(&self) -> Result<FreshEditor, ManagementError> {
        if !self.fresh {
            return Err(ManagementError::Stale);
        }
        Ok(FreshEditor(self.clone()))
    }
}

impl Owner {
    /// The owner's right to what asks for a fresh sign-in.
    ///
    /// # Errors
    /// As [`Editor::fresh`].
    pub fn fresh_owner(&self) -> Result<FreshOwner, ManagementError> {
        if !self.fresh {
            return Err(ManagementError::Stale);
        }
        Ok(FreshOwner(self.clone()))
    }
}

/// Reading for support, which looks at an application without belonging to it.
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
        origin,
        fresh: false,
    }
}

impl Viewer {
    /// Whether what asks for a fresh sign-in may be done without entering the password again.
    pub fn is_fresh(&self) -> bool {
        self.fresh
    }

    /// The application.
    pub fn application(&self) -> &Application {
        &self.application
    }

    /// Who holds the handle.
    pub fn identity(&self) -> Identity {
        self.identity.clone()
    }

    /// The clock's instant.
    pub fn now(&self) -> Timestamp {
        self.keyring.now()
    }

    /// One key, with its last use as of now.
    ///
    /// # Errors
    /// `NotFound` where the application has no such key.
    pub async fn key(&self, id: KeyId) -> Result<KeySummary, ManagementError> {
        self.keyring.telemetry.flush_before_read().await;
        self.stored_key(id).await
    }

    /// One key as it stands in the database: a change must not wait until calls have been written.
    pub(crate) async fn stored_key(&self, id: KeyId) -> Result<KeySummary, ManagementError> {
        Ok(self
            .keyring
            .store
            .key(self.application.id, id, self.now())
            .await?)
    }

    /// What was done to a key, the newest first.
    ///
    /// # Errors
    /// `NotFound` where the application has no such key.
    pub async fn history(&self, id: KeyId) -> Result<Vec<Record>, ManagementError> {
        self.stored_key(id).await?;
        Ok(self
            .keyring
            .store
            .audit_of(self.application.account_id, &id.to_string(), HISTORY)
            .await?)
    }

    pub(crate) fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    pub(crate) fn telemetry(&self) -> &Arc<Telemetry> {
        self.keyring.telemetry()
    }

    /// What the audit log will say of a change.
    pub(crate) fn event(
        &self,
        action: Action,
        target: &impl ToString,
        detail: impl Into<String>,
    ) -> Event {
        Event {
            account_id: self.application.account_id,
            at: self.now(),
            actor: Actor::Person {
                id: self.identity.person_id,
                email: self.identity.email.to_string(),
            },
            action,
            target: target.to_string(),
            detail: detail.into(),
            address: self.origin.address_text(),
            request_id: self.origin.request_id.clone(),
            before: Facts::default(),
            after: Facts::default(),
        }
    }
}
