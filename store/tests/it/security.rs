//! Security events: aggregation, visibility, acknowledgement and pruning.

use crate::keys::AccountFixture;
use domain::{
    audit::{Action, AuditFilter},
    id::{AccountId, ApplicationId},
    key::{Environment, token::KeyId},
    security::{
        Acknowledgement, EventCursor, EventFilter, EventId, EventKind, EventOccurrence, EventState,
        Habit, MERGE_PERIOD, OpenEventCounts, SecurityEvent, Severity,
    },
    time::Timestamp,
};
use store::{EventScope, NewSighting, PruneTarget, Store, StoreError};
use testing::{TestDatabase, each_database};
use uuid::Uuid;

const NOW: Timestamp = Timestamp(1_800_000_000_000);
const OURS: EventScope = sight(1, false);

const fn sight(number: u128, whole_account: bool) -> EventScope {
    EventScope {
        account: AccountId(Uuid::from_u128(number)),
        application: ApplicationId(Uuid::from_u128(number + 100)),
        whole_account,
    }
}

fn raised(kind: EventKind, key: u128, at: i64) -> EventOccurrence {
    EventOccurrence {
        account: OURS.account,
        application: Some(OURS.application),
        kind,
        subject: KeyId::from_number(Environment::Live, key).to_string(),
        value: String::new(),
        first_at: NOW.plus(at),
        last_at: NOW.plus(at),
        calls: 1,
        address: "192.0.2.1".into(),
        route: "GET /invoices/{id}".into(),
        user_agent: "till's \"2\"; DROP TABLE security_event".into(),
        request_id: format!("request-{at}"),
        detail: String::new(),
    }
}

async fn read(store: &Store, sight: EventScope, filter: &EventFilter) -> Vec<SecurityEvent> {
    let rows = store.security_events(sight, filter, None, 100).await;
    rows.expect("read")
}

each_database!(repeated_events_are_one_row_with_a_count);
async fn repeated_events_are_one_row_with_a_count(database: TestDatabase) {
    let store = &database.store;
    let raised_all: Vec<_> = (0..200)
        .map(|n| raised(EventKind::WrongSecret, 7, n * 1_000))
        .collect();
    store
        .raise_security_events(&raised_all)
        .await
        .expect("written");
    store
        .raise_security_events(&[raised(EventKind::WrongSecret, 8, 0)])
        .await
        .expect("written");
    let rows = read(store, OURS, &EventFilter::default()).await;
    assert_eq!(rows.len(), 2);
    let one = &rows[0];
    assert_eq!((one.kind, one.calls), (EventKind::WrongSecret, 200));
    assert_eq!((one.first_at, one.last_at), (NOW, NOW.plus(199_000)));
    assert_eq!(one.request_id, "request-199000");
    assert_eq!(one.user_agent, raised_all[0].user_agent);
    assert_eq!((&one.key, &one.acknowledged), (&None, &None));
    // After a day without a repetition it is a new event.
    let again = raised(EventKind::WrongSecret, 7, 199_000 + MERGE_PERIOD);
    store
        .raise_security_events(&[again])
        .await
        .expect("written");
    let rows = read(store, OURS, &EventFilter::default()).await;
    assert_eq!(rows[0].calls, 201, "within the day");
    let again = raised(EventKind::WrongSecret, 7, 199_001 + 2 * MERGE_PERIOD);
    store
        .raise_security_events(&[again])
        .await
        .expect("written");
    let rows = read(store, OURS, &EventFilter::default()).await;
    assert_eq!((rows.len(), rows[0].calls), (3, 1));
}

each_database!(events_are_filtered_paged_and_visible_in_their_scope_only);
async fn events_are_filtered_paged_and_visible_in_their_scope_only(database: TestDatabase) {
    let store = &database.store;
    let members = EventOccurrence {
        application: None,
        subject: "ada@acme.example".into(),
        ..raised(EventKind::MembersChanged, 0, 3)
    };
    let all = [
        raised(EventKind::WrongSecret, 1, 1),
        raised(EventKind::FromBrowser, 2, 1),
        raised(EventKind::NewNetwork, 1, 2),
        members,
    ];
    store.raise_security_events(&all).await.expect("written");
    let kinds = |rows: &[SecurityEvent]| rows.iter().map(|row| row.kind).collect::<Vec<_>>();
    let whole = sight(1, true);
    let none = EventFilter::default();
    let newest = [
        EventKind::MembersChanged,
        EventKind::NewNetwork,
        EventKind::FromBrowser,
        EventKind::WrongSecret,
    ];
    assert_eq!(kinds(&read(store, whole, &none).await), newest);
    assert_eq!(kinds(&read(store, OURS, &none).await), newest[1..]);
    assert!(read(store, sight(2, true), &none).await.is_empty());
    let elsewhere = EventScope {
        application: ApplicationId(Uuid::from_u128(9)),
        ..whole
    };
    assert_eq!(kinds(&read(store, elsewhere, &none).await), newest[..1]);
    let key = KeyId::from_number(Environment::Live, 1);
    for (filter, found) in [
        (
            EventFilter {
                kind: Some(EventKind::WrongSecret),
                ..none
            },
            &newest[3..],
        ),
        (
            EventFilter {
                severity: Some(Severity::Critical),
                ..none
            },
            &newest[2..3],
        ),
        (
            EventFilter {
                key: Some(key),
                ..none
            },
            &[EventKind::NewNetwork, EventKind::WrongSecret],
        ),
        (
            EventFilter {
                state: EventState::Acknowledged,
                ..none
            },
            &[],
        ),
    ] {
        assert_eq!(kinds(&read(store, whole, &filter).await), found);
    }
    // Two events have the same time.
    let mut cursor = None;
    let mut paged = Vec::new();
    loop {
        let page = store.security_events(whole, &none, cursor, 1).await;
        let Some(row) = page.expect("read").pop() else {
            break;
        };
        cursor = Some(EventCursor {
            at: row.last_at,
            id: row.id,
        });
        paged.push(row.kind);
    }
    assert_eq!(paged, newest);
    let open = |sight, key| store.count_open_events(sight, key);
    let counted = |all, critical| OpenEventCounts { all, critical };
    assert_eq!(open(whole, None).await.expect("read"), counted(4, 1));
    assert_eq!(open(OURS, None).await.expect("read"), counted(3, 1));
    assert_eq!(open(OURS, Some(key)).await.expect("read"), counted(2, 0));
    assert_eq!(
        open(sight(2, true), None).await.expect("read"),
        counted(0, 0)
    );
}

/// Raises an event of each of two keys. Returns the events' scope and ids.
async fn two_events(fixture: &AccountFixture) -> (EventScope, [EventId; 2]) {
    let scope = EventScope {
        account: fixture.account,
        application: fixture.app,
        whole_account: false,
    };
    let of_account = |key| EventOccurrence {
        account: fixture.account,
        application: Some(fixture.app),
        ..raised(EventKind::FromBrowser, key, 0)
    };
    let occurrences = [of_account(1), of_account(2)];
    let written = fixture.store.raise_security_events(&occurrences).await;
    written.expect("written");
    match &read(&fixture.store, scope, &EventFilter::default()).await[..] {
        [one, two] => (scope, [one.id, two.id]),
        other => panic!("not two events: {other:?}"),
    }
}

each_database!(of_several_events_all_are_acknowledged_or_none);
async fn of_several_events_all_are_acknowledged_or_none(database: TestDatabase) {
    let fixture = AccountFixture::build(&database.store, 1).await;
    let store = &fixture.store;
    let (scope, ids) = two_events(&fixture).await;
    let record = fixture.event(Action::EventAcknowledged, "", NOW);
    let both = ids.map(|id| (id, record.clone()));
    let how = Acknowledgement {
        at: NOW,
        by: "owner@example.com".into(),
        note: String::new(),
    };
    let by = (scope, fixture.person);
    let open = async || {
        let counts = store.count_open_events(scope, None).await;
        counts.expect("read").all
    };
    let records = async || {
        let filter = AuditFilter {
            action: Some(Action::EventAcknowledged),
            ..AuditFilter::default()
        };
        let page = store.audit_page(fixture.account, &filter, None).await;
        page.expect("read").rows.len()
    };
    let mut with_unknown = both.to_vec();
    with_unknown.push((EventId(i64::MAX), record));
    let elsewhere = EventScope {
        application: OURS.application,
        ..scope
    };
    for (scope, events) in [(scope, &with_unknown[..]), (elsewhere, &both[..])] {
        let by = (scope, fixture.person);
        let refused = store.acknowledge_events(by, &how, events).await;
        assert!(matches!(refused, Err(StoreError::NotFound)), "{refused:?}");
        assert_eq!((open().await, records().await), (2, 0));
    }
    let acknowledged = store.acknowledge_events(by, &how, &both).await;
    acknowledged.expect("acknowledged");
    assert_eq!((open().await, records().await), (0, 2));
}

each_database!(an_event_that_another_person_has_acknowledged_meanwhile_is_left_as_it_is);
async fn an_event_that_another_person_has_acknowledged_meanwhile_is_left_as_it_is(
    database: TestDatabase,
) {
    let fixture = AccountFixture::build(&database.store, 1).await;
    let store = &fixture.store;
    // All three people have read both events as open ones.
    let (scope, ids) = two_events(&fixture).await;
    let acknowledge = async |ids: &[EventId], by: &str, at: Timestamp| {
        let how = Acknowledgement {
            at,
            by: by.into(),
            note: format!("by {by}"),
        };
        let events: Vec<_> = ids
            .iter()
            .map(|id| (*id, fixture.event(Action::EventAcknowledged, by, at)))
            .collect();
        store
            .acknowledge_events((scope, fixture.person), &how, &events)
            .await
            .expect("acknowledged");
    };
    acknowledge(&ids[..1], "first", NOW).await;
    acknowledge(&ids[..], "second", NOW.plus(1)).await;
    acknowledge(&ids[..], "third", NOW.plus(2)).await;
    for (id, by, at) in [(ids[0], "first", NOW), (ids[1], "second", NOW.plus(1))] {
        let event = store.security_event(scope, id).await.expect("read");
        let how = Acknowledgement {
            at,
            by: by.into(),
            note: format!("by {by}"),
        };
        assert_eq!(event.acknowledged, Some(how));
    }
    let filter = AuditFilter {
        action: Some(Action::EventAcknowledged),
        ..AuditFilter::default()
    };
    let page = store.audit_page(fixture.account, &filter, None).await;
    let rows = page.expect("read").rows;
    let mut targets: Vec<_> = rows.iter().map(|row| row.target.as_str()).collect();
    targets.sort_unstable();
    assert_eq!(targets, ["first", "second"]);
}

each_database!(recording_sightings_returns_the_known_ones);
async fn recording_sightings_returns_the_known_ones(database: TestDatabase) {
    let store = &database.store;
    let seen = |value: &str, at| NewSighting {
        key: KeyId::from_number(Environment::Live, 1),
        habit: Habit::Network,
        value: value.into(),
        at: NOW.plus(at),
    };
    let known = store
        .record_sightings(&[seen("a", 0), seen("b", 5), seen("a", 9), seen("a", 3)])
        .await
        .expect("noted");
    let texts = |n: usize| {
        let mut values: Vec<_> = known[n].iter().map(|seen| seen.value.as_str()).collect();
        values.sort_unstable();
        values
    };
    assert_eq!(texts(0), [""; 0]);
    assert_eq!((texts(1), texts(2)), (vec!["a"], vec!["a", "b"]));
    let a = known[3].iter().find(|seen| seen.value == "a");
    let a = a.expect("known");
    assert_eq!((a.first_at, a.last_at), (NOW, NOW.plus(9)));
    let other = NewSighting {
        habit: Habit::Client,
        ..seen("a", 0)
    };
    assert_eq!(store.record_sightings(&[other]).await.expect("noted"), [[]]);
    // A key without a usual network keeps no more sightings.
    let many: Vec<_> = (0..40).map(|n| seen(&n.to_string(), 10)).collect();
    let known = store.record_sightings(&many).await.expect("noted");
    let most = domain::security::MAX_KNOWN_VALUES;
    assert!(known.iter().all(|known| known.len() <= most));
    assert_eq!(known.last().map(Vec::len), Some(most));
}

each_database!(old_events_and_sightings_are_pruned);
async fn old_events_and_sightings_are_pruned(database: TestDatabase) {
    let store = &database.store;
    let all = [
        raised(EventKind::WrongSecret, 1, 0),
        raised(EventKind::WrongSecret, 2, 5),
    ];
    store.raise_security_events(&all).await.expect("written");
    let seen = NewSighting {
        key: KeyId::from_number(Environment::Live, 1),
        habit: Habit::Used,
        value: String::new(),
        at: NOW,
    };
    store
        .record_sightings(std::slice::from_ref(&seen))
        .await
        .expect("noted");
    for what in [PruneTarget::SecurityEvents, PruneTarget::Sightings] {
        let more = store.prune(what, NOW.plus(5)).await.expect("gone");
        assert!(!more);
    }
    let rows = read(store, OURS, &EventFilter::default()).await;
    assert_eq!(rows.len(), 1);
    assert_eq!(store.record_sightings(&[seen]).await.expect("noted"), [[]]);
}

#[tokio::test]
async fn nodes_that_record_the_same_uses_in_another_order_do_not_wait_for_each_other() {
    let Some(database) = TestDatabase::postgres().await else {
        return;
    };
    let other = Store::open(&database.url).await.expect("opens");
    let seen = |key, at| NewSighting {
        key: KeyId::from_number(Environment::Live, key),
        habit: Habit::Used,
        value: String::new(),
        at: NOW.plus(at),
    };
    for round in 0..20 {
        let forwards: Vec<_> = (1..=50).map(|key| seen(key, round)).collect();
        let backwards: Vec<_> = forwards.iter().rev().cloned().collect();
        let (one, two) = tokio::join!(
            database.store.record_sightings(&forwards),
            other.record_sightings(&backwards)
        );
        one.expect("recorded");
        two.expect("recorded");
    }
    other.close().await;
}
