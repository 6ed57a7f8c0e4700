//! The questions before a key is revoked, or deactivated while it is in use.

use super::{Here, param};
use crate::{
    api::usage::{Revocable, key_impact},
    part::{DeactivateDialog, RevokeDialog},
    ui::{
        ErrorState,
        markup::{Markup, Rendered},
    },
};
use leptos::prelude::*;

/// The dialog before a key is revoked.
#[component]
pub fn Revoke() -> impl IntoView {
    question(|app, key, impact| view! { <RevokeDialog app key impact /> }.into_any())
}

/// The dialog before a key that is in use is deactivated.
#[component]
pub fn Deactivate() -> impl IntoView {
    question(|app, key, impact| view! { <DeactivateDialog app key impact /> }.into_any())
}

/// A dialog over the key's page that shows which requests would fail; nothing if the key is revoked, or the reader may not
/// edit keys.
fn question(dialog: fn(String, Revocable, Markup) -> AnyView) -> impl IntoView {
    let app = param("app");
    let id = param("key");
    let here = Here::from_frame();
    let impact = Resource::new(
        move || (app.get(), id.get()),
        move |(app, key)| async move {
            // Readers who may not edit keys see the page without the dialog, not an error.
            if here.await?.identity.role.can_edit_keys() {
                key_impact(app, key).await
            } else {
                Ok(Rendered::default())
            }
        },
    );
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                match impact.await {
                    Ok(Rendered { data, markup }) => {
                        data.map(|key| dialog(app.get_untracked(), key, markup)).into_any()
                    }
                    Err(error) => view! { <ErrorState error /> }.into_any(),
                }
            })}
        </Suspense>
    }
}
