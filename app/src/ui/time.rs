//! Instants on the page, in the zone of the application. The browser updates relative times.

use super::dom;
use domain::time::Timestamp;
use leptos::prelude::*;
use std::time::Duration;
use web_sys::{Element, js_sys::Date};

/// How long a relative text stays as it is.
const MINUTE: Duration = Duration::from_mins(1);

/// Keeps the relative times of the page up to date.
pub fn listen() {
    let ahead = ahead();
    let update = move || {
        let now = Timestamp(whole(Date::now()) + ahead);
        for time in dom::all::<Element>("time[title]") {
            if let (Some(at), Some(text)) = (instant(&time), time.first_child()) {
                text.set_node_value(Some(&at.relative_to(now)));
            }
        }
    };
    // The page may have been open for long.
    update();
    _ = set_interval(update, MINUTE);
}

/// By how many milliseconds the server's clock is ahead of the browser's, which `program.js` has compared when the page was loaded.
fn ahead() -> i64 {
    let root = document().document_element();
    let ahead = root.and_then(|root| root.get_attribute("data-ahead")?.parse().ok());
    ahead.unwrap_or_default()
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "milliseconds of any year a person meets are exact in both"
)]
const fn whole(milliseconds: f64) -> i64 {
    milliseconds as i64
}

/// An instant as its distance from `now`, which counts on; its title is the exact text.
#[component]
pub fn Time(
    /// The instant.
    at: Timestamp,
    /// The server's clock when the data was read.
    now: Timestamp,
) -> impl IntoView {
    view! {
        <time datetime=at.to_string() title=in_zone(at)>
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

/// The browser renders instants in islands only, and knows no time zones.
#[cfg(not(feature = "ssr"))]
fn date_in_zone(at: Timestamp) -> String {
    at.readable_date()
}

#[cfg(not(feature = "ssr"))]
fn in_zone(at: Timestamp) -> String {
    at.readable()
}

/// The instant of a `<time>`.
fn instant(time: &Element) -> Option<Timestamp> {
    let at = Date::parse(&time.get_attribute("datetime")?);
    at.is_finite().then_some(Timestamp(whole(at)))
}
