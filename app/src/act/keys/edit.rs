//! Editing a key.

use crate::{error::AppError, form::key::KeyForm};
use domain::{key::KeySummary, time::LocalNow};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// The value of `reviewed` on a page that always shows the changes.
pub const LIVE: &str = "live";

/// The data of the form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EditData {
    /// The present key.
    pub key: KeySummary,
    /// Its revision, which the form sends back.
    pub seen: String,
    /// Its accepted calls in the last 7 days.
    pub calls: i64,
    /// Whether the sign-in is recent.
    pub fresh: bool,
    /// The server's clock.
    pub local: LocalNow,
}

#[cfg(feature = "ssr")]
impl EditData {
    /// Reads what the form for a key needs.
    ///
    /// # Errors
    /// [`AppError::Conflict`] if the key has ended; what the database answers.
    pub async fn of(
        editor: &management::Editor,
        view: management::KeyView,
    ) -> Result<Self, AppError> {
        let now = editor.now();
        let key = view.key().clone();
        key.editable(now)
            .map_err(management::ManagementError::from)?;
        let week = view.usage().series(domain::usage::Window::Week).await?;
        Ok(Self {
            seen: key.draft().revision(),
            key,
            calls: week.sum().accepted,
            fresh: editor.is_fresh(),
            local: editor.zone().present(now),
        })
    }
}

/// The result of sending the form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Edit {
    /// The key has the values of the form.
    Saved,
    /// Nothing is saved: the sender has not seen the changes.
    Review,
    /// Nothing is saved: another person has changed the key, to this.
    Overtaken(Box<EditData>),
}

/// Changes a key. `seen` is the fingerprint of the key that the form was made from, `reviewed` that of the form whose
/// changes were shown, or [`LIVE`].
#[server(name = EditKey, prefix = "/api", endpoint = "edit_key")]
pub async fn edit_key(
    app: String,
    key: String,
    seen: String,
    #[server(flatten)] form: KeyForm,
    #[server(default)] reviewed: String,
    #[server(default)] password: String,
) -> Result<Edit, AppError> {
    let editor = crate::context::editor(&app).await?;
    let id = key.parse().map_err(|_| AppError::NotFound)?;
    let present = EditData::of(&editor, editor.open_key(id).await?).await?;
    let form = form.in_environment(present.key.environment);
    let expiry = present.key.expires_at.into();
    let midnight = |day| editor.zone().midnight(day);
    let wanted = form.parse(Some(expiry), present.local.now, midnight)?;
    if present.seen != seen {
        return Ok(Edit::Overtaken(Box::new(present)));
    }
    let change = domain::key::change::KeyChange::between(&present.key.draft(), &wanted);
    if !change.is_empty() && reviewed != LIVE && reviewed != form.fingerprint() {
        return Ok(Edit::Review);
    }
    let edited = if change.widens() {
        let fresh = crate::context::fresh_editor(&app, &password).await?;
        fresh.change(id, wanted, seen).await?
    } else {
        editor.change(id, wanted, seen).await?
    };
    match edited {
        management::Edited::Done(confirmation) => {
            let done = crate::toast::Done::Edited(id);
            crate::context::say_done(match confirmation {
                Some(confirmation) => (done, &confirmation).into(),
                None => crate::toast::ReportedChange::from(done),
            });
            crate::context::redirect(&crate::routes::key(&app, id));
            Ok(Edit::Saved)
        }
        management::Edited::Overtaken => {
            let present = EditData::of(&editor, editor.open_key(id).await?).await?;
            Ok(Edit::Overtaken(Box::new(present)))
        }
    }
}
