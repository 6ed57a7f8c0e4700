//! Revoking, deactivating and activating a key.

use crate::{Confirmation, Editor, FreshEditor, Keys, ManagementError, NodesBehind, node::Applied};
use domain::{
    audit::{Action, Actor, AuditEvent, FieldValues},
    key::{
        KeySummary,
        state::{IllegalTransition, State},
        token::KeyId,
    },
    origin::Origin,
};
use store::{ChangeScope, StoreError};
use verification::{Caller, Entry};

/// The reason for a revocation that the key itself requested.
const OWN_WISH: &str = "The key revoked itself.";

/// A transition of a key's state.
pub(crate) enum Transition {
    Revoke { reason: String },
    Deactivate,
    Activate,
    Confirm,
}

impl Editor {
    /// Revokes a key, permanently: every call that begins after this returns is refused by every node.
    ///
    /// # Errors
    /// `NotFound`, or `Illegal` if it is revoked already.
    pub async fn revoke(&self, id: KeyId, reason: String) -> Result<Confirmation, ManagementError> {
        self.end_access(id, Transition::Revoke { reason }).await
    }

    /// Deactivates a key: every call that begins after this returns is refused by every node until it is activated.
    ///
    /// # Errors
    /// `NotFound`, or `Illegal` if it is not active.
    pub async fn deactivate(&self, id: KeyId) -> Result<Confirmation, ManagementError> {
        self.end_access(id, Transition::Deactivate).await
    }

    /// Returns the nodes that a change waits for, if there are any. A node that has not read a change of a moment ago is one of
    /// them.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn nodes_behind(&self) -> Result<Option<NodesBehind>, ManagementError> {
        Ok(self.keyring().node().nodes_behind().await?)
    }

    /// Confirms that the secret is stored; repeating it changes nothing.
    ///
    /// # Errors
    /// `NotFound` if the application has no such key.
    pub async fn confirm(&self, id: KeyId) -> Result<(), ManagementError> {
        if self.stored_key(id).await?.confirmed_at.is_some() {
            return Ok(());
        }
        self.apply_transition(id, Transition::Confirm).await
    }

    async fn apply_transition(&self, id: KeyId, wanted: Transition) -> Result<(), ManagementError> {
        let editor = self.clone();
        self.keyring()
            .run_to_completion(async move {
                let applied = apply_transition(&editor, id, wanted).await?;
                applied.unconfirmed();
                Ok(())
            })
            .await
    }

    async fn end_access(
        &self,
        id: KeyId,
        wanted: Transition,
    ) -> Result<Confirmation, ManagementError> {
        let editor = self.clone();
        self.keyring()
            .run_to_completion(async move {
                let applied = apply_transition(&editor, id, wanted).await?;
                let ((), confirmation) = editor.keyring().node().confirm(applied).await?;
                Ok(confirmation)
            })
            .await
    }
}

impl FreshEditor {
    /// Activates a key.
    ///
    /// # Errors
    /// `NotFound`, or `Illegal` if it is not deactivated.
    pub async fn activate(&self, id: KeyId) -> Result<(), ManagementError> {
        self.apply_transition(id, Transition::Activate).await
    }
}

pub(crate) async fn apply_transition(
    editor: &Editor,
    id: KeyId,
    wanted: Transition,
) -> Result<Applied<()>, ManagementError> {
    let keyring = editor.keyring();
    let _lock = keyring.key_changes().lock(id).await;
    let key = editor.stored_key(id).await?;
    let event = wanted.check(editor, &key)?;
    let app = editor.application().id;
    let store = keyring.store();
    #[cfg(feature = "planted-faults")]
    if let Transition::Revoke { .. } = wanted {
        crate::node::planted::plant_revocation(keyring.index(), id);
    }
    let changed = match &wanted {
        Transition::Revoke { reason } => store.revoke_key(app, id, reason, &event).await,
        Transition::Deactivate => store.deactivate_key(app, id, &event).await,
        Transition::Activate => store.activate_key(app, id, &event).await,
        Transition::Confirm => store.confirm_key(app, id, &event).await,
    };
    let scope = [ChangeScope::Key(id)];
    match keyring.keys().apply(&scope, changed).await {
        Ok(applied) => Ok(applied.with(())),
        Err(StoreError::OutcomeUnknown(_))
            if keyring.index().with(id, |entry| wanted.was_applied(entry)) =>
        {
            Ok(keyring.node().newest_change().await?)
        }
        // It was there a moment ago: a concurrent change was faster.
        Err(StoreError::NotFound) => Err(ManagementError::Illegal(IllegalTransition::NotActive)),
        Err(error) => Err(error.into()),
    }
}

impl Keys<'_> {
    /// Revokes the key that made the request.
    ///
    /// # Errors
    /// `NotFound` if it was revoked meanwhile; if the database fails, nothing was changed.
    pub async fn revoke_itself(
        self,
        caller: &Caller,
        origin: &Origin,
    ) -> Result<Confirmation, ManagementError> {
        let (keyring, id, app) = (self.keyring.clone(), caller.key_id, caller.application_id);
        let event = AuditEvent {
            account_id: caller.account_id,
            at: self.keyring.now(),
            actor: Actor::Key(id),
            action: Action::KeyRevoked,
            target: id.to_string(),
            detail: OWN_WISH.into(),
            address: origin.address_text(),
            request_id: origin.request_id.clone(),
            // A key in another state could not have authenticated.
            before: FieldValues::from(&State::Active),
            after: revoked_facts(OWN_WISH),
        };
        self.keyring
            .run_to_completion(async move {
                let applied = {
                    let _lock = keyring.key_changes().lock(id).await;
                    #[cfg(feature = "planted-faults")]
                    crate::node::planted::plant_revocation(keyring.index(), id);
                    let store = keyring.store();
                    let revoked = store.revoke_key(app, id, OWN_WISH, &event).await;
                    keyring
                        .keys()
                        .apply(&[ChangeScope::Key(id)], revoked)
                        .await?
                };
                let (_, confirmation) = keyring.node().confirm(applied).await?;
                Ok(confirmation)
            })
            .await
    }
}

impl Transition {
    /// Whether an entry that was read after the transition shows that it was made.
    fn was_applied(&self, entry: Option<&Entry>) -> bool {
        entry.is_some_and(|entry| {
            !entry.uncertain
                && match self {
                    Self::Revoke { .. } => entry.revoked,
                    Self::Deactivate => entry.inactive,
                    Self::Activate => !entry.inactive,
                    Self::Confirm => false,
                }
        })
    }

    /// Checks that the transition is legal, and creates its audit event.
    pub(crate) fn check(
        &self,
        editor: &Editor,
        key: &KeySummary,
    ) -> Result<AuditEvent, ManagementError> {
        let now = editor.now();
        let was = FieldValues::from(&key.state);
        let event = |action, detail: &str| editor.event(action, &key.id, detail);
        Ok(match self {
            Self::Revoke { reason } => {
                key.state.revoke(now, reason.clone())?;
                event(Action::KeyRevoked, reason).with_changes(was, revoked_facts(reason))
            }
            Self::Deactivate => {
                let state = key.state.deactivate(now)?;
                event(Action::KeyDeactivated, "").with_changes(was, FieldValues::from(&state))
            }
            Self::Activate => {
                let state = key.state.activate()?;
                event(Action::KeyActivated, "").with_changes(was, FieldValues::from(&state))
            }
            Self::Confirm => event(Action::KeyConfirmed, "")
                .with_changes(FieldValues::default(), FieldValues::of("secret", "stored")),
        })
    }
}

/// The facts of a revoked key.
pub(crate) fn revoked_facts(reason: &str) -> FieldValues {
    FieldValues::of("status", "revoked").and("reason", reason)
}
