//! The first request with a new key, which the page waits for.

use crate::{act::keys::first_use::FirstUse, island::navigation::ask, words::reveal};
use domain::key::{LastUsed, token::KeyId};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, server_fn::ServerFn, task::spawn_local};

/// Milliseconds between two polls.
const POLL_MS: u32 = 1_000;
/// The maximum number of polls, about ten minutes of them: a page that is left open does not keep a session alive.
const MAX_POLLS: u32 = 600;

/// Whether the first request was received.
#[derive(Clone, Debug, PartialEq, Eq)]
enum FirstRequestState {
    Waiting,
    /// From this address.
    Received(String),
    /// The page no longer polls, or never did.
    Later,
}

/// Polls while the page is visible, until a request has been accepted; without the program it says where to look.
#[island(lazy)]
pub(crate) fn FirstRequest(
    /// The application's id.
    app: String,
    /// The key.
    id: KeyId,
) -> impl IntoView {
    let progress = RwSignal::new(FirstRequestState::Later);
    Effect::new(move |_| {
        progress.set(FirstRequestState::Waiting);
        spawn_local(wait(app.clone(), id.to_string(), progress));
    });
    let state = move || match progress.get() {
        FirstRequestState::Waiting => "waiting",
        FirstRequestState::Received(_) => "received",
        FirstRequestState::Later => "later",
    };
    let words = move || match progress.get() {
        FirstRequestState::Waiting => reveal::WAITING.to_owned(),
        FirstRequestState::Received(address) => reveal::received(&address),
        FirstRequestState::Later => reveal::LATER.to_owned(),
    };
    view! {
        <p class="first-request" aria-live="polite" data-state=state>
            {words}
        </p>
    }
}

async fn wait(app: String, key: String, progress: RwSignal<FirstRequestState>) {
    let mut refused = false;
    for _ in 0..MAX_POLLS {
        TimeoutFuture::new(POLL_MS).await;
        if progress.is_disposed() {
            return;
        }
        if document().hidden() {
            continue;
        }
        match ask::<Option<LastUsed>>(FirstUse::PATH, &[("app", &app), ("key", &key)]).await {
            Ok(Some(used)) => {
                _ = progress.try_set(FirstRequestState::Received(used.address));
                return;
            }
            // Another request of this browser may have given the session a new token meanwhile.
            Err(Some(401)) if !refused => refused = true,
            // Signed out, or the key is gone.
            Err(Some(401 | 404)) => break,
            Ok(None) => refused = false,
            Err(_) => {}
        }
    }
    _ = progress.try_set(FirstRequestState::Later);
}
