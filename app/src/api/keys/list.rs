//! The list of keys.
#![expect(
    clippy::too_many_arguments,
    reason = "a server function takes one for each part of its page's address"
)]

use crate::{
    error::AppError,
    ui::markup::{Markup, Rendered},
};
use domain::{
    key::{KeySummary, token::KeyId},
    time::Timestamp,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// Calls of the last 24 hours.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayCalls {
    /// All calls.
    pub calls: i64,
    /// Calls that were denied.
    pub refused: i64,
    /// All calls by the hour, as the `d` of a path ([`crate::chart::spark`]); empty without calls.
    pub line: String,
}

/// A key that another one replaces, and that still works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetiringKey {
    /// The old key.
    pub id: KeyId,
    /// When it stops working.
    pub retires_at: Timestamp,
    /// Its calls of the last 24 hours.
    pub calls: i64,
}

/// A row of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedKey {
    /// The key.
    pub key: KeySummary,
    /// Its calls.
    pub day: DayCalls,
    /// The key that it replaces, if that one still works.
    pub retiring: Option<RetiringKey>,
}

/// The number of keys that match a filter, on all pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListTotal {
    /// The exact number, or the bound if `more` is set.
    pub count: i64,
    /// Whether there are more keys than `count`.
    pub more: bool,
}

/// The parts of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct ListMarkup {
    pub groups: Markup,
    pub sort: Markup,
    pub rows: Markup,
    pub foot: Markup,
}

/// The keys that match a filter, in an order (`sort`: `created`, `name`, `used` or `expires`; `dir`: `asc` or `desc`). `tab` is
/// the group of keys. Unknown values are ignored. The rows are HTML.
#[server(name = ListKeys, prefix = "/api", endpoint = "list_keys")]
pub async fn list_keys(
    app: String,
    #[server(default)] tab: String,
    search: String,
    status: String,
    environment: String,
    #[server(default)] notable: String,
    #[server(default)] sort: String,
    #[server(default)] dir: String,
    cursor: String,
) -> Result<Rendered<ListTotal, ListMarkup>, AppError> {
    use crate::{
        part::{KeyGroups, KeyListFoot, KeyTable, NoKeys, SortMenu},
        routes::ListAddress,
    };
    use domain::key::filter::{KeyCursor, KeyQuery};
    let viewer = crate::context::viewer(&app).await?;
    let address = ListAddress {
        tab,
        search,
        status,
        environment,
        notable,
        sort,
        dir,
        cursor,
    };
    let order = address.order();
    let query = KeyQuery {
        filter: address.filter(),
        order,
        cursor: KeyCursor::parse(&address.cursor, order),
    };
    let mut listing = viewer.list_keys(&query).await?;
    let now = viewer.now();
    let mut day_of = |id: KeyId| {
        let hours = listing.days.remove(&id.into());
        hours.map(|hours| DayCalls::of(&hours)).unwrap_or_default()
    };
    let rows: Vec<_> = listing
        .page
        .rows
        .into_iter()
        .map(|key| ListedKey {
            day: day_of(key.id),
            retiring: listing.retiring.remove(&key.id).map(|old| RetiringKey {
                id: old.id,
                retires_at: old.retires_at,
                calls: day_of(old.id).calls,
            }),
            key,
        })
        .collect();
    let editable = viewer.identity().role.can_edit_keys();
    let (current, filter, counts) = (query.filter.group, query.filter, listing.groups);
    let cursors = [listing.page.previous, listing.page.next];
    let day = DayCalls::of(&listing.day);
    let groups = view! { <KeyGroups app=app.clone() address=address.clone() current counts /> };
    let sort = view! { <SortMenu app=app.clone() address=address.clone() /> };
    let foot = view! { <KeyListFoot app=app.clone() address=address.clone() cursors day /> };
    let rows = if rows.is_empty() {
        view! { <NoKeys app filter counts editable /> }.into_any()
    } else {
        view! {
            <div class="table-wrap">
                <KeyTable app keys=rows now editable address />
            </div>
        }
        .into_any()
    };
    Ok(Rendered {
        data: ListTotal {
            count: listing.total.count,
            more: listing.total.more,
        },
        markup: ListMarkup {
            groups: Markup::of(groups),
            sort: Markup::of(sort),
            rows: Markup::of(rows),
            foot: Markup::of(foot),
        },
    })
}

/// A length as the number of a page.
pub fn count_of(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

impl DayCalls {
    /// Sums up the hours, the oldest first.
    pub fn of(hours: &[domain::usage::Bucket]) -> Self {
        let totals: Vec<i64> = hours.iter().map(|hour| hour.total()).collect();
        let accepted: i64 = hours.iter().map(|hour| hour.accepted).sum();
        let calls = totals.iter().sum();
        Self {
            calls,
            refused: calls - accepted,
            line: crate::chart::spark::line(&totals),
        }
    }
}
