//! Security events: what raises one and what does not.

mod acknowledged;

use crate::test_keyring::{NOW, TestKeyring, draft, on_each_database, plain_call, reopen};
use domain::{
    key::{
        Environment,
        ip_rule::IpRules,
        issued::IssuedKey,
        token::{KeyId, format_secret},
    },
    security::{EventFilter, EventKind, SecurityEvent},
    time::{DAY, HOUR, SECOND},
};
use futures_util::FutureExt as _;
use management::{Editor, Keyring, Viewer};
use testing::{TestDatabase, each_database};
use verification::{Call, Route};

/// Where calls come from, unless a story says something else.
const HOME: &str = "192.0.2.1";

#[derive(Clone, Copy)]
struct Sent<'a> {
    secret: &'a str,
    scope: &'a str,
    address: &'a str,
    user_agent: &'a str,
    browser: bool,
}

fn sent(key: &IssuedKey) -> Sent<'_> {
    Sent {
        secret: &key.secret,
        scope: "",
        address: HOME,
        user_agent: "till/2",
        browser: false,
    }
}

fn call(keyring: &Keyring, key: KeyId, sent: Sent<'_>) -> &'static str {
    let id = key.to_string();
    let call = Call {
        address: sent.address.parse().ok(),
        scopes: sent.scope.parse().expect("known"),
        user_agent: sent.user_agent,
        route: Route {
            method: "GET",
            path: "/invoices/17",
        },
        request_id: "request-1",
        browser: sent.browser,
        ..plain_call(&id, sent.secret)
    };
    keyring.verify(&call).verdict.code()
}

fn wrong() -> String {
    format_secret(Environment::Live, &[9; 32])
}

async fn events(viewer: &Viewer) -> Vec<SecurityEvent> {
    let page = viewer.security_events(&EventFilter::default(), None).await;
    page.expect("read").rows
}

/// Kinds and how often, in the order of the kinds.
async fn reported(viewer: &Viewer) -> Vec<(EventKind, i64)> {
    let rows = events(viewer).await;
    let mut reported: Vec<_> = rows.iter().map(|row| (row.kind, row.calls)).collect();
    reported.sort_unstable();
    reported
}

async fn home(test: &TestKeyring) -> (Editor, IssuedKey) {
    let editor = test.editor("Acme").await;
    let key = test.issue(&editor, draft()).await;
    (editor, key)
}

each_database!(any_number_of_wrong_secrets_is_one_event_and_four_are_none);
async fn any_number_of_wrong_secrets_is_one_event_and_four_are_none(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (editor, key) = home(&test).await;
    let wrong = wrong();
    let guess = Sent {
        secret: &wrong,
        ..sent(&key)
    };
    for _ in 0..4 {
        call(&test.keyring, key.id, guess);
    }
    assert_eq!(reported(&editor).await, []);
    for n in 0..20_000_i64 {
        call(&test.keyring, key.id, guess);
        // Nobody is as quick as to fill what waits between two seconds.
        if n % 4_000 == 0 {
            test.clock.advance(SECOND);
            test.keyring.telemetry().dispatch().await;
        }
    }
    // Of a key that does not exist there is nothing to say.
    let unknown = KeyId::from_number(Environment::Live, 404);
    for _ in 0..100 {
        call(&test.keyring, unknown, guess);
    }
    assert_eq!(reported(&editor).await, [(EventKind::WrongSecret, 20_004)]);
    let event = &events(&editor).await[0];
    assert_eq!(event.subject, key.id.to_string());
    assert_eq!(event.key.as_ref().map(|key| key.revocable), Some(true));
    assert_eq!((event.address.as_str(), event.first_at), (HOME, NOW));
    assert!(!format!("{event:?}").contains(&wrong));
}

each_database!(a_refused_call_with_the_right_secret_is_reported_immediately);
async fn a_refused_call_with_the_right_secret_is_reported_immediately(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (editor, active) = home(&test).await;
    let limited = draft();
    let limited = domain::key::KeyDraft {
        ip_rules: IpRules::parse("198.51.100.0/24").expect("a network"),
        ..limited
    };
    let limited = test.issue(&editor, limited).await;
    let revoked = test.issue(&editor, draft()).await;
    let inactive = test.issue(&editor, draft()).await;
    editor
        .revoke(revoked.id, String::new())
        .await
        .expect("works");
    editor.deactivate(inactive.id).await.expect("works");
    let answer = |key: &IssuedKey| call(&test.keyring, key.id, sent(key));
    assert_eq!(answer(&limited), "ip_not_allowed");
    assert_eq!(answer(&revoked), "key_revoked");
    assert_eq!(answer(&inactive), "key_inactive");
    assert_eq!(answer(&inactive), "key_inactive");
    let browser = Sent {
        browser: true,
        ..sent(&active)
    };
    assert_eq!(call(&test.keyring, active.id, browser), "valid");
    test.keyring.report_credentials_in_query(&Call {
        request_id: "request-2",
        ..plain_call(&active.id.to_string(), "")
    });
    let scope = Sent {
        scope: "tax:read",
        ..sent(&active)
    };
    for _ in 0..5 {
        assert_eq!(call(&test.keyring, active.id, scope), "insufficient_scope");
    }
    let all = [
        (EventKind::RevokedUsed, 1),
        (EventKind::InactiveUsed, 2),
        (EventKind::AddressNotAllowed, 1),
        (EventKind::ScopeNotHeld, 5),
        (EventKind::InQuery, 1),
        (EventKind::FromBrowser, 1),
    ];
    assert_eq!(reported(&editor).await, all);
    test.clock.advance(31 * DAY);
    assert_eq!(answer(&active), "key_expired");
    let last = reported(&editor).await;
    assert!(last.contains(&(EventKind::ExpiredUsed, 1)), "{last:?}");
}

each_database!(a_steady_load_raises_nothing);
async fn a_steady_load_raises_nothing(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (editor, key) = home(&test).await;
    for hour in 0..72 {
        test.clock.advance(HOUR);
        for (address, user_agent) in [
            (HOME, "till/2"),
            ("2001:db8:1::7", "ledger/4.1"),
            ("192.0.2.77", "till/3 (linux)"),
        ] {
            let usual = Sent {
                address,
                user_agent,
                scope: "invoice:read",
                ..sent(&key)
            };
            assert_eq!(call(&test.keyring, key.id, usual), "valid");
        }
        // Now and then one goes wrong.
        if hour % 7 == 0 {
            let scope = Sent {
                scope: "tax:read",
                ..sent(&key)
            };
            call(&test.keyring, key.id, scope);
        }
        test.keyring
            .telemetry()
            .write_events()
            .await
            .expect("written");
    }
    assert_eq!(reported(&editor).await, []);
}

each_database!(a_new_network_and_a_new_user_agent_are_reported_once);
async fn a_new_network_and_a_new_user_agent_are_reported_once(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (editor, key) = home(&test).await;
    let away = Sent {
        address: "198.51.100.9",
        user_agent: "python-requests/2.32",
        ..sent(&key)
    };
    call(&test.keyring, key.id, sent(&key));
    test.clock.advance(DAY);
    call(&test.keyring, key.id, away);
    call(&test.keyring, key.id, away);
    let once = [(EventKind::NewNetwork, 1), (EventKind::AgentChanged, 1)];
    assert_eq!(reported(&editor).await, once);
    let rows = events(&editor).await;
    let mut values: Vec<_> = rows.iter().map(|row| row.value.as_str()).collect();
    values.sort_unstable();
    assert_eq!(values, ["198.51.100.0/24", "python-requests"]);
    // A refused call makes no client familiar, and neither a day nor a restart makes one new.
    test.clock.advance(DAY);
    call(&test.keyring, key.id, away);
    let again = reopen(&test.database, &test.clock, 8).await;
    call(&again, key.id, away);
    again.telemetry().write_events().await.expect("written");
    assert_eq!(reported(&editor).await, once);
}

each_database!(a_read_that_is_given_up_loses_no_event);
async fn a_read_that_is_given_up_loses_no_event(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (editor, key) = home(&test).await;
    call(&test.keyring, key.id, sent(&key));
    assert_eq!(reported(&editor).await, []);
    test.clock.advance(DAY);
    let away = Sent {
        address: "198.51.100.9",
        ..sent(&key)
    };
    call(&test.keyring, key.id, away);
    // The reader leaves while the database is asked whether the network is new.
    assert!(reported(&editor).now_or_never().is_none());
    assert_eq!(reported(&editor).await, [(EventKind::NewNetwork, 1)]);
}

each_database!(a_key_that_was_dormant_for_a_month_is_reported_once);
async fn a_key_that_was_dormant_for_a_month_is_reported_once(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (editor, _) = home(&test).await;
    let lasting = domain::key::KeyDraft {
        expiry: domain::key::expiry::Expiry::Never,
        ..draft()
    };
    let key = test.issue(&editor, lasting).await;
    call(&test.keyring, key.id, sent(&key));
    test.keyring
        .telemetry()
        .write_events()
        .await
        .expect("written");
    test.clock.advance(29 * DAY);
    call(&test.keyring, key.id, sent(&key));
    assert_eq!(reported(&editor).await, []);
    test.clock.advance(32 * DAY);
    for _ in 0..3 {
        call(&test.keyring, key.id, sent(&key));
    }
    // (The rights of an editor do not end here: the session is asked for elsewhere.)
    assert_eq!(reported(&editor).await, [(EventKind::DormantWoke, 1)]);
}

each_database!(an_unusual_share_of_refusals_is_reported);
async fn an_unusual_share_of_refusals_is_reported(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (editor, key) = home(&test).await;
    let refused = Sent {
        scope: "tax:read",
        ..sent(&key)
    };
    // Two of a hundred are usual.
    for _ in 0..6 {
        for _ in 0..49 {
            call(&test.keyring, key.id, sent(&key));
        }
        call(&test.keyring, key.id, refused);
        test.keyring
            .telemetry()
            .write_events()
            .await
            .expect("written");
        test.clock.advance(HOUR);
    }
    assert_eq!(reported(&editor).await, []);
    for _ in 0..30 {
        call(&test.keyring, key.id, sent(&key));
    }
    for _ in 0..19 {
        call(&test.keyring, key.id, refused);
    }
    let scope = reported(&editor).await;
    assert_eq!(scope, [(EventKind::ScopeNotHeld, 19)]);
    call(&test.keyring, key.id, refused);
    test.clock.advance(SECOND);
    call(&test.keyring, key.id, refused);
    let all = reported(&editor).await;
    assert_eq!(
        all,
        [(EventKind::ScopeNotHeld, 21), (EventKind::RefusalsRose, 21)]
    );
}

#[tokio::test]
async fn every_suspected_key_is_examined() {
    const KEYS: usize = 60;
    for test in on_each_database().await {
        let editor = test.editor("Acme").await;
        let mut keys = Vec::new();
        for _ in 0..KEYS {
            keys.push(test.issue(&editor, draft()).await);
        }
        let each = async |times: usize, scope| {
            for key in &keys {
                for _ in 0..times {
                    let wanted = Sent { scope, ..sent(key) };
                    call(&test.keyring, key.id, wanted);
                }
            }
            test.keyring.telemetry().dispatch().await;
        };
        each(100, "invoice:read").await;
        test.clock.advance(2 * HOUR);
        each(25, "tax:read").await;
        // Some at a time, so that other writers do not wait for the database.
        for _ in 0..2 {
            test.keyring
                .telemetry()
                .write_events()
                .await
                .expect("written");
        }
        let filter = EventFilter {
            kind: Some(EventKind::RefusalsRose),
            ..EventFilter::default()
        };
        let first = editor.security_events(&filter, None).await.expect("read");
        let rest = editor.security_events(&filter, first.next).await;
        let rows = [first.rows, rest.expect("read").rows].concat();
        assert_eq!(rows.len(), KEYS);
        assert!(rows.iter().all(|row| row.calls == 25));
    }
}

each_database!(pending_events_are_written_on_close);
async fn pending_events_are_written_on_close(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (editor, key) = home(&test).await;
    editor.revoke(key.id, String::new()).await.expect("works");
    call(&test.keyring, key.id, sent(&key));
    let silent = reopen(&test.database, &test.clock, 9).await;
    call(&silent, key.id, sent(&key));
    silent.close().await;
    assert_eq!(reported(&editor).await, [(EventKind::RevokedUsed, 2)]);
}
