//! Narrowing the list.

use crate::ui::{Icon, Shape};
use domain::key::filter::StatusFilter;
use leptos::prelude::*;
use leptos_router::{components::Form, hooks::use_query_map};
use wasm_bindgen::JsCast;

/// A `GET` form: what it narrows to stands in the address.
#[component]
pub fn FilterBar(
    /// The list's address.
    action: String,
) -> impl IntoView {
    let query = use_query_map();
    let value = move |name: &'static str| query.with(|query| query.get(name).unwrap_or_default());
    let statuses = StatusFilter::ALL
        .into_iter()
        .map(|(_, choice, words)| (choice, words))
        .collect();
    view! {
        <Form method="GET" action=action attr:class="filter-bar" attr:role="search">
            <div class="field">
                <label for="search">"Search keys"</label>
                <Icon shape=Shape::Search />
                <input
                    id="search"
                    name="search"
                    type="search"
                    placeholder="Search by name or key"
                    autocomplete="off"
                    spellcheck="false"
                    maxlength="80"
                    value=untrack(move || value("search"))
                    prop:value=move || value("search")
                />
            </div>
            <Choice name="status" label="Status" all="Any status" choices=statuses />
            <Choice
                name="environment"
                label="Environment"
                all="Live and test"
                choices=vec![("live", "Live"), ("test", "Test")]
            />
            <button type="submit" class="button" data-variant="secondary">
                "Filter"
            </button>
        </Form>
    }
}

/// A select box that applies itself where there is JavaScript.
#[component]
fn Choice(
    name: &'static str,
    label: &'static str,
    all: &'static str,
    choices: Vec<(&'static str, &'static str)>,
) -> impl IntoView {
    let query = use_query_map();
    let is =
        move |choice: &str| query.with(|query| query.get_str(name).unwrap_or_default() == choice);
    let id = format!("filter-{name}");
    let options = std::iter::once(("", all))
        .chain(choices)
        .map(|(choice, words)| {
            view! {
                <option
                    value=choice
                    selected=untrack(move || is(choice))
                    prop:selected=move || is(choice)
                >
                    {words}
                </option>
            }
        })
        .collect_view();
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <select
                id=id
                name=name
                on:change=move |event| {
                    let select = event
                        .target()
                        .and_then(|target| target.dyn_into::<web_sys::HtmlSelectElement>().ok());
                    if let Some(form) = select.and_then(|select| select.form()) {
                        _ = form.request_submit();
                    }
                }
            >
                {options}
            </select>
        </div>
    }
}
