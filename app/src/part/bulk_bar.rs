//! Several keys at once: what is selected, and what can be done with it.

use super::Changes;
use crate::{
    form::FormPage,
    routes,
    ui::{Icon, Notice, Shape, ready::use_ready},
    words::list as words,
};
use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};

/// The form that the boxes of the rows belong to: they stand outside of it, since a row has forms of its own.
const FORM: &str = "selected";

/// The ids of the selected keys. Without JavaScript the boxes alone know them.
#[derive(Clone, Copy)]
pub struct Selected(RwSignal<Vec<String>>);

impl Selected {
    /// Nothing.
    pub fn nothing() -> Self {
        Self(RwSignal::new(Vec::new()))
    }

    /// Forgets all.
    pub fn clear(self) {
        _ = self.0.try_set(Vec::new());
    }

    /// The box of a row.
    pub fn one(self, id: String, name: &str) -> AnyView {
        let (chosen, value) = (id.clone(), id.clone());
        view! {
            <label class="choice">
                <input
                    type="checkbox"
                    name="keys[]"
                    form=FORM
                    autocomplete="off"
                    value=value
                    prop:checked=move || self.0.with(|all| all.contains(&chosen))
                    on:change=move |event| {
                        let checked = event_target_checked(&event);
                        self.0
                            .update(|all| {
                                all.retain(|other| *other != id);
                                if checked {
                                    all.push(id.clone());
                                }
                            });
                    }
                />
                <span class="visually-hidden">{words::select(name)}</span>
            </label>
        }
        .into_any()
    }

    /// The box above them all; it needs JavaScript.
    pub fn all(self, ids: Vec<String>) -> AnyView {
        let count = ids.len();
        view! {
            <label class="choice" data-needs-js="">
                <input
                    type="checkbox"
                    autocomplete="off"
                    prop:checked=move || self.0.with(Vec::len) == count
                    prop:indeterminate=move || (1..count).contains(&self.0.with(Vec::len))
                    on:change=move |event| {
                        let all = event_target_checked(&event);
                        self.0.set(if all { ids.clone() } else { Vec::new() });
                    }
                />
                <span class="visually-hidden">{words::SELECT_PAGE}</span>
            </label>
        }
        .into_any()
    }
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
