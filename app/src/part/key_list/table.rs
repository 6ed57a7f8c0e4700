//! The table of keys.

use super::{bulk_bar::key_box, status::status};
use crate::{
    chart::spark,
    part::{
        key::{KeyActions, MaskedKey},
        selection::all_box,
    },
    read::key_list::{DayCalls, ListedKey, RetiringKey},
    routes::{self, ListAddress, QueryAddress, RequestsAddress},
    ui::{CopyButton, Icon, Menu, Name, Shape, Time, time::Day},
    words::{list as words, number::grouped},
};
use domain::{
    key::{
        Environment, KeySummary, LastUsed, filter::Sort, ip_rule::IpRules, scope::ScopeSet,
        state::State,
    },
    time::{DAY, Timestamp},
};
use leptos::prelude::*;

/// An expiry is marked in its last two weeks.
const EXPIRY_WARNING: i64 = 14 * DAY;
/// A last use is shown relative to now for 30 days, then as a date.
const RELATIVE_FOR: i64 = 30 * DAY;

/// The columns: class, heading, and what they can be sorted by.
const COLUMNS: [(&str, &str, Option<Sort>); 6] = [
    ("key", words::KEY, Some(Sort::Name)),
    ("state", words::STATUS, None),
    ("access", words::ACCESS, None),
    ("requests", words::REQUESTS, None),
    ("used", words::USED, Some(Sort::Used)),
    ("expires", words::EXPIRES, Some(Sort::Expires)),
];

/// The table. Roles are explicit, because `display: grid` on a narrow screen would remove the implicit ones.
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
    /// The address of the list, for the links of the headings.
    address: ListAddress,
    /// The ids of the rows that are selected from the start.
    selected: Vec<String>,
) -> impl IntoView {
    let path = routes::list(&app);
    let headings = COLUMNS
        .map(|(class, label, by)| {
            heading(class, label, by.map(|by| Sorting::new(&address, by, &path)))
        })
        .collect_view();
    let all = editable.then(|| {
        view! {
            <th scope="col" role="columnheader" class="select">
                {all_box(words::SELECT_PAGE)} <span class="visually-hidden">{words::SELECT}</span>
            </th>
        }
    });
    let rows = keys
        .into_iter()
        .map(|listed| {
            let selected = selected.contains(&listed.key.id.to_string());
            row(&app, listed, now, editable, selected)
        })
        .collect_view();
    view! {
        <table class="keys" role="table">
            <caption class="visually-hidden">{words::TABLE}</caption>
            <thead role="rowgroup">
                <tr role="row">
                    {all} {headings} <th scope="col" role="columnheader" class="menu-cell">
                        <span class="visually-hidden">{words::ACTIONS}</span>
                    </th>
                </tr>
            </thead>
            <tbody role="rowgroup">{rows}</tbody>
        </table>
    }
}

/// A column that can be sorted by.
struct Sorting {
    /// The link's id, so that it keeps the focus when the table is replaced.
    id: String,
    path: String,
    /// The direction, if the list is sorted by this column.
    direction: Option<&'static str>,
}

impl Sorting {
    fn new(address: &ListAddress, by: Sort, path: &str) -> Self {
        let order = address.order();
        let direction = (order.by == by).then_some(if order.descending {
            "descending"
        } else {
            "ascending"
        });
        Self {
            id: format!("sort-{}", by.as_str()),
            path: address.clone().clicked(by).path(path),
            direction,
        }
    }
}

fn heading(class: &'static str, label: &'static str, sorting: Option<Sorting>) -> AnyView {
    let direction = sorting.as_ref().and_then(|sorting| sorting.direction);
    let label = match sorting {
        Some(Sorting { id, path, .. }) => view! { <a id=id href=path>{label}</a> }.into_any(),
        None => label.into_any(),
    };
    view! {
        <th scope="col" role="columnheader" class=class aria-sort=direction>
            {label}
        </th>
    }
    .into_any()
}

fn row(app: &str, listed: ListedKey, now: Timestamp, editable: bool, selected: bool) -> AnyView {
    let ListedKey {
        key,
        critical,
        day,
        retiring,
    } = listed;
    let path = routes::key(app, key.id);
    let name = key.name.to_string();
    let test = (key.environment == Environment::Test)
        .then(|| view! { <span class="badge" data-tone="warning">{words::TEST}</span> });
    let select = editable.then(|| {
        view! {
            <td role="cell" class="select">
                {key_box(key.id, &name, selected)}
            </td>
        }
    });
    let columns = COLUMNS.len() + 1 + usize::from(editable);
    let retiring = retiring.map(|retiring| retiring_row(app, &retiring, now, columns));
    view! {
        <tr role="row" id=key.id.to_string() data-state=key.state.as_str()>
            {select} <th scope="row" role="rowheader" class="key">
                <span class="key-name">
                    <a href=path.clone() title=name.clone()>
                        <Name name=name.clone() />
                    </a>
                    {test}
                </span>
                <span class="key-id">
                    <MaskedKey id=key.id />
                </span>
            </th> <td role="cell" class="state">
                {status(&key, critical, now)}
            </td> <td role="cell" class="access">
                {access(key.scopes, &key.ip_rules)}
            </td> <td role="cell" class="requests">
                {day_view(&day)}
            </td> <td role="cell" class="used">
                {last_used(key.last_used.clone(), now)}
            </td> <td role="cell" class="expires">
                {expiry(&key, now)}
            </td> <td role="cell" class="menu-cell">
                {menu(app, path, key.clone(), editable)}
            </td>
        </tr>
        {retiring}
    }
    .into_any()
}

/// The key that a row's key replaces, while both work.
fn retiring_row(app: &str, retiring: &RetiringKey, now: Timestamp, columns: usize) -> AnyView {
    let path = routes::key(app, retiring.id);
    view! {
        // The key may have a row of its own, with its id.
        <tr role="row" class="retiring" id=format!("old-{}", retiring.id) data-state="active">
            // The last cell is hidden with the column "Access".
            <td role="cell" colspan=(columns - 1).to_string()>
                <div class="retiring-key">
                    <span>
                        {words::OLD_KEY} " " <code translate="no">{retiring.id.mask()}</code> " "
                        {words::still_took(retiring.calls)} " · " {words::STOPS} " "
                        <Time at=retiring.retires_at now />
                    </span>
                    <a href=path>{words::VIEW_OLD_KEY}</a>
                </div>
            </td>
            <td role="cell" class="access"></td>
        </tr>
    }
    .into_any()
}

/// The scope that allows most, how many others there are, and from where the key works.
fn access(scopes: ScopeSet, rules: &IpRules) -> AnyView {
    let rest = i64::from(scopes.len()) - 1;
    let from = words::networks(
        rules
            .networks()
            .iter()
            .map(|rule| rule.prefix_len() == rule.max_prefix_len()),
    );
    let (first, rest) = match scopes.widest() {
        Some(_) if rest > 0 && ScopeSet::read_only().contains(scopes) => (
            view! { <span>{words::READ_ONLY_KEY}</span> }.into_any(),
            words::scopes(rest + 1),
        ),
        Some(widest) => (
            view! { <code translate="no" title=widest.clone()>{widest.clone()}</code> }.into_any(),
            if rest > 0 {
                format!("+{rest}")
            } else {
                String::new()
            },
        ),
        None => (().into_any(), String::new()),
    };
    let second = [rest, from]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" · ");
    view! {
        {first}
        <small>{second}</small>
    }
    .into_any()
}

/// The calls of a day: a line for those who see it, and the number.
fn day_view(day: &DayCalls) -> AnyView {
    if day.calls == 0 {
        return view! { <span class="day" data-quiet="">{words::NO_REQUESTS}</span> }.into_any();
    }
    // Fewer than one denied request in a hundred is normal.
    let troubled = day.refused > 0 && day.refused.saturating_mul(100) >= day.calls;
    let line = (!day.line.is_empty()).then(|| {
        view! {
            <svg
                class="sparkline"
                viewBox=spark::VIEW_BOX
                preserveAspectRatio="none"
                aria-hidden="true"
                focusable="false"
                data-tone=troubled.then_some("danger")
            >
                <path d=day.line.clone()></path>
            </svg>
        }
    });
    let denied = troubled.then(
        || view! { <small data-tone="danger">{words::refused(day.refused, day.calls)}</small> },
    );
    view! {
        <span class="day">
            {line}
            <span class="day-count">
                {grouped(day.calls)} <span class="day-unit">" " {words::requests(day.calls)}</span>
            </span>
            {denied}
        </span>
    }
    .into_any()
}

/// When, and from which address.
fn last_used(used: Option<LastUsed>, now: Timestamp) -> AnyView {
    let Some(used) = used else {
        return view! { <span data-quiet="">{words::NEVER}</span> }.into_any();
    };
    let at = used.at;
    let time = if now.since(at) < RELATIVE_FOR {
        view! { <Time at now /> }.into_any()
    } else {
        view! { <Day at /> }.into_any()
    };
    view! {
        {time}
        <small title=used.user_agent translate="no">{used.address}</small>
    }
    .into_any()
}

/// The expiry of a key that works; when a key that has ended stopped.
fn expiry(key: &KeySummary, now: Timestamp) -> AnyView {
    match &key.state {
        State::Revoked { at, .. } | State::Expired { at } => view! {
            <Day at=*at />
            <small>{words::ENDED}</small>
        }
        .into_any(),
        State::Active | State::Inactive { .. } => match key.expires_at {
            Some(at) => {
                let soon = at.since(now) <= EXPIRY_WARNING;
                view! { <span data-tone=soon.then_some("warning")><Day at /></span> }.into_any()
            }
            None => words::NEVER.into_any(),
        },
    }
}

fn menu(app: &str, path: String, key: KeySummary, editable: bool) -> AnyView {
    let requests = RequestsAddress::of_key(&key.id.to_string()).path(&routes::requests(app));
    let regenerate = (editable && !matches!(key.state, State::Revoked { .. })).then(|| {
        view! {
            <a href=routes::regenerate(app, key.id)>
                <Icon shape=Shape::Key />
                {words::REGENERATE}
            </a>
        }
    });
    let label = words::actions_for(key.name.as_str());
    let id = key.id.to_string();
    let actions = editable.then(|| view! { <KeyActions app=app.to_owned() key /> });
    view! {
        <Menu label>
            <a href=path>
                <Icon shape=Shape::Eye />
                {words::VIEW}
            </a>
            <CopyButton label=words::COPY_ID text=id />
            <a href=requests>
                <Icon shape=Shape::Clock />
                {words::VIEW_REQUESTS}
            </a>
            {regenerate}
            {actions}
        </Menu>
    }
    .into_any()
}
