//! Ending a key, for a while or for ever. The database first, then the gate's index, then the answer.

use crate::{Editor, FreshEditor, Keyring, ManagementError, apply::Scope};
use domain::origin::Origin;
use domain::{
    audit::{Action, Actor, Event, Facts},
    key::{
        KeySummary,
        state::{IllegalMove, State},
        token::KeyId,
    },
};
use store::StoreError;
use verification::{Caller, Entry};

/// Why a key was revoked that asked for it.
const OWN_WISH: &str = "The key revoked itself.";

/// A move in a key's life.
pub(crate) enum Move {
    Revoke { reason: String },
    Deactivate,
    Activate,
    Confirm,
}

impl Editor {
    /// Revokes a key, for ever: every call that begins after this returns is refused.
    ///
    /// # Errors
    /// `NotFound`, or `Illegal` where it has been revoked before.
    pub async fn revoke(&self, id: KeyId, reason: String) -> Result<(), ManagementError> {
        self.make(id, Move::Revoke { reason }).await
    }

    /// Switches a key off until somebody switches it on again; at once, as [`Editor::revoke`].
    ///
    /// # Errors
    /// `NotFound`, or `Illegal` where it is not active.
    pub async fn deactivate(&self, id: KeyId) -> Result<(), ManagementError> {
        self.make(id, Move::Deactivate).await
    }

    /// Notes that the secret is stored; a second time changes nothing.
    ///
    /// # Errors
    /// `NotFound` where the application has no such key.
    pub async fn confirm(&self, id: KeyId) -> Result<(), ManagementError> {
        if self.stored_key(id).await?.confirmed_at.is_some() {
            return Ok(());
        }
        self.make(id, Move::Confirm).await
    }

    async fn make(&self, id: KeyId, wanted: Move) -> Result<(), ManagementError> {
        let editor = self.clone();
        self.keyring()
            .to_the_end(async move { make(&editor, id, wanted).await })
            .await
    }
}

impl FreshEditor {
    /// Switches a key on again.
    ///
    /// # Errors
    /// `NotFound`, or `Illegal` where it is not switched off.
    pub async fn activate(&self, id: KeyId) -> Result<(), ManagementError> {
        self.make(id, Move::Activate).await
    }
}

pub(crate) async fn make(editor: &Editor, id: KeyId, wanted: Move) -> Result<(), ManagementError> {
    let keyring = editor.keyring();
    let _turn = keyring.turns.of(id).await;
    let key = editor.stored_key(id).await?;
    let event = wanted.check(editor, &key)?;
    let app = editor.application().id;
    let store = &keyring.store;
    let change = async {
        match &wanted {
            Move::Revoke { reason } => store.revoke_key(app, id, reason, &event).await,
            Move::Deactivate => store.deactivate_key(app, id, &event).await,
            Move::Activate => store.activate_key(app, id, &event).await,
            Move::Confirm => store.confirm_key(app, id, &event).await,
        }
    };
    let done = keyring.apply(&[Scope::Key(id)], change).await;
    done.map(drop).or_else(|error| match error {
        StoreError::Uncertain(_) if keyring.index().with(id, |entry| wanted.was_made(entry)) => {
            Ok(())
        }
        // It stood there a moment ago: somebody else was quicker.
        StoreError::NotFound => Err(ManagementError::Illegal(IllegalMove::NotActive)),
        error => Err(error.into()),
    })
}

impl Keyring {
    /// Revokes the key that presented itself, as [`Editor::revoke`] does.
    ///
    /// # Errors
    /// `NotFound` where it has been revoked meanwhile; where the database fails: nothing was changed then.
    pub async fn revoke_itself(
        &self,
        caller: &Caller,
        origin: &Origin,
    ) -> Result<(), ManagementError> {
        let (keyring, id, app) = (self.clone(), caller.key_id, caller.application_id);
        let event = Event {
            account_id: caller.account_id,
            at: self.now(),
            actor: Actor::Key(id),
            action: Action::KeyRevoked,
            target: id.to_string(),
            detail: OWN_WISH.into(),
            address: origin.address_text(),
            request_id: origin.request_id.clone(),
            // It could not have presented itself otherwise.
            before: Facts::from(&State::Active),
            after: ended(OWN_WISH),
        };
        self.to_the_end(async move {
            let _turn = keyring.turns.of(id).await;
            let change = keyring.store.revoke_key(app, id, OWN_WISH, &event);
            keyring.apply(&[Scope::Key(id)], change).await?;
            Ok(())
        })
        .await
    }
}

impl Move {
    /// Whether an entry that was read after the move, from a key whose state allowed it, shows that it was made.
    fn was_made(&self, entry: Option<&Entry>) -> bool {
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

    /// Asks the rules, and says what the audit log will.
    pub(crate) fn check(
        &self,
        editor: &Editor,
        key: &KeySummary,
    ) -> Result<Event, ManagementError> {
        let now = editor.now();
        let was = Facts::from(&key.state);
        let event = |action, detail: &str| editor.event(action, &key.id, detail);
        Ok(match self {
            Self::Revoke { reason } => {
                key.state.revoke(now, reason.clone())?;
                event(Action::KeyRevoked, reason).became(was, ended(reason))
            }
            Self::Deactivate => {
                let state = key.state.deactivate(now)?;
                event(Action::KeyDeactivated, "").became(was, Facts::from(&state))
            }
            Self::Activate => {
                let state = key.state.activate()?;
                event(Action::KeyActivated, "").became(was, Facts::from(&state))
            }
            Self::Confirm => event(Action::KeyConfirmed, "")
                .became(Facts::default(), Facts::of("secret", "stored")),
        })
    }
}

/// What a revoked key is.
pub(crate) fn ended(reason: &str) -> Facts {
    Facts::of("status", "revoked").and("reason", reason)
}
