//! Reading keys.

use crate::{
    error::AppError,
    ui::markup::{Markup, Rendered},
};
use domain::{security::OpenEventCounts, time::Timestamp};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// What the page of a key goes by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyTitle {
    /// Its name.
    pub name: String,
    /// Its open security events.
    pub open: OpenEventCounts,
}

/// What a new form needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewKeyForm {
    /// The form's promise to be carried out once.
    pub once: String,
    /// The server's clock.
    pub now: Timestamp,
    /// Where keys are presented, such as `https://keys.example`.
    pub gate: String,
    /// Whether the password was entered within the last ten minutes.
    pub fresh: bool,
}

/// One key: its head, its figures, and the cards beside its usage.
#[server(name = ShowKey, prefix = "/api", endpoint = "show_key")]
pub async fn show_key(
    app: String,
    key: String,
) -> Result<Rendered<KeyTitle, [Markup; 3]>, AppError> {
    use crate::part::key::{KeyAside, KeyFigures, KeyHead};
    let viewer = crate::context::viewer(&app).await?;
    let id = key
        .parse()
        .map_err(|_| crate::context::refuse(AppError::NotFound))?;
    let view = viewer.open_key(id).await?;
    let (used, day) = (view.scope_use().await?, view.usage().last_day().await?);
    let open = view.open_events().await?;
    let mut events = if open.critical > 0 {
        view.critical_events().await?.into_iter()
    } else {
        Vec::new().into_iter()
    };
    let (key, now) = (view.key().clone(), viewer.now());
    let data = KeyTitle {
        name: key.name.to_string(),
        open,
    };
    let editable = viewer.identity().role.can_edit_keys();
    let event = events.next();
    let head = view! { <KeyHead app=app.clone() key=key.clone() event now editable /> };
    let figures = view! { <KeyFigures key=key.clone() day now /> };
    let events = events.collect();
    let aside = view! { <KeyAside app key events used now editable /> };
    Ok(Rendered {
        data,
        markup: [Markup::of(head), Markup::of(figures), Markup::of(aside)],
    })
}

/// What was done to a key.
#[server(name = KeyHistory, prefix = "/api", endpoint = "key_history")]
pub async fn key_history(app: String, key: String) -> Result<Rendered<()>, AppError> {
    use crate::part::key::History;
    let viewer = crate::context::viewer(&app).await?;
    let id = key.parse().map_err(|_| AppError::NotFound)?;
    let records = viewer.open_key(id).await?.history().await?;
    let history = view! { <History records now=viewer.now() /> };
    Ok(Rendered {
        data: (),
        markup: Markup::of(history),
    })
}

/// What the form for a new key needs; only editors get it.
#[server(name = NewForm, prefix = "/api", endpoint = "new_form")]
pub async fn new_form(app: String) -> Result<NewKeyForm, AppError> {
    let editor = crate::context::editor(&app).await?;
    Ok(NewKeyForm {
        once: crate::context::keyring()?.new_idempotency_key().to_string(),
        now: editor.now(),
        fresh: editor.is_fresh(),
        gate: crate::context::gate_address(),
    })
}
