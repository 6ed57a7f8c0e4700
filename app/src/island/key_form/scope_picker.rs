//! Choosing scopes.

use crate::{error::FieldError, form::key::SCOPES, ui::FieldNote, words::create};
use domain::key::scope::{CATALOGUE, Resource, ScopeSet};
use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Event, EventInit, HtmlInputElement};

/// A checkbox for each scope of the catalogue. The boxes hold the choice; presets only tick them.
#[component]
pub fn ScopePicker(
    /// Scopes that are ticked at first.
    ticked: Vec<String>,
    /// All that is wrong with the form.
    #[prop(into)]
    errors: Signal<Vec<FieldError>>,
) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    let search = RwSignal::new(String::new());
    let chosen = RwSignal::new(ScopeSet::parse_all(&ticked).unwrap_or_default());
    let wrong = move || errors.with(|errors| errors.iter().any(|error| error.field == "scopes"));
    let recount = move || chosen.set(read(node));
    let search_box = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        // What was ticked and typed before the page listened.
        if node.get().is_some() {
            recount();
        }
        if let Some(typed) = search_box.get() {
            search.set(typed.value().to_lowercase());
        }
    });
    // Wanted by a click, although a preset is what is ticked just now.
    let custom = RwSignal::new(false);
    let preset = move |label: &'static str, set: Option<ScopeSet>| {
        let pressed = move || {
            let chosen = chosen.get();
            let preset = [ScopeSet::read_only(), ScopeSet::read_and_write()].contains(&chosen);
            match set {
                Some(set) => !custom.get() && chosen == set,
                None => custom.get() || (!preset && !chosen.is_empty()),
            }
        };
        view! {
            <button
                type="button"
                class="button"
                data-size="small"
                data-variant="secondary"
                aria-pressed=move || if pressed() { "true" } else { "false" }
                on:click=move |_| {
                    custom.set(set.is_none());
                    match (set, search_box.get_untracked()) {
                        (Some(set), _) => tick(node, set),
                        (None, Some(search)) => _ = search.focus(),
                        (None, None) => {}
                    }
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
    let nothing_found =
        move || search.with(|search| CATALOGUE.iter().all(|resource| !found(resource, search)));
    view! {
        <fieldset
            class="choices"
            id="scopes"
            tabindex="-1"
            aria-describedby=move || if wrong() { "scopes-hint scopes-error" } else { "scopes-hint" }
        >
            <legend>{create::SCOPES}</legend>
            <p class="field-hint" id="scopes-hint">
                {create::SCOPES_HINT}
            </p>
            // Above the boxes, because it would be out of sight below them.
            <FieldNote name="scopes" errors />
            <div class="scope-picker" node_ref=node on:change=move |_| recount()>
                <div class="scope-presets" data-needs-js="">
                    {preset(create::READ_ONLY, Some(ScopeSet::read_only()))}
                    {preset(create::READ_AND_WRITE, Some(ScopeSet::read_and_write()))}
                    {preset(create::CUSTOM, None)}
                    <span class="scope-count" aria-live="polite">
                        {move || create::chosen(chosen.get().len())}
                    </span>
                </div>
                <input
                    type="search"
                    node_ref=search_box
                    aria-label=create::SEARCH_SCOPES
                    placeholder=create::SEARCH_SCOPES
                    autocomplete="off"
                    data-needs-js=""
                    on:input=move |event| search.set(event_target_value(&event).to_lowercase())
                    on:keydown=move |event| {
                        if event.key() == "Enter" {
                            event.prevent_default();
                        }
                    }
                />
                <div class="scope-groups">{groups}</div>
                <p class="scope-none" aria-live="polite">
                    {move || nothing_found().then_some(create::NO_SCOPE_MATCHES)}
                </p>
            </div>
        </fieldset>
    }
    .into_any()
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
                        name=SCOPES
                        value=scope.clone()
                        aria-label=scope
                        checked=checked
                    />
                    <span>{*action}</span>
                </label>
            }
        })
        .collect_view();
    let hidden = move || search.with(|search| !found(resource, search));
    view! {
        <fieldset class="scope-group" hidden=hidden>
            <legend>{resource.title}</legend>
            {boxes}
        </fieldset>
    }
}

/// Whether a search that is in lower case finds something in the group.
fn found(resource: &Resource, search: &str) -> bool {
    search.is_empty()
        || resource.title.to_lowercase().contains(search)
        || resource
            .actions
            .iter()
            .any(|action| format!("{}:{action}", resource.name).contains(search))
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

/// Ticks exactly these scopes, with the events of a click.
fn tick(node: NodeRef<html::Div>, set: ScopeSet) {
    let boxes = boxes(node);
    for checkbox in &boxes {
        let wanted = ScopeSet::one(&checkbox.value()).is_ok_and(|scope| set.contains(scope));
        checkbox.set_checked(wanted);
    }
    let told = EventInit::new();
    told.set_bubbles(true);
    if let (Some(checkbox), Ok(change)) = (
        boxes.first(),
        Event::new_with_event_init_dict("change", &told),
    ) {
        _ = checkbox.dispatch_event(&change);
    }
}
