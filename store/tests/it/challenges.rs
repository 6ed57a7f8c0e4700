//! Challenges for passkeys: whose they are, until when, and how many there are.

use crate::keys::NOW;
use domain::{
    id::SessionId,
    time::{MINUTE, Timestamp},
};
use store::{ChallengeOf, MAX_CHALLENGES_EACH, MAX_SIGN_IN_CHALLENGES, NewChallenge, Store};
use testing::{TestDatabase, each_database};
use uuid::Uuid;

/// Inserts the challenge whose handle's digest is `n`, for a minute.
pub async fn challenge(store: &Store, n: u8, of: ChallengeOf, at: Timestamp) {
    let new = NewChallenge {
        handle_hash: &[n; 32],
        of,
        state: "{}",
        at,
        expires_at: at.plus(MINUTE),
    };
    store.insert_challenge(&new).await.expect("inserted");
}

async fn is_there(store: &Store, n: u8, of: ChallengeOf, at: Timestamp) -> bool {
    let state = store.challenge_state(&[n; 32], of, at).await;
    state.expect("read").is_some()
}

async fn count(store: &Store) -> i64 {
    let sql = "SELECT COUNT(*) FROM passkey_challenge";
    let count = match store {
        Store::Sqlite { readers, .. } => sqlx::query_scalar(sql).fetch_one(readers).await,
        Store::Postgres { pool, .. } => sqlx::query_scalar(sql).fetch_one(pool).await,
    };
    count.expect("counted")
}

each_database!(a_challenge_is_for_its_purpose_and_owner_until_it_expires);
async fn a_challenge_is_for_its_purpose_and_owner_until_it_expires(database: TestDatabase) {
    let store = &database.store;
    let [one, two] = [1, 2].map(|n| SessionId(Uuid::from_u128(n)));
    let of = ChallengeOf::Confirmation(one);
    challenge(store, 1, of, NOW).await;
    for (other, found) in [
        (of, true),
        (ChallengeOf::Confirmation(two), false),
        (ChallengeOf::Enrolment(one), false),
        (ChallengeOf::SecondStep([1; 32]), false),
        (ChallengeOf::SignIn([1; 32]), false),
    ] {
        assert_eq!(is_there(store, 1, other, NOW).await, found, "{other:?}");
    }
    assert!(!is_there(store, 2, of, NOW).await);
    assert!(is_there(store, 1, of, NOW.plus(MINUTE - 1)).await);
    assert!(!is_there(store, 1, of, NOW.plus(MINUTE)).await);
    // The next one deletes it.
    let later = NOW.plus(MINUTE);
    challenge(store, 2, ChallengeOf::SignIn([2; 32]), later).await;
    assert_eq!(count(store).await, 1);
}

each_database!(of_an_owner_and_purpose_the_newest_challenges_stay);
async fn of_an_owner_and_purpose_the_newest_challenges_stay(database: TestDatabase) {
    let store = &database.store;
    let session = SessionId(Uuid::from_u128(1));
    let kinds = [
        ChallengeOf::Enrolment(session),
        ChallengeOf::Confirmation(session),
        ChallengeOf::SecondStep([1; 32]),
        ChallengeOf::SignIn([1; 32]),
    ];
    for n in 0..8 {
        for (kind, of) in (0..).zip(kinds) {
            challenge(store, 8 * kind + n, of, NOW.plus(n.into())).await;
        }
    }
    assert_eq!(count(store).await, 4 * MAX_CHALLENGES_EACH);
    for n in 0..8 {
        for (kind, of) in (0..).zip(kinds) {
            let found = is_there(store, 8 * kind + n, of, NOW).await;
            let newest = i64::from(8 - n) <= MAX_CHALLENGES_EACH;
            assert_eq!(found, newest, "{n} of {of:?}");
        }
    }
}

each_database!(the_challenges_for_sign_ins_without_a_password_are_bounded);
async fn the_challenges_for_sign_ins_without_a_password_are_bounded(database: TestDatabase) {
    let store = &database.store;
    let (max, expires_at) = (MAX_SIGN_IN_CHALLENGES, NOW.plus(MINUTE).0);
    match store {
        Store::Sqlite { writer, .. } => {
            let rows = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < $1)
                INSERT INTO passkey_challenge (handle_hash, purpose, owner, state, expires_at)
                SELECT CAST(n AS BLOB), 'sign_in', CAST(n AS BLOB), '{}', $2 + n FROM n";
            let rows = sqlx::query(rows).bind(max).bind(expires_at);
            rows.execute(writer).await.map(drop)
        }
        Store::Postgres { pool, .. } => {
            let rows = "INSERT INTO passkey_challenge (handle_hash, purpose, owner, state, expires_at)
                SELECT int8send(n), 'sign_in', int8send(n), '{}', $2 + n FROM generate_series(1, $1) n";
            let rows = sqlx::query(rows).bind(max).bind(expires_at);
            rows.execute(pool).await.map(drop)
        }
    }
    .expect("inserted");
    challenge(store, 1, ChallengeOf::SecondStep([9; 32]), NOW).await;
    assert_eq!(count(store).await, max + 1);
    let newer = NOW.plus(MINUTE / 2);
    challenge(store, 2, ChallengeOf::SignIn([2; 32]), newer).await;
    assert_eq!(count(store).await, max + 1, "the oldest has gone");
    assert!(is_there(store, 2, ChallengeOf::SignIn([2; 32]), newer).await);
    assert!(is_there(store, 1, ChallengeOf::SecondStep([9; 32]), newer).await);
    let oldest = match store {
        Store::Sqlite { readers, .. } => {
            let oldest = "SELECT MIN(expires_at) FROM passkey_challenge WHERE purpose = 'sign_in'";
            sqlx::query_scalar::<_, i64>(oldest)
                .fetch_one(readers)
                .await
        }
        Store::Postgres { pool, .. } => {
            let oldest = "SELECT MIN(expires_at) FROM passkey_challenge WHERE purpose = 'sign_in'";
            sqlx::query_scalar::<_, i64>(oldest).fetch_one(pool).await
        }
    };
    assert_eq!(oldest.expect("read"), expires_at + 2);
}

each_database!(
    challenges_that_are_made_at_once_all_succeed,
    flavor = "multi_thread",
    worker_threads = 2
);
async fn challenges_that_are_made_at_once_all_succeed(database: TestDatabase) {
    let store = &database.store;
    for n in 0..40 {
        challenge(store, n, ChallengeOf::SignIn([n; 32]), NOW).await;
    }
    // All of those have expired.
    let later = NOW.plus(2 * MINUTE);
    let mut at_once = tokio::task::JoinSet::new();
    for n in 40..100 {
        let store = store.clone();
        at_once.spawn(async move {
            challenge(&store, n, ChallengeOf::SignIn([n % 4; 32]), later).await;
        });
    }
    at_once.join_all().await;
    // Those that began at the same time do not see each other.
    let left = count(store).await;
    assert!((4 * MAX_CHALLENGES_EACH..=60).contains(&left), "{left}");
}
