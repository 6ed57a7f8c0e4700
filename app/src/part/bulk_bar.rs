//! Several keys at once: what is selected, and what can be done with it.

use super::Changes;
use crate::{
    form::FormPage,
    routes,
    ui::{Icon, Notice, Shape, dom, ready::use_ready},
    words::list as words,
};
use domain::key::token::KeyId;
use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlInputElement};

/// The form that the boxes of the rows belong to: they stand outside of it, since a row has forms of its own.
const FORM: &str = "selected";

/// The boxes of the rows.
const BOXES: &str = "input[name='keys[]']";
/// The one above them all.
const ALL: &str = "input[data-all]";

/// The ids of the selected keys, as their boxes have them: these are in the page before it listens.
#[derive(Clone, Copy)]
pub struct Selected(RwSignal<Vec<String>>);

impl Selected {
    /// Nothing.
    pub fn nothing() -> Self {
        Self(RwSignal::new(Vec::new()))
    }

    /// Takes the ticks out of all boxes.
    pub fn clear(self) {
        boxes().for_each(|one| one.set_checked(false));
        self.read();
    }

    /// A box was ticked, or its tick taken out: the one above them all is for each of them.
    pub fn change(self, event: &Event) {
        let changed = event_target::<HtmlInputElement>(event);
        if changed.has_attribute("data-all") {
            boxes().for_each(|one| one.set_checked(changed.checked()));
        }
        self.read();
    }

    /// Reads what the boxes say.
    pub fn read(self) {
        let chosen: Vec<_> = boxes()
            .filter(HtmlInputElement::checked)
            .map(|one| one.value())
            .collect();
        if let Ok(Some(all)) = document().query_selector(ALL) {
            let all: HtmlInputElement = all.unchecked_into();
            let every = chosen.len() == boxes().count();
            all.set_checked(every && !chosen.is_empty());
            all.set_indeterminate(!every && !chosen.is_empty());
        }
        if self.0.with_untracked(|before| *before != chosen) {
            self.0.set(chosen);
        }
    }
}

fn boxes() -> impl Iterator<Item = HtmlInputElement> {
    dom::all(BOXES)
}

/// The box of a row.
pub fn key_box(id: KeyId, name: &str) -> AnyView {
    view! {
        <label class="choice">
            <input type="checkbox" name="keys[]" form=FORM autocomplete="off" value=id.to_string() />
            <span class="visually-hidden">{words::select(name)}</span>
        </label>
    }
    .into_any()
}

/// The box above them all; it needs JavaScript.
pub fn all_box() -> AnyView {
    view! {
        <label class="choice" data-needs-js="">
            <input type="checkbox" autocomplete="off" data-all="" />
            <span class="visually-hidden">{words::SELECT_PAGE}</span>
        </label>
    }
    .into_any()
}

/// What can be done with the selected keys. It keeps its place, and its style shows it while a box is ticked.
#[component]
pub fn BulkBar(
    /// The application's id.
    app: String,
    /// What is selected.
    selected: Selected,
) -> impl IntoView {
    let ready = use_ready();
    let action = Changes::here().deactivate_each();
    let navigate = use_navigate();
    let question = routes::revoke_selected(&app);
    let target = question.clone();
    view! {
        <ActionForm action attr:id=FORM attr:class="bulk-bar" attr:aria-label=words::SELECTED>
            <FormPage />
            <input type="hidden" name="app" value=app />
            <span class="bulk-count" role="status">
                {move || {
                    let count = selected.0.with(Vec::len);
                    if !ready.get() {
                        words::SELECTED.to_owned()
                    } else if count == 0 {
                        String::new()
                    } else {
                        words::selected(count)
                    }
                }}
            </span>
            <button type="submit" class="button" data-variant="secondary" data-size="small">
                <Icon shape=Shape::Pause />
                {words::DEACTIVATE}
            </button>
            // Without JavaScript the boxes travel to the question in its address.
            <button
                type="submit"
                class="button"
                data-variant="danger"
                data-size="small"
                formmethod="get"
                formaction=question
                on:click=move |event| {
                    event.prevent_default();
                    let keys = selected.0.get_untracked().join(" ");
                    let path = routes::with_query(&target, &[("keys", &keys)]);
                    navigate(&path, NavigateOptions::default());
                }
            >
                <Icon shape=Shape::Trash />
                {words::REVOKE}
            </button>
            <button
                type="button"
                class="button"
                data-variant="ghost"
                data-size="small"
                data-needs-js=""
                on:click=move |_| selected.clear()
            >
                {words::CLEAR_SELECTION}
            </button>
        </ActionForm>
    }
}

/// What came of the last change of several keys.
#[component]
pub fn BulkNotice() -> impl IntoView {
    let changes = Changes::here();
    let outcome = changes.bulk_outcome();
    // It has been read when somebody comes back to the list.
    on_cleanup(move || changes.deactivate_each().clear());
    view! {
        <div role="status">
            {move || {
                outcome
                    .get()
                    .map(|outcome| match outcome {
                        Ok(outcome) => {
                            let words = words::deactivated(outcome.done.len());
                            outcome_view(words, &outcome.skipped)
                        }
                        Err(error) => {
                            let words: Vec<_> = error
                                .sentences()
                                .into_iter()
                                .map(|sentence| sentence.message)
                                .collect();
                            view! { <Notice tone="danger">{words.join(" ")}</Notice> }.into_any()
                        }
                    })
            }}
        </div>
    }
}

/// How many keys were changed, and why some were not.
pub fn outcome_view(words: String, skipped: &[(String, String)]) -> AnyView {
    let tone = if skipped.is_empty() {
        "success"
    } else {
        "warning"
    };
    let skipped = skipped
        .iter()
        .flat_map(|(name, why)| [" ".to_owned(), words::skipped(name, why)])
        .collect::<String>();
    view! {
        <Notice tone>
            {words}
            {skipped}
        </Notice>
    }
    .into_any()
}
