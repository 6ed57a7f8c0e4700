//! Instants on the page: UTC from the server; once the page listens, in the zone of the application, and counting on.

use crate::words;
use domain::time::Timestamp;
use leptos::{ev, html, prelude::*};
use std::{cell::RefCell, time::Duration};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    HtmlTimeElement,
    js_sys::{Array, Date, Function, Intl, Object, Reflect, global},
};

/// How long a relative text stays as it is.
const MINUTE: Duration = Duration::from_mins(1);

thread_local! {
    /// Making one costs more than using it a hundred times.
    static FORMAT: RefCell<Option<(String, Function)>> = const { RefCell::new(None) };
}

/// What all instants of the page follow.
#[derive(Clone, Copy)]
pub struct Clock {
    minutes: RwSignal<u32>,
    zone: RwSignal<String>,
}

impl Clock {
    /// Provides it to everything below, with the one timer of the page.
    pub fn provide() {
        let clock = Self {
            minutes: RwSignal::new(0),
            zone: RwSignal::new(String::from("UTC")),
        };
        provide_context(clock);
        Effect::new(move |_| {
            if let Ok(timer) =
                set_interval(move || clock.minutes.update(|count| *count += 1), MINUTE)
            {
                on_cleanup(move || timer.clear());
            }
            let keys = window_event_listener(ev::keydown, |event| {
                if event.key() == "Escape" {
                    hush();
                }
            });
            on_cleanup(move || keys.remove());
        });
    }

    /// From now on instants are shown in this zone (an IANA name).
    pub fn show_in(zone: &str) {
        if let Some(Self { zone: shown, .. }) = use_context()
            && shown.with_untracked(|shown| shown != zone)
        {
            shown.set(zone.to_owned());
        }
    }

    /// The zone's name; the caller runs again when it changes.
    fn zone() -> String {
        use_context::<Self>().map_or_else(|| String::from("UTC"), |clock| clock.zone.get())
    }

    fn tick() {
        if let Some(clock) = use_context::<Self>() {
            clock.minutes.track();
        }
    }
}

/// An instant as its distance from `now`, which counts on; the exact text comes with the pointer and with the focus.
#[component]
pub fn Time(
    /// The instant.
    at: Timestamp,
    /// The server's clock when the data was read.
    now: Timestamp,
) -> impl IntoView {
    let node = NodeRef::<html::Time>::new();
    Effect::new(move |read: Option<f64>| {
        // The browser's clock may be wrong; the distance between two looks at it is right.
        let read = read.unwrap_or_else(Date::now);
        Clock::tick();
        let zone = Clock::zone();
        if let Some(time) = node.get() {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "milliseconds of an open page"
            )]
            let now = now.plus((Date::now() - read) as i64);
            write(&time, &at.relative_to(now));
            time.set_title(&exact(at, &zone));
        }
        read
    });
    view! {
        <time node_ref=node tabindex="0" datetime=at.to_string() title=at.readable()>
            {at.relative_to(now)}
        </time>
    }
}

/// An instant as date and time.
#[component]
pub fn Exact(
    /// The instant.
    at: Timestamp,
) -> impl IntoView {
    let node = NodeRef::<html::Time>::new();
    Effect::new(move |_| {
        let zone = Clock::zone();
        if let Some(time) = node.get() {
            write(&time, &exact(at, &zone));
        }
    });
    view! {
        <time node_ref=node datetime=at.to_string()>
            {at.readable()}
        </time>
    }
}

/// Into the text that stands there: whoever rendered it goes on to know it.
fn write(time: &HtmlTimeElement, words: &str) {
    if let Some(text) = time.first_child() {
        text.set_node_value(Some(words));
    }
}

/// `23 Nov 2026, 15:05 CET (Europe/Berlin)`, or UTC where the browser does not know the zone.
fn exact(at: Timestamp, zone: &str) -> String {
    if zone == "UTC" {
        return at.readable();
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "milliseconds of any year a person meets are exact in f64"
    )]
    let at_ms = JsValue::from_f64(at.0 as f64);
    FORMAT.with_borrow_mut(|kept| {
        if kept.as_ref().is_none_or(|(of, _)| of != zone) {
            *kept = formatter(zone).map(|format| (zone.to_owned(), format));
        }
        kept.as_ref()
            .and_then(|(_, format)| format.call1(&JsValue::UNDEFINED, &at_ms).ok()?.as_string())
            .map_or_else(|| at.readable(), |text| text + " (" + zone + ")")
    })
}

/// `None` where the browser knows no such zone.
fn formatter(zone: &str) -> Option<Function> {
    let options = Object::new();
    for (name, value) in [
        ("day", "numeric"),
        ("month", "short"),
        ("year", "numeric"),
        ("hour", "2-digit"),
        ("minute", "2-digit"),
        ("hourCycle", "h23"),
        ("timeZoneName", "short"),
        ("timeZone", zone),
    ] {
        Reflect::set(&options, &name.into(), &value.into()).ok()?;
    }
    let intl = Reflect::get(&global(), &"Intl".into()).ok()?;
    let class = Reflect::get(&intl, &"DateTimeFormat".into()).ok()?;
    let arguments = Array::of2(&words::time::LOCALE.into(), &options);
    // It throws where it does not know the zone.
    let made = Reflect::construct(&class.unchecked_into::<Function>(), &arguments).ok()?;
    Some(made.unchecked_into::<Intl::DateTimeFormat>().format())
}

/// Takes the exact text away from the instant that has the focus, without taking the focus (WCAG 2.2, 1.4.13).
fn hush() {
    if let Some(focused) = document().active_element()
        && focused.tag_name() == "TIME"
    {
        _ = focused.toggle_attribute("data-hush");
    }
}
