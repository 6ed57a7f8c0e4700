//! Editing a key.

use crate::{Confirmation, Editor, FreshEditor, ManagementError, node::Applied};
use domain::{
    Invalid,
    audit::{Action, FieldValues},
    key::{KeyDraft, change::KeyChange, state::IllegalTransition, token::KeyId},
};
use store::{ChangeScope, IndexRow, StoreError};

/// The result of an edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edited {
    /// The key is as the form requests. If that forbids calls that were accepted before, every node knows it.
    Done(Option<Confirmation>),
    /// The key was changed after the form was opened: nothing was changed now.
    Overtaken,
}

impl Editor {
    /// Changes a key to `wanted`, if that accepts no call that was refused before. `seen` is the
    /// [revision](KeyDraft::revision) on which the form was based.
    ///
    /// # Errors
    /// `Stale` if it extends the key's access; `NotFound`; `Illegal` if the key has ended; `Invalid` if nothing differs.
    pub async fn change(
        &self,
        id: KeyId,
        wanted: KeyDraft,
        seen: String,
    ) -> Result<Edited, ManagementError> {
        self.edit(id, wanted, seen, false).await
    }

    async fn edit(
        &self,
        id: KeyId,
        wanted: KeyDraft,
        seen: String,
        may_widen: bool,
    ) -> Result<Edited, ManagementError> {
        let editor = self.clone();
        self.keyring()
            .run_to_completion(async move {
                let edited = edit(&editor, id, wanted, &seen, may_widen).await?;
                let Some((applied, narrows)) = edited else {
                    return Ok(Edited::Overtaken);
                };
                let mut confirmation = None;
                if narrows {
                    let (_, confirmed) = editor.keyring().node().confirm(applied).await?;
                    confirmation = Some(confirmed);
                }
                Ok(Edited::Done(confirmation))
            })
            .await
    }
}

impl FreshEditor {
    /// As [`Editor::change`], but may extend the key's access.
    ///
    /// # Errors
    /// As [`Editor::change`], except `Stale`.
    pub async fn change(
        &self,
        id: KeyId,
        wanted: KeyDraft,
        seen: String,
    ) -> Result<Edited, ManagementError> {
        self.edit(id, wanted, seen, true).await
    }
}

/// Makes the change, and returns it with whether it ends access; `None` if the key was changed after the form was opened.
async fn edit(
    editor: &Editor,
    id: KeyId,
    wanted: KeyDraft,
    seen: &str,
    may_widen: bool,
) -> Result<Option<(Applied<IndexRow>, bool)>, ManagementError> {
    let keyring = editor.keyring();
    let _lock = keyring.key_changes().lock(id).await;
    let key = editor.stored_key(id).await?;
    key.editable(editor.now())?;
    let before = key.draft();
    if before.revision() != seen {
        return Ok(None);
    }
    let wanted = KeyDraft {
        environment: before.environment,
        ..wanted
    };
    let change = KeyChange::between(&before, &wanted);
    if change.is_empty() {
        return Err(Invalid::new("No changes to save.").into());
    }
    if change.widens() && !may_widen {
        return Err(ManagementError::Stale);
    }
    let event = editor
        .event(Action::KeyChanged, &id, change.in_words())
        .with_changes(FieldValues::from(&before), FieldValues::from(&wanted));
    let app = editor.application().id;
    let narrows = change.narrows();
    let changed = keyring
        .store()
        .change_key(app, id, (&before, &wanted), &event)
        .await;
    let scope = [ChangeScope::Key(id)];
    match keyring.keys().apply(&scope, changed).await {
        Ok(applied) => Ok(Some((applied, narrows))),
        // It was as the form shows a moment ago: another node changed it.
        Err(StoreError::NotFound) => match editor.stored_key(id).await?.editable(editor.now()) {
            Ok(()) => Ok(None),
            Err(_) => Err(ManagementError::Illegal(IllegalTransition::Revoked)),
        },
        Err(error) => Err(error.into()),
    }
}
