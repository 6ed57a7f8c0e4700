//! The dialog before several keys are revoked.

use super::{Here, loaded_dialog, query};
use crate::{
    act::keys::bulk::selected,
    part::key_list::RevokeSelectedDialog,
    read::key_list::DayCalls,
    routes::{self, ListAddress, QueryAddress, SELECTED},
    words::list as words,
};
use leptos::prelude::*;
use leptos_router::params::ParamsMap;

/// The dialog over the list. Its address is that of the list, with the names of the keys.
#[component]
pub fn RevokeSelected() -> impl IntoView {
    let here = Here::from_frame();
    let app = here.app();
    let named = query(named_keys);
    let address = query(ListAddress::read);
    let back = address.path(&routes::list(&app));
    loaded_dialog("revoke-selected", words::REVOKE_KEYS, back, async move {
        let editor = here.viewer.editor()?;
        let (keys, mut days) = editor.selection(&selected(&named)?).await?;
        let keys = keys
            .into_iter()
            .map(|key| {
                let hours = days.remove(&key.id.into());
                let day = hours.map(|hours| DayCalls::of(&hours)).unwrap_or_default();
                (key, day)
            })
            .collect();
        Ok(view! { <RevokeSelectedDialog app address keys /> }.into_any())
    })
}

/// The ids of keys in an address: [`SELECTED`], separated by spaces, or `keys[]`, as a form sends them.
pub fn named_keys(query: &ParamsMap) -> Vec<String> {
    [SELECTED, "keys[]"]
        .into_iter()
        .flat_map(|name| query.get_all(name).unwrap_or_default())
        .flat_map(|keys| {
            keys.split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect()
}
