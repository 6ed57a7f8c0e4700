//! What calls have in common, and what would end with a key.

use crate::test_keyring::{TestKeyring, draft, plain_call, reopen};
use domain::{
    key::{issued::IssuedKey, scope::ScopeSet},
    time::{DAY, HOUR, MINUTE, Timestamp},
    usage::{
        ChartRange, Level, Window,
        breakdown::{Breakdown, Dimension},
        last_day::LastDay,
    },
};
use management::{ChartQuery, Keyring};
use testing::{TestDatabase, each_database};
use verification::{Call, Route};

/// Makes a call with a scope, for a path, from an address.
pub fn call(keyring: &Keyring, key: &IssuedKey, scope: &str, path: &str, address: &str) {
    keyring.verify(&Call {
        address: address.parse().ok(),
        scopes: scope.parse().expect("known"),
        user_agent: "till/2\u{1b}[31m",
        route: Route {
            method: "GET",
            path,
        },
        ..plain_call(&key.id.to_string(), &key.secret)
    });
}

fn named(breakdown: &Breakdown, dimension: Dimension) -> Vec<(String, i64)> {
    let shares = breakdown.of(dimension).expect("there");
    let top = shares.top.iter();
    top.map(|share| (share.value.clone(), share.calls.total()))
        .collect()
}

each_database!(calls_are_counted_by_address_route_scope_and_user_agent);
async fn calls_are_counted_by_address_route_scope_and_user_agent(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    let key = test.issue(&editor, draft()).await;
    for n in 0..3 {
        let path = format!("/invoices/{n}?token=hidden");
        call(&test.keyring, &key, "invoice:read", &path, "192.0.2.1");
    }
    call(&test.keyring, &key, "", "/health", "192.0.2.2");
    call(&test.keyring, &key, "tax:read", "/taxes", "192.0.2.2");
    test.flush_usage().await;
    call(&test.keyring, &key, "", "/health", "192.0.2.2");
    test.flush_usage().await;
    for window in Window::ALL {
        let seen = editor
            .open_key(key.id)
            .await
            .expect("the key")
            .usage()
            .breakdown(ChartRange::of(window, editor.now()))
            .await
            .expect("read");
        let (three, two) = ("192.0.2.1".to_owned(), "192.0.2.2".to_owned());
        assert_eq!(
            named(&seen, Dimension::Address),
            [(three, 3), (two, 3)],
            "{window:?}"
        );
        let routes = named(&seen, Dimension::Route);
        assert_eq!(routes.first(), Some(&("GET /invoices/{id}".into(), 3)));
        assert_eq!(
            named(&seen, Dimension::UserAgent),
            [("till/2[31m".into(), 6)]
        );
        assert!(!format!("{seen:?}").contains("hidden"));
    }
    let view = editor.open_key(key.id).await.expect("the key");
    let week = ChartRange::of(Window::Week, editor.now());
    let (seen, used) = view.breakdown_with_scopes(week).await.expect("read");
    let usage = view.usage().breakdown(week).await;
    assert_eq!(seen, usage.expect("read"));
    assert!(
        used.used
            .contains(ScopeSet::one("invoice:read").expect("known"))
    );
    assert!(used.since.is_some());
}

each_database!(calls_of_all_keys_are_counted_by_dimension_too);
async fn calls_of_all_keys_are_counted_by_dimension_too(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    let (key, other) = (
        test.issue(&editor, draft()).await,
        test.issue(&editor, draft()).await,
    );
    let globex = test.editor("Globex").await;
    let foreign = test.issue(&globex, draft()).await;
    for (key, path, address) in [
        (&key, "/invoices/1", "192.0.2.1"),
        (&other, "/invoices/2", "192.0.2.2"),
        (&other, "/taxes", "192.0.2.2"),
        (&foreign, "/foreign", "192.0.2.9"),
    ] {
        call(&test.keyring, key, "invoice:read", path, address);
    }
    test.flush_usage().await;
    call(&test.keyring, &key, "", "/invoices/3", "192.0.2.1");
    for window in Window::ALL {
        let range = ChartRange::of(window, editor.now());
        let all = editor.usage().await.breakdown(range).await.expect("read");
        let (one, two) = ("192.0.2.1".to_owned(), "192.0.2.2".to_owned());
        assert_eq!(named(&all, Dimension::Address), [(one, 2), (two, 2)]);
        let routes = [("GET /invoices/{id}".into(), 3), ("GET /taxes".into(), 1)];
        assert_eq!(named(&all, Dimension::Route), routes, "{window:?}");
        let scopes = [("invoice:read".into(), 3), (String::new(), 1)];
        assert_eq!(named(&all, Dimension::Scope), scopes);
        assert_eq!(
            named(&all, Dimension::UserAgent),
            [("till/2[31m".into(), 4)]
        );
    }
}

each_database!(calls_without_the_right_secret_add_no_values);
async fn calls_without_the_right_secret_add_no_values(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    let key = test.issue(&editor, draft()).await;
    let other = test.issue(&editor, draft()).await;
    let guess = IssuedKey {
        secret: other.secret,
        ..key
    };
    call(&test.keyring, &guess, "", "/planted", "192.0.2.66");
    test.flush_usage().await;
    let seen = editor
        .open_key(guess.id)
        .await
        .expect("the key")
        .usage()
        .breakdown(ChartRange::of(Window::Day, editor.now()))
        .await;
    assert_eq!(named(&seen.expect("read"), Dimension::Route), []);
}

each_database!(refusals_are_counted_by_code_with_and_without_the_secret);
async fn refusals_are_counted_by_code_with_and_without_the_secret(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    let key = test.issue(&editor, draft()).await;
    let other = test.issue(&editor, draft()).await;
    let guess = IssuedKey {
        secret: other.secret.clone(),
        ..key.clone()
    };
    call(&test.keyring, &key, "invoice:read", "/", "192.0.2.1");
    for _ in 0..2 {
        call(&test.keyring, &key, "tax:read", "/taxes", "192.0.2.1");
    }
    for _ in 0..3 {
        call(&test.keyring, &guess, "", "/planted", "192.0.2.66");
    }
    call(&test.keyring, &other, "tax:read", "/taxes", "192.0.2.1");
    editor.deactivate(key.id).await.expect("off");
    call(&test.keyring, &key, "invoice:read", "/", "192.0.2.1");
    for window in Window::ALL {
        let seen = editor
            .open_key(key.id)
            .await
            .expect("the key")
            .usage()
            .breakdown(ChartRange::of(window, editor.now()))
            .await
            .expect("read");
        let expected = [
            ("invalid_credentials".to_owned(), 3),
            ("insufficient_scope".to_owned(), 2),
            ("key_inactive".to_owned(), 1),
        ];
        assert_eq!(named(&seen, Dimension::Refusal), expected);
        let range = ChartRange::of(window, editor.now());
        let all = editor.usage().await.breakdown(range).await.expect("read");
        let codes = named(&all, Dimension::Refusal);
        let expected = [
            ("insufficient_scope".to_owned(), 3),
            ("invalid_credentials".to_owned(), 3),
            ("key_inactive".to_owned(), 1),
        ];
        assert_eq!(codes, expected);
    }
}

each_database!(the_last_day_is_compared_with_the_day_before);
async fn the_last_day_is_compared_with_the_day_before(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    let key = test.issue(&editor, draft()).await;
    let last_day = || async {
        let view = editor.open_key(key.id).await.expect("the key");
        let shown = async |window: &str| {
            let asked = ChartQuery {
                window,
                ..ChartQuery::default()
            };
            view.shown_usage(asked).await.expect("read").last_day
        };
        let seen = shown("24h").await;
        assert_eq!(shown("7d").await, seen);
        seen
    };
    assert_eq!(last_day().await, LastDay::default());
    for _ in 0..5 {
        call(&test.keyring, &key, "invoice:read", "/", "192.0.2.1");
    }
    test.clock.advance(DAY + HOUR);
    call(&test.keyring, &key, "invoice:read", "/", "192.0.2.1");
    let seen = last_day().await;
    assert_eq!((seen.calls.accepted, seen.before), (1, 5));
    assert_eq!(seen.main_refusal, None);
    for _ in 0..2 {
        call(&test.keyring, &key, "tax:read", "/taxes", "192.0.2.1");
    }
    let seen = last_day().await;
    assert_eq!((seen.calls.accepted, seen.calls.refused), (1, 2));
    assert_eq!(seen.main_refusal.as_deref(), Some("insufficient_scope"));
    test.clock.advance(3 * DAY);
    let seen = last_day().await;
    assert_eq!((seen.calls.total(), seen.before), (0, 0));
}

each_database!(the_impact_of_a_revocation_is_shown);
async fn the_impact_of_a_revocation_is_shown(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    let key = test.issue(&editor, draft()).await;
    call(&test.keyring, &key, "invoice:read", "/old", "192.0.2.1");
    test.clock.advance(3 * DAY);
    for n in 0..7 {
        let address = format!("192.0.2.{n}");
        call(&test.keyring, &key, "invoice:read", "/new", &address);
    }
    call(&test.keyring, &key, "tax:read", "/refused", "192.0.2.99");
    test.clock.advance(20_000);
    let impact = editor
        .open_key(key.id)
        .await
        .expect("the key")
        .impact()
        .await
        .expect("read");
    assert_eq!((impact.last_minute, impact.day, impact.week), (7, 7, 8));
    let addresses = impact.day_by.of(Dimension::Address).expect("there");
    assert_eq!((addresses.top.len(), addresses.rest.accepted), (5, 2));
    assert_eq!(
        named(&impact.day_by, Dimension::Route),
        [("GET /new".into(), 7)]
    );
    assert_eq!(named(&impact.week_by, Dimension::Route).len(), 2);
    test.clock.advance(MINUTE);
    let later = editor
        .open_key(key.id)
        .await
        .expect("the key")
        .impact()
        .await
        .expect("read");
    assert_eq!((later.last_minute, later.day), (0, 7));
    test.clock.advance(2 * DAY + HOUR);
    let later = editor
        .open_key(key.id)
        .await
        .expect("the key")
        .impact()
        .await
        .expect("read");
    assert_eq!((later.day, later.week), (0, 8));
    let globex = test.editor("Globex").await;
    assert!(globex.open_key(key.id).await.is_err());
}

each_database!(the_usage_journal_of_a_killed_process_is_written_once);
async fn the_usage_journal_of_a_killed_process_is_written_once(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    let key = test.issue(&editor, draft()).await;
    let counted = async || {
        let store = &test.database.store;
        let counts = store
            .usage(key.id.into(), Level::Day, Timestamp(0), editor.now())
            .await
            .expect("read");
        let last = store.key(editor.application().id, key.id, editor.now());
        let last = last.await.expect("there").last_used;
        (
            counts.iter().map(|count| count.2).sum::<i64>(),
            last.map(|used| (used.at, used.address, used.user_agent)),
        )
    };
    // The first one of a minute writes it all.
    call(&test.keyring, &key, "", "/", "192.0.2.1");
    test.journal_usage().await;
    let before = counted().await;
    assert_eq!(before.0, 1);
    for second in 1..=3 {
        test.clock.advance(1_000);
        call(&test.keyring, &key, "", "/invoices", "192.0.2.1");
        test.journal_usage().await;
        assert_eq!(counted().await, before, "{second}");
    }
    let at = editor.now();
    // The first one is still alive, and is no longer asked to write anything.
    for seed in [8, 9] {
        let next = reopen(&test.database, &test.clock, seed).await;
        next.telemetry().recover_usage().await.expect("added up");
        let last = (at, "192.0.2.1".to_owned(), "till/2[31m".to_owned());
        assert_eq!(counted().await, (4, Some(last)));
    }
}
