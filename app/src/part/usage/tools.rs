//! What a chart covers.

use crate::{routes::UsageAddress, words::usage as words};
use domain::{time::Timestamp, usage::Window};
use leptos::{html, prelude::*};
use leptos_router::components::Form;

/// The windows as links, and a `GET` form for a range of one's own: both stand in the address.
#[component]
pub fn UsageTools(
    /// The page's path.
    #[prop(into)]
    path: Signal<String>,
    /// What the chart shows.
    address: Memo<UsageAddress>,
) -> impl IntoView {
    let windows = Window::ALL
        .into_iter()
        .map(|window| {
            let to = move || address.get().over(window).path(&path.get());
            let current =
                move || (address.with(UsageAddress::window) == Some(window)).then_some("true");
            view! {
                <a href=to aria-current=current data-noscroll="">
                    {window.as_str()}
                </a>
            }
        })
        .collect_view();
    let day = move |name: &'static str, label: &'static str, of: fn(&UsageAddress) -> String| {
        let id = format!("usage-{name}");
        view! {
            <div class="field">
                <label for=id.clone()>{label}</label>
                <input
                    id=id
                    name=name
                    type="date"
                    required
                    value=day_of(address.with_untracked(of))
                    prop:value=move || day_of(address.with(of))
                />
            </div>
        }
    };
    // What else the address says stays as it is.
    let others = move || {
        let UsageAddress {
            zone, chart, by, ..
        } = address.get();
        [("zone", zone), ("chart", chart), ("by", by)]
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
            .collect_view()
    };
    let custom = NodeRef::<html::Details>::new();
    Effect::new(move |before: Option<()>| {
        address.track();
        if let Some(details) = custom.get_untracked().filter(|_| before.is_some()) {
            details.set_open(false);
        }
    });
    let form = move || {
        view! {
            <Form method="GET" action=path.get() attr:class="usage-range">
                {day("from", words::FROM, |address| address.from.clone())}
                {day("until", words::UNTIL, |address| address.until.clone())} {others}
                <button type="submit" class="button" data-variant="secondary">
                    {words::SHOW}
                </button>
            </Form>
        }
    };
    view! {
        <div class="usage-tools">
            <nav class="segmented" aria-label=words::TIME>
                {windows}
            </nav>
            <details class="menu usage-custom" node_ref=custom>
                <summary data-current=move || address.with(UsageAddress::is_range).then_some("")>
                    {words::CUSTOM}
                </summary>
                <div class="menu-panel">{form}</div>
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
