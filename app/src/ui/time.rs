//! Instants on the page, in the zone of the application. The browser updates relative times.

use super::dom;
use crate::words;
use domain::time::Timestamp;
use leptos::{ev, prelude::*};
use std::{cell::RefCell, time::Duration};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Element,
    js_sys::{Array, Date, Function, Intl, Object, Reflect, global},
};

/// How long a relative text stays as it is.
const MINUTE: Duration = Duration::from_mins(1);
/// What [`Time`] and [`Exact`] make; others of these elements say what they say.
const TIMES: &str = "time:is([title], [data-exact])";

thread_local! {
    /// Making one costs more than using it a hundred times.
    static FORMAT: RefCell<Option<(String, Function)>> = const { RefCell::new(None) };
}

/// What all instants of the page follow.
#[derive(Clone, Copy)]
pub struct Clock {
    /// An IANA name; empty as long as the zone is that of the server's page.
    zone: RwSignal<String>,
    /// By how many milliseconds the server's clock is ahead of the browser's, which may be wrong.
    ahead: StoredValue<i64>,
}

impl Clock {
    /// Provides it to everything below, with the one timer of the page.
    pub fn provide() {
        let clock = Self {
            zone: RwSignal::new(String::new()),
            ahead: StoredValue::new(0),
        };
        provide_context(clock);
        Effect::new(move |_| {
            clock.zone.track();
            clock.show(dom::all(TIMES), None);
        });
        Effect::new(move |_| {
            clock.set();
            if let Ok(timer) = set_interval(move || clock.tick(), MINUTE) {
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

    /// Shows the instants of a part that has come into the page as it is.
    pub fn show_within(self, part: &Element) {
        self.show(dom::beneath(part, TIMES), None);
    }

    /// By the page, which says when the server rendered it.
    fn set(self) {
        let root = document().document_element();
        let server = root.and_then(|root| root.get_attribute("data-now")?.parse().ok());
        self.ahead
            .set_value(server.map_or(0, |server: i64| server - browser()));
    }

    /// A minute has passed.
    fn tick(self) {
        let now = Timestamp(browser() + self.ahead.get_value());
        self.show(dom::all(TIMES), Some(now));
    }

    fn show(self, times: impl Iterator<Item = Element>, now: Option<Timestamp>) {
        self.zone.with_untracked(|zone| {
            if !zone.is_empty() {
                times.for_each(|time| show(&time, zone, now));
            }
        });
    }
}

/// The browser's clock, in milliseconds.
#[expect(
    clippy::cast_possible_truncation,
    reason = "milliseconds of any year a person meets are exact in both"
)]
fn browser() -> i64 {
    Date::now() as i64
}

/// An instant as its distance from `now`, which counts on; the exact text comes with the pointer and with the focus.
#[component]
pub fn Time(
    /// The instant.
    at: Timestamp,
    /// The server's clock when the data was read.
    now: Timestamp,
) -> impl IntoView {
    view! {
        <time tabindex="0" datetime=at.to_string() title=in_zone(at)>
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
    view! {
        <time datetime=at.to_string() data-exact="">
            {in_zone(at)}
        </time>
    }
}

/// A date.
#[component]
pub fn Day(
    /// An instant on it.
    at: Timestamp,
) -> impl IntoView {
    view! { <time datetime=at.to_string()>{date_in_zone(at)}</time> }
}

#[cfg(feature = "ssr")]
use crate::context::{readable as in_zone, readable_date as date_in_zone};

/// Dates are rendered by the server alone, because they do not change.
#[cfg(not(feature = "ssr"))]
fn date_in_zone(at: Timestamp) -> String {
    at.readable_date()
}

#[cfg(not(feature = "ssr"))]
fn in_zone(at: Timestamp) -> String {
    match use_context::<Clock>() {
        Some(clock) => clock.zone.with_untracked(|zone| exact(at, zone)),
        None => at.readable(),
    }
}

/// Writes it in the zone, and where `now` is known, how far it is from that; into the text that is there: whoever rendered it
/// goes on to know it.
fn show(time: &Element, zone: &str, now: Option<Timestamp>) {
    let at = time.get_attribute("datetime").map(|at| Date::parse(&at));
    #[expect(
        clippy::cast_possible_truncation,
        reason = "milliseconds of any year a person meets are exact in both"
    )]
    let Some(at) = at
        .filter(|at| at.is_finite())
        .map(|at| Timestamp(at as i64))
    else {
        return;
    };
    let words = if time.has_attribute("title") {
        // Only a broken document refuses an attribute.
        _ = time.set_attribute("title", &exact(at, zone));
        now.map(|now| at.relative_to(now))
    } else {
        Some(exact(at, zone))
    };
    if let Some(words) = words
        && let Some(text) = time.first_child()
    {
        text.set_node_value(Some(&words));
    }
}

/// `23 Nov 2026, 15:05 CET (Europe/Berlin)`, or UTC where the browser does not know the zone.
fn exact(at: Timestamp, zone: &str) -> String {
    if ["", "UTC"].contains(&zone) {
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
