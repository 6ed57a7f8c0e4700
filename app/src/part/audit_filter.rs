//! Narrowing the audit log.

use super::filter_bar::Choice;
use crate::{routes::AuditAddress, words::audit as words};
use domain::audit::Action;
use leptos::prelude::*;
use leptos_router::components::Form;

/// A `GET` form: what it narrows to stands in the address.
#[component]
pub fn AuditFilterBar(
    /// The log's path.
    action: String,
    /// What the log shows.
    address: Memo<AuditAddress>,
) -> impl IntoView {
    let actions = Action::all()
        .map(|action| (action.as_str(), action.phrase()))
        .collect();
    let text = move |name: &'static str,
                     label: &'static str,
                     hint: &'static str,
                     kind: &'static str,
                     of: fn(&AuditAddress) -> String| {
        let id = format!("filter-{name}");
        view! {
            <div class="field">
                <label for=id.clone()>{label}</label>
                <input
                    id=id
                    name=name
                    type=kind
                    placeholder=hint
                    autocomplete="off"
                    spellcheck="false"
                    maxlength="254"
                    value=address.with_untracked(of)
                    prop:value=move || address.with(of)
                />
            </div>
        }
    };
    view! {
        <Form method="GET" action=action attr:class="filter-bar audit-filter" attr:role="search">
            {text("key", words::KEY, words::KEY_HINT, "text", |address| address.key.clone())}
            {text("person", words::PERSON, words::PERSON_HINT, "text", |address| address.person.clone())}
            <Choice
                name="action"
                label=words::ACTION
                all=words::ANY_ACTION
                choices=actions
                chosen=Signal::derive(move || address.with(|address| address.action.clone()))
            />
            {text("from", words::FROM, "", "date", |address| address.from.clone())}
            {text("until", words::UNTIL, "", "date", |address| address.until.clone())}
            <button type="submit" class="button" data-variant="secondary">
                {words::FILTER}
            </button>
        </Form>
    }
}
