//! Narrowing the list.

use crate::{
    routes::ListAddress,
    ui::{Icon, Shape},
    words::list as words,
};
use domain::key::{
    condition::KeyCondition,
    filter::{Order, StatusFilter},
};
use gloo_timers::future::TimeoutFuture;
use leptos::{html, prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, components::Form, hooks::use_navigate};
use wasm_bindgen::JsCast;

/// Milliseconds without a key stroke after which the list follows what was typed.
const PAUSE_MS: u32 = 250;

/// A `GET` form: what it narrows to stands in the address. With JavaScript the list follows while one types.
#[component]
pub fn FilterBar(
    /// The list's path.
    action: String,
    /// What the list shows.
    address: Memo<ListAddress>,
) -> impl IntoView {
    let statuses = StatusFilter::ALL
        .into_iter()
        .map(|(_, choice, words)| (choice, words))
        .collect();
    let notable = KeyCondition::ALL
        .into_iter()
        .map(|(_, choice, words)| (choice, words))
        .collect();
    // A form's fields replace the whole query: the tab and the order come along.
    let kept = move |name: &'static str, of: fn(&ListAddress) -> String| {
        view! { <input type="hidden" name=name value=move || address.with(of) /> }
    };
    let tab = move || {
        address
            .with(|address| !address.tab.is_empty())
            .then(|| kept("tab", |address| address.tab.clone()))
    };
    let order = move || {
        address
            .with(|address| address.order() != Order::default())
            .then(|| {
                view! {
                    {kept("sort", |address| address.sort.clone())}
                    {kept("dir", |address| address.dir.clone())}
                }
            })
    };
    view! {
        <Form method="GET" action=action.clone() attr:class="filter-bar" attr:role="search">
            <SearchBox path=action address />
            <Choice
                name="status"
                label=words::STATUS
                all=words::ANY_STATUS
                choices=statuses
                chosen=Signal::derive(move || address.with(|address| address.status.clone()))
            />
            <Choice
                name="environment"
                label=words::ENVIRONMENT
                all=words::ANY_ENVIRONMENT
                choices=vec![("live", words::LIVE), ("test", words::TEST)]
                chosen=Signal::derive(move || address.with(|address| address.environment.clone()))
            />
            <Choice
                name="notable"
                label=words::NOTABLE
                all=words::ANY_NOTABLE
                choices=notable
                chosen=Signal::derive(move || address.with(|address| address.notable.clone()))
            />
            {tab}
            {order}
            <button type="submit" class="button" data-variant="secondary">
                {words::FILTER}
            </button>
        </Form>
    }
}

/// The list follows after a pause; the focus stays, and so does what has been typed meanwhile.
#[component]
fn SearchBox(path: String, address: Memo<ListAddress>) -> impl IntoView {
    let node = NodeRef::<html::Input>::new();
    let navigate = use_navigate();
    // What the list was last asked for from here: the answer does not overwrite the field, which may be ahead by then.
    let asked = StoredValue::new(address.with_untracked(|address| address.search.clone()));
    let strokes = StoredValue::new(0_u32);
    Effect::new(move |_| {
        let found = address.with(|address| address.search.clone());
        if asked.try_get_value().is_some_and(|asked| asked != found)
            && let Some(field) = node.get_untracked()
        {
            asked.set_value(found.clone());
            field.set_value(&found);
        }
    });
    let follow = move |_| {
        let stroke = strokes.get_value().wrapping_add(1);
        strokes.set_value(stroke);
        let (navigate, path) = (navigate.clone(), path.clone());
        spawn_local(async move {
            TimeoutFuture::new(PAUSE_MS).await;
            // Another stroke came, or the page has gone.
            if strokes.try_get_value() != Some(stroke) {
                return;
            }
            let Some(typed) = node
                .try_get_untracked()
                .flatten()
                .map(|field| field.value())
            else {
                return;
            };
            let mut wanted = address.get_untracked().first_page();
            if wanted.search.trim() == typed.trim() {
                return;
            }
            asked.set_value(typed.clone());
            wanted.search = typed;
            navigate(
                &wanted.path(&path),
                NavigateOptions {
                    replace: true,
                    scroll: false,
                    ..NavigateOptions::default()
                },
            );
        });
    };
    view! {
        <div class="field">
            <label for="search">{words::SEARCH}</label>
            <Icon shape=Shape::Search />
            <input
                id="search"
                name="search"
                type="search"
                node_ref=node
                placeholder=words::SEARCH_HINT
                autocomplete="off"
                spellcheck="false"
                maxlength="80"
                value=address.with_untracked(|address| address.search.clone())
                on:input=follow
            />
        </div>
    }
}

/// A select box that applies itself where there is JavaScript.
#[component]
pub fn Choice(
    /// Its `name`.
    name: &'static str,
    /// Its label.
    label: &'static str,
    /// The words of the choice that narrows nothing.
    all: &'static str,
    /// Value and words of each other one.
    choices: Vec<(&'static str, &'static str)>,
    /// The value that is chosen.
    chosen: Signal<String>,
) -> impl IntoView {
    let id = format!("filter-{name}");
    let options = std::iter::once(("", all))
        .chain(choices)
        .map(|(choice, words)| {
            view! {
                <option
                    value=choice
                    selected=chosen.with_untracked(|chosen| chosen == choice)
                    prop:selected=move || chosen.with(|chosen| chosen == choice)
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
