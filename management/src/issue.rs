//! Creating a key.

use crate::{FreshEditor, ManagementError, apply::Scope};
use domain::{
    audit::{Action, FieldValues},
    id::{IdempotencyKey, SecretId},
    key::{KeyDraft, issued::IssuedKey, token::KeyId},
};
use secrecy::ExposeSecret;
use store::{KeyInsertion, NewKey};
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
    /// Creates a key, once per idempotency key.
    ///
    /// # Errors
    /// If the database fails: nothing was created then.
    pub async fn issue(
        &self,
        draft: KeyDraft,
        idempotency_key: IdempotencyKey,
    ) -> Result<Issue, ManagementError> {
        let editor = self.clone();
        self.keyring()
            .run_to_completion(async move { issue(&editor, &draft, idempotency_key).await })
            .await
    }
}

async fn issue(
    editor: &FreshEditor,
    draft: &KeyDraft,
    idempotency_key: IdempotencyKey,
) -> Result<Issue, ManagementError> {
    let keyring = editor.keyring();
    let (id, secret) = generate_credentials(&*keyring.entropy, draft.environment);
    let digest = keyring.hasher.digest(0, id, secret.expose_secret());
    let new = NewKey {
        id,
        account: editor.application().account_id,
        application: editor.application().id,
        draft,
        created_by: editor.identity().person_id,
        at: editor.now(),
        idempotency_key,
        secret_id: SecretId(keyring.new_id()),
        digest: &digest,
        pepper: keyring.hasher.newest_pepper(),
    };
    let detail = format!("{} ({}), {}", draft.name, draft.environment, draft.scopes);
    let event = editor
        .event(Action::KeyCreated, &id, detail)
        .with_changes(FieldValues::default(), FieldValues::from(draft));
    let inserting = keyring.store.insert_key(&new, &event);
    let inserted = keyring.apply(&[Scope::Key(id)], inserting).await;
    match inserted {
        Ok(KeyInsertion::Existing(id)) => Ok(Issue::AlreadyIssued(id)),
        // Only this request has the secret, so the key is unusable by others whatever the outcome of the commit.
        Err(error) if !keyring.index().contains(id) => Err(error.into()),
        Ok(KeyInsertion::New(_)) | Err(_) => Ok(Issue::New(IssuedKey {
            id,
            name: draft.name.clone(),
            environment: draft.environment,
            secret: secret.expose_secret().to_owned(),
        })),
    }
}
