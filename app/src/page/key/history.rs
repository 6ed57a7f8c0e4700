//! The audit records of a key.

use crate::{
    page::{Here, loaded},
    part::key::History,
    words::key_page as words,
};
use leptos::prelude::*;
use management::KeyView;

/// The audit records about the key, newest first.
#[component]
pub fn KeyHistory(here: Here, view: KeyView) -> impl IntoView {
    let history = loaded(async move {
        let records = view.history().await?;
        Ok(view! { <History records now=here.viewer.now() /> })
    });
    view! {
        <section class="card" aria-labelledby="history">
            <h2 id="history" class="visually-hidden">
                {words::HISTORY}
            </h2>
            {history}
        </section>
    }
}
