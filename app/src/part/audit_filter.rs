//! Narrowing the audit log.

use super::filter_bar::Choice;
use crate::{routes::AuditAddress, words::audit as words};
use domain::audit::Action;
use leptos::prelude::*;

/// A `GET` form: what it narrows to is in the address.
#[component]
pub fn AuditFilterBar(
    /// The log's path.
    action: String,
    /// What the log shows.
    address: AuditAddress,
) -> impl IntoView {
    let actions = Action::all()
        .map(|action| (action.as_str(), action.phrase()))
        .collect();
    let text = |name: &'static str,
                label: &'static str,
                hint: &'static str,
                kind: &'static str,
                value: String| {
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
                    value=value
                />
            </div>
        }
    };
    view! {
        <form method="get" action=action class="filter-bar audit-filter" role="search">
            {text("key", words::KEY, words::KEY_HINT, "text", address.key)}
            {text("person", words::PERSON, words::PERSON_HINT, "text", address.person)}
            <Choice
                name="action"
                label=words::ACTION
                all=words::ANY_ACTION
                choices=actions
                chosen=address.action
            />
            {text("from", words::FROM, "", "date", address.from)}
            {text("until", words::UNTIL, "", "date", address.until)}
            <button type="submit" class="button" data-variant="secondary">
                {words::FILTER}
            </button>
        </form>
    }
}
