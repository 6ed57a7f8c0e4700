//! Calls and names of keys in a list.

use crate::keys::{AccountFixture, NOW, id};
use domain::{
    time::{HOUR, Timestamp},
    usage::{Bucket, Level, Outcome},
};
use store::{UsageBatch, UsageCount};
use testing::{TestDatabase, each_database};
use uuid::Uuid;

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
