//! Keys in a table.

use super::{
    KeyActions, KeyStatus, MaskedKey, ScopeList,
    bulk_bar::{all_box, key_box},
};
use crate::{
    api::keys::list::{Day, ListedKey},
    routes::{self, ListAddress},
    ui::{Icon, Menu, Shape, Time},
    words::list as words,
};
use domain::{
    key::{Environment, KeySummary, LastUsed, filter::Sort, state::State},
    time::Timestamp,
};
use leptos::prelude::*;

/// The table. Its roles are spelled out: a narrow screen shows cards, and `display` would take the roles away.
#[component]
pub fn KeyTable(
    /// The application's id.
    app: String,
    /// The rows.
    keys: Vec<ListedKey>,
    /// The server's clock.
    now: Timestamp,
    /// Whether the reader may change keys.
    editable: bool,
    /// What the list shows, for the links of its headings.
    address: ListAddress,
) -> impl IntoView {
    let path = routes::list(&app);
    let heading = |label: &'static str, priority: Option<&'static str>, by: Option<Sort>| {
        heading(label, priority, by.map(|by| sorting(&address, by, &path)))
    };
    let headings = [
        (words::NAME, None, Some(Sort::Name)),
        (words::KEY, None, None),
        (words::SCOPES, Some("low"), None),
        (words::STATUS, None, None),
        (words::CREATED, None, Some(Sort::Created)),
        (words::USED, None, Some(Sort::Used)),
        (words::EXPIRES, Some("medium"), Some(Sort::Expires)),
        (words::DAY, Some("medium"), None),
    ]
    .map(|(label, priority, by)| heading(label, priority, by))
    .collect_view();
    let all = editable.then(|| {
        view! {
            <th scope="col" role="columnheader" class="select">
                {all_box()} <span class="visually-hidden">{words::SELECT}</span>
            </th>
        }
    });
    let rows = keys
        .into_iter()
        .map(|listed| row(&app, listed, now, editable))
        .collect_view();
    view! {
        <table class="keys" role="table">
            <caption class="visually-hidden">{words::TABLE}</caption>
            <thead role="rowgroup">
                <tr role="row">
                    {all} {headings} <th scope="col" role="columnheader">
                        <span class="visually-hidden">{words::ACTIONS}</span>
                    </th>
                </tr>
            </thead>
            <tbody role="rowgroup">{rows}</tbody>
        </table>
    }
}

/// What the heading of a column that can be sorted by leads to, and how the column is sorted now.
fn sorting(address: &ListAddress, by: Sort, path: &str) -> Sorting {
    let order = address.order();
    let now = (order.by == by).then_some(if order.descending {
        "descending"
    } else {
        "ascending"
    });
    Sorting {
        id: format!("sort-{}", by.as_str()),
        path: address.clone().clicked(by).path(path),
        now,
    }
}

struct Sorting {
    /// The focus stays on it.
    id: String,
    path: String,
    now: Option<&'static str>,
}

fn heading(
    label: &'static str,
    priority: Option<&'static str>,
    sorting: Option<Sorting>,
) -> AnyView {
    let now = sorting.as_ref().and_then(|sorting| sorting.now);
    let words = match sorting {
        Some(Sorting { id, path, .. }) => view! { <a id=id href=path>{label}</a> }.into_any(),
        None => label.into_any(),
    };
    view! {
        <th scope="col" role="columnheader" data-priority=priority aria-sort=now>
            {words}
        </th>
    }
    .into_any()
}

fn row(app: &str, listed: ListedKey, now: Timestamp, editable: bool) -> AnyView {
    let ListedKey { key, day } = listed;
    let path = routes::key(app, key.id);
    let name = key.name.to_string();
    let environment = match key.environment {
        Environment::Live => words::LIVE,
        Environment::Test => words::TEST,
    };
    let used = key.last_used.clone().map(|used| last_used(used, now));
    let expires = key.expires_at.map(|at| view! { <Time at now /> });
    let by = key.created_by_email.clone().map(|email| {
        let name = email.split('@').next().unwrap_or_default().to_owned();
        view! { <small title=email>{words::by(&name)}</small> }
    });
    let select = editable.then(|| {
        view! {
            <td role="cell" class="select">
                {key_box(key.id, &name)}
            </td>
        }
    });
    view! {
        <tr role="row" id=key.id.to_string() data-state=key.state.as_str()>
            {select} <th scope="row" role="rowheader">
                <a href=path.clone()>{name.clone()}</a>
                <small>{environment}</small>
            </th> <td role="cell" data-label=words::KEY>
                <MaskedKey id=key.id />
            </td> <td role="cell" data-label=words::SCOPES data-priority="low">
                <ScopeList scopes=key.scopes most=2 />
            </td> <td role="cell" data-label=words::STATUS>
                <KeyStatus key=key.clone() now />
            </td> <td role="cell" data-label=words::CREATED>
                <Time at=key.created_at now />
                {by}
            </td> <td role="cell" data-label=words::USED>
                {used.unwrap_or_else(|| words::NEVER.into_any())}
            </td> <td role="cell" data-label=words::EXPIRES data-priority="medium">
                {expires.map_or_else(|| words::NEVER.into_any(), IntoAny::into_any)}
            </td> <td role="cell" data-label=words::DAY data-priority="medium">
                {day_view(day)}
            </td> <td role="cell">{menu(app, path, key.clone(), editable)}</td>
        </tr>
    }
    .into_any()
}

/// When, and beneath it from where and by what.
fn last_used(used: LastUsed, now: Timestamp) -> AnyView {
    // The first word says most: `storefront/3.2 (linux)`.
    let agent = used.user_agent.split(' ').next().unwrap_or_default();
    let agent: String = agent.chars().take(24).collect();
    let parts = [used.address, agent];
    let from: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    view! {
        <Time at=used.at now />
        <small title=used.user_agent>{from.join(", ")}</small>
    }
    .into_any()
}

/// The calls of a day: a line for those who see it, words for all.
pub fn day_view(day: Day) -> AnyView {
    let refused = (day.refused > 0).then(|| words::refused(day.refused, day.calls));
    // One in a hundred: less is the noise of every day.
    let troubled = day.refused > 0 && day.refused.saturating_mul(100) >= day.calls;
    let line = (!day.line.is_empty()).then(|| {
        view! {
            <svg class="sparkline" viewBox="0 0 92 24" preserveAspectRatio="none" aria-hidden="true" focusable="false">
                <path d=day.line></path>
            </svg>
        }
    });
    view! {
        <span class="day">
            {line} <span data-quiet=(day.calls == 0).then_some("")>{words::calls(day.calls)}</span>
            {refused
                .map(|refused| {
                    view! { <small data-tone=troubled.then_some("danger")>{refused}</small> }
                })}
        </span>
    }
    .into_any()
}

fn menu(app: &str, path: String, key: KeySummary, editable: bool) -> AnyView {
    let regenerate = (editable && !matches!(key.state, State::Revoked { .. })).then(|| {
        view! {
            <a href=routes::regenerate(app, key.id)>
                <Icon shape=Shape::Key />
                {words::REGENERATE}
            </a>
        }
    });
    let label = words::actions_for(key.name.as_str());
    let actions = editable.then(|| view! { <KeyActions app=app.to_owned() key /> });
    view! {
        <Menu label>
            <a href=path>
                <Icon shape=Shape::Eye />
                {words::VIEW}
            </a>
            {regenerate}
            {actions}
        </Menu>
    }
    .into_any()
}
