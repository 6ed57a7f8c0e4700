//! The filters of the request log, and the search for one request.

use crate::{
    part::filter::{Choice, FilterForm, FilterText, filter_chip},
    routes::{self, KeyTab, RequestsAddress, WITHIN},
    words::requests as words,
};
use domain::{decision::DecisionFilter, key::KeySummary, verdict::Verdict};
use leptos::prelude::*;

/// Narrows the log by key, outcome, time, address and route; on the page of a key, by the others.
#[component]
pub fn RequestFilter(
    /// The application's id.
    app: String,
    /// The page's address.
    address: RequestsAddress,
    /// The keys to choose from.
    keys: Vec<KeySummary>,
) -> impl IntoView {
    let tab = address
        .on_key_page
        .then(|| view! { <input type="hidden" name="tab" value=KeyTab::Requests.as_str() /> });
    let keys: Vec<_> = keys
        .into_iter()
        .map(|key| (key.id.to_string(), key.name.to_string()))
        .collect();
    let chips = address.is_filtered().then(|| {
        view! {
            <div class="filter-chips">
                {chips(&app, &address, &keys)}
                <a href=address.unfiltered().page(&app)>{words::CLEAR}</a>
            </div>
        }
    });
    let key = (!address.on_key_page).then(|| {
        view! {
            <Choice
                name="key"
                label=words::KEY
                all=words::ANY_KEY
                choices=keys
                chosen=address.key.clone()
                names=true
            />
        }
    });
    let spans = WITHIN
        .iter()
        .map(|(value, _)| (*value, words::within(value)))
        .collect();
    let action = address.place(&app);
    view! {
        <FilterForm action class="request-filter" label=words::FILTERS>
            {tab}
            {key}
            <Choice
                name="outcome"
                label=words::OUTCOME
                all=words::EVERY
                choices=outcomes()
                chosen=address.outcome
            />
            <Choice
                name="within"
                label=words::WHEN
                all=words::ANY_TIME
                choices=spans
                chosen=address.within
            />
            <FilterText
                name="from_address"
                label=words::ADDRESS
                hint=words::ADDRESS
                kind="search"
                max_length=200
                value=address.from_address
                follow=true
            />
            <FilterText
                name="route"
                label=words::ROUTE
                hint=words::ROUTE
                kind="search"
                max_length=200
                value=address.route
                follow=true
            />
            {chips}
        </FilterForm>
    }
}

/// The results to choose from: value in links, words.
fn outcomes() -> Vec<(&'static str, &'static str)> {
    std::iter::once((DecisionFilter::REFUSED, words::REFUSED))
        .chain(Verdict::CODES.map(|verdict| (verdict.code(), words::verdict(verdict))))
        .collect()
}

/// A link for each filter that is set, which removes it.
fn chips(app: &str, address: &RequestsAddress, keys: &[(String, String)]) -> AnyView {
    let key = keys.iter().find(|(id, _)| *id == address.key);
    let outcome = outcomes()
        .into_iter()
        .find(|(value, _)| *value == address.outcome);
    let span = WITHIN.iter().find(|(value, _)| *value == address.within);
    let typed = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let without = |clear: fn(&mut RequestsAddress)| {
        let mut address = address.newest();
        clear(&mut address);
        address.page(app)
    };
    [
        (
            key.map(|(_, name)| name.clone()),
            true,
            without(|address| address.key.clear()),
        ),
        (
            outcome.map(|(_, words)| words.to_owned()),
            false,
            without(|address| address.outcome.clear()),
        ),
        (
            span.map(|(value, _)| words::within(value).to_owned()),
            false,
            without(|address| address.within.clear()),
        ),
        (
            typed(&address.from_address),
            true,
            without(|address| address.from_address.clear()),
        ),
        (
            typed(&address.route),
            true,
            without(|address| address.route.clear()),
        ),
    ]
    .into_iter()
    .filter_map(|(words, is_name, href)| Some(filter_chip(words?, is_name, href)))
    .collect_view()
    .into_any()
}

/// Opens the request with an id.
#[component]
pub fn FindRequest(
    /// The application's id.
    app: String,
    /// The id.
    request: String,
) -> impl IntoView {
    view! {
        <form method="get" action=routes::requests(&app) class="request-open" role="search">
            <input
                type="search"
                name="request"
                aria-label=words::ID
                placeholder=words::ID
                autocomplete="off"
                spellcheck="false"
                maxlength="128"
                value=request
            />
            <button type="submit" class="button" data-variant="secondary">
                {words::OPEN}
            </button>
        </form>
    }
}
