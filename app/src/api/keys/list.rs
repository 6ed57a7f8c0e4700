//! The list of keys.
#![expect(
    clippy::too_many_arguments,
    reason = "a server function takes one for each part of its page's address"
)]

use crate::{error::AppError, ui::drawn::Drawn};
use domain::key::KeySummary;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// Calls of the last 24 hours.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    /// All calls.
    pub calls: i64,
    /// Those that did not pass.
    pub refused: i64,
    /// All calls by the hour, as the `d` of a path ([`crate::chart::spark`]); empty without calls.
    pub line: String,
}

/// A row of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedKey {
    /// The key.
    pub key: KeySummary,
    /// Its calls.
    pub day: Day,
}

/// What stands around one page of keys, and is said about all of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyList {
    /// Whether there are no keys on this page.
    pub empty: bool,
    /// The cursor of the page behind, where there is one.
    pub next: Option<String>,
    /// The cursor of the page before.
    pub previous: Option<String>,
    /// Keys that pass the filter, on all pages.
    pub total: i64,
    /// There are more than `total`: counting them all would take too long.
    pub more: bool,
    /// Calls with all keys of the application.
    pub day: Day,
    /// What good practice would change about keys of this page: value in links, words, how many.
    pub advice: Vec<(String, i64)>,
    /// Whether the filter leaves anything out.
    pub filtered: bool,
}

/// The keys that pass a filter, in an order (`sort`: `created`, `name`, `used` or `expires`; `dir`: `asc` or `desc`);
/// unknown words filter nothing and sort nothing. The rows come drawn.
#[server(name = ListKeys, prefix = "/api", endpoint = "list_keys")]
pub async fn list_keys(
    app: String,
    search: String,
    status: String,
    environment: String,
    #[server(default)] notable: String,
    #[server(default)] sort: String,
    #[server(default)] dir: String,
    cursor: String,
) -> Result<Drawn<KeyList>, AppError> {
    use crate::{part::KeyTable, routes::ListAddress, ui::drawn::Markup};
    use domain::key::{
        condition::KeyCondition,
        filter::{KeyCursor, KeyFilter, KeyQuery, Order},
    };
    let viewer = crate::context::viewer(&app).await?;
    let order = Order::parse(&sort, &dir);
    let query = KeyQuery {
        filter: KeyFilter::parse(&search, &status, &environment, &notable),
        order,
        cursor: KeyCursor::parse(&cursor, order),
    };
    let mut listing = viewer.list_keys(&query).await?;
    let now = viewer.now();
    let advice = [
        KeyCondition::NeverExpires,
        KeyCondition::Idle,
        KeyCondition::AnyAddress,
        KeyCondition::Old,
    ]
    .into_iter()
    .map(|notable| {
        let rows = listing.page.rows.iter();
        let count = rows.filter(|key| notable.holds_for(key, now)).count();
        (notable.as_str().to_owned(), count_of(count))
    })
    .filter(|(_, count)| *count > 0)
    .collect();
    let rows = listing.page.rows.into_iter().map(|key| ListedKey {
        day: listing
            .days
            .remove(&key.id.into())
            .map(|hours| Day::of(&hours))
            .unwrap_or_default(),
        key,
    });
    let rows: Vec<_> = rows.collect();
    let data = KeyList {
        empty: rows.is_empty(),
        next: listing.page.next.map(|cursor| cursor.to_param()),
        previous: listing.page.previous.map(|cursor| cursor.to_param()),
        total: listing.total.count,
        more: listing.total.more,
        day: Day::of(&listing.day),
        advice,
        filtered: query.filter.is_narrow(),
    };
    let address = ListAddress {
        search,
        status,
        environment,
        notable,
        sort,
        dir,
        cursor,
    };
    let editable = viewer.identity().role.can_edit_keys();
    let markup = Markup::of(view! { <KeyTable app keys=rows now editable address /> });
    Ok(Drawn { data, markup })
}

/// A length as the number of a page.
pub fn count_of(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

impl Day {
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
