//! The question before a revocation.

use super::{Here, param};
use crate::{
    api::usage::key_impact,
    part::RevokeDialog,
    ui::{ErrorState, markup::Rendered},
};
use leptos::prelude::*;

/// The dialog over the key's page; nothing where the key is revoked already, or the reader may not revoke.
#[component]
pub fn Revoke() -> impl IntoView {
    let app = param("app");
    let id = param("key");
    let here = Here::from_frame();
    let impact = Resource::new(
        move || (app.get(), id.get()),
        move |(app, key)| async move {
            // Whoever may not revoke is not told, and is no error.
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
                        let app = app.get_untracked();
                        data.map(|key| view! { <RevokeDialog app key impact=markup /> }).into_any()
                    }
                    Err(error) => view! { <ErrorState error /> }.into_any(),
                }
            })}
        </Suspense>
    }
}
