//! Rare and frequent filters: the keys that are found, and the indexes that they are found along.

use super::AccountFixture;
use crate::keys::{NOW, draft, id};
use domain::{
    audit::Action,
    key::{
        KeySummary,
        condition::KeyCondition,
        filter::{KeyFilter, KeyQuery, KeyTotal, Order, Sort},
        state::State,
    },
};
use store::{Store, sql};
use testing::{TestDatabase, each_database};

/// Keys of the application, more than are looked up and sorted.
const KEYS: i64 = 1_300;

/// Inserts keys by one statement, with the same times of creation for three each.
async fn insert_many(fixture: &AccountFixture) {
    let once = match &fixture.store {
        Store::Sqlite { .. } => "randomblob(16)",
        Store::Postgres { .. } => "gen_random_uuid()",
    };
    let insert = format!(
        "WITH RECURSIVE number (n) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT n + 1 FROM number WHERE n < {KEYS})
         INSERT INTO api_key (
             id, account_id, application_id, name, folded_name, description, environment, scopes, ip_rules, created_at,
             created_by, idempotency_key, confirmed_at, expires_at, deactivated_at, revoked_at
         )
         SELECT 'akl_' || SUBSTR(CAST(10000000000000000 + n AS TEXT), 2), $1, $2,
             CASE WHEN n % 400 = 1 THEN 'Checkout ' ELSE 'service ' END || CAST(n AS TEXT),
             CASE WHEN n % 400 = 1 THEN 'checkout ' ELSE 'service ' END || CAST(n AS TEXT), '',
             CASE WHEN n % 7 = 1 THEN 'test' ELSE 'live' END,
             CASE
                 WHEN n % 400 = 3 THEN 'wallet:update'
                 WHEN n % 13 = 5 THEN 'tax:read'
                 WHEN n % 2 = 0 THEN 'invoice:read'
                 ELSE 'invoice:read tax:read'
             END,
             CASE WHEN n % 9 = 1 THEN '10.0.0.0/8' ELSE '' END, $4 - n / 3 * 90000000, $3, {once},
             CASE WHEN n % 300 <> 1 THEN $4 END,
             CASE WHEN n % 5 = 1 THEN $4 + (n - 600) * 10000000 END,
             CASE WHEN n % 11 = 3 THEN $4 END,
             CASE WHEN n % 6 <> 5 AND n % 17 = 2 THEN $4 END
         FROM number"
    );
    let query = sqlx::AssertSqlSafe(insert);
    let (account, app, person) = (fixture.account.0, fixture.app.0, fixture.person.0);
    match &fixture.store {
        Store::Sqlite { writer, .. } => {
            let query = sqlx::query(query).bind(account).bind(app);
            let query = query.bind(person).bind(NOW.0);
            query.execute(writer).await.map(drop)
        }
        Store::Postgres { pool, .. } => {
            let query = sqlx::query(query).bind(account).bind(app);
            let query = query.bind(person).bind(NOW.0);
            query.execute(pool).await.expect("inserted");
            // It plans by statistics, which it otherwise takes by itself after a while.
            sqlx::query("ANALYZE").execute(pool).await.map(drop)
        }
    }
    .expect("inserted");
}

/// Returns every key that a filter matches, page by page.
async fn every(fixture: &AccountFixture, filter: &KeyFilter, order: Order) -> Vec<KeySummary> {
    let mut query = KeyQuery {
        filter: filter.clone(),
        order,
        cursor: None,
    };
    let mut all = Vec::new();
    loop {
        let page = fixture.store.keys_at_most(fixture.app, &query, 400, NOW);
        let page = page.await.expect("page");
        all.extend(page.rows);
        query.cursor = page.next;
        if query.cursor.is_none() {
            return all;
        }
    }
}

fn matches(key: &KeySummary, filter: &KeyFilter) -> bool {
    let status = match key.state {
        State::Active => "active",
        State::Inactive { .. } => "inactive",
        State::Expired { .. } => "expired",
        State::Revoked { .. } => "revoked",
    };
    let scopes = format!(" {} ", key.scopes);
    let found = key.name.as_str().to_lowercase();
    found.contains(&filter.search.to_lowercase())
        && filter.status.is_none_or(|known| known.as_str() == status)
        && filter
            .environment
            .is_none_or(|known| known == key.environment)
        && filter
            .condition
            .is_none_or(|known| known.holds_for(key, NOW))
        && filter
            .scope
            .is_none_or(|scope| scopes.contains(&format!(" {scope} ")))
        && filter
            .created_by
            .is_none_or(|person| key.created_by == Some(person))
}

each_database!(rare_and_frequent_filters_find_the_same_keys_in_every_order);
async fn rare_and_frequent_filters_find_the_same_keys_in_every_order(database: TestDatabase) {
    let fixture = AccountFixture::build(&database.store, 1).await;
    insert_many(&fixture).await;
    let all = every(&fixture, &KeyFilter::default(), Order::default()).await;
    assert_eq!(i64::try_from(all.len()).expect("small"), KEYS);
    let ours = fixture.person.0.to_string();
    let mut filters = vec![
        ["service", "", "", "", "", ""],
        ["CHECKOUT", "", "", "", "", ""],
        ["nothing", "", "", "", "", ""],
        ["ck", "", "", "", "", ""],
        ["", "active", "", "", "", ""],
        ["", "inactive", "", "", "", ""],
        ["", "expired", "", "", "", ""],
        ["", "revoked", "", "", "", ""],
        ["", "", "live", "", "", ""],
        ["", "", "test", "", "", ""],
        ["", "", "", "", "invoice:read", ""],
        ["", "", "", "", "tax:read", ""],
        ["", "", "", "", "wallet:update", ""],
        ["", "", "", "", "product:read", ""],
        ["", "", "", "", "", &ours],
        ["", "", "live", "any-address", "", ""],
        ["", "revoked", "test", "", "invoice:read", ""],
        ["service 1", "active", "", "", "tax:read", &ours],
    ];
    filters.extend(KeyCondition::ALL.map(|(_, value, _)| ["", "", "", value, "", ""]));
    let mut frequent = 0;
    for [search, status, environment, condition, scope, creator] in filters {
        let filter = KeyFilter::parse(
            "all",
            search,
            status,
            environment,
            condition,
            scope,
            creator,
        );
        let mut expected: Vec<_> = all
            .iter()
            .filter(|key| matches(key, &filter))
            .map(|key| key.id)
            .collect();
        let count = i64::try_from(expected.len()).expect("small");
        frequent += i32::from(count > 1_000);
        let total = fixture.store.count_keys(fixture.app, &filter, NOW).await;
        let expected_total = KeyTotal {
            count: count.min(1_000),
            more: count > 1_000,
        };
        assert_eq!(total.expect("counted"), expected_total, "{filter:?}");
        for by in [Sort::Created, Sort::Name, Sort::Used, Sort::Expires] {
            for descending in [true, false] {
                let order = Order { by, descending };
                let found = every(&fixture, &filter, order).await;
                let mut found: Vec<_> = found.iter().map(|key| key.id).collect();
                if order == Order::default() {
                    assert_eq!(found, expected, "{filter:?}");
                }
                found.sort_unstable();
                let mut sorted = expected.clone();
                sorted.sort_unstable();
                assert_eq!(found, sorted, "{filter:?} {order:?}");
            }
        }
        expected.clear();
    }
    assert!(frequent > 5, "{frequent} frequent filters");
}

each_database!(a_search_finds_the_name_that_a_key_has);
async fn a_search_finds_the_name_that_a_key_has(database: TestDatabase) {
    let fixture = AccountFixture::build(&database.store, 1).await;
    fixture.insert(1, "Checkout \"west\"", 1, NOW).await;
    let found = async |search: &str| {
        let filter = KeyFilter::parse("all", search, "", "", "", "", "");
        fixture.ids(filter, NOW).await.len()
    };
    assert_eq!(found("out \"WE").await, 1);
    let event = fixture.event(Action::KeyChanged, &id(1).to_string(), NOW);
    let renamed = draft("Ledger");
    let changed = fixture.change_key(1, &renamed, &event).await;
    changed.expect("renamed");
    assert_eq!([found("Checkout").await, found("ledg").await], [0, 1]);
    let text = id(1).to_string();
    let (start, end) = text.split_at(9);
    assert_eq!([found(start).await, found(end).await], [1, 0]);
}

each_database!(candidates_of_every_filter_are_found_along_an_index);
async fn candidates_of_every_filter_are_found_along_an_index(database: TestDatabase) {
    let Store::Sqlite { readers, .. } = &database.store else {
        // PostgreSQL plans by statistics: an empty table is scanned.
        return;
    };
    let plan = async |statement: &str| {
        let plan = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}"));
        let steps: Vec<(i64, i64, i64, String)> = sqlx::query_as(plan)
            .fetch_all(readers)
            .await
            .expect("a plan");
        let steps: Vec<_> = steps.into_iter().map(|step| step.3).collect();
        steps.join("\n")
    };
    let mut checked = 0;
    for (name, both) in sql::PER_DATABASE {
        if !name.contains("CANDIDATES") {
            continue;
        }
        checked += 1;
        let steps = plan(both.of(&database.store)).await;
        for table in ["api_key", "k", "u", "key_last_use"] {
            let scan = format!("SCAN {table}\n");
            assert!(!format!("{steps}\n").contains(&scan), "{name}: {steps}");
        }
        if name.contains("_BY_") {
            let step = "SEARCH u USING INDEX sqlite_autoindex_key_last_use_1 (key_id=?)";
            assert!(steps.contains(step), "{name}: {steps}");
        }
        for index in [
            "api_key_by_environment (application_id=? AND environment=?)",
            "api_key_by_scopes (application_id=? AND scopes=?)",
            "api_key_by_creator (application_id=? AND created_by=?)",
            "api_key_revoked (application_id=?)",
            "api_key_inactive (application_id=? AND created_at>?)",
            "api_key_not_revoked_by_expiry (application_id=? AND sort_expiry<?)",
            "api_key_not_revoked_by_expiry (application_id=? AND sort_expiry>?)",
            "api_key_not_revoked_by_expiry (application_id=? AND sort_expiry>? AND sort_expiry<?)",
            "api_key_not_revoked_by_expiry (application_id=? AND sort_expiry=?)",
            "api_key_retiring (application_id=? AND retires_at>? AND retires_at<?)",
            "api_key_not_confirmed (application_id=?)",
            "api_key_any_address (application_id=?)",
            "api_key_by_creation (application_id=? AND created_at<?)",
            "key_last_use_by_time (application_id=? AND at=?)",
            "key_last_use_by_time (application_id=? AND at>? AND at<?)",
            "SCAN key_search VIRTUAL TABLE INDEX",
            "(id>? AND id<?)",
        ] {
            assert!(steps.contains(index), "{name} without {index}: {steps}");
        }
    }
    assert_eq!(checked, 10);
    let of_scope = sql::PER_DATABASE
        .iter()
        .find(|(name, _)| *name == "KEY_LIST_OF_SCOPE_BY_CREATED_DESC")
        .expect("a statement");
    let steps = plan(of_scope.1.of(&database.store)).await;
    for index in [
        "SEARCH k USING INDEX api_key_by_scopes (application_id=? AND scopes=? AND created_at",
        "SEARCH e USING COVERING INDEX api_key_by_scopes (application_id=? AND scopes=? AND (created_at,id)",
    ] {
        assert!(steps.contains(index), "without {index}: {steps}");
    }
}
