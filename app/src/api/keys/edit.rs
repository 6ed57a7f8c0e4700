//! Changing what a key is called and what it may do.
#![expect(
    clippy::too_many_arguments,
    reason = "a server function takes one for each field of its form"
)]

use crate::error::AppError;
use domain::{key::KeySummary, time::Timestamp};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// What `reviewed` says where the page shows all the time what changes.
pub const LIVE: &str = "live";

/// What the form needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EditData {
    /// The key as it is.
    pub key: KeySummary,
    /// The mark of that.
    pub seen: String,
    /// Its accepted calls in the last 7 days.
    pub calls: i64,
    /// Whether the password was entered within the last ten minutes.
    pub fresh: bool,
    /// The server's clock.
    pub now: Timestamp,
}

/// What came of the form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Edit {
    /// The key is what the form says.
    Saved,
    /// Nothing is saved: whoever sent it has not seen what changes.
    Review,
    /// Nothing is saved: somebody else has changed the key, to this.
    Overtaken(Box<EditData>),
}

/// What the form for an existing key needs; only editors get it, and only while the key lives.
#[server(name = EditForm, prefix = "/api", endpoint = "edit_form")]
pub async fn edit_form(app: String, key: String) -> Result<EditData, AppError> {
    let editor = crate::context::editor(&app).await?;
    let id = key
        .parse()
        .map_err(|_| crate::context::refuse(AppError::NotFound))?;
    crate::context::edit_data(&editor, id).await
}

/// Changes a key. `seen` is the mark of what the form was made from, `reviewed` that of what was shown to change, or
/// [`LIVE`].
#[server(name = EditKey, prefix = "/api", endpoint = "edit_key")]
pub async fn edit_key(
    app: String,
    key: String,
    seen: String,
    name: String,
    #[server(default)] description: String,
    #[server(default)] scopes: Vec<String>,
    expiration: String,
    #[server(default)] expires_on: String,
    #[server(default)] allowed_ips: String,
    #[server(default)] rate_requests: String,
    #[server(default)] rate_window: String,
    #[server(default)] reviewed: String,
    #[server(default)] password: String,
) -> Result<Edit, AppError> {
    let editor = crate::context::editor(&app).await?;
    let id = key.parse().map_err(|_| AppError::NotFound)?;
    let present = crate::context::edit_data(&editor, id).await?;
    let raw = super::create::RawDraft {
        name: &name,
        description: &description,
        environment: present.key.environment.as_str(),
        scopes: &scopes,
        expiration: &expiration,
        expires_on: &expires_on,
        allowed_ips: &allowed_ips,
        rate_requests: &rate_requests,
        rate_window: &rate_window,
        present: Some(present.key.expires_at.into()),
    };
    let wanted = raw.parse(present.now)?;
    if present.seen != seen {
        return Ok(Edit::Overtaken(Box::new(present)));
    }
    let change = domain::key::change::KeyChange::between(&present.key.draft(), &wanted);
    if !change.is_empty() && reviewed != LIVE && reviewed != raw.fingerprint() {
        return Ok(Edit::Review);
    }
    let edited = if change.widens() {
        let fresh = crate::context::fresh_editor(&app, &password).await?;
        fresh.change(id, wanted, seen).await?
    } else {
        editor.change(id, wanted, seen).await?
    };
    match edited {
        management::Edited::Done => {
            crate::context::redirect(&crate::routes::key(&app, id));
            Ok(Edit::Saved)
        }
        management::Edited::Overtaken => {
            let present = crate::context::edit_data(&editor, id).await?;
            Ok(Edit::Overtaken(Box::new(present)))
        }
    }
}
