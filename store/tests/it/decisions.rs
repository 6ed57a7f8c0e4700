//! Decisions: inserting, finding by application, key and request, and pruning.

use domain::{
    decision::{DecisionFilter, DecisionRecord},
    id::{AccountId, ApplicationId},
    key::{Environment, token::KeyId},
    time::Timestamp,
    verdict::Verdict,
};
use store::Store;
use testing::{TestDatabase, each_database};
use uuid::Uuid;

const OURS: ApplicationId = ApplicationId(Uuid::from_u128(1));
const THEIRS: ApplicationId = ApplicationId(Uuid::from_u128(2));

pub fn decided(id: i64, application: ApplicationId, key: u128) -> DecisionRecord {
    DecisionRecord {
        id,
        request_id: format!("request-{}", id / 2),
        at: Timestamp(1_800_000_000_000 + id),
        key: KeyId::from_number(Environment::Live, key),
        application,
        account: AccountId(application.0),
        verdict: Verdict::Throttled { retry_after_ms: id },
        address: (id % 2 == 0).then(|| "2001:db8::7".parse().expect("an address")),
        required_scopes: "invoice:read tax:read".parse().expect("known"),
        route: "GET /invoices/{id}".into(),
        user_agent: "till's \"2\"; DROP TABLE decision".into(),
        from_browser: id % 3 == 0,
    }
}

fn all() -> DecisionFilter {
    DecisionFilter::default()
}

fn ids(rows: &[DecisionRecord]) -> Vec<i64> {
    rows.iter().map(|row| row.id).collect()
}

each_database!(decisions_are_read_as_inserted_and_by_their_application_only);
async fn decisions_are_read_as_inserted_and_by_their_application_only(database: TestDatabase) {
    let store = &database.store;
    let mut rows = [
        decided(1, OURS, 7),
        decided(2, THEIRS, 8),
        decided(3, OURS, 9),
        decided(4, OURS, 7),
    ];
    rows[3].verdict = Verdict::Accepted;
    assert_eq!(store.add_decisions(&rows).await.expect("written"), 4);
    let read = async |application, filter: &DecisionFilter, before| {
        let ids = i64::MIN..before;
        store.decisions(application, filter, ids, 2).await
    };
    let newest = read(OURS, &all(), i64::MAX).await.expect("read");
    assert_eq!(newest, [rows[3].clone(), rows[2].clone()]);
    assert_eq!(ids(&read(OURS, &all(), 3).await.expect("read")), [1]);
    assert_eq!(ids(&read(THEIRS, &all(), 9).await.expect("read")), [2]);
    let since = store.decisions(OURS, &all(), 3..4, 9).await;
    assert_eq!(ids(&since.expect("read")), [3]);
    let key = DecisionFilter {
        key: Some(rows[0].key),
        ..all()
    };
    assert_eq!(ids(&read(OURS, &key, 9).await.expect("read")), [4, 1]);
    assert!(read(THEIRS, &key, 9).await.expect("read").is_empty());
    let refused = |filter| DecisionFilter {
        refused: true,
        ..filter
    };
    let rows = read(OURS, &refused(all()), 9).await.expect("read");
    assert_eq!(ids(&rows), [3, 1]);
    let rows = read(OURS, &refused(key), 9).await.expect("read");
    assert_eq!(ids(&rows), [1]);
    for (request, application, found) in [
        ("request-1", None, vec![2, 3]),
        ("request-1", Some(OURS), vec![3]),
        ("request-0", Some(THEIRS), vec![]),
        ("request", None, vec![]),
    ] {
        let rows = store.decisions_of_request(request, application, 10).await;
        assert_eq!(ids(&rows.expect("read")), found, "{request}");
    }
}

each_database!(a_filter_is_the_same_in_sql_and_in_the_domain);
async fn a_filter_is_the_same_in_sql_and_in_the_domain(database: TestDatabase) {
    let store = &database.store;
    let (at, retry_after_ms) = (Timestamp(1_800_000_000_000), 17);
    let verdicts = [
        Verdict::Accepted,
        Verdict::RateLimited { retry_after_ms },
        Verdict::Throttled { retry_after_ms },
        Verdict::Expired { at },
        Verdict::IpNotAllowed,
    ];
    let addresses = [
        None,
        Some("192.0.2.1"),
        Some("192.0.2.10"),
        Some("2001:db8::7"),
    ];
    let routes = ["GET /invoices", "GET /invoices/{id}", "' OR '1' = '1", ""];
    let all: Vec<_> = (0..120)
        .map(|n: usize| {
            let id = i64::try_from(n).expect("small");
            DecisionRecord {
                verdict: verdicts[n % 5],
                address: addresses[n / 5 % 4].map(|text| text.parse().expect("an address")),
                route: routes[n / 7 % 4].into(),
                ..decided(id, OURS, 7 + u128::from(n.is_multiple_of(3)))
            }
        })
        .collect();
    store.add_decisions(&all).await.expect("written");
    let keys = [None, Some(all[0].key)];
    let codes = ["", "valid", "rate_limited", "key_expired", "key_revoked"];
    let times = [
        ("", ""),
        ("2027-01-15T08:00:00.030Z", "2027-01-15T08:00:00.100Z"),
    ];
    let mut found = 0;
    for key in keys {
        for refused in ["", "refused"] {
            for code in codes {
                for address in ["", "192.0.2.1", "::ffff:192.0.2.10"] {
                    for route in ["", "GET /invoices", "' OR '1' = '1"] {
                        for (from, until) in times {
                            let filter = DecisionFilter {
                                key,
                                ..DecisionFilter::parse(refused, code, address, route, from, until)
                            };
                            let read = store.decisions(OURS, &filter, 0..i64::MAX, 200).await;
                            let expected = all.iter().rev().filter(|row| filter.matches(row));
                            let rows = read.expect("read");
                            assert!(rows.iter().eq(expected), "{filter:?}");
                            found += rows.len();
                        }
                    }
                }
            }
        }
    }
    assert!(found > 1_000, "{found}");
}

each_database!(decisions_are_found_along_an_index);
async fn decisions_are_found_along_an_index(database: TestDatabase) {
    let Store::Sqlite { readers, .. } = &database.store else {
        // PostgreSQL plans by statistics: an empty table is scanned.
        return;
    };
    for (name, index) in [
        ("DECISIONS_OF_APPLICATION", "decision_by_application "),
        ("DECISIONS_OF_KEY", "decision_by_key "),
        ("DECISIONS_OF_ROUTE", "decision_by_route "),
        ("DECISIONS_OF_CODE", "decision_by_code "),
        ("REFUSALS_OF_ROUTE", "decision_by_route "),
        ("REFUSALS_OF_CODE", "decision_by_code "),
        ("DECISIONS_OF_ADDRESS", "decision_by_address "),
        ("REFUSALS_OF_ADDRESS", "decision_by_address "),
        ("REFUSALS_OF_APPLICATION", "decision_refused "),
        ("REFUSALS_OF_KEY", "decision_refused_by_key "),
    ] {
        let mut all = store::sql::SHARED.iter();
        let (_, statement) = all.find(|(known, _)| *known == name).expect("there");
        let plan = format!("EXPLAIN QUERY PLAN {statement}");
        let plan: Vec<(i64, i64, i64, String)> = sqlx::query_as(sqlx::AssertSqlSafe(plan))
            .fetch_all(readers)
            .await
            .expect("a plan");
        let [(_, _, _, step)] = &plan[..] else {
            panic!("{name}: {plan:?}");
        };
        assert!(step.contains(index), "{name}: {step}");
    }
}

each_database!(a_batch_of_any_size_is_inserted_once_and_pruned_from_the_oldest_on);
async fn a_batch_of_any_size_is_inserted_once_and_pruned_from_the_oldest_on(
    database: TestDatabase,
) {
    let store = &database.store;
    let many: Vec<_> = (1..=1_203).map(|id| decided(id, OURS, 7)).collect();
    assert_eq!(store.add_decisions(&many).await.expect("written"), 1_203);
    // A batch that is retried is inserted once.
    assert_eq!(store.add_decisions(&many).await.expect("written"), 0);
    assert_eq!(
        store
            .add_decisions::<DecisionRecord>(&[])
            .await
            .expect("none"),
        0
    );
    assert_eq!(store.count_decisions().await.expect("read"), 1_203);
    assert_eq!(store.last_decision().await.expect("read"), 1_203);
    assert_eq!(store.prune_decisions(1_201, 500).await.expect("gone"), 500);
    let oldest = store.decisions(OURS, &all(), 0..502, 10).await;
    assert_eq!(ids(&oldest.expect("read")), [501]);
    assert_eq!(store.prune_decisions(503, 500).await.expect("gone"), 2);
    assert_eq!(store.count_decisions().await.expect("read"), 701);
}
