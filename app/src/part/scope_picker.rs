//! Choosing scopes.

use crate::{
    error::FieldError,
    ui::{FieldNote, ready::use_ready},
};
use domain::key::scope::{CATALOGUE, Resource, ScopeSet};
use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

/// The boxes' name: the brackets make a list of them.
pub const NAME: &str = "scopes[]";

/// A checkbox for each scope of the catalogue. The boxes hold the choice; presets only tick them.
#[component]
pub fn ScopePicker(
    /// Scopes that are ticked at first.
    ticked: Vec<String>,
    /// All that is wrong with the form.
    #[prop(into)]
    errors: Signal<Vec<FieldError>>,
) -> impl IntoView {
    let ready = use_ready();
    let node = NodeRef::<html::Div>::new();
    let search = RwSignal::new(String::new());
    let chosen = RwSignal::new(ScopeSet::parse_all(&ticked).unwrap_or_default());
    let wrong = move || errors.with(|errors| errors.iter().any(|error| error.field == "scopes"));
    let recount = move || chosen.set(read(node));
    Effect::new(move |_| {
        // What was ticked before the page listened.
        if node.get().is_some() {
            recount();
        }
    });
    let preset = move |label: &'static str, set: Option<ScopeSet>| {
        let pressed = move || {
            let chosen = chosen.get();
            let preset = [ScopeSet::read_only(), ScopeSet::read_and_write()].contains(&chosen);
            set.map_or(!preset && !chosen.is_empty(), |set| chosen == set)
        };
        view! {
            <button
                type="button"
                class="button"
                data-size="small"
                data-variant="secondary"
                aria-pressed=move || if pressed() { "true" } else { "false" }
                on:click=move |_| {
                    tick(node, set.unwrap_or_default());
                    recount();
                }
            >
                {label}
            </button>
        }
    };
    let groups = CATALOGUE
        .iter()
        .map(|resource| group(resource, &ticked, search))
        .collect_view();
    view! {
        <fieldset
            class="choices"
            id="scopes"
            tabindex="-1"
            aria-describedby=move || if wrong() { "scopes-hint scopes-error" } else { "scopes-hint" }
        >
            <legend>"Scopes"</legend>
            <p class="field-hint" id="scopes-hint">
                "Choose only what the program needs: a scope allows exactly what it says."
            </p>
            <div class="scope-picker" node_ref=node on:change=move |_| recount()>
                <div class="scope-presets" data-needs-js="" hidden=move || !ready.get()>
                    {preset("Read only", Some(ScopeSet::read_only()))}
                    {preset("Read and write", Some(ScopeSet::read_and_write()))}
                    {preset("Custom", None)}
                    <span class="scope-count">
                        {move || format!("{} chosen", chosen.get().len())}
                    </span>
                </div>
                <input
                    type="search"
                    aria-label="Search scopes"
                    placeholder="Search scopes"
                    autocomplete="off"
                    data-needs-js=""
                    hidden=move || !ready.get()
                    on:input=move |event| search.set(event_target_value(&event).to_lowercase())
                    on:keydown=move |event| {
                        if event.key() == "Enter" {
                            event.prevent_default();
                        }
                    }
                />
                {groups}
            </div>
            <FieldNote name="scopes" errors />
        </fieldset>
    }
}

fn group(
    resource: &'static Resource,
    ticked: &[String],
    search: RwSignal<String>,
) -> impl IntoView + use<> {
    let boxes = resource
        .actions
        .iter()
        .map(|action| {
            let scope = format!("{}:{action}", resource.name);
            let checked = ticked.contains(&scope);
            view! {
                <label class="choice">
                    <input
                        type="checkbox"
                        name=NAME
                        value=scope.clone()
                        aria-label=scope
                        checked=checked
                    />
                    <span>{*action}</span>
                </label>
            }
        })
        .collect_view();
    let hidden = move || {
        search.with(|search| {
            !search.is_empty()
                && !resource.title.to_lowercase().contains(search.as_str())
                && !resource
                    .actions
                    .iter()
                    .any(|action| format!("{}:{action}", resource.name).contains(search.as_str()))
        })
    };
    view! {
        <fieldset class="scope-group" hidden=hidden>
            <legend>{resource.title}</legend>
            {boxes}
        </fieldset>
    }
}

fn boxes(node: NodeRef<html::Div>) -> Vec<HtmlInputElement> {
    node.get_untracked()
        .and_then(|picker| picker.query_selector_all("input[type=checkbox]").ok())
        .map(|list| {
            (0..list.length())
                .filter_map(|place| list.get(place)?.dyn_into().ok())
                .collect()
        })
        .unwrap_or_default()
}

fn read(node: NodeRef<html::Div>) -> ScopeSet {
    let ticked = boxes(node)
        .into_iter()
        .filter(HtmlInputElement::checked)
        .map(|checkbox| checkbox.value());
    ScopeSet::parse_all(ticked).unwrap_or_default()
}

fn tick(node: NodeRef<html::Div>, set: ScopeSet) {
    for checkbox in boxes(node) {
        let wanted = ScopeSet::one(&checkbox.value()).is_ok_and(|scope| set.contains(scope));
        checkbox.set_checked(wanted);
    }
}
