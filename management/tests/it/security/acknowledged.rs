//! Who sees and acknowledges security events.

use super::{Sent, call, events, home, reported, sent, wrong};
use crate::test_keyring::{TestKeyring, draft};
use domain::{
    account::Role,
    audit::{Action, AuditFilter},
    origin::Origin,
    security::{EventFilter, EventId, EventKind, EventOccurrence, EventState},
    time::{DAY, HOUR, SECOND},
};
use management::ManagementError;
use std::collections::BTreeSet;
use testing::{TestDatabase, each_database};

each_database!(failed_sign_ins_and_changed_members_concern_the_owner);
async fn failed_sign_ins_and_changed_members_concern_the_owner(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    test.add("Acme", "dev@acme.example", Role::Developer).await;
    let dev = "dev@acme.example";
    let developer = test.sign_in(dev).await;
    let (session, app) = test.owner("Acme").await;
    let owner = session
        .owner(app, Origin::default())
        .await
        .expect("owns it");
    let origin = Origin {
        address: "203.0.113.9".parse().ok(),
        user_agent: "Mozilla/5.0".into(),
        request_id: "request-9".into(),
    };
    let added = reported(&owner).await;
    assert_eq!(added, [(EventKind::MembersChanged, 1)]);
    let guess = async |email: &str, times: usize| {
        for _ in 0..times {
            let answer = test
                .keyring
                .sign_in()
                .with_password(email, "a wrong password", None, &origin)
                .await;
            assert!(!matches!(answer, Ok(Some(_))), "{answer:?}");
        }
    };
    guess("nobody@acme.example", 6).await;
    guess("dev@acme.example", 4).await;
    assert_eq!(reported(&owner).await, added);
    guess("dev@acme.example", 17).await;
    let rows = events(&owner).await;
    let signs: Vec<_> = rows
        .iter()
        .filter(|row| row.kind != EventKind::MembersChanged)
        .map(|row| (row.kind, row.subject.as_str(), row.calls))
        .collect();
    assert!(
        signs.contains(&(EventKind::SignInFailed, dev, 20)),
        "{signs:?}"
    );
    assert!(
        signs.contains(&(EventKind::SignInThrottled, dev, 1)),
        "{signs:?}"
    );
    assert_eq!(signs.len(), 2);
    let failed = rows.iter().find(|row| row.kind == EventKind::SignInFailed);
    assert_eq!(failed.map(|row| row.address.as_str()), Some("203.0.113.9"));
    let developer = developer
        .editor(app, Origin::default())
        .await
        .expect("edits");
    assert_eq!(reported(&developer).await, []);
    let id = rows[0].id;
    let refused = developer.acknowledge(id, "").await;
    assert!(matches!(refused, Err(ManagementError::NotFound)));
}

each_database!(an_event_is_acknowledged_with_a_note_and_a_repetition_is_a_new_event);
async fn an_event_is_acknowledged_with_a_note_and_a_repetition_is_a_new_event(
    database: TestDatabase,
) {
    let test = TestKeyring::new(database).await;
    let (editor, key) = home(&test).await;
    let (session, app) = test.owner("Globex").await;
    let outsider = session
        .owner(app, Origin::default())
        .await
        .expect("owns it");
    editor.revoke(key.id, String::new()).await.expect("works");
    call(&test.keyring, key.id, sent(&key));
    let event = events(&editor).await.remove(0);
    assert_eq!(event.key.as_ref().map(|key| key.revocable), Some(false));
    assert_eq!(
        outsider.open_events(Some(key.id)).await.expect("read").all,
        0
    );
    let foreign = outsider.acknowledge(event.id, "mine now").await;
    assert!(matches!(foreign, Err(ManagementError::NotFound)));
    let long = editor.acknowledge(event.id, &"x".repeat(501)).await;
    assert!(matches!(long, Err(ManagementError::Invalid(_))));
    assert_eq!(editor.open_events(None).await.expect("read").critical, 1);
    let note = " An old cron job;\u{1b} stopped it.\nDone ";
    editor.acknowledge(event.id, note).await.expect("works");
    editor.acknowledge(event.id, "again").await.expect("idle");
    assert_eq!(reported(&editor).await, []);
    assert_eq!(editor.open_events(None).await.expect("read").all, 0);
    let seen = EventFilter {
        state: EventState::Acknowledged,
        ..EventFilter::default()
    };
    let page = editor.security_events(&seen, None).await.expect("read");
    let how = page.rows[0].acknowledged.clone().expect("acknowledged");
    assert_eq!(how.note, "An old cron job; stopped it.\nDone");
    assert_eq!(how.by, "owner@acme.example");
    call(&test.keyring, key.id, sent(&key));
    assert_eq!(reported(&editor).await, [(EventKind::RevokedUsed, 1)]);
    let owner = test.sign_in("owner@acme.example").await;
    let owner = owner
        .account_owner(editor.application().id, Origin::default())
        .await
        .expect("owns it");
    let filter = AuditFilter {
        action: Some(Action::EventAcknowledged),
        ..AuditFilter::default()
    };
    let records = owner.audit(&filter, None).await.expect("read");
    assert_eq!(records.rows.len(), 1);
    assert_eq!(records.rows[0].target, key.id.to_string());
    assert!(
        records.rows[0]
            .detail
            .starts_with("Revoked key used. An old")
    );
}

each_database!(several_events_are_acknowledged_all_or_none);
async fn several_events_are_acknowledged_all_or_none(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (editor, key) = home(&test).await;
    let other = test.issue(&editor, draft()).await;
    for key in [&key, &other] {
        let browser = Sent {
            browser: true,
            ..sent(key)
        };
        call(&test.keyring, key.id, browser);
    }
    let ids: BTreeSet<EventId> = events(&editor).await.iter().map(|event| event.id).collect();
    assert_eq!(ids.len(), 2);
    let owner = test.sign_in("owner@acme.example").await;
    let owner = owner
        .account_owner(editor.application().id, Origin::default())
        .await
        .expect("owns it");
    let filter = AuditFilter {
        action: Some(Action::EventAcknowledged),
        ..AuditFilter::default()
    };
    let records = async || owner.audit(&filter, None).await.expect("read").rows;

    let mut with_unknown = ids.clone();
    with_unknown.insert(EventId(i64::MAX));
    let refused = editor.acknowledge_all(&with_unknown).await;
    assert!(matches!(refused, Err(ManagementError::NotFound)));
    assert_eq!(editor.open_events(None).await.expect("read").all, 2);
    assert!(records().await.is_empty());

    // One that is acknowledged already does not prevent the others.
    let first = *ids.first().expect("an event");
    editor.acknowledge(first, "seen").await.expect("works");
    editor.acknowledge_all(&ids).await.expect("works");
    editor.acknowledge_all(&ids).await.expect("idle");
    assert_eq!(editor.open_events(None).await.expect("read").all, 0);
    let mut targets: Vec<_> = records().await.into_iter().map(|row| row.target).collect();
    targets.sort_unstable();
    let mut keys = [key.id.to_string(), other.id.to_string()];
    keys.sort_unstable();
    assert_eq!(targets, keys);
}

each_database!(a_key_has_one_open_critical_event_of_each_kind);
async fn a_key_has_one_open_critical_event_of_each_kind(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (editor, key) = home(&test).await;
    let other = test.issue(&editor, draft()).await;
    let browser = Sent {
        browser: true,
        ..sent(&key)
    };
    let critical = |id| {
        let editor = editor.clone();
        async move {
            let view = editor.open_key(id).await.expect("the key");
            let events = view.open_events().await.expect("read").critical;
            events.iter().map(|event| event.kind).collect::<Vec<_>>()
        }
    };
    call(&test.keyring, key.id, browser);
    // After a day the same kind is another event.
    test.clock.advance(DAY + HOUR);
    call(&test.keyring, key.id, browser);
    for _ in 0..5 {
        let guess = Sent {
            secret: &wrong(),
            ..sent(&key)
        };
        call(&test.keyring, key.id, guess);
    }
    assert_eq!(critical(key.id).await, [EventKind::FromBrowser]);
    test.clock.advance(SECOND);
    editor.revoke(key.id, String::new()).await.expect("works");
    call(&test.keyring, key.id, sent(&key));
    let kinds = [EventKind::RevokedUsed, EventKind::FromBrowser];
    assert_eq!(critical(key.id).await, kinds);
    assert_eq!(critical(other.id).await, []);
    for event in events(&editor).await {
        editor.acknowledge(event.id, "").await.expect("works");
    }
    assert_eq!(critical(key.id).await, []);
}

each_database!(critical_events_of_a_key_are_found_behind_a_page_of_others);
async fn critical_events_of_a_key_are_found_behind_a_page_of_others(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (editor, key) = home(&test).await;
    let open = async || {
        let view = editor.open_key(key.id).await.expect("the key");
        view.open_events().await.expect("read")
    };
    let browser = Sent {
        browser: true,
        ..sent(&key)
    };
    call(&test.keyring, key.id, browser);
    let before = open().await.all;
    test.clock.advance(SECOND);
    let (app, at) = (editor.application(), editor.now());
    let networks: Vec<_> = (0..60)
        .map(|n| EventOccurrence {
            account: app.account_id,
            application: Some(app.id),
            kind: EventKind::NewNetwork,
            subject: key.id.to_string(),
            value: format!("192.0.{n}.0/24"),
            first_at: at,
            last_at: at,
            calls: 1,
            address: String::new(),
            route: String::new(),
            user_agent: String::new(),
            request_id: String::new(),
            detail: String::new(),
        })
        .collect();
    let raised = test.database.store.raise_security_events(&networks).await;
    raised.expect("raised");
    let open = open().await;
    assert_eq!(open.all, before + 60);
    let kinds: Vec<_> = open.critical.iter().map(|event| event.kind).collect();
    assert_eq!(kinds, [EventKind::FromBrowser]);
}
