//! The list of keys: pages, sort orders, filters and counts.

use crate::keys::{AccountFixture, NOW, draft, id};
use domain::{
    audit::Action,
    id::{IdempotencyKey, SecretId},
    key::{
        condition::KeyCondition,
        expiry::Expiry,
        filter::{
            GroupCounts, KeyCursor, KeyFilter, KeyQuery, KeyTotal, Order, Sort, StatusFilter,
        },
        ip_rule::IpRules,
        token::KeyId,
    },
    page::PAGE_SIZE,
    security::{EventKind, EventOccurrence},
    time::{DAY, HOUR, Timestamp},
    usage::{Bucket, Level, Outcome},
};
use store::{KeyDay, LastUse, NewKey, PepperName, Store, UsageBatch, UsageCount};
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

    /// Replaces a key by a new one that never expires. The old one works `until` then.
    async fn replace(&self, old: u128, new: u128, until: Timestamp) {
        let mut draft = draft("Key");
        draft.expiry = Expiry::Never;
        let key = NewKey {
            id: id(new),
            account: self.account,
            application: self.app,
            draft: &draft,
            created_by: self.person,
            at: NOW.plus(-DAY),
            idempotency_key: IdempotencyKey(Uuid::from_u128(new)),
            secret_id: SecretId(Uuid::from_u128(new)),
            digest: &[7; 32],
            pepper: PepperName(0),
        };
        let created = self.event(Action::KeyCreated, &id(new).to_string(), NOW);
        let replaced = self.event(Action::KeyRegenerated, &id(old).to_string(), NOW);
        self.store
            .replace_key(&key, id(old), until, &created, &replaced)
            .await
            .expect("replaced");
    }

    /// Counts denied calls of a key today.
    async fn denied(&self, n: u128, calls: i64) {
        let mut day = Bucket::default();
        day.add(Outcome::Refused, calls);
        let batch = UsageBatch {
            days: vec![KeyDay {
                key: id(n),
                application: self.app,
                day: NOW.floor(DAY),
                calls: day,
            }],
            ..UsageBatch::empty(Uuid::from_u128(9_000 + n), NOW)
        };
        self.store.add_usage(&batch).await.expect("written");
    }

    /// Raises a critical security event of a key.
    async fn critical_event(&self, n: u128) {
        let event = EventOccurrence {
            account: self.account,
            application: Some(self.app),
            kind: EventKind::AddressNotAllowed,
            subject: id(n).to_string(),
            value: String::new(),
            first_at: NOW,
            last_at: NOW,
            calls: 1,
            address: "192.0.2.1".into(),
            route: String::new(),
            user_agent: String::new(),
            request_id: String::new(),
            detail: String::new(),
        };
        let raised = self.store.raise_security_events(&[event]).await;
        raised.expect("raised");
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
            .filter(|(which, _)| ["", "FILTERED_", "OF_CREATOR_"].contains(which));
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
        checked, 18,
        "four orders, both ways, filtered or not; one of a creator"
    );
}

each_database!(a_list_is_filtered_by_text_status_and_environment);
async fn a_list_is_filtered_by_text_status_and_environment(database: TestDatabase) {
    let fixture = AccountFixture::build(&database.store, 1).await;
    for (n, name) in [(1, "Checkout 100%"), (2, "checkout_b"), (3, "Ärger")] {
        fixture.insert(n, name, n, NOW).await;
    }
    let event = fixture.event(Action::KeyDeactivated, &id(2).to_string(), NOW);
    let off = fixture
        .store
        .deactivate_key(fixture.app, id(2), &event)
        .await;
    off.expect("off");
    let found = async |search: &str, status: &str, environment: &str, now| {
        let filter = KeyFilter::parse("all", search, status, environment, "", "", "");
        let count = fixture.store.count_keys(fixture.app, &filter, now).await;
        let ids = fixture.ids(filter, now).await;
        let length = i64::try_from(ids.len()).expect("small");
        assert_eq!(
            count.expect("counted"),
            KeyTotal {
                count: length,
                more: false
            }
        );
        length
    };
    assert_eq!(found("CHECKOUT", "", "", NOW).await, 2);
    assert_eq!(found("%", "", "", NOW).await, 1);
    assert_eq!(found("t_b", "", "", NOW).await, 1);
    assert_eq!(found("Ärg", "", "", NOW).await, 1);
    assert_eq!(found("' OR 1=1 --", "", "", NOW).await, 0);
    assert_eq!(found(&id(3).to_string(), "", "", NOW).await, 1);
    assert_eq!(found(&id(3).mask(), "", "", NOW).await, 1);
    assert_eq!(found("", "inactive", "", NOW).await, 1);
    assert_eq!(found("", "active", "", NOW).await, 2);
    assert_eq!(found("", "active", "live", NOW).await, 2);
    assert_eq!(found("", "", "test", NOW).await, 0);
    assert_eq!(found("", "expired", "", NOW.plus(30 * DAY)).await, 2);
    assert_eq!(found("", "", "", NOW).await, 3);
}

each_database!(notable_keys_are_the_same_in_sql_and_in_the_domain);
async fn notable_keys_are_the_same_in_sql_and_in_the_domain(database: TestDatabase) {
    let fixture = AccountFixture::build(&database.store, 1).await;
    for n in 0..24 {
        let mut draft = draft("Key");
        if n % 2 == 0 {
            draft.ip_rules = IpRules::default();
        }
        draft.expiry = match n % 3 {
            0 => Expiry::Never,
            1 => Expiry::At(NOW.plus(7 * DAY)),
            _ => Expiry::At(NOW.plus(7 * DAY + 1)),
        };
        let age = [0, 365 * DAY, 365 * DAY - 1][usize::try_from(n / 8).expect("small")];
        fixture.insert_draft(n, &draft, n, NOW.plus(-age)).await;
        let text = id(n).to_string();
        if n % 5 == 0 {
            let event = fixture.event(Action::KeyConfirmed, &text, NOW);
            fixture
                .store
                .confirm_key(fixture.app, id(n), &event)
                .await
                .expect("confirmed");
        }
        if n % 11 == 0 {
            let event = fixture.event(Action::KeyRevoked, &text, NOW);
            fixture
                .store
                .revoke_key(fixture.app, id(n), "", &event)
                .await
                .expect("revoked");
        }
        if n % 7 == 0 {
            let event = fixture.event(Action::KeyDeactivated, &text, NOW);
            // Some are revoked.
            _ = fixture
                .store
                .deactivate_key(fixture.app, id(n), &event)
                .await;
        }
    }
    fixture
        .used(&[
            (1, NOW),
            (2, NOW.plus(-90 * DAY)),
            (3, NOW.plus(1 - 90 * DAY)),
            (22, NOW.plus(-91 * DAY)),
        ])
        .await;
    for now in [NOW, NOW.plus(DAY), NOW.plus(8 * DAY)] {
        let all = fixture
            .store
            .keys(fixture.app, &KeyQuery::default(), now)
            .await;
        let all = all.expect("page").rows;
        for (notable, value, _) in KeyCondition::ALL {
            let expected: Vec<_> = all
                .iter()
                .filter(|key| notable.holds_for(key, now))
                .map(|key| key.id)
                .collect();
            let filter = KeyFilter::parse("all", "", "", "", value, "", "");
            assert_eq!(fixture.ids(filter.clone(), now).await, expected, "{value}");
            let (order, cursor) = notable.grouped_order(now);
            let query = KeyQuery {
                filter,
                order,
                cursor,
            };
            let together = fixture.store.keys(fixture.app, &query, now).await;
            let together = together.expect("page").rows;
            let mut together: Vec<_> = together.iter().map(|key| key.id).collect();
            let mut expected_in_any_order = expected.clone();
            together.sort_unstable();
            expected_in_any_order.sort_unstable();
            assert_eq!(together, expected_in_any_order, "{value}");
            assert!(
                notable == KeyCondition::Retiring || now > NOW || !expected.is_empty(),
                "{value} is put to the test"
            );
        }
    }
}

each_database!(groups_are_listed_and_counted_alike);
async fn groups_are_listed_and_counted_alike(database: TestDatabase) {
    let fixture = AccountFixture::build(&database.store, 1).await;
    let store = &database.store;
    // 0: plain; 1: expires soon; 2: expired; 3: revoked; 4: inactive and past its expiry; 5: idle; 6: many denied calls; 7: not
    // confirmed; 8: with an open critical event; 9: retiring, replaced by 10; 11: retired, replaced by 12; 13: retiring, but 14,
    // which replaces it, is revoked.
    for n in [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 13] {
        let mut draft = draft("Key");
        draft.expiry = match n {
            1 => Expiry::At(NOW.plus(7 * DAY)),
            2 | 4 => Expiry::At(NOW.plus(-DAY)),
            _ => Expiry::Never,
        };
        fixture.insert_draft(n, &draft, n, NOW.plus(-2 * DAY)).await;
    }
    for (old, new, until) in [
        (9, 10, NOW.plus(DAY)),
        (11, 12, NOW),
        (13, 14, NOW.plus(DAY)),
    ] {
        fixture.replace(old, new, until).await;
    }
    for n in (0..15).filter(|n| *n != 7) {
        let event = fixture.event(Action::KeyConfirmed, &id(n).to_string(), NOW);
        let confirmed = store.confirm_key(fixture.app, id(n), &event).await;
        confirmed.expect("confirmed");
    }
    for n in [3, 14] {
        let event = fixture.event(Action::KeyRevoked, &id(n).to_string(), NOW);
        let revoked = store.revoke_key(fixture.app, id(n), "", &event).await;
        revoked.expect("revoked");
    }
    let event = fixture.event(Action::KeyDeactivated, &id(4).to_string(), NOW);
    let deactivated = store.deactivate_key(fixture.app, id(4), &event).await;
    deactivated.expect("deactivated");
    let uses: Vec<_> = (0..15)
        .filter(|n| *n != 7)
        .map(|n| (n, if n == 5 { NOW.plus(-90 * DAY) } else { NOW }))
        .collect();
    fixture.used(&uses).await;
    fixture.denied(6, 30).await;
    fixture.critical_event(8).await;

    let listed = async |group: &str| {
        let filter = KeyFilter::parse(group, "", "", "", "", "", "");
        let mut ids = fixture.ids(filter.clone(), NOW).await;
        ids.sort_unstable();
        let total = store.count_keys(fixture.app, &filter, NOW).await;
        let length = i64::try_from(ids.len()).expect("small");
        assert_eq!(total.expect("counted").count, length, "{group}");
        ids
    };
    let expected = |numbers: &[u128]| {
        let mut ids: Vec<_> = numbers.iter().map(|n| id(*n)).collect();
        ids.sort_unstable();
        ids
    };
    let active = listed("active").await;
    assert_eq!(active, expected(&[0, 1, 4, 5, 6, 7, 8, 10, 12, 13]));
    assert_eq!(listed("attention").await, expected(&[1, 5, 6, 7, 8]));
    assert_eq!(listed("ended").await, expected(&[2, 3, 11, 14]));
    assert_eq!(listed("all").await.len(), 15);
    let counts = store.group_counts(fixture.app, NOW).await.expect("counted");
    let expected = GroupCounts {
        active: 10,
        attention: 5,
        ended: 4,
        all: 15,
    };
    assert_eq!(counts, expected);
    let retiring = store.retiring_keys(fixture.app, NOW).await.expect("read");
    let pairs: Vec<_> = retiring
        .iter()
        .map(|old| (old.id, old.replaced_by))
        .collect();
    assert_eq!(pairs, [(id(9), id(10)), (id(13), id(14))]);
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

each_database!(calls_of_a_day_are_returned_by_the_hour);
async fn calls_of_a_day_are_returned_by_the_hour(database: TestDatabase) {
    let count = |key: u128, at: Timestamp, outcome, calls| UsageCount {
        subject: id(key).into(),
        level: Level::Hour,
        bucket: at.floor(HOUR),
        outcome,
        calls,
    };
    let batch = UsageBatch {
        counts: vec![
            count(1, NOW, Outcome::Accepted, 5),
            count(1, NOW.plus(-23 * HOUR), Outcome::Accepted, 7),
            count(1, NOW.plus(-23 * HOUR), Outcome::Refused, 2),
            count(1, NOW.plus(-24 * HOUR), Outcome::Accepted, 100),
            count(2, NOW.plus(-HOUR), Outcome::RateLimited, 1),
            count(3, NOW, Outcome::Accepted, 1),
        ],
        ..UsageBatch::empty(Uuid::from_u128(1), NOW)
    };
    database.store.add_usage(&batch).await.expect("written");
    let subjects = [1, 2, 4].map(|key| id(key).into());
    let days = database
        .store
        .hourly_calls(&subjects, NOW)
        .await
        .expect("read");
    assert_eq!(days.len(), 2);
    assert_eq!(
        (
            days[&subjects[0]][23].accepted,
            days[&subjects[1]][22].rate_limited
        ),
        (5, 1)
    );
    let oldest = Bucket {
        accepted: 7,
        refused: 2,
        rate_limited: 0,
    };
    assert_eq!(days[&subjects[0]][0], oldest);
}

each_database!(names_are_those_of_the_application);
async fn names_are_those_of_the_application(database: TestDatabase) {
    let fixture = AccountFixture::build(&database.store, 1).await;
    fixture.insert(1, "Checkout", 1, NOW).await;
    fixture.insert(2, "Ledger", 2, NOW).await;
    let ids = [id(1), id(7), id(2)];
    let names = database.store.key_names(fixture.app, &ids).await;
    let names = names.expect("read");
    let name = |n| names.get(&id(n)).map(ToString::to_string);
    assert_eq!(name(1).as_deref(), Some("Checkout"));
    assert_eq!(name(2).as_deref(), Some("Ledger"));
    assert_eq!(names.len(), 2);
    let elsewhere = AccountFixture::build(&database.store, 2).await;
    let none = database.store.key_names(elsewhere.app, &ids).await;
    assert!(none.expect("read").is_empty());
}
