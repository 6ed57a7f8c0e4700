//! Keys in a table.

use super::{KeyActions, KeyStatus, MaskedKey, ScopeList};
use crate::{
    routes,
    ui::{Icon, Menu, Shape, Time},
};
use domain::{key::KeySummary, time::Timestamp};
use leptos::prelude::*;

/// The table. Its roles are spelled out: a narrow screen shows cards, and `display` would take the roles away.
#[component]
pub fn KeyTable(
    /// The application's id.
    app: String,
    /// The rows.
    keys: Vec<KeySummary>,
    /// The server's clock.
    now: Timestamp,
    /// Whether the reader may change keys.
    editable: bool,
) -> impl IntoView {
    let rows = keys
        .into_iter()
        .map(|key| view! { <KeyRow app=app.clone() key now editable /> })
        .collect_view();
    view! {
        <div class="table-wrap">
            <table class="keys" role="table">
                <caption class="visually-hidden">"API keys"</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        <th scope="col" role="columnheader">"Name"</th>
                        <th scope="col" role="columnheader">"Key"</th>
                        <th scope="col" role="columnheader" data-priority="low">"Scopes"</th>
                        <th scope="col" role="columnheader">"Status"</th>
                        <th scope="col" role="columnheader" data-priority="low">"Created"</th>
                        <th scope="col" role="columnheader">"Last used"</th>
                        <th scope="col" role="columnheader" data-priority="medium">"Expires"</th>
                        <th scope="col" role="columnheader">
                            <span class="visually-hidden">"Actions"</span>
                        </th>
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        </div>
    }
}

#[component]
fn KeyRow(app: String, key: KeySummary, now: Timestamp, editable: bool) -> impl IntoView {
    let path = routes::key(&app, key.id);
    let name = key.name.to_string();
    let used = match &key.last_used {
        Some(used) => view! { <Time at=used.at now /> }.into_any(),
        None => "Never".into_any(),
    };
    let expires = match key.expires_at {
        Some(at) => view! { <Time at now /> }.into_any(),
        None => "Never".into_any(),
    };
    let by = key
        .created_by_email
        .clone()
        .map(|email| view! { <small>" by " {email}</small> });
    let actions = editable.then(|| view! { <KeyActions app=app.clone() key=key.clone() /> });
    view! {
        <tr role="row" data-state=key.state.as_str()>
            <th scope="row" role="rowheader">
                <a href=path.clone()>{name.clone()}</a>
                <small>{if key.environment.as_str() == "live" { "Live" } else { "Test" }}</small>
            </th>
            <td role="cell" data-label="Key">
                <MaskedKey id=key.id />
            </td>
            <td role="cell" data-label="Scopes" data-priority="low">
                <ScopeList scopes=key.scopes most=2 />
            </td>
            <td role="cell" data-label="Status">
                <KeyStatus key=key.clone() now />
            </td>
            <td role="cell" data-label="Created" data-priority="low">
                <Time at=key.created_at now />
                {by}
            </td>
            <td role="cell" data-label="Last used">
                {used}
            </td>
            <td role="cell" data-label="Expires" data-priority="medium">
                {expires}
            </td>
            <td role="cell">
                <Menu label=format!("Actions for {name}")>
                    <a href=path>
                        <Icon shape=Shape::Eye />
                        "View details"
                    </a>
                    {actions}
                </Menu>
            </td>
        </tr>
    }
}
