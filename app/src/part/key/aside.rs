//! The cards beside a key's usage.

use super::{Access, Details, Recommended};
use domain::{
    key::{KeySummary, suggestion::ScopeUsage},
    security::SecurityEvent,
    time::Timestamp,
};
use leptos::prelude::*;

/// Recommendations, access, and the other details of a key.
#[component]
pub fn KeyAside(
    /// The application's id.
    app: String,
    /// The key.
    key: KeySummary,
    /// Open critical events that the head of the page does not name.
    events: Vec<SecurityEvent>,
    /// The scopes that its calls required.
    used: ScopeUsage,
    /// The server's clock.
    now: Timestamp,
    /// Whether the reader may change it.
    editable: bool,
) -> impl IntoView {
    let recommended = editable.then(|| {
        view! { <Recommended app=app.clone() key=key.clone() events used now /> }
    });
    view! {
        {recommended}
        <Access app=app.clone() key=key.clone() used editable />
        <Details app key />
    }
}
