//! Several keys at once: their boxes, and what can be done with those that are selected ([`crate::island::selection`]).

use crate::{
    act::keys::bulk::{BulkOutcome, DeactivateKeys},
    form::posted,
    part::selection::{SelectionBar, row_box},
    routes::{self, ListAddress, QueryAddress},
    ui::{Icon, Notice, Sentence, Shape},
    words::{list as words, nodes},
};
use domain::key::token::KeyId;
use leptos::{prelude::*, server_fn::ServerFn};

/// The form that the boxes of the rows belong to. They are outside of it, since a row has forms of its own.
const FORM: &str = "selected";

/// The box of a row.
pub fn key_box(id: KeyId, name: &str, checked: bool) -> AnyView {
    row_box("keys[]", FORM, id.to_string(), words::select(name), checked)
}

/// The actions for the selected keys. The bar keeps its place, and its style shows it while a box is ticked.
#[component]
pub fn BulkBar(
    /// The application's id.
    app: String,
    /// The address of the list, to which the dialog leads back.
    address: ListAddress,
) -> impl IntoView {
    let dialog = routes::revoke_selected(&app);
    let mut address = address;
    let list = address
        .parameters()
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| view! { <input type="hidden" name=name value=value.clone() /> })
        .collect_view();
    view! {
        <SelectionBar app id=FORM action=DeactivateKeys::PATH label=words::SELECTED>
            {list}
            <button type="submit" class="button" data-variant="secondary" data-size="small">
                <Icon shape=Shape::Pause />
                {words::DEACTIVATE}
            </button>
            // The boxes are in the address of the dialog.
            <button
                type="submit"
                class="button"
                data-variant="danger"
                data-size="small"
                formmethod="get"
                formaction=dialog
            >
                <Icon shape=Shape::Trash />
                {words::REVOKE}
            </button>
        </SelectionBar>
    }
}

/// The result of the last change of several keys.
#[component]
pub fn BulkNotice() -> impl IntoView {
    let notice = posted::<BulkOutcome>(DeactivateKeys::PATH).map(|outcome| match outcome {
        Ok(outcome) => outcome_view(words::deactivated(outcome.done.len()), &outcome),
        Err(error) => {
            let words: Vec<_> = error
                .sentences()
                .into_iter()
                .map(|sentence| sentence.message)
                .collect();
            view! { <Notice tone="danger">{words.join(" ")}</Notice> }.into_any()
        }
    });
    view! { <div role="status">{notice}</div> }
}

/// How many keys were changed, and why some were not.
pub fn outcome_view(words: String, outcome: &BulkOutcome) -> AnyView {
    let tone = if outcome.skipped.is_empty() {
        "success"
    } else {
        "warning"
    };
    let nodes = outcome
        .nodes
        .filter(|_| !outcome.done.is_empty())
        .map(|nodes| format!(" {}", nodes.say(nodes::rejected)));
    let skipped = outcome
        .skipped
        .iter()
        .map(|(name, why)| {
            let words = Sentence::about([name], |[name]| words::skipped(name, why));
            view! { " " {words.view()} }
        })
        .collect_view();
    view! {
        <Notice tone>
            {words}
            {nodes}
            {skipped}
        </Notice>
    }
    .into_any()
}
