//! Creating a key.

use crate::{FreshEditor, ManagementError, node::Applied};
use domain::{
    audit::{Action, FieldValues},
    id::{IdempotencyKey, SecretId},
    key::{KeyDraft, issued::IssuedKey, token::KeyId},
};
use secrecy::ExposeSecret;
use store::{ChangeScope, KeyInsertion, NewKey, StoreError};
use verification::generate_credentials;

/// The result of a request for a key.
#[derive(Debug)]
pub enum Issue {
    /// The key with its secret, which is not shown again.
    New(IssuedKey),
    /// The same request created this key before.
    AlreadyIssued(KeyId),
}

impl FreshEditor {
    /// Creates a key, once per idempotency key. It runs to its end even if the caller is dropped.
    ///
    /// # Errors
    /// If the database fails. If it did not answer the commit, the key may exist: a request with the same idempotency key returns it
    /// with its secret, within ten minutes and from the same process.
    pub async fn issue(
        &self,
        draft: KeyDraft,
        idempotency_key: IdempotencyKey,
    ) -> Result<Issue, ManagementError> {
        self.keyring()
            .run_to_completion(issue_key(self.clone(), draft, idempotency_key))
            .await
    }
}

/// Writes a new key in one transaction, updates the index, and makes the answer with its secret.
async fn issue_key(
    editor: FreshEditor,
    draft: KeyDraft,
    idempotency_key: IdempotencyKey,
) -> Result<Issue, ManagementError> {
    let keyring = editor.keyring();
    let (id, secret) = generate_credentials(keyring.entropy(), draft.environment);
    let digest = keyring.hasher().digest(0, id, secret.expose_secret());
    let new = NewKey {
        id,
        account: editor.application().account_id,
        application: editor.application().id,
        draft: &draft,
        created_by: editor.identity().person_id,
        at: editor.now(),
        idempotency_key,
        secret_id: SecretId(keyring.new_id()),
        digest: &digest,
        pepper: keyring.hasher().newest_pepper(),
    };
    let detail = format!("{} ({}), {}", draft.name, draft.environment, draft.scopes);
    let event = editor
        .event(Action::KeyCreated, &id, detail)
        .with_changes(FieldValues::default(), FieldValues::from(&draft));
    let inserted = keyring.store().insert_key(&new, &event).await;
    let applied = keyring
        .keys()
        .apply(&[ChangeScope::Key(id)], inserted)
        .await;
    let inserted = applied.map(Applied::unconfirmed);
    let issued = IssuedKey {
        id,
        name: draft.name,
        environment: draft.environment,
        secret: secret.expose_secret().to_owned(),
    };
    editor.answer_with(inserted, issued).map_err(Into::into)
}

impl FreshEditor {
    /// Returns the answer to a request for a key.
    ///
    /// # Errors
    /// The error of the database, if the key was not created, or if it is not known whether it was: it is kept then.
    pub(crate) fn answer_with(
        &self,
        inserted: Result<KeyInsertion, StoreError>,
        issued: IssuedKey,
    ) -> Result<Issue, StoreError> {
        let keyring = self.keyring();
        match inserted {
            Ok(KeyInsertion::New(_)) => Ok(Issue::New(issued)),
            Ok(KeyInsertion::Existing(id)) => Ok(self.issued_before(id)),
            // It was created, and its answer has the only copy of the secret.
            Err(_) if keyring.index().contains(issued.id) => Ok(Issue::New(issued)),
            Err(error) => {
                if matches!(error, StoreError::OutcomeUnknown(_)) {
                    let person = self.identity().person_id;
                    keyring
                        .key_changes()
                        .keep_undelivered(issued, person, keyring.monotonic());
                }
                Err(error)
            }
        }
    }

    /// Returns the answer to a request whose idempotency key belongs to an existing key.
    pub(crate) fn issued_before(&self, id: KeyId) -> Issue {
        let keyring = self.keyring();
        let person = self.identity().person_id;
        let kept = keyring
            .key_changes()
            .take_undelivered(id, person, keyring.monotonic());
        kept.map_or(Issue::AlreadyIssued(id), Issue::New)
    }
}
