//! The question before a key that is in use is deactivated.

use super::{Here, param};
use crate::{
    api::usage::key_impact,
    part::DeactivateDialog,
    ui::{ErrorState, markup::Rendered},
};
use leptos::prelude::*;

/// The dialog over the key's page; nothing if the key is revoked, or the reader may not edit keys.
#[component]
pub fn Deactivate() -> impl IntoView {
    let app = param("app");
    let id = param("key");
    let here = Here::from_frame();
    let impact = Resource::new(
        move || (app.get(), id.get()),
        move |(app, key)| async move {
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
                        data.map(|key| view! { <DeactivateDialog app key impact=markup /> })
                            .into_any()
                    }
                    Err(error) => view! { <ErrorState error /> }.into_any(),
                }
            })}
        </Suspense>
    }
}
