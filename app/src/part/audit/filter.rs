//! The filters of the audit log.

use crate::{
    part::filter::{Choice, FilterForm, FilterText},
    routes::AuditAddress,
    words::audit as words,
};
use domain::{
    audit::Action,
    key::{name::KeyName, token::KeyId},
    member::Member,
};
use leptos::prelude::*;

/// Narrows the log by key, person, action and day.
#[component]
pub fn AuditFilterBar(
    /// The log's path.
    action: String,
    /// The filter of the log.
    address: AuditAddress,
    /// Keys to choose from.
    keys: Vec<(KeyId, KeyName)>,
    /// People to choose from.
    members: Vec<Member>,
) -> impl IntoView {
    let keys = keys
        .into_iter()
        .map(|(id, name)| (id.to_string(), name.to_string()))
        .collect();
    let members = members
        .into_iter()
        .map(|member| (member.email.to_string(), String::new()))
        .collect();
    let actions = Action::all()
        .map(|action| (action.as_str(), action.phrase_without_target()))
        .collect();
    view! {
        <FilterForm action class="audit-filter">
            <FilterText
                name="key"
                label=words::KEY
                hint=words::KEY_HINT
                max_length=254
                value=address.key
                options=keys
            />
            <FilterText
                name="person"
                label=words::PERSON
                hint=words::PERSON_HINT
                max_length=254
                value=address.person
                options=members
            />
            <Choice
                name="action"
                label=words::ACTION
                all=words::ANY_ACTION
                choices=actions
                chosen=address.action
            />
            <FilterText name="from" label=words::FROM kind="date" max_length=10 value=address.from />
            <FilterText name="until" label=words::UNTIL kind="date" max_length=10 value=address.until />
        </FilterForm>
    }
}
