//! Whether the new key works: the page waits for its first call.

use crate::{act::keys::first_use::FirstUse, island::navigation::ask, words::reveal};
use domain::key::{LastUsed, token::KeyId};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, server_fn::ServerFn, task::spawn_local};

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
    /// It does not wait: without the program, and after a while.
    Later,
}

/// Asks as long as it is in sight, until a call has been accepted; without the program it says where to look.
#[island(lazy)]
pub(crate) fn FirstRequest(
    /// The application's id.
    app: String,
    /// The key.
    id: KeyId,
) -> impl IntoView {
    let news = RwSignal::new(News::Later);
    Effect::new(move |_| {
        news.set(News::Waiting);
        spawn_local(wait(app.clone(), id.to_string(), news));
    });
    let state = move || match news.get() {
        News::Waiting => "waiting",
        News::Received(_) => "received",
        News::Later => "later",
    };
    let words = move || match news.get() {
        News::Waiting => reveal::WAITING.to_owned(),
        News::Received(address) => reveal::received(&address),
        News::Later => reveal::LATER.to_owned(),
    };
    view! {
        <p class="first-request" aria-live="polite" data-state=state>
            {words}
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
        match ask::<Option<LastUsed>>(FirstUse::PATH, &[("app", &app), ("key", &key)]).await {
            Ok(Some(used)) => {
                _ = news.try_set(News::Received(used.address));
                return;
            }
            // Signed out, or the key is gone.
            Err(Some(401 | 404)) => break,
            _ => {}
        }
    }
    _ = news.try_set(News::Later);
}
