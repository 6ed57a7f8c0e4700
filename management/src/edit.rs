//! Changing what a key is called and what it may do. The database first, then the gate's index, then the answer.

use crate::{Editor, FreshEditor, ManagementError, apply::Scope};
use domain::{
    Invalid,
    audit::{Action, Facts},
    key::{KeyDraft, change::KeyChange, state::IllegalMove, token::KeyId},
};
use store::StoreError;

/// What became of a form that changes a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edited {
    /// It is as the form wants it.
    Done,
    /// Somebody else changed the key after the form was made: nothing was changed now.
    Overtaken,
}

impl Editor {
    /// Makes the key what `wanted` says, where that lets no call pass that did not before. `seen` is the
    /// [revision](KeyDraft::revision) from which the form was made.
    ///
    /// # Errors
    /// `Stale` where it widens something; `NotFound`; `Illegal` where the key is over; `Invalid` where nothing differs.
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
            .to_the_end(async move { edit(&editor, id, wanted, &seen, may_widen).await })
            .await
    }
}

impl FreshEditor {
    /// As [`Editor::change`], and it may widen.
    ///
    /// # Errors
    /// As [`Editor::change`], but for `Stale`.
    pub async fn change(
        &self,
        id: KeyId,
        wanted: KeyDraft,
        seen: String,
    ) -> Result<Edited, ManagementError> {
        self.edit(id, wanted, seen, true).await
    }
}

async fn edit(
    editor: &Editor,
    id: KeyId,
    wanted: KeyDraft,
    seen: &str,
    may_widen: bool,
) -> Result<Edited, ManagementError> {
    let keyring = editor.keyring();
    let _turn = keyring.turns.of(id).await;
    let key = editor.stored_key(id).await?;
    key.editable(editor.now())?;
    let before = key.draft();
    if before.revision() != seen {
        return Ok(Edited::Overtaken);
    }
    let wanted = KeyDraft {
        environment: before.environment,
        ..wanted
    };
    let change = KeyChange::between(&before, &wanted);
    if change.is_empty() {
        return Err(Invalid::new("Nothing differs from what the key has already.").into());
    }
    if change.widens() && !may_widen {
        return Err(ManagementError::Stale);
    }
    let event = editor
        .event(Action::KeyChanged, &id, change.in_words())
        .became(Facts::from(&before), Facts::from(&wanted));
    let app = editor.application().id;
    let change = keyring.store.change_key(app, id, &wanted, &event);
    match keyring.apply(&[Scope::Key(id)], change).await {
        Ok(_) => Ok(Edited::Done),
        // It stood there a moment ago, and was not revoked.
        Err(StoreError::NotFound) => Err(ManagementError::Illegal(IllegalMove::Revoked)),
        Err(error) => Err(error.into()),
    }
}
