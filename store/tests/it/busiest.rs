//! The busiest keys of an application.

use crate::keys::{AccountFixture, NOW, draft, id};
use domain::{
    audit::Action,
    id::ApplicationId,
    key::expiry::Expiry,
    time::{DAY, Timestamp},
    usage::{Bucket, Outcome, overview::OVERVIEW_MIN_REFUSALS},
};
use std::{cmp::Reverse, collections::BTreeMap};
use store::{KeyDay, Store, UsageBatch};
use testing::{TestDatabase, each_database};
use uuid::Uuid;

const KEYS: u128 = 12;

/// All calls, by key and day.
type Calls = BTreeMap<(u128, Timestamp), Bucket>;

async fn add(store: &Store, app: ApplicationId, batch: u128, days: &[(u128, Timestamp, Bucket)]) {
    let mut days: Vec<KeyDay> = days
        .iter()
        .map(|(key, day, calls)| KeyDay {
            key: id(*key),
            application: app,
            day: *day,
            calls: *calls,
        })
        .collect();
    days.sort_by_key(|day| (day.day, day.key));
    let batch = UsageBatch {
        days,
        ..UsageBatch::empty(Uuid::from_u128(batch), NOW)
    };
    store.add_usage(&batch).await.expect("added");
}

/// Computes the expected result from all calls.
fn expected(calls: &Calls, since: Timestamp, most: usize, refused: bool) -> Vec<(String, Bucket)> {
    let mut sums: BTreeMap<u128, Bucket> = BTreeMap::new();
    for ((key, day), calls) in calls {
        if *day >= since {
            let sum = sums.entry(*key).or_default();
            *sum = sum.plus(*calls);
        }
    }
    let missed = |sum: &Bucket| sum.refused + sum.rate_limited;
    let mut sums: Vec<_> = sums
        .into_iter()
        .filter(|(_, sum)| {
            let many = missed(sum) >= OVERVIEW_MIN_REFUSALS
                && missed(sum) * 20 > missed(sum) + sum.accepted;
            !refused || many
        })
        .map(|(key, sum)| (id(key).to_string(), sum))
        .collect();
    sums.sort_by_key(|(key, sum)| {
        let by = missed(sum) + if refused { 0 } else { sum.accepted };
        (Reverse(by), key.clone())
    });
    sums.truncate(most);
    sums
}

each_database!(the_busiest_keys_of_two_days_have_the_largest_sums);
async fn the_busiest_keys_of_two_days_have_the_largest_sums(database: TestDatabase) {
    let fixture = AccountFixture::build(&database.store, 1).await;
    let other = AccountFixture::build(&database.store, 2).await;
    for n in 0..KEYS {
        fixture.insert(n, &format!("Key {n}"), n, NOW).await;
    }
    let (store, first) = (&database.store, NOW.floor(DAY));
    let (mut calls, mut random) = (Calls::new(), 7_u64);
    let mut draw = |below: u64| {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        i64::try_from((random >> 33) % below).expect("small")
    };
    for batch in 0..60_u128 {
        // Some days have no calls.
        let today = first.plus(i64::try_from(batch / 4).expect("small") * DAY);
        let today = today.plus(if batch > 40 { 3 * DAY } else { 0 });
        let mut days = BTreeMap::new();
        for _ in 0..draw(4) {
            // Counts may arrive late.
            let day = today.plus(-draw(4) * DAY);
            let key = u128::try_from(draw(12)).expect("small");
            let mut sum = Bucket::default();
            sum.add(Outcome::Accepted, draw(300));
            sum.add(Outcome::Refused, draw(40));
            sum.add(Outcome::RateLimited, draw(9));
            days.insert((key, day), sum);
        }
        for (place, sum) in &days {
            let all = calls.entry(*place).or_default();
            *all = all.plus(*sum);
        }
        let days: Vec<_> = days.into_iter().map(|((k, d), sum)| (k, d, sum)).collect();
        add(store, fixture.app, batch, &days).await;
        let since = today.plus(-DAY);
        for refused in [false, true] {
            let found = store.busiest_keys(fixture.app, since, 3, refused).await;
            let found: Vec<_> = found
                .expect("read")
                .into_iter()
                .map(|key| (key.id.to_string(), key.calls))
                .collect();
            assert_eq!(found, expected(&calls, since, 3, refused), "batch {batch}");
        }
    }
    let nothing = store.busiest_keys(other.app, first, 3, false).await;
    assert!(nothing.expect("read").is_empty());
}

each_database!(keys_with_20_denied_calls_and_more_than_5_percent_need_attention);
async fn keys_with_20_denied_calls_and_more_than_5_percent_need_attention(database: TestDatabase) {
    let fixture = AccountFixture::build(&database.store, 1).await;
    let (store, today) = (&database.store, NOW.floor(DAY));
    let mut days = Vec::new();
    // Exactly 5 %, one call more, and a higher rate of too few calls.
    for (n, accepted, denied) in [(1, 380, 20), (2, 379, 20), (3, 0, 19)] {
        let mut draft = draft("Key");
        draft.expiry = Expiry::Never;
        fixture.insert_draft(n, &draft, n, NOW).await;
        let event = fixture.event(Action::KeyConfirmed, &id(n).to_string(), NOW);
        let confirmed = store.confirm_key(fixture.app, id(n), &event).await;
        confirmed.expect("confirmed");
        let mut calls = Bucket::default();
        calls.add(Outcome::Accepted, accepted);
        calls.add(Outcome::Refused, denied);
        days.push((n, today, calls));
    }
    add(store, fixture.app, 1, &days).await;
    let attention = store.attention(fixture.app, NOW).await.expect("read");
    assert_eq!(attention, [id(2)]);
    let since = today.plus(-DAY);
    let listed = store.busiest_keys(fixture.app, since, 5, true).await;
    let listed: Vec<_> = listed.expect("read").iter().map(|key| key.id).collect();
    assert_eq!(listed, [id(2)]);
}

each_database!(the_busiest_keys_are_found_along_an_index);
async fn the_busiest_keys_are_found_along_an_index(database: TestDatabase) {
    let Store::Sqlite { readers, .. } = &database.store else {
        // PostgreSQL plans by statistics: an empty table is scanned.
        return;
    };
    let mut seen = 0;
    for (name, statement) in store::sql::SHARED {
        if !name.starts_with("KEY_DAYS_") {
            continue;
        }
        seen += 1;
        let explain = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}"));
        let plan: Vec<(i64, i64, i64, String)> = sqlx::query_as(explain)
            .fetch_all(readers)
            .await
            .expect("a plan");
        let plan: Vec<_> = plan.into_iter().map(|step| step.3).collect();
        let days = plan
            .iter()
            .filter(|step| step.contains("SEARCH d USING INDEX key_day_by_"));
        assert!(
            days.count() == 2 && !plan.join("\n").contains("TEMP B-TREE"),
            "{name}: {plan:?}"
        );
    }
    assert_eq!(seen, 2);
}
