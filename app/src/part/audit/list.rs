//! Rows of the audit log.

use super::detail_view;
use crate::{
    routes::{self, AuditAddress, QueryAddress},
    ui::{Name, Time, Verbatim},
    words::audit as words,
};
use domain::{
    audit::{AuditRecord, FieldValues},
    id::ApplicationId,
    key::{name::KeyName, token::KeyId},
    time::Timestamp,
};
use leptos::prelude::*;
use std::collections::{BTreeSet, HashMap};

/// One line an entry: who did what to what, and when. It opens to what changed, from where, and in which request.
#[component]
pub fn AuditList(
    /// The application's id.
    app: String,
    /// The newest first.
    records: Vec<AuditRecord>,
    /// The names of the keys that they are about.
    names: HashMap<KeyId, KeyName>,
    /// The server's clock.
    now: Timestamp,
) -> impl IntoView {
    let path = routes::audit_log(&app);
    let rows: Vec<_> = records
        .into_iter()
        .map(|record| row(&path, record, &names, now))
        .collect();
    view! {
        <ol class="entries audit-entries" aria-label=words::TITLE>
            {rows}
        </ol>
    }
}

fn row(
    path: &str,
    record: AuditRecord,
    names: &HashMap<KeyId, KeyName>,
    now: Timestamp,
) -> AnyView {
    // A person who signs in is both actor and target.
    let on_oneself = record.target == record.actor;
    let target = Some(&record.target).filter(|target| !target.is_empty() && !on_oneself);
    let phrase = match target {
        Some(_) => record.action.phrase(),
        None if on_oneself => record.action.phrase_on_oneself(),
        None => record.action.phrase_without_target(),
    };
    let name = target.map(|target| {
        // The id of an account or an application says nothing to a reader.
        if target.parse::<ApplicationId>().is_ok() {
            return ().into_any();
        }
        let Ok(id) = target.parse::<KeyId>() else {
            return view! { " " <span class="audit-target"><Name name=target.clone() /></span> }
                .into_any();
        };
        let name = names
            .get(&id)
            .map(|name| view! { " " <Name name=name.to_string() /> });
        view! {
            {name}
            " "
            <span class="audit-target" translate="no">
                {id.mask()}
            </span>
        }
        .into_any()
    });
    let detail = (!record.detail.is_empty()).then(|| detail_view(&format!(": {}", record.detail)));
    let address = (!record.address.is_empty())
        .then(|| view! { <span>{words::ADDRESS} " " <Verbatim text=record.address /></span> });
    let request = (!record.request_id.is_empty()).then(|| {
        view! {
            <span>
                {words::REQUEST} " " <code translate="no">{record.request_id}</code>
            </span>
        }
    });
    let by = AuditAddress::by(&record.actor).path(path);
    let on = target.map(|target| {
        let on = AuditAddress::on(target).path(path);
        view! { <a href=on>{words::SAME_TARGET}</a> }
    });
    let changes = changes(&record.before, &record.after);
    view! {
        <li>
            <details>
                <summary>
                    <span class="audit-what">
                        <span class="audit-who">
                            <Name name=record.actor />
                        </span>
                        " "
                        {phrase}
                        {name}
                        {detail}
                    </span>
                    <Time at=record.at now />
                </summary>
                {changes}
                <p class="entries-meta">
                    {address} {request} <a href=by>{words::SAME_ACTOR}</a> {on}
                </p>
            </details>
        </li>
    }
    .into_any()
}

/// The values before and after a change, field by field.
fn changes(before: &FieldValues, after: &FieldValues) -> Option<AnyView> {
    let fields: BTreeSet<&str> = before
        .iter()
        .chain(after.iter())
        .map(|(field, _)| field)
        .collect();
    let of = |facts: &FieldValues, field| {
        detail_view(&words::value(facts.get(field).unwrap_or(words::NOTHING)))
    };
    let rows: Vec<_> = fields
        .into_iter()
        .map(|field| {
            // What was made has no before.
            let was = (!before.is_empty()).then(|| {
                view! {
                    <del>
                        <span class="visually-hidden">{words::WAS} " "</span>
                        {of(before, field)}
                    </del>
                    <span class="visually-hidden">{words::BECAME}</span>
                    " "
                }
            });
            view! {
                <div>
                    <dt>{words::field(field)}</dt>
                    <dd>{was} <ins>{of(after, field)}</ins></dd>
                </div>
            }
        })
        .collect();
    (!rows.is_empty()).then(|| view! { <dl class="audit-changes">{rows}</dl> }.into_any())
}
