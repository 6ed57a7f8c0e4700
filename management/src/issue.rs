//! Making a key.

use crate::{FreshEditor, ManagementError, apply::Scope};
use domain::{
    audit::{Action, Facts},
    id::{IdempotencyKey, SecretId},
    key::{KeyDraft, issued::IssuedKey, token::KeyId},
};
use secrecy::ExposeSecret;
use store::{Inserted, NewKey};
use verification::generate_credentials;

/// What became of a form that asks for a key.
#[derive(Debug)]
pub enum Issue {
    /// Here is the key, with its secret, for the only time.
    New(IssuedKey),
    /// The same form has made this key before; its secret was shown then.
    AlreadyIssued(KeyId),
}

impl FreshEditor {
    /// Makes a key, once for each `once`.
    ///
    /// # Errors
    /// Where the database fails: nothing was made then.
    pub async fn issue(
        &self,
        draft: KeyDraft,
        once: IdempotencyKey,
    ) -> Result<Issue, ManagementError> {
        let editor = self.clone();
        self.keyring()
            .to_the_end(async move { issue(&editor, &draft, once).await })
            .await
    }
}

async fn issue(
    editor: &FreshEditor,
    draft: &KeyDraft,
    once: IdempotencyKey,
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
        once,
        secret_id: SecretId(keyring.new_id()),
        digest: &digest,
        pepper: keyring.hasher.newest_pepper(),
    };
    let detail = format!("{} ({}), {}", draft.name, draft.environment, draft.scopes);
    let event = editor
        .event(Action::KeyCreated, &id, detail)
        .became(Facts::default(), Facts::from(draft));
    let inserting = keyring.store.insert_key(&new, &event);
    let inserted = keyring.apply(&[Scope::Key(id)], inserting).await;
    match inserted {
        Ok(Inserted::Before(id)) => Ok(Issue::AlreadyIssued(id)),
        // Nobody else has the secret of a key that was made, whatever became of the answer to the commit.
        Err(error) if !keyring.index().contains(id) => Err(error.into()),
        Ok(Inserted::New(_)) | Err(_) => Ok(Issue::New(IssuedKey {
            id,
            name: draft.name.clone(),
            environment: draft.environment,
            secret: secret.expose_secret().to_owned(),
        })),
    }
}
