//! The choice of the range of a chart.

use crate::{routes::UsageAddress, words::usage as words};
use domain::{time::Timestamp, usage::Window};
use leptos::prelude::*;

/// The windows as links, and a `GET` form for a range of one's own: both are in the address.
#[component]
pub fn UsageTools(
    /// The page's path.
    path: String,
    /// The range of the chart.
    address: UsageAddress,
) -> impl IntoView {
    let windows = Window::ALL
        .into_iter()
        .map(|window| {
            let to = address.clone().over(window).path(&path);
            let current = (address.window() == Some(window)).then_some("true");
            view! {
                <a href=to aria-current=current>
                    {window.as_str()}
                </a>
            }
        })
        .collect_view();
    let day = |name: &'static str, label: &'static str, value: String| {
        let id = format!("usage-{name}");
        view! {
            <div class="field">
                <label for=id.clone()>{label}</label>
                <input id=id name=name type="date" required value=day_of(value) />
            </div>
        }
    };
    let is_range = address.is_range().then_some("");
    let UsageAddress {
        from,
        until,
        zone,
        chart,
        by,
        rows,
        ..
    } = address;
    // What else the address says stays as it is.
    let others = [("zone", zone), ("chart", chart), ("by", by), ("rows", rows)]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
        .collect_view();
    view! {
        <div class="usage-tools">
            <nav class="segmented" aria-label=words::TIME>
                {windows}
            </nav>
            <details class="menu usage-custom">
                <summary data-current=is_range>{words::CUSTOM}</summary>
                <div class="menu-panel">
                    <form method="get" action=path class="usage-range">
                        {day("from", words::FROM, from)}
                        {day("until", words::UNTIL, until)}
                        {others}
                        <button type="submit" class="button" data-variant="secondary">
                            {words::SHOW}
                        </button>
                    </form>
                </div>
            </details>
        </div>
    }
}

/// A field for days takes nothing else, and a browser complains of it.
fn day_of(text: String) -> String {
    Some(text)
        .filter(|text| Timestamp::parse_date(text).is_some())
        .unwrap_or_default()
}
