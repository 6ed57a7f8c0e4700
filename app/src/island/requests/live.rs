//! The island that puts new calls into the list.

use super::{LIST, row};
use crate::{routes, words::requests as words};
use domain::{decision::DecisionBatch, time::Timestamp, verdict::Verdict};
use leptos::{
    prelude::*,
    tachys::view::{Mountable, Render},
};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{EventSource, MessageEvent};

/// Maximum number of calls on the page.
const MAX_ROWS: u32 = 100;

/// Puts calls before the others as they happen. What is said aloud is whether it does, and not every call.
#[island(lazy)]
pub(crate) fn LiveRequests(
    /// The application's id.
    app: String,
    /// The key that the list is narrowed to; empty for all.
    key: String,
    /// Whether the list shows only calls that did not pass.
    refused: bool,
    /// The id behind which new calls begin.
    latest: i64,
    /// The server's clock.
    now: Timestamp,
) -> impl IntoView {
    let ready = RwSignal::new(false);
    let paused = RwSignal::new(false);
    let stage = Stage {
        app: app.clone(),
        refused,
        now,
        last: RwSignal::new(latest),
        skipped: RwSignal::new(Some(0)),
        ended: RwSignal::new(false),
    };
    let (skipped, ended) = (stage.skipped, stage.ended);
    Effect::new(move |_| ready.set(true));
    Effect::new(move |before: Option<Option<Following>>| {
        drop(before);
        stage.ended.set(false);
        if paused.get() {
            return None;
        }
        let after = stage.last.get_untracked();
        Following::begin(&routes::requests_live(&app, &key, after), stage.clone())
    });
    let state = move || match (ended.get(), paused.get()) {
        (true, _) => words::ENDED,
        (_, true) => words::PAUSED,
        _ => words::LIVE,
    };
    view! {
        <p class="request-live" role="status" data-needs-js="" data-live="">
            {move || ready.get().then(state)}
        </p>
        <button
            type="button"
            class="button"
            data-variant="secondary"
            data-size="small"
            data-needs-js=""
            on:click=move |_| paused.update(|paused| *paused = !*paused)
        >
            {move || if paused.get() { words::RESUME } else { words::PAUSE }}
        </button>
        {move || {
            let skipped = skipped.get();
            (skipped != Some(0)).then(|| view! { <span>{words::skipped(skipped)}</span> })
        }}
    }
}

/// The list in which new calls are shown.
#[derive(Clone)]
struct Stage {
    app: String,
    refused: bool,
    now: Timestamp,
    last: RwSignal<i64>,
    skipped: RwSignal<Option<u64>>,
    ended: RwSignal<bool>,
}

/// A stream of calls; it ends when dropped. The browser opens it again by itself where it breaks.
struct Following {
    source: EventSource,
    _told: Closure<dyn FnMut(MessageEvent)>,
    _broken: Closure<dyn FnMut()>,
}

impl Following {
    fn begin(path: &str, stage: Stage) -> Option<Self> {
        let source = EventSource::new(path).ok()?;
        let ended = stage.ended;
        let told = Closure::new(move |event: MessageEvent| {
            let text = event.data().as_string().unwrap_or_default();
            if let Ok(heard) = serde_json::from_str(&text) {
                stage.show(heard);
            }
        });
        source.set_onmessage(Some(told.as_ref().unchecked_ref()));
        let stream = source.clone();
        let broken = Closure::new(move || {
            if stream.ready_state() == EventSource::CLOSED {
                _ = ended.try_set(true);
            }
        });
        source.set_onerror(Some(broken.as_ref().unchecked_ref()));
        Some(Self {
            source,
            _told: told,
            _broken: broken,
        })
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        self.source.set_onmessage(None);
        self.source.set_onerror(None);
        self.source.close();
    }
}

impl Stage {
    fn show(&self, heard: DecisionBatch) {
        _ = self.last.try_set(heard.last);
        _ = self.skipped.try_update(|skipped| {
            *skipped = skipped.zip(heard.skipped).map(|(before, new)| before + new);
        });
        let Some(list) = document().get_element_by_id(LIST) else {
            return;
        };
        let calls = heard.calls.into_iter();
        for call in calls.filter(|call| !self.refused || call.verdict != Verdict::Accepted) {
            let mut row = row(&self.app, call, self.now).build();
            row.mount(&list, list.first_child().as_ref());
            // The row stays in the page without its state being kept anywhere.
            std::mem::forget(row);
        }
        while list.child_element_count() > MAX_ROWS
            && let Some(oldest) = list.last_element_child()
        {
            oldest.remove();
        }
        if list.child_element_count() > 0
            && let Ok(Some(nothing)) = document().query_selector(".request-none")
        {
            // Only a broken document refuses an attribute.
            _ = nothing.set_attribute("hidden", "");
        }
    }
}
