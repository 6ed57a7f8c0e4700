//! Polite announcements.

use crate::ui::dom;
use gloo_timers::future::TimeoutFuture;
use leptos::task::spawn_local;
use web_sys::Element;

/// Milliseconds between the emptying and the filling of a live region, so that screen readers read equal words again.
const PAUSE_MS: u32 = 60;

/// Announces `words` in the live region of the topmost modal dialog, or of the page.
pub fn say(words: impl Into<String>) {
    let words = words.into();
    let region = dom::all::<Element>("dialog:modal .live")
        .last()
        .or_else(|| dom::all(".live").last());
    if let Some(region) = region {
        region.set_text_content(None);
        spawn_local(async move {
            TimeoutFuture::new(PAUSE_MS).await;
            region.set_text_content(Some(&words));
        });
    }
}
