//! The question before several keys are revoked.

use super::param;
use crate::{
    api::keys::bulk::show_selection,
    part::RevokeSelectedDialog,
    routes,
    ui::{Dialog, ErrorState},
    words::list as words,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// The dialog over the list; which keys it is about stands in its address: `keys`, parted by spaces, or `keys[]`, as a
/// form without JavaScript sends them.
#[component]
pub fn RevokeSelected() -> impl IntoView {
    let app = param("app");
    let query = use_query_map();
    let keys = Memo::new(move |_| {
        query.with(|query| {
            let all = ["keys", "keys[]"].into_iter();
            all.flat_map(|name| query.get_all(name).unwrap_or_default())
                .collect::<Vec<_>>()
                .join(" ")
        })
    });
    let selection = Resource::new(
        move || (app.get(), keys.get()),
        |(app, keys)| show_selection(app, keys),
    );
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                let app = app.get_untracked();
                match selection.await {
                    Ok(selection) => view! { <RevokeSelectedDialog app selection /> }.into_any(),
                    Err(error) => {
                        let back = routes::list(&app);
                        view! {
                            <Dialog id="revoke-selected" title=words::REVOKE_KEYS back>
                                <div class="dialog-body">
                                    <ErrorState error />
                                </div>
                            </Dialog>
                        }
                            .into_any()
                    }
                }
            })}
        </Suspense>
    }
}
