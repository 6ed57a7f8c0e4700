//! Fills an application with keys and prints the median duration of its list with each tab, filter, search and order, as the page
//! reads it, in milliseconds; then those of the request log, and of writing. `cargo run --release -p store --example filters --
//! sqlite://FILE 100000`: the database must be new. With a number of decisions as a third argument the log is filled.

mod fill;
mod measure;

use domain::{
    decision::DecisionFilter,
    key::filter::{KeyFilter, KeyQuery, Order},
};
use fill::Filled;
use measure::{Times, median};
use std::error::Error;
use store::{Store, StoreError};

/// The list's filters: name, tab, search, status, environment, condition, scope, creator ("few" and "many" are people).
const FILTERS: [[&str; 8]; 33] = [
    ["Active", "active", "", "", "", "", "", ""],
    ["Needs attention", "attention", "", "", "", "", "", ""],
    ["Ended", "ended", "", "", "", "", "", ""],
    ["All", "all", "", "", "", "", "", ""],
    ["status: active", "all", "", "active", "", "", "", ""],
    ["status: inactive", "all", "", "inactive", "", "", "", ""],
    ["status: expired", "all", "", "expired", "", "", "", ""],
    ["status: revoked", "all", "", "revoked", "", "", "", ""],
    ["environment: live", "all", "", "", "live", "", "", ""],
    ["environment: test", "all", "", "", "test", "", "", ""],
    ["retiring", "all", "", "", "", "retiring", "", ""],
    ["expires soon", "all", "", "", "", "expires-soon", "", ""],
    ["never used", "all", "", "", "", "never-used", "", ""],
    ["idle", "all", "", "", "", "idle", "", ""],
    ["not confirmed", "all", "", "", "", "not-confirmed", "", ""],
    ["never expires", "all", "", "", "", "never-expires", "", ""],
    ["no IP allowlist", "all", "", "", "", "any-address", "", ""],
    ["over a year old", "all", "", "", "", "old", "", ""],
    ["scope of most", "all", "", "", "", "", "invoice:read", ""],
    ["scope of 1 %", "all", "", "", "", "", "transfer:create", ""],
    ["scope of few", "all", "", "", "", "", "wallet:update", ""],
    ["scope of none", "all", "", "", "", "", "product:delete", ""],
    ["creator of many", "all", "", "", "", "", "", "many"],
    ["creator of few", "all", "", "", "", "", "", "few"],
    [
        "search: a common prefix",
        "all",
        "service",
        "",
        "",
        "",
        "",
        "",
    ],
    ["search: 1 in 97", "all", "team 42", "", "", "", "", ""],
    [
        "search: one key",
        "all",
        "service 47514 ",
        "",
        "",
        "",
        "",
        "",
    ],
    ["search: not found", "all", "checkout", "", "", "", "", ""],
    [
        "search: two characters, not found",
        "all",
        "zq",
        "",
        "",
        "",
        "",
        "",
    ],
    [
        "search: start of an id",
        "all",
        "akl_000000000004751",
        "",
        "",
        "",
        "",
        "",
    ],
    ["test, revoked", "all", "", "revoked", "test", "", "", ""],
    [
        "scope of few, live",
        "all",
        "",
        "",
        "live",
        "",
        "wallet:update",
        "",
    ],
    [
        "scope of 1 %, expired",
        "all",
        "",
        "expired",
        "",
        "",
        "transfer:create",
        "",
    ],
];

/// Filters that are measured in every order.
const IN_EVERY_ORDER: [&str; 6] = [
    "All",
    "scope of 1 %",
    "scope of few",
    "environment: test",
    "status: revoked",
    "search: one key",
];

/// The filters of the request log: name, outcome, code, route.
const LOG: [[&str; 4]; 7] = [
    ["all", "", "", ""],
    ["denied", "refused", "", ""],
    ["a frequent code", "", "insufficient_scope", ""],
    ["a rare code", "", "key_revoked", ""],
    ["a rare code of two verdicts", "", "rate_limited", ""],
    ["a frequent route", "", "", "GET /invoices/7"],
    ["a rare route", "", "", "DELETE /invoices/{id}"],
];

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(url), Some(keys)) = (arguments.next(), arguments.next()) else {
        return Err("usage: filters DATABASE_URL KEYS [DECISIONS]".into());
    };
    let decisions = arguments.next().map_or(Ok(0), |number| number.parse())?;
    let filled = Filled::new(&url, keys.parse()?, decisions).await?;
    for filter in &FILTERS {
        let order = Order::default();
        print_page(&filled, filter, order, "").await?;
    }
    for (by, name) in [
        ("name", ", by name"),
        ("used", ", by last use"),
        ("expires", ", by expiry"),
    ] {
        for filter in &FILTERS {
            if IN_EVERY_ORDER.contains(&filter[0]) {
                print_page(&filled, filter, Order::parse(by, ""), name).await?;
            }
        }
    }
    if decisions > 0 {
        for [name, outcome, code, route] in LOG {
            let filter = DecisionFilter::parse(outcome, code, "", route, "", "");
            let (app, all) = (filled.app, 0..i64::MAX);
            let read = async || filled.store.decisions(app, &filter, all.clone(), 51).await;
            let times = median(async || Ok(read().await?.len())).await?;
            println!("request log, {name}: {times}");
        }
    }
    let (created, written) = filled.write().await?;
    println!("a created key: {created}");
    println!("1,000 decisions: {written}");
    Ok(())
}

/// Prints the duration of a page and of its parts.
async fn print_page(
    filled: &Filled,
    filter: &[&str; 8],
    order: Order,
    suffix: &str,
) -> Result<(), StoreError> {
    let [
        name,
        group,
        search,
        status,
        environment,
        condition,
        scope,
        creator,
    ] = *filter;
    let creator = fill::creator(creator);
    let filter = KeyFilter::parse(
        group,
        search,
        status,
        environment,
        condition,
        scope,
        &creator,
    );
    let query = KeyQuery {
        filter,
        order,
        cursor: None,
    };
    let Filled {
        store, app, now, ..
    } = filled;
    let (app, now) = (*app, *now);
    let page = median(async || Ok(store.keys(app, &query, now).await?.rows.len())).await?;
    let count = median(async || counted(store, filled, &query).await).await?;
    let tabs = median(async || {
        store.group_counts(app, now).await?;
        Ok(store.retiring_keys(app, now).await?.len())
    });
    let tabs = tabs.await?;
    let choices = median(async || Ok(store.filter_choices(app).await?.creators.len())).await?;
    let total: Times = [&page, &count, &tabs, &choices].into_iter().sum();
    println!(
        "{name}{suffix}: {total} = page {page}, count {count}, tabs {tabs}, choices {choices}"
    );
    Ok(())
}

/// Counts the keys that match. The page knows the number of a group from its tabs.
async fn counted(store: &Store, filled: &Filled, query: &KeyQuery) -> Result<usize, StoreError> {
    let total = store
        .count_keys(filled.app, &query.filter, filled.now)
        .await?;
    Ok(usize::try_from(total.count).unwrap_or_default())
}
