//! Rows of the audit log.

use crate::{
    routes::{self, AuditAddress},
    ui::Time,
    words::audit as words,
};
use domain::{
    audit::{AuditRecord, FieldValues},
    key::token::KeyId,
    time::Timestamp,
};
use leptos::prelude::*;
use std::collections::BTreeSet;

/// Who did what to what, what it was and became, when, from where, and in which request.
#[component]
pub fn AuditList(
    /// The application's id.
    app: String,
    /// The newest first.
    records: Vec<AuditRecord>,
    /// The server's clock.
    now: Timestamp,
) -> impl IntoView {
    let path = routes::audit_log(&app);
    let rows: Vec<_> = records
        .into_iter()
        .map(|record| row(&path, record, now))
        .collect();
    view! {
        <ol class="entries" aria-label=words::TITLE>
            {rows}
        </ol>
    }
}

fn row(path: &str, record: AuditRecord, now: Timestamp) -> AnyView {
    let who = AuditAddress::by(&record.actor).path(path);
    // Who signs in does it to nobody else.
    let target = (record.target != record.actor)
        .then(|| target(path, &record.target))
        .flatten();
    let detail = (!record.detail.is_empty()).then(|| format!(": {}", record.detail));
    let address =
        (!record.address.is_empty()).then(|| format!("{} {}", words::ADDRESS, record.address));
    let request = (!record.request_id.is_empty()).then(|| {
        view! {
            <span>
                {words::REQUEST} " " <code>{record.request_id}</code>
            </span>
        }
    });
    let changes = changes(&record.before, &record.after);
    view! {
        <li>
            <p>
                <a class="audit-who" href=who>
                    {record.actor}
                </a>
                " "
                {record.action.phrase()}
                {target}
                {detail}
            </p>
            {changes}
            <p class="entries-meta">
                <Time at=record.at now />
                {address.map(|address| view! { <span>{address}</span> })}
                {request}
            </p>
        </li>
    }
    .into_any()
}

/// A key leads to all that was done to it; anything else is what it is.
fn target(path: &str, target: &str) -> Option<AnyView> {
    if target.is_empty() {
        return None;
    }
    let words = target
        .parse::<KeyId>()
        .map_or_else(|_| target.to_owned(), KeyId::mask);
    let all = AuditAddress::on(target).path(path);
    Some(
        view! {
            " "
            <a class="audit-target" href=all>
                {words}
            </a>
        }
        .into_any(),
    )
}

/// What it was and what it became, field by field.
fn changes(before: &FieldValues, after: &FieldValues) -> Option<AnyView> {
    let fields: BTreeSet<&str> = before
        .iter()
        .chain(after.iter())
        .map(|(field, _)| field)
        .collect();
    let of = |facts: &FieldValues, field| words::value(facts.get(field).unwrap_or(words::NOTHING));
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
