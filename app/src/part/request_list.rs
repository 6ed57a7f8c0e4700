//! Calls, one by one, and as they happen.

use crate::{
    routes::{self, RequestsAddress},
    ui::Time,
    words::requests as words,
};
use domain::{
    decision::{DecisionBatch, DecisionRecord, RequestPage},
    time::Timestamp,
    usage::Outcome,
    verdict::Verdict,
};
use leptos::{
    prelude::*,
    tachys::view::{Mountable, Render},
};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{EventSource, MessageEvent};

/// Calls on the page.
const MOST: u32 = 100;
/// The id of the list, into which the live view puts new calls.
const LIST: &str = "requests";

/// The newest calls first.
#[component]
pub fn RequestList(
    /// The application's id.
    app: String,
    /// What the list is narrowed to.
    address: RequestsAddress,
    /// One page of it.
    page: RequestPage,
    /// The server's clock.
    now: Timestamp,
) -> impl IntoView {
    let newest = address.before.is_empty();
    let path = address.path(&routes::requests(&app));
    let older = page.next.map(|next| {
        let path = address.before(next).path(&routes::requests(&app));
        view! {
            <a href=path rel="next">
                {words::OLDER}
            </a>
        }
    });
    let first = (!newest).then(|| {
        let path = address.newest(address.refused);
        view! { <a href=path.path(&routes::requests(&app))>{words::NEWEST}</a> }
    });
    let pager = (older.is_some() || first.is_some()).then(|| {
        view! {
            <nav class="pager" aria-label=words::PAGES>
                {first}
                {older}
            </nav>
        }
    });
    let refused = address.refused;
    let outcomes = [(false, words::EVERY), (true, words::REFUSED)]
        .map(|(only, words)| {
            let path = address.newest(only).path(&routes::requests(&app));
            view! {
                <a href=path aria-current=(refused == only).then_some("true")>
                    {words}
                </a>
            }
        })
        .collect_view();
    let live = newest.then(|| {
        let (app, key) = (app.clone(), address.key.clone());
        view! { <LiveRequests app key refused latest=page.latest now /> }
    });
    let nothing = page.rows.is_empty().then(|| {
        let words = if refused {
            words::NOTHING_REFUSED
        } else {
            words::NOTHING
        };
        view! { <p class="request-none">{words}</p> }
    });
    let rows: Vec<_> = page
        .rows
        .into_iter()
        .map(|call| row(&app, call, now))
        .collect();
    view! {
        <div class="request-tools">
            <nav class="segmented" aria-label=words::OUTCOME>
                {outcomes}
            </nav>
            {live}
            <a href=path rel="external">
                {words::REFRESH}
            </a>
        </div>
        <ol id=LIST class="entries requests" aria-label=words::TITLE>
            {rows}
        </ol>
        {nothing}
        {pager}
    }
}

fn row(app: &str, call: DecisionRecord, now: Timestamp) -> AnyView {
    let tone = match call.verdict.outcome() {
        Outcome::Accepted => "info",
        Outcome::Refused => "danger",
        Outcome::RateLimited => "warning",
    };
    let why = RequestsAddress::of_request(&call.request_id).path(&routes::requests(app));
    // A call that came while the page stood open is younger than the page.
    let now = now.max(call.at);
    let address = call.address.map(|address| address.to_string());
    let (route, id) = (call.route, call.request_id);
    view! {
        <li class="request">
            <span class="badge" data-tone=tone>
                {words::verdict(call.verdict)}
            </span>
            <code class="request-route" title=route>
                {route.clone()}
            </code>
            <a href=routes::key(app, call.key)>{call.key.mask()}</a>
            <span class="request-address">
                <span class="visually-hidden">{words::FROM} " "</span>
                {address}
            </span>
            <a class="request-id" href=why title=id>
                <span class="visually-hidden">{words::ID} " "</span>
                <code>{id.clone()}</code>
            </a>
            <Time at=call.at now />
        </li>
    }
    .into_any()
}

/// Puts calls before the others as they happen. What is said aloud is whether it does, and not every call.
#[island(lazy)]
fn LiveRequests(
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
        while list.child_element_count() > MOST
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
