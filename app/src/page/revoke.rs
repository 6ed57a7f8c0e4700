//! The question before a revocation.

use super::{Here, key::ThisKey, param};
use crate::{api::usage::key_impact, part::RevokeDialog};
use domain::key::state::State;
use leptos::prelude::*;

/// The dialog over the key's page; nothing where the key is revoked already, or the reader may not revoke.
#[component]
pub fn Revoke() -> impl IntoView {
    let app = param("app");
    let id = param("key");
    let ThisKey(details) = expect_context();
    let here = Here::from_frame();
    let impact = Resource::new(
        move || (app.get(), id.get()),
        move |(app, key)| async move {
            // Whoever may not revoke is not told, and is no error.
            if here.await?.identity.role.can_edit_keys() {
                key_impact(app, key).await.map(Some)
            } else {
                Ok(None)
            }
        },
    );
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                let impact = impact.await.ok().flatten();
                let details = details.await.ok()?;
                let editable = here.await.is_ok_and(|here| here.identity.role.can_edit_keys());
                let open = editable && !matches!(details.key.state, State::Revoked { .. });
                let app = app.get_untracked();
                open.then(|| {
                    view! { <RevokeDialog app key=details.key now=details.now impact /> }
                })
            })}
        </Suspense>
    }
}
