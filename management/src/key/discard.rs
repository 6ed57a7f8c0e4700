//! Discarding a key whose secret was not stored.

use crate::{Confirmation, Editor, ManagementError, key::revoke::Transition, node::Applied};
use domain::key::token::KeyId;
use store::{ChangeScope, IndexRow};

/// The reason in the audit log.
const REASON: &str = "Secret was never stored";

impl Editor {
    /// Revokes a key that nothing can depend on: its secret was not confirmed as stored, and it was never used. A first use at
    /// another node is known after a second, or at the end of the minute if more than 1,000 quiet keys were called there in that
    /// second.
    ///
    /// # Errors
    /// `NotFound`, or `Illegal` if something may depend on it.
    pub async fn discard(&self, id: KeyId) -> Result<Confirmation, ManagementError> {
        let editor = self.clone();
        self.keyring()
            .run_to_completion(async move {
                let applied = discard(&editor, id).await?;
                let (_, confirmation) = editor.keyring().node().confirm(applied).await?;
                Ok(confirmation)
            })
            .await
    }
}

async fn discard(editor: &Editor, id: KeyId) -> Result<Applied<IndexRow>, ManagementError> {
    let keyring = editor.keyring();
    let _lock = keyring.key_changes().lock(id).await;
    // Calls of the last second may not be written yet.
    keyring.telemetry().flush_usage().await?;
    let key = editor.stored_key(id).await?;
    key.discardable()?;
    let event = Transition::Revoke {
        reason: REASON.into(),
    }
    .check(editor, &key)?;
    let app = editor.application().id;
    let revoked = keyring.store().revoke_key(app, id, REASON, &event).await;
    Ok(keyring
        .keys()
        .apply(&[ChangeScope::Key(id)], revoked)
        .await?)
}
