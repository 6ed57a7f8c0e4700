//! Claims to a database, and writes of a former owner.

use crate::keys::{AccountFixture, NOW, id};
use domain::{audit::Action, id::SessionId, key::state::State};
use std::time::Duration;
use store::{Claim, DatabaseOwner, NewNode, Ownership, Standby, Store, StoreError};
use testing::{TestDatabase, each_database};
use uuid::Uuid;

const LEASE: Duration = Duration::from_secs(30);

fn node(n: u128) -> NewNode {
    NewNode {
        id: Uuid::from_u128(n),
        lease: LEASE,
        at: NOW,
    }
}

async fn another(database: &TestDatabase) -> Store {
    Store::open(&database.url).await.expect("opens")
}

async fn win(store: &Store, n: u128, ended: Option<&DatabaseOwner>) -> Ownership {
    match store.claim(&node(n), ended).await.expect("answers") {
        Claim::Won(ownership) => ownership,
        Claim::Occupied(owner) => panic!("occupied by {owner:?}"),
    }
}

async fn occupant(store: &Store, n: u128) -> DatabaseOwner {
    match store.claim(&node(n), None).await.expect("answers") {
        Claim::Occupied(owner) => owner,
        Claim::Won(_) => panic!("it was free"),
    }
}

async fn revoke(fixture: &AccountFixture, n: u128) -> Result<(), StoreError> {
    let event = fixture.event(Action::KeyRevoked, &id(n).to_string(), NOW);
    let revoking = fixture.store.revoke_key(fixture.app, id(n), "", &event);
    revoking.await.map(drop)
}

/// Adds an account with two keys, and claims the database.
async fn owned(database: &TestDatabase) -> (AccountFixture, Ownership) {
    let fixture = AccountFixture::build(&database.store, 1).await;
    fixture.insert(1, "One", 1, NOW).await;
    fixture.insert(2, "Two", 2, NOW).await;
    let ownership = win(&database.store, 1, None).await;
    (fixture, ownership)
}

each_database!(an_owner_that_renews_its_claim_keeps_it);
async fn an_owner_that_renews_its_claim_keeps_it(database: TestDatabase) {
    let (fixture, ownership) = owned(&database).await;
    for _ in 0..3 {
        ownership.renew().await.expect("ours");
    }
    if let Store::Postgres { .. } = database.store {
        let second = another(&database).await;
        let seen = occupant(&second, 2).await;
        ownership.renew().await.expect("ours");
        // Its lease was seen to end, and it has renewed its claim since.
        let late = second.claim(&node(2), Some(&seen)).await.expect("answers");
        assert!(matches!(late, Claim::Occupied(now) if now != seen));
    }
    revoke(&fixture, 1).await.expect("ours to change");
}

each_database!(a_replaced_owner_cannot_write);
async fn a_replaced_owner_cannot_write(database: TestDatabase) {
    let (fixture, first) = owned(&database).await;
    let second = another(&database).await;
    let ended = match &database.store {
        Store::Postgres { .. } => Some(occupant(&second, 2).await),
        Store::Sqlite { .. } => None,
    };
    let owner = win(&second, 2, ended.as_ref()).await;
    owner.renew().await.expect("the new owner's");

    assert!(matches!(revoke(&fixture, 1).await, Err(StoreError::Fenced)));
    let end = fixture
        .store
        .end_session((fixture.person, SessionId(Uuid::nil())), &[])
        .await;
    assert!(matches!(end, Err(StoreError::Fenced)), "{end:?}");
    assert!(matches!(first.renew().await, Err(StoreError::Fenced)));
    let state = fixture
        .store
        .key(fixture.app, id(1), NOW)
        .await
        .expect("there");
    assert_eq!(state.state, State::Active, "nothing was written");
}

each_database!(a_change_that_waits_for_the_takeover_to_commit_fails_and_is_not_written);
async fn a_change_that_waits_for_the_takeover_to_commit_fails_and_is_not_written(
    database: TestDatabase,
) {
    let (fixture, _first) = owned(&database).await;
    let Store::Postgres { pool, .. } = &database.store else {
        return;
    };
    // The takeover has locked the head's row; the change has passed its first check of the epoch and waits for that row.
    let mut takeover = pool.begin().await.expect("begins");
    sqlx::query("UPDATE change_head SET epoch = epoch + 1")
        .execute(&mut *takeover)
        .await
        .expect("locked");
    let store = fixture.store.clone();
    let (app, event) = (
        fixture.app,
        fixture.event(Action::KeyRevoked, &id(1).to_string(), NOW),
    );
    let change =
        tokio::spawn(async move { store.revoke_key(app, id(1), "", &event).await.map(drop) });
    let waiting = "SELECT count(*) FROM pg_stat_activity
        WHERE wait_event_type = 'Lock' AND datname = current_database()";
    loop {
        let (count,): (i64,) = sqlx::query_as(waiting)
            .fetch_one(pool)
            .await
            .expect("asked");
        if count > 0 {
            break;
        }
        tokio::task::yield_now().await;
    }
    takeover.commit().await.expect("taken over");
    let late = change.await.expect("ends");
    assert!(matches!(late, Err(StoreError::Fenced)), "{late:?}");
    let key = fixture
        .store
        .key(fixture.app, id(1), NOW)
        .await
        .expect("there");
    assert_eq!(key.state, State::Active);
}

each_database!(of_two_concurrent_claims_one_is_granted);
async fn of_two_concurrent_claims_one_is_granted(database: TestDatabase) {
    let Store::Postgres { .. } = database.store else {
        return;
    };
    let (one, two) = (another(&database).await, another(&database).await);
    let (first, second) = (node(1), node(2));
    let (one, two) = tokio::join!(one.claim(&first, None), two.claim(&second, None));
    let won = [one, two].map(|claim| matches!(claim.expect("answers"), Claim::Won(_)));
    assert!(won[0] != won[1], "{won:?}");
}

each_database!(an_owner_that_leaves_or_returns_is_replaced_at_once);
async fn an_owner_that_leaves_or_returns_is_replaced_at_once(database: TestDatabase) {
    let (_fixture, first) = owned(&database).await;
    first.leave().await.expect("left");
    let second = another(&database).await;
    win(&second, 2, None).await;
    // Node 2 died: a process with its id replaces it at once.
    let again = another(&database).await;
    win(&again, 2, None).await;
}

each_database!(a_standby_replaces_an_owner_that_did_not_renew_its_lease);
async fn a_standby_replaces_an_owner_that_did_not_renew_its_lease(database: TestDatabase) {
    let (_fixture, _first) = owned(&database).await;
    let Store::Postgres { .. } = database.store else {
        return;
    };
    let second = another(&database).await;
    let mut standby = Standby::default();
    let seen = occupant(&second, 2).await;
    assert_eq!(standby.observe(seen, Duration::ZERO), None);
    let ended = standby.observe(seen, LEASE * 2).expect("silent");
    win(&second, 2, Some(&ended)).await;
}

each_database!(positions_are_in_the_order_of_commits_and_without_gaps);
async fn positions_are_in_the_order_of_commits_and_without_gaps(database: TestDatabase) {
    let (fixture, _ownership) = owned(&database).await;
    let before = fixture.store.fence().position();
    let mut changes = tokio::task::JoinSet::new();
    for n in 0..20_u128 {
        let store = fixture.store.clone();
        let key = id(1 + n % 2);
        let (app, on, off) = (
            fixture.app,
            fixture.event(Action::KeyActivated, &key.to_string(), NOW),
            fixture.event(Action::KeyDeactivated, &key.to_string(), NOW),
        );
        changes.spawn(async move {
            let change = if n % 4 < 2 {
                store.deactivate_key(app, key, &off).await
            } else {
                store.activate_key(app, key, &on).await
            };
            // Deactivating an inactive key writes nothing and takes no position.
            change.ok().map(|row| row.position)
        });
    }
    let mut positions: Vec<i64> = changes.join_all().await.into_iter().flatten().collect();
    positions.sort_unstable();
    let expected: Vec<i64> = (before + 1..).take(positions.len()).collect();
    assert!(positions.len() >= 2);
    assert_eq!(positions, expected);
    assert_eq!(
        fixture.store.fence().position(),
        positions[positions.len() - 1]
    );
    drop(database);
}

each_database!(a_database_that_lacks_seen_changes_is_refused);
async fn a_database_that_lacks_seen_changes_is_refused(database: TestDatabase) {
    let (fixture, ownership) = owned(&database).await;
    revoke(&fixture, 1).await.expect("revoked");
    let older = "UPDATE change_head SET position = position - 1";
    match &database.store {
        Store::Sqlite { writer, .. } => sqlx::query(older).execute(writer).await.map(drop),
        Store::Postgres { pool, .. } => sqlx::query(older).execute(pool).await.map(drop),
    }
    .expect("a backup of a moment ago");
    // The position would be one that the key index has seen already, so it would ignore the revocation.
    let revoked = revoke(&fixture, 2).await;
    assert!(
        matches!(revoked, Err(StoreError::Behind { .. })),
        "{revoked:?}"
    );
    let behind = ownership.renew().await;
    assert!(matches!(behind, Err(StoreError::Behind { found, seen }) if found + 1 == seen));
    assert!(matches!(revoke(&fixture, 2).await, Err(StoreError::Fenced)));
}

each_database!(a_server_that_became_read_only_or_a_standby_is_refused);
async fn a_server_that_became_read_only_or_a_standby_is_refused(database: TestDatabase) {
    let Store::Postgres { pool, .. } = &database.store else {
        return;
    };
    let (name,): (String,) = sqlx::query_as("SELECT CAST(current_database() AS TEXT)")
        .fetch_one(pool)
        .await
        .expect("named");
    let sql = format!("ALTER DATABASE {name} SET default_transaction_read_only = on");
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql))
        .execute(pool)
        .await
        .expect("altered");
    let refused = Store::open(&database.url).await.expect_err("read-only");
    assert!(refused.to_string().contains("read-only"), "{refused}");
}
