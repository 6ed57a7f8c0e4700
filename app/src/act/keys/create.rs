//! Creating a key.

use crate::{error::AppError, form::key::KeyForm};
use domain::key::{issued::IssuedKey, token::KeyId};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// The result of the form for a new key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Creation {
    /// A new key with its secret, which is shown once.
    Issued(IssuedKey),
    /// The same form created this key before.
    AlreadyIssued(KeyId),
}

/// Creates a key. `once` is the form's idempotency key.
#[server(name = CreateKey, prefix = "/api", endpoint = "create_key")]
pub async fn create_key(
    app: String,
    #[server(flatten)] form: KeyForm,
    #[server(default)] password: String,
    once: String,
) -> Result<Creation, AppError> {
    let editor = crate::context::fresh_editor(&app, &password).await?;
    let draft = form.parse(None, editor.now(), |day| editor.zone().midnight(day))?;
    let once = once
        .parse()
        .map_err(|_| AppError::field("", crate::words::error::INCOMPLETE))?;
    Ok(match editor.issue(draft, once).await? {
        management::Issue::New(issued) => Creation::Issued(issued),
        management::Issue::AlreadyIssued(id) => Creation::AlreadyIssued(id),
    })
}
