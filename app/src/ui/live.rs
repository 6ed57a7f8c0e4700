//! Polite announcements.

use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};

/// What the nearest live region says.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Announcer(RwSignal<String>);

impl Announcer {
    /// Provides a fresh announcer to everything below: one a page, one a modal dialog, which makes the page inert.
    pub fn provide() -> Self {
        let announcer = Self(RwSignal::new(String::new()));
        provide_context(announcer);
        announcer
    }

    /// The nearest one.
    pub fn nearest() -> Option<Self> {
        use_context()
    }

    /// Says `words`, also where it said the same before.
    pub fn say(self, words: &'static str) {
        _ = self.0.try_set(String::new());
        spawn_local(async move {
            TimeoutFuture::new(60).await;
            _ = self.0.try_set(words.to_owned());
        });
    }
}

/// The announcers of the modal dialogs that are open, the topmost last: all behind them is inert, the page's own live region too.
#[derive(Clone, Copy)]
pub struct Modals(RwSignal<Vec<Announcer>>);

impl Modals {
    /// Provides them to everything below.
    pub fn provide() -> Self {
        let modals = Self(RwSignal::new(Vec::new()));
        provide_context(modals);
        modals
    }

    /// One more, until the calling owner goes.
    pub fn enter(announcer: Announcer) {
        if let Some(Self(open)) = use_context() {
            open.update(|open| open.push(announcer));
            on_cleanup(move || {
                _ = open.try_update(|open| open.retain(|other| *other != announcer));
            });
        }
    }

    /// The one of the topmost.
    pub fn topmost(self) -> Option<Announcer> {
        self.0.with_untracked(|open| open.last().copied())
    }
}

/// The region itself: it has to be there before it speaks.
#[component]
pub fn LiveRegion(
    /// Whose words it shows.
    announcer: Announcer,
    /// Whether it belongs to the page, not to a dialog.
    #[prop(optional)]
    outer: bool,
) -> impl IntoView {
    let modals = use_context::<Modals>().filter(|_| outer);
    view! {
        <div
            class="live"
            role="status"
            hidden=move || modals.is_some_and(|Modals(open)| open.with(|open| !open.is_empty()))
        >
            {move || announcer.0.get()}
        </div>
    }
}
