//! Polite announcements.

use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};

/// What the nearest live region says.
#[derive(Clone, Copy)]
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

/// How many modal dialogs are open: all behind them is inert, the page's own live region too.
#[derive(Clone, Copy)]
pub struct Modals(RwSignal<u32>);

impl Modals {
    /// Provides the count to everything below.
    pub fn provide() {
        provide_context(Self(RwSignal::new(0)));
    }

    /// One more, until the calling owner goes.
    pub fn enter() {
        if let Some(Self(count)) = use_context() {
            count.update(|count| *count += 1);
            on_cleanup(move || {
                _ = count.try_update(|count| *count = count.saturating_sub(1));
            });
        }
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
            hidden=move || modals.is_some_and(|Modals(count)| count.get() > 0)
        >
            {move || announcer.0.get()}
        </div>
    }
}
