//! The list of keys: pages, sort orders and counts.

mod calls;
mod filters;
mod groups;
mod names;
mod rare;

use crate::keys::{AccountFixture, NOW, draft, id};
use domain::{
    key::{
        expiry::Expiry,
        filter::{KeyCursor, KeyFilter, KeyQuery, Order, Sort, StatusFilter},
        token::KeyId,
    },
    page::PAGE_SIZE,
    time::{DAY, HOUR, Timestamp},
};
use store::{LastUse, Store, UsageBatch};
use testing::{TestDatabase, each_database};
use uuid::Uuid;

impl AccountFixture {
    async fn used(&self, uses: &[(u128, Timestamp)]) {
        let batch = UsageBatch {
            last_uses: uses
                .iter()
                .map(|(n, at)| LastUse {
                    key: id(*n),
                    application: self.app,
                    at: *at,
                    address: "192.0.2.9".into(),
                    user_agent: "test/1".into(),
                    route: String::new(),
                })
                .collect(),
            ..UsageBatch::empty(Uuid::from_u128(uses.len() as u128), NOW)
        };
        self.store.add_usage(&batch).await.expect("written");
    }

    async fn ids(&self, filter: KeyFilter, now: Timestamp) -> Vec<KeyId> {
        let query = KeyQuery {
            filter,
            ..KeyQuery::default()
        };
        let page = self.store.keys(self.app, &query, now).await.expect("page");
        page.rows.iter().map(|key| key.id).collect()
    }
}

/// Makes more than two pages of keys, with equal values in every sort column.
async fn many(store: &Store) -> AccountFixture {
    let fixture = AccountFixture::build(store, 1).await;
    // Keys of another application lie between them and are never listed.
    let other = AccountFixture::build(store, 2).await;
    let mut uses = Vec::new();
    for n in 0..u128::try_from(2 * PAGE_SIZE + 3).expect("small") {
        let step = i64::try_from(n / 7).expect("small");
        let mut draft = draft(
            ["alpha. one", "Alpha. ONE", "Zeta", "Ärger"][usize::try_from(n % 4).expect("small")],
        );
        draft.expiry = if n % 3 == 0 {
            Expiry::Never
        } else {
            Expiry::At(NOW.plus((step + 1) * DAY))
        };
        fixture
            .insert_draft(n, &draft, 1_000 + n, NOW.plus(step))
            .await;
        if n % 10 == 0 {
            other
                .insert_draft(5_000 + n, &draft, 1_000 + n, NOW.plus(step))
                .await;
        }
        if n % 2 == 0 {
            uses.push((n, NOW.plus(-step * HOUR)));
        }
    }
    fixture.used(&uses).await;
    fixture
}

const ORDERS: [(Sort, bool); 8] = [
    (Sort::Created, true),
    (Sort::Created, false),
    (Sort::Name, true),
    (Sort::Name, false),
    (Sort::Used, true),
    (Sort::Used, false),
    (Sort::Expires, true),
    (Sort::Expires, false),
];

each_database!(pages_have_no_gaps_or_duplicates_in_both_directions_of_every_sort_order);
async fn pages_have_no_gaps_or_duplicates_in_both_directions_of_every_sort_order(
    database: TestDatabase,
) {
    let fixture = many(&database.store).await;
    for (by, down) in ORDERS {
        let order = Order {
            by,
            descending: down,
        };
        let page = async |cursor: Option<KeyCursor>| {
            // As encoded in a link.
            let cursor = cursor.map(|cursor| cursor.to_param());
            let query = KeyQuery {
                filter: KeyFilter::default(),
                order,
                cursor: cursor.and_then(|text| KeyCursor::parse(&text, order)),
            };
            fixture
                .store
                .keys(fixture.app, &query, NOW)
                .await
                .expect("page")
        };
        let (mut cursor, mut pages) = (None, Vec::new());
        loop {
            let next = page(cursor.take()).await;
            cursor.clone_from(&next.next);
            pages.push(next);
            if cursor.is_none() {
                break;
            }
        }
        let seen: Vec<_> = pages.iter().flat_map(|page| &page.rows).collect();
        let mut ids: Vec<_> = seen.iter().map(|key| key.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(
            (pages.len(), ids.len(), seen.len()),
            (3, 103, 103),
            "{order:?}"
        );
        for pair in seen.windows(2) {
            let place = |n: usize| match by {
                Sort::Created => pair[n].created_at.0,
                Sort::Used => pair[n].last_used.as_ref().map_or(0, |used| used.at.0),
                Sort::Expires => pair[n].expires_at.map_or(i64::MAX, |at| at.0),
                Sort::Name => i64::from(pair[n].name.as_str().to_lowercase().as_bytes()[0]),
            };
            let (first, second) = if down { (1, 0) } else { (0, 1) };
            assert!(place(first) <= place(second), "{order:?}");
        }
        assert_eq!(pages[0].previous, None);
        let back = page(pages[2].previous.clone()).await;
        assert_eq!(back.rows, pages[1].rows, "{order:?}");
        let first = page(back.previous).await;
        assert!(
            first.rows == pages[0].rows && first.previous.is_none(),
            "{order:?}"
        );
        assert_eq!(page(first.next).await.rows, pages[1].rows, "{order:?}");
    }
}

each_database!(every_sort_order_of_the_list_uses_an_index);
async fn every_sort_order_of_the_list_uses_an_index(database: TestDatabase) {
    let Store::Sqlite { readers, .. } = &database.store else {
        // PostgreSQL plans by statistics: an empty table is scanned.
        return;
    };
    let mut checked = 0;
    for (name, statement) in store::sql::SHARED {
        let order = name
            .strip_prefix("KEY_LIST_")
            .and_then(|rest| rest.split_once("BY_"))
            .filter(|(which, _)| {
                ["", "FILTERED_"].contains(which)
                    || which.starts_with("OF_") && *which != "OF_SCOPE_"
            });
        if order.is_none() {
            continue;
        }
        checked += 1;
        let plan: Vec<(i64, i64, i64, String)> = sqlx::query_as(sqlx::AssertSqlSafe(format!(
            "EXPLAIN QUERY PLAN {statement}"
        )))
        .fetch_all(readers)
        .await
        .expect("a plan");
        let plan: Vec<_> = plan.into_iter().map(|step| step.3).collect();
        let along = plan[0].contains("USING INDEX") && plan[0].contains("id)");
        assert!(
            along && !plan.join("\n").contains("TEMP B-TREE"),
            "{name}: {plan:?}"
        );
        // Keys with the same property are adjacent in the index; the others are not read.
        let until = [
            "KEY_LIST_FILTERED_BY_LAST_USE_ASC",
            "KEY_LIST_FILTERED_BY_EXPIRY_ASC",
        ];
        if until.contains(name) {
            assert!(plan[0].contains("<?"), "{name}: {plan:?}");
        }
    }
    assert_eq!(
        checked, 27,
        "four orders, both ways, filtered or not; both ways of five filters; old keys, the oldest first"
    );
}

each_database!(the_number_of_keys_is_kept_up_to_date);
async fn the_number_of_keys_is_kept_up_to_date(database: TestDatabase) {
    let fixture = many(&database.store).await;
    let count = async |filter: KeyFilter| {
        let total = fixture.store.count_keys(fixture.app, &filter, NOW).await;
        total.expect("counted").count
    };
    assert_eq!(count(KeyFilter::default()).await, 103);
    // The same form makes no second key.
    fixture.insert(900, "Again", 1_000, NOW).await;
    assert_eq!(count(KeyFilter::default()).await, 103);
    let active = KeyFilter {
        status: Some(StatusFilter::Active),
        ..KeyFilter::default()
    };
    assert_eq!(count(active).await, 103);
}
