//! Signing out ends a session for requests that are under way too.

use crate::test_keyring::{PASSWORD, TestKeyring};
use domain::{
    account::Role,
    origin::Origin,
    profile::{DisplayName, Profile},
    time::MINUTE,
};
use management::{Admission, ManagementError};
use std::sync::Arc;
use testing::{TestDatabase, each_database};
use tokio::sync::Barrier;

/// Races of one sign-out on each database; `LATCHKEY_TEST_ROUNDS` sets another number.
const ROUNDS: usize = 40;
/// Requests under way in each of them.
const REQUESTS: usize = 12;
/// The same, if the number of races is set.
const MORE_REQUESTS: usize = 200;

/// The number of races, and of requests in each of them.
fn rounds() -> (usize, usize) {
    let set = std::env::var("LATCHKEY_TEST_ROUNDS").ok();
    match set.and_then(|text| text.parse().ok()) {
        Some(rounds) => (rounds, MORE_REQUESTS),
        None => (ROUNDS, REQUESTS),
    }
}

each_database!(a_request_that_loaded_its_session_before_the_sign_out_does_not_revive_it);
async fn a_request_that_loaded_its_session_before_the_sign_out_does_not_revive_it(
    database: TestDatabase,
) {
    let test = TestKeyring::new(database).await;
    let (keyring, origin) = (&test.keyring, Origin::default());
    test.add("Acme", "ada@example.com", Role::Owner).await;
    let signed_in = keyring
        .sign_in()
        .with_password("ada@example.com", PASSWORD, None, &origin)
        .await;
    let Ok(Some(Admission::Session(cookies))) = signed_in else {
        panic!("not signed in: {signed_in:?}");
    };
    let load = || async {
        keyring
            .sessions()
            .find(&cookies.token)
            .await
            .expect("works")
    };
    let (first, second) = (load().await.expect("begun"), load().await.expect("begun"));
    // From here on a request notes that the session was used.
    test.clock.advance(2 * MINUTE);
    first.sign_out(&origin).await.expect("signed out");
    assert!(load().await.is_none());
    // The other request goes on, and enters the password.
    let proof = second.clone().reauthenticate(PASSWORD, None, &origin).await;
    assert!(
        matches!(proof, Err(ManagementError::NotFound)),
        "the session has ended"
    );
    second.sign_out(&origin).await.expect("once more");
    test.clock.advance(2 * MINUTE);
    assert!(load().await.is_none());
    assert!(
        keyring
            .sessions()
            .find_without_touch(&cookies.token)
            .await
            .expect("works")
            .is_none()
    );
}

each_database!(a_session_gets_a_new_token_when_its_person_is_authenticated_again);
async fn a_session_gets_a_new_token_when_its_person_is_authenticated_again(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (keyring, origin) = (&test.keyring, Origin::default());
    test.add("Acme", "ada@example.com", Role::Owner).await;
    let signed_in = keyring
        .sign_in()
        .with_password("ada@example.com", PASSWORD, None, &origin)
        .await;
    let Ok(Some(Admission::Session(cookies))) = signed_in else {
        panic!("not signed in: {signed_in:?}");
    };
    let load = async |token: &str| keyring.sessions().find(token).await.expect("works");
    let first = load(&cookies.token).await.expect("begun");
    // Requests at the same time, which have read the session.
    let (second, third) = (first.clone(), first.clone());
    test.clock.advance(MINUTE);
    let again = first.clone().reauthenticate(PASSWORD, None, &origin).await;
    let (renewed, new) = again.expect("works").expect("right");
    assert!(load(&cookies.token).await.is_none(), "the old token");
    let session = load(&new.token).await.expect("the new token");
    assert_eq!(session.id(), first.id());
    assert_eq!(
        session.signed_in_at(),
        first.signed_in_at(),
        "it ends as before"
    );
    let profile = Profile {
        name: DisplayName::parse("Ada").expect("a name"),
        ..second.profile().clone()
    };
    second
        .change_profile(profile, &origin)
        .await
        .expect("a request that has begun goes on");
    let late = third.reauthenticate(PASSWORD, None, &origin).await;
    assert!(matches!(late, Err(ManagementError::NotFound)));
    let again = renewed.reauthenticate(PASSWORD, None, &origin).await;
    let (_, newest) = again.expect("works").expect("with the new token");
    assert!(load(&new.token).await.is_none());
    assert!(load(&newest.token).await.is_some());
    // A sign-out that has read the first token.
    first.sign_out(&origin).await.expect("signed out");
    assert!(load(&newest.token).await.is_none(), "the session has ended");
}

each_database!(
    no_race_of_a_sign_out_with_requests_leaves_the_session_alive,
    flavor = "multi_thread",
    worker_threads = 4
);
async fn no_race_of_a_sign_out_with_requests_leaves_the_session_alive(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    test.add("Acme", "ada@example.com", Role::Owner).await;
    let (rounds, requests_each) = rounds();
    for round in 0..rounds {
        let keyring = test.keyring.clone();
        let signed_in = keyring
            .sign_in()
            .with_password("ada@example.com", PASSWORD, None, &Origin::default())
            .await;
        let Ok(Some(Admission::Session(cookies))) = signed_in else {
            panic!("not signed in: {signed_in:?}");
        };
        let token: Arc<str> = cookies.token.into();
        let session = keyring
            .sessions()
            .find(&token)
            .await
            .expect("works")
            .expect("begun");
        // Every request notes that the session was used.
        test.clock.advance(2 * MINUTE);
        let barrier = Arc::new(Barrier::new(requests_each + 1));
        let requests: Vec<_> = (0..requests_each)
            .map(|_| {
                let (keyring, token, barrier) = (keyring.clone(), token.clone(), barrier.clone());
                tokio::spawn(async move {
                    barrier.wait().await;
                    keyring
                        .sessions()
                        .find(&token)
                        .await
                        .map(|session| session.is_some())
                })
            })
            .collect();
        barrier.wait().await;
        session
            .sign_out(&Origin::default())
            .await
            .expect("signed out");
        // Whatever was still under way has found the session, or has not.
        for request in requests {
            request.await.expect("ends").expect("works");
        }
        for _ in 0..2 {
            assert!(
                keyring
                    .sessions()
                    .find(&token)
                    .await
                    .expect("works")
                    .is_none(),
                "round {round}"
            );
        }
    }
}
