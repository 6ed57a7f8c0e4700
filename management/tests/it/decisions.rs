//! The stream of decisions: who reads along, and what.

use crate::test_keyring::{TestKeyring, draft, plain_call};
use domain::{
    decision::{DecisionBatch, DecisionRecord},
    key::{
        Environment,
        issued::IssuedKey,
        token::{KeyId, format_secret},
    },
    verdict::Verdict,
};
use management::Keyring;
use std::{future::poll_fn, pin::pin};
use testing::{TestDatabase, each_database};
use tokio::{
    task::yield_now,
    time::{Duration, timeout},
};
use verification::{Call, Route};

/// A call that asks for `scope`, under the id `request`.
fn call(keyring: &Keyring, key: &IssuedKey, scope: &str, request: &str) -> Verdict {
    present(keyring, &key.id.to_string(), &key.secret, scope, request)
}

fn present(keyring: &Keyring, key: &str, secret: &str, scope: &str, request: &str) -> Verdict {
    let call = with(key, secret, scope, request);
    keyring.verify(&call).verdict
}

fn with<'a>(key: &'a str, secret: &'a str, scope: &str, request: &'a str) -> Call<'a> {
    Call {
        address: "192.0.2.1".parse().ok(),
        scopes: scope.parse().expect("known"),
        user_agent: "till/2",
        route: Route {
            method: "GET",
            path: "/invoices/17?token=hidden",
        },
        request_id: request,
        ..plain_call(key, secret)
    }
}

fn told(calls: &[DecisionRecord]) -> Vec<(&str, &str)> {
    calls
        .iter()
        .map(|call| (call.request_id.as_str(), call.verdict.code()))
        .collect()
}

/// Nothing, where nothing has happened.
async fn heard(tail: &mut telemetry::Tail) -> Option<DecisionBatch> {
    timeout(Duration::ZERO, tail.next()).await.ok()
}

each_database!(an_application_follows_the_decisions_about_its_own_keys);
async fn an_application_follows_the_decisions_about_its_own_keys(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    let other = test.editor("Globex").await;
    let (key, second) = (
        test.issue(&editor, draft()).await,
        test.issue(&editor, draft()).await,
    );
    let mut all = editor.tail(None, None);
    let mut one = editor.tail(Some(key.id), None);
    let mut foreign = other.tail(None, None);
    let mut stolen = other.tail(Some(key.id), None);
    let wrong = format_secret(Environment::Live, &[9; 32]);
    let unknown = KeyId::from_number(Environment::Live, 404).to_string();
    call(&test.keyring, &key, "invoice:read", "r1");
    call(&test.keyring, &second, "", "r2");
    call(&test.keyring, &key, "tax:read", "r3");
    present(&test.keyring, &key.id.to_string(), &wrong, "", "r4");
    present(&test.keyring, &unknown, &wrong, "", "r5");
    present(&test.keyring, "garbage", "garbage", "", "r6");
    assert!(heard(&mut all).await.is_none(), "nothing is handed on yet");
    test.keyring.telemetry().dispatch().await;
    let news = heard(&mut all).await.expect("something happened");
    let (valid, scope, invalid) = ("valid", "insufficient_scope", "invalid_credentials");
    assert_eq!(
        told(&news.calls),
        [("r1", valid), ("r2", valid), ("r3", scope), ("r4", invalid)]
    );
    assert_eq!(news.skipped, Some(0));
    let first = news.calls.first().expect("there");
    assert_eq!(first.application, editor.application().id);
    assert_eq!(first.account, editor.application().account_id);
    assert_eq!((first.key, first.at), (key.id, test.keyring.now()));
    assert_eq!(first.route, "GET /invoices/{id}");
    assert_eq!(first.user_agent, "till/2");
    assert_eq!(first.required_scopes.to_string(), "invoice:read");
    assert_eq!(first.address, "192.0.2.1".parse().ok());
    let printed = format!("{news:?}");
    for secret in ["hidden", &*key.secret, &*second.secret, &wrong] {
        assert!(!printed.contains(secret), "{printed}");
    }
    let news = heard(&mut one).await.expect("something happened");
    assert_eq!(
        told(&news.calls),
        [("r1", valid), ("r3", scope), ("r4", invalid)]
    );
    assert!(heard(&mut foreign).await.is_none());
    assert!(heard(&mut stolen).await.is_none());
}

each_database!(a_follower_continues_where_it_stopped);
async fn a_follower_continues_where_it_stopped(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    let key = test.issue(&editor, draft()).await;
    let mut tail = editor.tail(None, None);
    call(&test.keyring, &key, "", "r1");
    call(&test.keyring, &key, "", "r2");
    test.keyring.telemetry().dispatch().await;
    let news = heard(&mut tail).await.expect("something happened");
    drop(tail);
    let first = news.calls.first().expect("there").id;
    call(&test.keyring, &key, "", "r3");
    test.keyring.telemetry().dispatch().await;
    for (after, rest) in [
        (Some(first), vec![("r2", "valid"), ("r3", "valid")]),
        (Some(news.last), vec![("r3", "valid")]),
    ] {
        let mut tail = editor.tail(None, after);
        let news = heard(&mut tail).await.expect("something happened");
        assert_eq!(told(&news.calls), rest);
        assert_eq!(news.skipped, Some(0));
        assert!(heard(&mut tail).await.is_none());
    }
    assert!(heard(&mut editor.tail(None, None)).await.is_none());
    // This process does not know what was before it.
    let news = heard(&mut editor.tail(None, Some(-1))).await.expect("some");
    assert_eq!((news.calls.len(), news.skipped), (3, None));
}

each_database!(a_slow_follower_learns_how_many_it_missed);
async fn a_slow_follower_learns_how_many_it_missed(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    let key = test.issue(&editor, draft()).await;
    let (mut slow, mut slower) = (editor.tail(None, None), editor.tail(None, None));
    for n in 0..60 {
        call(&test.keyring, &key, "", &format!("r{n}"));
    }
    test.keyring.telemetry().dispatch().await;
    let news = heard(&mut slow).await.expect("something happened");
    let newest = news.calls.last().map(|call| call.request_id.clone());
    assert_eq!((news.calls.len(), news.skipped), (50, Some(10)));
    assert_eq!(newest.as_deref(), Some("r59"));
    for _ in 0..3 {
        for _ in 0..4_000 {
            call(&test.keyring, &key, "", "more");
        }
        test.keyring.telemetry().dispatch().await;
    }
    let news = heard(&mut slower).await.expect("something happened");
    assert_eq!((news.calls.len(), news.skipped), (50, None));
    // A flood that found no room is counted.
    let mut tail = editor.tail(Some(key.id), None);
    for _ in 0..7_000 {
        call(&test.keyring, &key, "", "flood");
    }
    test.keyring.telemetry().dispatch().await;
    let news = heard(&mut tail).await.expect("something happened");
    assert_eq!((news.calls.len(), news.skipped), (50, Some(6_950)));
}

each_database!(a_flood_is_dispatched_in_parts_and_followers_hear_of_it_once);
async fn a_flood_is_dispatched_in_parts_and_followers_hear_of_it_once(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    let key = test.issue(&editor, draft()).await;
    let mut tail = editor.tail(None, None);
    let follower = tokio::spawn(async move { tail.next().await });
    // The follower waits.
    yield_now().await;
    for n in 0..250 {
        call(&test.keyring, &key, "", &format!("r{n}"));
    }
    let mut dispatch = pin!(test.keyring.telemetry().dispatch());
    let mut turns = 0;
    poll_fn(|context| {
        turns += 1;
        dispatch.as_mut().poll(context)
    })
    .await;
    assert_eq!(turns, 3);
    let news = follower.await.expect("no panic");
    assert_eq!((news.calls.len(), news.skipped), (50, Some(200)));
    let newest = news.calls.last().map(|call| call.request_id.clone());
    assert_eq!(newest.as_deref(), Some("r249"));
}

each_database!(credentials_in_a_query_are_recorded_if_the_key_exists);
async fn credentials_in_a_query_are_recorded_if_the_key_exists(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    let key = test.issue(&editor, draft()).await;
    let mut tail = editor.tail(None, None);
    let unknown = KeyId::from_number(Environment::Live, 404).to_string();
    let id = key.id.to_string();
    for named in ["garbage", unknown.as_str(), id.as_str()] {
        test.keyring
            .report_credentials_in_query(&with(named, "", "", "r1"));
    }
    test.keyring.telemetry().dispatch().await;
    let news = heard(&mut tail).await.expect("something happened");
    assert_eq!(told(&news.calls), [("r1", "credentials_in_query")]);
}
