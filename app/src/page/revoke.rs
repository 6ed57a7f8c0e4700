//! The dialogs before a key is revoked, or deactivated while it is in use.

use super::{Here, key::OpenKey, loaded};
use crate::part::key::{DeactivateDialog, Impact, RevokeDialog};
use domain::key::{KeySummary, state::State};
use leptos::prelude::*;

/// The dialog before a key is revoked.
#[component]
pub fn Revoke() -> impl IntoView {
    over_key(|app, key, impact| view! { <RevokeDialog app key impact /> }.into_any())
}

/// The dialog before a key that is in use is deactivated.
#[component]
pub fn Deactivate() -> impl IntoView {
    over_key(|app, key, impact| view! { <DeactivateDialog app key impact /> }.into_any())
}

/// A dialog over the key's page that shows which requests would fail; nothing if the key is revoked, or the reader may not
/// edit keys.
fn over_key(dialog: fn(String, KeySummary, AnyView) -> AnyView) -> impl IntoView {
    let here = Here::from_frame();
    let OpenKey(view) = OpenKey::from_page();
    let key = view.key().clone();
    // In an archived application too: revoking is never delayed.
    let asks = here.role().can_edit_keys() && !matches!(key.state, State::Revoked { .. });
    asks.then(|| {
        loaded(async move {
            let (calls, now) = (view.impact().await?, here.viewer.now());
            let impact = view! { <Impact key=key.clone() calls now /> }.into_any();
            Ok(dialog(here.app(), key, impact))
        })
    })
}
