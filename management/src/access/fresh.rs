//! Permission handles of people with a recent sign-in: they entered the password, used a passkey, or signed in at the identity provider
//! within the last ten minutes ([`Session::is_fresh`]). Each is granted by a handle of the same role.

use super::{AccountOwner, Editor, Owner, Viewer};
use crate::{ManagementError, Session};
use std::ops::Deref;

/// A [`Viewer`] with a recent sign-in. Required to leave an account.
#[derive(Clone)]
pub struct FreshViewer(Viewer);

/// An [`Editor`] with a recent sign-in. Required to create secrets and to extend a key's access.
#[derive(Clone)]
pub struct FreshEditor(Editor);

/// An [`Owner`] with a recent sign-in.
#[derive(Clone)]
pub struct FreshOwner(Owner);

/// An [`AccountOwner`] with a recent sign-in.
#[derive(Clone)]
pub struct FreshAccountOwner(AccountOwner);

impl Deref for FreshViewer {
    type Target = Viewer;
    fn deref(&self) -> &Viewer {
        &self.0
    }
}

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

impl Deref for FreshAccountOwner {
    type Target = AccountOwner;
    fn deref(&self) -> &AccountOwner {
        &self.0
    }
}

impl Editor {
    /// Grants what requires a recent sign-in.
    ///
    /// # Errors
    /// `Stale` if the sign-in is not recent.
    pub fn fresh(&self) -> Result<FreshEditor, ManagementError> {
        self.require_fresh()?;
        Ok(FreshEditor(self.clone()))
    }

    /// [`Editor::in_session`] and [`Editor::fresh`] at once.
    ///
    /// # Errors
    /// As [`Editor::fresh`].
    pub fn fresh_in(self, session: &Session) -> Result<FreshEditor, ManagementError> {
        self.in_session(session).fresh()
    }

    /// Returns the same permission in another state of the person's session, such as after re-authentication. A session of another
    /// person changes nothing.
    #[must_use]
    pub fn in_session(self, session: &Session) -> Self {
        Self(self.0.in_session(session))
    }
}

impl Owner {
    /// Grants the owner what requires a recent sign-in.
    ///
    /// # Errors
    /// As [`Editor::fresh`].
    pub fn fresh_owner(&self) -> Result<FreshOwner, ManagementError> {
        self.require_fresh()?;
        Ok(FreshOwner(self.clone()))
    }

    /// As [`Editor::fresh_in`], for an owner.
    ///
    /// # Errors
    /// As [`Editor::fresh`].
    pub fn fresh_owner_in(self, session: &Session) -> Result<FreshOwner, ManagementError> {
        Self(self.0.in_session(session)).fresh_owner()
    }
}

impl AccountOwner {
    /// Grants the owner of the account what requires a recent sign-in.
    ///
    /// # Errors
    /// As [`Editor::fresh`].
    pub fn fresh_account_owner(&self) -> Result<FreshAccountOwner, ManagementError> {
        self.require_fresh()?;
        Ok(FreshAccountOwner(self.clone()))
    }

    /// As [`Editor::fresh_in`], for an owner of the account.
    ///
    /// # Errors
    /// As [`Editor::fresh`].
    pub fn fresh_account_owner_in(
        self,
        session: &Session,
    ) -> Result<FreshAccountOwner, ManagementError> {
        let Self(Owner(editor)) = self;
        Self(Owner(editor.in_session(session))).fresh_account_owner()
    }
}

impl Viewer {
    /// Grants the member what requires a recent sign-in. That of support is never recent here.
    ///
    /// # Errors
    /// As [`Editor::fresh`].
    pub fn fresh_viewer(&self) -> Result<FreshViewer, ManagementError> {
        self.require_fresh()?;
        Ok(FreshViewer(self.clone()))
    }

    /// As [`Editor::fresh_in`], for a member.
    ///
    /// # Errors
    /// As [`Editor::fresh`].
    pub fn fresh_viewer_in(self, session: &Session) -> Result<FreshViewer, ManagementError> {
        self.in_session(session).fresh_viewer()
    }

    /// Whether the sign-in is recent.
    pub fn is_fresh(&self) -> bool {
        self.fresh
    }

    fn in_session(mut self, session: &Session) -> Self {
        if session.person_id() == self.identity.person_id {
            self.fresh = session.is_fresh();
        }
        self
    }

    fn require_fresh(&self) -> Result<(), ManagementError> {
        if self.fresh {
            Ok(())
        } else {
            Err(ManagementError::Stale)
        }
    }
}
