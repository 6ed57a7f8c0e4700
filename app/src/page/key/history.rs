//! What was done to a key.

use crate::{
    api::keys::read::key_history,
    ui::{
        ErrorState,
        markup::{Rendered, Show},
    },
    words::key_page as words,
};
use leptos::prelude::*;

/// The audit records about the key, newest first.
#[component]
pub fn KeyHistory(app: Memo<String>, id: Memo<String>) -> impl IntoView {
    let history = Resource::new(
        move || (app.get(), id.get()),
        |(app, key)| key_history(app, key),
    );
    view! {
        <section class="card" aria-labelledby="history">
            <h2 id="history" class="visually-hidden">
                {words::HISTORY}
            </h2>
            <Transition>
                {move || Suspend::new(async move {
                    match history.await {
                        Ok(Rendered { markup, .. }) => {
                            view! { <Show markup class="rendered" /> }.into_any()
                        }
                        Err(error) => view! { <ErrorState error /> }.into_any(),
                    }
                })}
            </Transition>
        </section>
    }
}
