//! Throwing away a key whose secret nobody has.

use crate::{Editor, ManagementError, apply::Scope, revoke::Move};
use domain::key::token::KeyId;

/// What the history says of it.
const REASON: &str = "Secret was never stored";

impl Editor {
    /// Revokes a key that nobody can depend on: its secret was never said to be stored, and it was never used.
    ///
    /// # Errors
    /// `NotFound`, or `Illegal` where somebody may depend on it.
    pub async fn discard(&self, id: KeyId) -> Result<(), ManagementError> {
        let editor = self.clone();
        self.keyring()
            .to_the_end(async move { discard(&editor, id).await })
            .await
    }
}

async fn discard(editor: &Editor, id: KeyId) -> Result<(), ManagementError> {
    let keyring = editor.keyring();
    let _turn = keyring.turns.of(id).await;
    // A call of the last second may not be written yet.
    keyring.telemetry.flush_usage().await?;
    let key = editor.stored_key(id).await?;
    key.discardable()?;
    let event = Move::Revoke {
        reason: REASON.into(),
    }
    .check(editor, &key)?;
    let app = editor.application().id;
    let change = keyring.store.revoke_key(app, id, REASON, &event);
    keyring.apply(&[Scope::Key(id)], change).await?;
    Ok(())
}
