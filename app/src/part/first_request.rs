//! Whether the new key works: the page waits for its first call.

use crate::{
    api::keys::first_use::first_use, error::AppError, ui::ready::use_ready, words::reveal,
};
use domain::key::token::KeyId;
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};

/// Milliseconds between two questions.
const PAUSE_MS: u32 = 2_500;
/// Questions at most, about ten minutes of them: a page that is left open does not keep a session alive.
const MOST: u32 = 240;

/// What is known of the first request.
#[derive(Clone, Debug, PartialEq, Eq)]
enum News {
    Waiting,
    /// From this address.
    Received(String),
    /// It has stopped waiting.
    Later,
}

/// Asks as long as it is in sight, until a call has been accepted; without scripts it says where to look.
#[component]
pub fn FirstRequest(
    /// The application's id.
    app: String,
    /// The key.
    id: KeyId,
) -> impl IntoView {
    let ready = use_ready();
    let news = RwSignal::new(News::Waiting);
    Effect::new(move |_| {
        spawn_local(wait(app.clone(), id.to_string(), news));
    });
    view! {
        <p
            class="first-request"
            aria-live="polite"
            data-state=move || match (ready.get(), news.get()) {
                (true, News::Waiting) => "waiting",
                (true, News::Received(_)) => "received",
                _ => "later",
            }
        >
            {move || match (ready.get(), news.get()) {
                (true, News::Waiting) => reveal::WAITING.to_owned(),
                (true, News::Received(address)) => reveal::received(&address),
                _ => reveal::LATER.to_owned(),
            }}
        </p>
    }
}

async fn wait(app: String, key: String, news: RwSignal<News>) {
    for _ in 0..MOST {
        TimeoutFuture::new(PAUSE_MS).await;
        if news.is_disposed() {
            return;
        }
        if document().hidden() {
            continue;
        }
        match first_use(app.clone(), key.clone()).await {
            Ok(Some(used)) => {
                _ = news.try_set(News::Received(used.address));
                return;
            }
            Err(AppError::SignedOut | AppError::NotFound) => break,
            _ => {}
        }
    }
    _ = news.try_set(News::Later);
}
