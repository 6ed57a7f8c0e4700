//! Adds new calls to the request log as they happen.
#![expect(
    missing_docs,
    reason = "the macro makes a function that has no comment"
)]

use crate::words::requests as words;
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{DomParser, EventSource, MessageEvent, SupportedType};

/// The id of the log.
pub const LIST: &str = "requests";
/// Maximum number of calls on the page.
const MAX_ROWS: u32 = 100;
/// Milliseconds until a stream that the server has refused is opened once again.
const REOPEN_MS: u32 = 2_500;

/// New calls, as the server sends them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LiveRows {
    /// Their lines in HTML, the newest first.
    pub rows: String,
    /// The number of calls that are left out; `None` if it is unknown.
    pub skipped: Option<u64>,
    /// The newest id, from which the next event continues.
    pub last: i64,
}

/// Follows the log until it is paused. Screen readers hear whether it does, not every call.
#[island(lazy)]
pub(crate) fn LiveRequests(
    /// The address of the stream, without the id behind which it begins.
    path: String,
    /// The id behind which new calls begin.
    latest: i64,
) -> impl IntoView {
    let ready = RwSignal::new(false);
    let paused = RwSignal::new(false);
    let log = Log {
        last: RwSignal::new(latest),
        skipped: RwSignal::new(Some(0)),
        ended: RwSignal::new(false),
        refused: RwSignal::new(false),
        again: RwSignal::new(0),
    };
    let Log { skipped, ended, .. } = log;
    Effect::new(move |_| ready.set(true));
    Effect::new(move |before: Option<Option<Following>>| {
        drop(before);
        log.again.track();
        ended.set(false);
        if paused.get() {
            return None;
        }
        Following::begin(&format!("{path}{}", log.last.get_untracked()), log)
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

/// What is known of the calls that came in.
#[derive(Clone, Copy)]
struct Log {
    last: RwSignal<i64>,
    skipped: RwSignal<Option<u64>>,
    ended: RwSignal<bool>,
    /// Whether the server has refused the stream since it was last open.
    refused: RwSignal<bool>,
    /// How often it was opened again.
    again: RwSignal<u32>,
}

/// A stream of calls; it ends when dropped. The browser opens it again by itself where it breaks.
struct Following {
    source: EventSource,
    _opened: Closure<dyn FnMut()>,
    _received: Closure<dyn FnMut(MessageEvent)>,
    _broken: Closure<dyn FnMut()>,
}

impl Following {
    fn begin(path: &str, log: Log) -> Option<Self> {
        let source = EventSource::new(path).ok()?;
        let opened = Closure::new(move || _ = log.refused.try_set(false));
        source.set_onopen(Some(opened.as_ref().unchecked_ref()));
        let received = Closure::new(move |event: MessageEvent| {
            let text = event.data().as_string().unwrap_or_default();
            if let Ok(new) = serde_json::from_str(&text) {
                log.add(new);
            }
        });
        source.set_onmessage(Some(received.as_ref().unchecked_ref()));
        let stream = source.clone();
        let broken = Closure::new(move || {
            if stream.ready_state() == EventSource::CLOSED {
                log.refuse();
            }
        });
        source.set_onerror(Some(broken.as_ref().unchecked_ref()));
        Some(Self {
            source,
            _opened: opened,
            _received: received,
            _broken: broken,
        })
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        self.source.set_onopen(None);
        self.source.set_onmessage(None);
        self.source.set_onerror(None);
        self.source.close();
    }
}

impl Log {
    /// The server refuses the stream: it is opened once again, because another request of this browser may have given the session a
    /// new token meanwhile.
    fn refuse(self) {
        if self.refused.try_get_untracked() != Some(false) {
            _ = self.ended.try_set(true);
            return;
        }
        _ = self.refused.try_set(true);
        spawn_local(async move {
            TimeoutFuture::new(REOPEN_MS).await;
            _ = self.again.try_update(|times| *times += 1);
        });
    }

    fn add(self, new: LiveRows) {
        _ = self.last.try_set(new.last);
        _ = self.skipped.try_update(|skipped| {
            *skipped = skipped.zip(new.skipped).map(|(before, new)| before + new);
        });
        // Only a broken document refuses what follows.
        _ = show(&new.rows);
    }
}

/// Puts lines before the others.
fn show(rows: &str) -> Option<()> {
    let list = document().get_element_by_id(LIST)?;
    let parsed = DomParser::new()
        .and_then(|parser| parser.parse_from_string(rows, SupportedType::TextHtml))
        .ok()?;
    let body = parsed.body()?;
    let first = list.first_child();
    while let Some(row) = body.first_element_child() {
        // A stream that continues at another node may repeat calls.
        if document().get_element_by_id(&row.id()).is_some() {
            row.remove();
            continue;
        }
        list.insert_before(&row, first.as_ref()).ok()?;
    }
    while list.child_element_count() > MAX_ROWS
        && let Some(oldest) = list.last_element_child()
    {
        oldest.remove();
    }
    if list.child_element_count() > 0
        && let Ok(Some(nothing)) = document().query_selector(".request-none")
    {
        nothing.set_attribute("hidden", "").ok()?;
    }
    Some(())
}
