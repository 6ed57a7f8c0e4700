//! One process owns a database, and what an earlier owner still tries comes too late.

use crate::{
    keys::{House, NOW, id},
    support::{Fresh, fresh},
};
use domain::{audit::Action, key::state::State};
use std::time::Duration;
use store::{Claim, NewNode, Occupant, Ownership, Standby, Store, StoreError};
use uuid::Uuid;

const LEASE: Duration = Duration::from_secs(30);

fn node(n: u128) -> NewNode {
    NewNode {
        id: Uuid::from_u128(n),
        lease: LEASE,
        at: NOW,
    }
}

async fn another(fresh: &Fresh) -> Store {
    Store::open(&fresh.url).await.expect("opens")
}

async fn win(store: &Store, n: u128, ended: Option<&Occupant>) -> Ownership {
    match store.claim(&node(n), ended).await.expect("answers") {
        Claim::Won(ownership) => ownership,
        Claim::Occupied(owner) => panic!("occupied by {owner:?}"),
    }
}

async fn occupant(store: &Store, n: u128) -> Occupant {
    match store.claim(&node(n), None).await.expect("answers") {
        Claim::Occupied(owner) => owner,
        Claim::Won(_) => panic!("it was free"),
    }
}

async fn revoke(house: &House, n: u128) -> Result<(), StoreError> {
    let event = house.event(Action::KeyRevoked, &id(n).to_string(), NOW);
    let revoking = house.store.revoke_key(house.app, id(n), "", &event);
    revoking.await.map(drop)
}

/// The database of each server, with an account and two keys; its first owner has claimed it.
async fn owned() -> Vec<(Fresh, House, Ownership)> {
    let mut all = Vec::new();
    for fresh in fresh().await {
        let house = House::build(&fresh.store, 1).await;
        house.insert(1, "One", 1, NOW).await;
        house.insert(2, "Two", 2, NOW).await;
        let ownership = win(&fresh.store, 1, None).await;
        all.push((fresh, house, ownership));
    }
    all
}

#[tokio::test]
async fn an_owner_that_renews_its_claim_keeps_it() {
    for (fresh, house, ownership) in owned().await {
        for _ in 0..3 {
            ownership.renew().await.expect("ours");
        }
        if let Store::Postgres { .. } = fresh.store {
            let second = another(&fresh).await;
            let seen = occupant(&second, 2).await;
            ownership.renew().await.expect("ours");
            // It was seen to be silent, and has renewed its claim since.
            let late = second.claim(&node(2), Some(&seen)).await.expect("answers");
            assert!(matches!(late, Claim::Occupied(now) if now != seen));
        }
        revoke(&house, 1).await.expect("ours to change");
    }
}

#[tokio::test]
async fn an_owner_that_was_replaced_can_write_nothing_more() {
    for (fresh, house, first) in owned().await {
        let second = another(&fresh).await;
        let ended = match &fresh.store {
            Store::Postgres { .. } => Some(occupant(&second, 2).await),
            Store::Sqlite { .. } => None,
        };
        let owner = win(&second, 2, ended.as_ref()).await;
        owner.renew().await.expect("the new owner's");

        assert!(matches!(revoke(&house, 1).await, Err(StoreError::Fenced)));
        let end = house.store.end_session(&[1; 32], &[]).await;
        assert!(matches!(end, Err(StoreError::Fenced)), "{end:?}");
        assert!(matches!(first.renew().await, Err(StoreError::Fenced)));
        let state = house.store.key(house.app, id(1), NOW).await.expect("there");
        assert_eq!(state.state, State::Active, "nothing was written");
    }
}

#[tokio::test]
async fn a_change_that_waits_for_the_takeover_to_commit_fails_and_is_not_written() {
    for (fresh, house, _first) in owned().await {
        let Store::Postgres { pool, .. } = &fresh.store else {
            continue;
        };
        // The takeover has the head's row; the change has passed its first look at the claim and waits for that row.
        let mut takeover = pool.begin().await.expect("begins");
        sqlx::query("UPDATE change_head SET epoch = epoch + 1")
            .execute(&mut *takeover)
            .await
            .expect("locked");
        let store = house.store.clone();
        let (app, event) = (
            house.app,
            house.event(Action::KeyRevoked, &id(1).to_string(), NOW),
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
        let key = house.store.key(house.app, id(1), NOW).await.expect("there");
        assert_eq!(key.state, State::Active);
    }
}

#[tokio::test]
async fn of_two_that_want_a_free_database_one_gets_it() {
    for fresh in fresh().await {
        let Store::Postgres { .. } = fresh.store else {
            continue;
        };
        let (one, two) = (another(&fresh).await, another(&fresh).await);
        let (first, second) = (node(1), node(2));
        let (one, two) = tokio::join!(one.claim(&first, None), two.claim(&second, None));
        let won = [one, two].map(|claim| matches!(claim.expect("answers"), Claim::Won(_)));
        assert!(won[0] != won[1], "{won:?}");
    }
}

#[tokio::test]
async fn an_owner_that_leaves_is_not_waited_for_and_one_that_comes_back_neither() {
    for (fresh, _house, first) in owned().await {
        first.leave().await.expect("left");
        let second = another(&fresh).await;
        win(&second, 2, None).await;
        // Node 2 died. Who has its id knows.
        let again = another(&fresh).await;
        win(&again, 2, None).await;
    }
}

#[tokio::test]
async fn a_standby_replaces_an_owner_that_has_been_silent_for_its_lease() {
    for (fresh, _house, _first) in owned().await {
        let Store::Postgres { .. } = fresh.store else {
            continue;
        };
        let second = another(&fresh).await;
        let mut standby = Standby::default();
        let seen = occupant(&second, 2).await;
        assert_eq!(standby.observe(seen, Duration::ZERO), None);
        let ended = standby.observe(seen, LEASE * 2).expect("silent");
        win(&second, 2, Some(&ended)).await;
    }
}

#[tokio::test]
async fn positions_are_in_the_order_of_commits_and_without_gaps() {
    for (fresh, house, _ownership) in owned().await {
        let before = house.store.fence().position();
        let mut changes = tokio::task::JoinSet::new();
        for n in 0..20_u128 {
            let store = house.store.clone();
            let key = id(1 + n % 2);
            let (app, on, off) = (
                house.app,
                house.event(Action::KeyActivated, &key.to_string(), NOW),
                house.event(Action::KeyDeactivated, &key.to_string(), NOW),
            );
            changes.spawn(async move {
                let change = if n % 4 < 2 {
                    store.deactivate_key(app, key, &off).await
                } else {
                    store.activate_key(app, key, &on).await
                };
                // Where it was off already nothing is written, and no position is taken.
                change.ok().map(|row| row.position)
            });
        }
        let mut positions: Vec<i64> = changes.join_all().await.into_iter().flatten().collect();
        positions.sort_unstable();
        let expected: Vec<i64> = (before + 1..).take(positions.len()).collect();
        assert!(positions.len() >= 2);
        assert_eq!(positions, expected);
        assert_eq!(
            house.store.fence().position(),
            positions[positions.len() - 1]
        );
        drop(fresh);
    }
}

#[tokio::test]
async fn a_database_that_has_forgotten_changes_is_refused() {
    for (fresh, house, ownership) in owned().await {
        revoke(&house, 1).await.expect("revoked");
        let older = "UPDATE change_head SET position = position - 1";
        match &fresh.store {
            Store::Sqlite { writer, .. } => sqlx::query(older).execute(writer).await.map(drop),
            Store::Postgres { pool, .. } => sqlx::query(older).execute(pool).await.map(drop),
        }
        .expect("a backup of a moment ago");
        let behind = ownership.renew().await;
        assert!(matches!(behind, Err(StoreError::Behind { found, seen }) if found + 1 == seen));
        assert!(matches!(revoke(&house, 2).await, Err(StoreError::Fenced)));
    }
}

#[tokio::test]
async fn a_server_that_became_read_only_or_a_standby_is_not_the_database() {
    for fresh in fresh().await {
        let Store::Postgres { pool, .. } = &fresh.store else {
            continue;
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
        let refused = Store::open(&fresh.url).await.expect_err("read-only");
        assert!(refused.to_string().contains("read-only"), "{refused}");
    }
}
