//! What happened to a key.

use crate::{
    part::audit::detail_view,
    ui::{Name, Time, Verbatim},
};
use domain::{audit::AuditRecord, time::Timestamp};
use leptos::prelude::*;

/// Sentences, the newest first.
#[component]
pub fn History(
    /// The rows of the audit log.
    records: Vec<AuditRecord>,
    /// The server's clock.
    now: Timestamp,
) -> impl IntoView {
    let items = records
        .into_iter()
        .map(|record| {
            let from = (!record.address.is_empty())
                .then(|| view! { " from " <Verbatim text=record.address /> });
            let detail =
                (!record.detail.is_empty()).then(|| detail_view(&format!(": {}", record.detail)));
            view! {
                <li>
                    <span>
                        <strong>
                            <Name name=record.actor />
                        </strong>
                        " "
                        {record.action.phrase_without_target()}
                        {from}
                        {detail}
                    </span>
                    <Time at=record.at now />
                </li>
            }
        })
        .collect_view();
    view! { <ol class="history">{items}</ol> }
}
