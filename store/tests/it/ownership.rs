//! The only process of an SQLite file, and what every registration protects.

use crate::keys::{AccountFixture, NOW, id};
use domain::{
    audit::Action,
    id::SessionId,
    key::{KeyDraft, name::KeyName, state::State},
};
use std::time::Duration;
use store::{Fault, NewNode, NodeConnection, PepperName, Registered, Store, StoreError};
use testing::{MAKE_READ_ONLY, TestDatabase, each_database};
use uuid::Uuid;

/// A process with an id, and a name that follows from it.
pub fn new_node(n: u128) -> NewNode {
    NewNode {
        id: Uuid::from_u128(n),
        name: format!("node {n}"),
        lease: Duration::from_secs(30),
        peppers: vec![PepperName(1)],
        at: NOW,
    }
}

pub async fn revoke(fixture: &AccountFixture, n: u128) -> Result<i64, StoreError> {
    let event = fixture.event(Action::KeyRevoked, &id(n).to_string(), NOW);
    let revoking = fixture.store.revoke_key(fixture.app, id(n), "", &event);
    revoking.await.map(|row| row.position)
}

pub async fn state(fixture: &AccountFixture, n: u128) -> State {
    let key = fixture.store.key(fixture.app, id(n), NOW).await;
    key.expect("there").state
}

/// Adds an account with two keys.
pub async fn two_keys(store: &Store) -> AccountFixture {
    let fixture = AccountFixture::build(store, 1).await;
    fixture.insert(1, "One", 1, NOW).await;
    fixture.insert(2, "Two", 2, NOW).await;
    fixture
}

/// Registers a process over a store, as the kind of database asks.
async fn register(store: &Store, n: u128) {
    match store {
        Store::Sqlite { .. } => drop(store.own(&new_node(n)).await.expect("registered")),
        Store::Postgres { .. } => {
            let node = NodeConnection::new(store.clone(), new_node(n));
            assert_eq!(
                node.register(0).await.expect("registered"),
                Registered::Done
            );
        }
    }
}

each_database!(a_replaced_process_cannot_write);
async fn a_replaced_process_cannot_write(database: TestDatabase) {
    let fixture = two_keys(&database.store).await;
    register(&database.store, 1).await;
    revoke(&fixture, 2).await.expect("registered");
    let second = Store::open(&database.url).await.expect("opens");
    register(&second, 1).await;

    assert!(matches!(revoke(&fixture, 1).await, Err(StoreError::Fenced)));
    let end = fixture
        .store
        .end_session((fixture.person, SessionId(Uuid::nil())), &[])
        .await;
    assert!(matches!(end, Err(StoreError::Fenced)), "{end:?}");
    assert_eq!(state(&fixture, 1).await, State::Active);
}

#[tokio::test]
async fn the_owner_of_a_file_notices_that_another_process_owns_it() {
    let database = TestDatabase::sqlite().await;
    let first = database.store.own(&new_node(1)).await.expect("registered");
    first.renew().await.expect("its own");
    let second = Store::open(&database.url).await.expect("opens");
    let owner = second.own(&new_node(2)).await.expect("registered");
    assert!(matches!(first.renew().await, Err(StoreError::Fenced)));
    owner.renew().await.expect("its own");
    owner.leave().await.expect("left");
    assert!(matches!(owner.renew().await, Err(StoreError::Fenced)));
}

each_database!(positions_are_in_the_order_of_commits_and_without_gaps);
async fn positions_are_in_the_order_of_commits_and_without_gaps(database: TestDatabase) {
    let fixture = two_keys(&database.store).await;
    register(&database.store, 1).await;
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
    let fixture = two_keys(&database.store).await;
    register(&database.store, 1).await;
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
        matches!(revoked, Err(StoreError::Behind { found, seen }) if found + 1 == seen),
        "{revoked:?}"
    );
}

each_database!(an_edit_of_a_key_that_was_changed_since_it_was_read_changes_nothing);
async fn an_edit_of_a_key_that_was_changed_since_it_was_read_changes_nothing(
    database: TestDatabase,
) {
    let fixture = two_keys(&database.store).await;
    let event = fixture.event(Action::KeyChanged, &id(1).to_string(), NOW);
    let key = fixture.store.key(fixture.app, id(1), NOW).await;
    let before = key.expect("there").draft();
    let named = |name: &str| KeyDraft {
        name: KeyName::parse(name).expect("a name"),
        ..before.clone()
    };
    let change = async |wanted: &KeyDraft| {
        fixture
            .store
            .change_key(fixture.app, id(1), (&before, wanted), &event)
            .await
    };
    change(&named("First")).await.expect("as it was read");
    let late = change(&named("Second")).await;
    assert!(matches!(late, Err(StoreError::NotFound)), "{late:?}");
    let key = fixture.store.key(fixture.app, id(1), NOW).await;
    assert_eq!(key.expect("there").name.as_str(), "First");
}

each_database!(a_server_that_became_read_only_is_refused);
async fn a_server_that_became_read_only_is_refused(database: TestDatabase) {
    let Store::Postgres { pool, .. } = &database.store else {
        return;
    };
    let altered = sqlx::query(MAKE_READ_ONLY).execute(pool).await;
    altered.expect("altered");
    let refused = Store::open(&database.url).await.expect_err("read-only");
    assert_eq!(refused.fault(), Some(Fault::ReadOnly));
    let line = refused.to_string();
    assert!(
        line.contains("PostgreSQL is read-only; use the address of the primary")
            && !line.contains('\n'),
        "{line}"
    );
}

/// What Amazon Aurora answers below `wal_level = logical`.
const WITHOUT_LOG: &str = "CREATE SCHEMA aurora;
    CREATE FUNCTION aurora.pg_current_wal_lsn() RETURNS pg_lsn LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'wal_level must be set to logical' USING ERRCODE = '55000';
    END $$;
    DO $$ BEGIN
        EXECUTE format('ALTER DATABASE %I SET search_path = aurora, pg_catalog, public', current_database());
    END $$";

each_database!(a_server_that_does_not_tell_its_timeline_is_refused);
async fn a_server_that_does_not_tell_its_timeline_is_refused(database: TestDatabase) {
    let Store::Postgres { pool, .. } = &database.store else {
        return;
    };
    let altered = sqlx::raw_sql(WITHOUT_LOG).execute(pool).await;
    altered.expect("altered");
    let refused = Store::open(&database.url).await.expect_err("no timeline");
    let line = refused.to_string();
    assert!(
        line.contains("rds.logical_replication = 1") && !line.contains('\n'),
        "{line}"
    );
}
