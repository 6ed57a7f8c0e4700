//! Everything about a key but its usage.

use super::{History, KeyFacts, MayDo, Suggestions};
use crate::words::key as words;
use domain::{
    audit::AuditRecord,
    key::{KeySummary, suggestion::ScopeUsage},
    time::Timestamp,
};
use leptos::prelude::*;

/// Suggestions, facts, what it may do, and what happened to it.
#[component]
pub fn KeyAbout(
    /// The application's id.
    app: String,
    /// The key.
    key: KeySummary,
    /// What happened to it, the newest first.
    history: Vec<AuditRecord>,
    /// What its calls asked for.
    used: ScopeUsage,
    /// The server's clock.
    now: Timestamp,
    /// Whether the reader may change it.
    editable: bool,
) -> impl IntoView {
    let suggestions =
        editable.then(|| view! { <Suggestions app=app.clone() key=key.clone() used now /> });
    let scopes = key.scopes;
    view! {
        {suggestions}
        <div class="page-columns">
            <section class="card" aria-labelledby="facts">
                <h2 id="facts">{words::DETAILS}</h2>
                <KeyFacts app key now />
            </section>
            <div>
                <section class="card" aria-labelledby="may">
                    <h2 id="may">{words::MAY}</h2>
                    <MayDo scopes used />
                </section>
                <section class="card" aria-labelledby="history">
                    <h2 id="history">{words::HISTORY}</h2>
                    <History records=history now />
                </section>
            </div>
        </div>
    }
}
