//! The requests with a key.

use crate::{
    page::{Here, loaded, query, requests::log},
    routes::RequestsAddress,
    words::{key_page as words, requests},
};
use leptos::prelude::*;
use management::KeyView;

/// The request log of the key, and beside it one request.
#[component]
pub fn KeyRequests(here: Here, view: KeyView) -> impl IntoView {
    let key = view.key().clone();
    let address = RequestsAddress {
        key: key.id.to_string(),
        on_key_page: true,
        test: false,
        tries: false,
        ..query(RequestsAddress::read)
    };
    let test = RequestsAddress::of_key(&address.key)
        .testing()
        .page(&here.app());
    let shown = loaded(async move { log(&here, address, Some(key), Vec::new()).await });
    view! {
        <section class="key-requests" aria-labelledby="key-requests">
            <div class="card-head">
                <h2 id="key-requests" tabindex="-1">
                    {words::REQUESTS}
                </h2>
                <a class="button" data-variant="secondary" data-size="small" href=test>
                    {requests::SIMULATOR}
                </a>
            </div>
            {shown}
        </section>
    }
}
