//! Applications: what each change writes, and what it refuses.

use crate::keys::{AccountFixture, NOW, draft, id};
use domain::{
    account::{Application, ApplicationConflict},
    audit::{Action, AuditEvent, AuditFilter},
    id::ApplicationId,
    key::{KeyDraft, expiry::Expiry},
    security::{EventFilter, EventKind, EventOccurrence, EventState},
    time::{DAY, Timestamp},
};
use sqlx::AssertSqlSafe;
use std::time::Instant;
use store::{
    ApplicationChange, ChangedKeys, EventScope, IndexRow, NewApplication, Store, StoreError,
};
use testing::{TestDatabase, each_database};
use uuid::Uuid;

const LATER: Timestamp = NOW.plus(DAY);

fn row(changed: &ChangedKeys, n: u128) -> &IndexRow {
    let found = changed.rows.iter().find(|row| row.id == id(n));
    found.expect("a row")
}

/// Creates another application in the account.
pub async fn create(
    fixture: &AccountFixture,
    n: u128,
    name: &str,
) -> Result<ApplicationId, StoreError> {
    let app = ApplicationId(Uuid::from_u128(n));
    let new = NewApplication {
        id: app,
        account: fixture.account,
        name,
        time_zone: "UTC",
    };
    let event = fixture.event(Action::ApplicationCreated, &app.to_string(), NOW);
    let created = fixture
        .store
        .create_application(&new, fixture.person, &event)
        .await;
    created.map(|()| app)
}

fn change(
    fixture: &AccountFixture,
    one: Action,
    whole: Action,
) -> ApplicationChange<impl Fn(usize) -> AuditEvent> {
    let event = fixture.event(whole, &fixture.app.to_string(), LATER);
    ApplicationChange {
        app: fixture.app,
        owner: fixture.person,
        one: fixture.event(one, "", LATER),
        whole: move |keys: usize| AuditEvent {
            detail: keys.to_string(),
            ..event.clone()
        },
    }
}

pub async fn archive(fixture: &AccountFixture) -> Result<ChangedKeys, StoreError> {
    let change = change(fixture, Action::KeyDeactivated, Action::ApplicationArchived);
    fixture.store.archive_application(&change).await
}

async fn restore(fixture: &AccountFixture) -> Result<ChangedKeys, StoreError> {
    let change = change(fixture, Action::KeyActivated, Action::ApplicationRestored);
    fixture.store.restore_application(&change).await
}

pub async fn delete(fixture: &AccountFixture) -> Result<ChangedKeys, StoreError> {
    let change = change(fixture, Action::KeyRevoked, Action::ApplicationDeleted);
    fixture.store.delete_application(&change, "deleted").await
}

pub fn refused<T: std::fmt::Debug>(result: Result<T, StoreError>) -> ApplicationConflict {
    match result {
        Err(StoreError::Application(conflict)) => conflict,
        other => panic!("no conflict: {other:?}"),
    }
}

each_database!(an_archived_application_remembers_which_keys_were_active);
async fn an_archived_application_remembers_which_keys_were_active(database: TestDatabase) {
    let fixture = AccountFixture::build(&database.store, 1).await;
    let store = &fixture.store;
    for n in [1, 2, 3] {
        fixture.insert(n, "Checkout", n, NOW).await;
    }
    let off = fixture.event(Action::KeyDeactivated, &id(2).to_string(), NOW);
    let off = store.deactivate_key(fixture.app, id(2), &off).await;
    off.expect("deactivated");
    assert_eq!(
        refused(restore(&fixture).await),
        ApplicationConflict::NotArchived
    );

    let changed = archive(&fixture).await.expect("archived");
    assert_eq!((changed.count, changed.rows.len()), (2, 2));
    assert_eq!(row(&changed, 1).deactivated_at, Some(LATER));
    assert!(changed.rows.iter().all(|row| row.id != id(2)));
    assert_eq!(
        refused(archive(&fixture).await),
        ApplicationConflict::AlreadyArchived
    );
    let on = fixture.event(Action::KeyActivated, &id(2).to_string(), LATER);
    let on = store.activate_key(fixture.app, id(2), &on).await;
    assert_eq!(refused(on), ApplicationConflict::Archived);
    let found = store.application_for(fixture.person, fixture.app).await;
    assert_eq!(found.expect("there").application.archived_at, Some(LATER));

    let changed = restore(&fixture).await.expect("restored");
    assert_eq!((changed.count, changed.rows.len()), (2, 2));
    let active = |n| !row(&changed, n).inactive;
    assert_eq!([active(1), active(3)], [true, true]);
    // The chain of the log is whole, and each key has its records.
    let lines = store
        .audit_lines(fixture.account, &AuditFilter::default(), 0, 99)
        .await;
    let lines = lines.expect("read");
    let of = |action: Action| {
        lines
            .iter()
            .filter(|line| line.action == action.as_str())
            .count()
    };
    assert_eq!(
        [of(Action::KeyDeactivated), of(Action::KeyActivated)],
        [3, 2]
    );
    assert!(
        lines
            .windows(2)
            .all(|pair| pair[1].previous.as_deref() == Some(&pair[0].hash))
    );
}

each_database!(a_deleted_application_stays_deleted);
async fn a_deleted_application_stays_deleted(database: TestDatabase) {
    let fixture = AccountFixture::build(&database.store, 1).await;
    let store = &fixture.store;
    assert_eq!(refused(delete(&fixture).await), ApplicationConflict::Last);
    let other = create(&fixture, 77, "Other").await.expect("created");
    let taken = create(&fixture, 78, "Other").await;
    assert!(matches!(taken, Err(StoreError::Conflict)), "{taken:?}");
    fixture.insert(1, "Checkout", 1, NOW).await;
    assert_eq!(
        refused(delete(&fixture).await),
        ApplicationConflict::ActiveKeys
    );
    archive(&fixture).await.expect("archived");
    let changed = delete(&fixture).await.expect("deleted");
    assert!(row(&changed, 1).revoked);
    let gone = store.application_for(fixture.person, fixture.app).await;
    assert!(matches!(gone, Err(StoreError::NotFound)));
    let left = store.applications_of(fixture.person).await.expect("read");
    let left: Vec<_> = left.iter().map(|found| found.application.id).collect();
    assert_eq!(left, [other]);
    create(&fixture, 79, "Application 1")
        .await
        .expect("its name is free");
    // Not by SQL of other tools either.
    let revive = "UPDATE application SET deleted_at = NULL WHERE deleted_at IS NOT NULL";
    assert!(run(store, revive).await.is_err());
    let insert = format!(
        "INSERT INTO api_key (id, account_id, application_id, name, description, environment, scopes, ip_rules, created_at, \
             created_by, idempotency_key, folded_name) \
         SELECT 'akl_0000000000000099', account_id, application_id, name, description, environment, scopes, ip_rules, created_at, \
             created_by, {}, folded_name FROM api_key",
        match store {
            Store::Sqlite { .. } => "randomblob(16)",
            Store::Postgres { .. } => "gen_random_uuid()",
        }
    );
    assert!(run(store, &insert).await.is_err());
    let on = fixture.event(Action::KeyActivated, &id(1).to_string(), LATER);
    let on = store.activate_key(fixture.app, id(1), &on).await;
    assert!(matches!(on, Err(StoreError::NotFound)), "{on:?}");
}

async fn run(store: &Store, statement: &str) -> Result<(), sqlx::Error> {
    let statement = AssertSqlSafe(statement.to_owned());
    match store {
        Store::Sqlite { writer, .. } => sqlx::query(statement).execute(writer).await.map(drop),
        Store::Postgres { pool, .. } => sqlx::query(statement).execute(pool).await.map(drop),
    }
}

each_database!(nothing_of_an_archived_application_can_make_a_key_work);
async fn nothing_of_an_archived_application_can_make_a_key_work(database: TestDatabase) {
    let fixture = AccountFixture::build(&database.store, 1).await;
    let (store, app) = (&fixture.store, fixture.app);
    fixture.insert(1, "Checkout", 1, NOW).await;
    create(&fixture, 77, "Other").await.expect("created");
    archive(&fixture).await.expect("archived");
    let event = fixture.event(Action::KeyChanged, &id(1).to_string(), LATER);
    let changes = async || {
        [
            fixture.change_key(1, &draft("Till"), &event).await,
            store.move_retirement(app, id(1), LATER, &event).await,
            store.activate_key(app, id(1), &event).await,
        ]
    };
    for change in changes().await {
        assert_eq!(refused(change), ApplicationConflict::Archived);
    }
    delete(&fixture).await.expect("deleted");
    for change in changes().await {
        assert!(matches!(change, Err(StoreError::NotFound)), "{change:?}");
    }
}

each_database!(expired_keys_are_archived_too_and_every_record_says_what_became_of_its_key);
async fn expired_keys_are_archived_too_and_every_record_says_what_became_of_its_key(
    database: TestDatabase,
) {
    let fixture = AccountFixture::build(&database.store, 1).await;
    let store = &fixture.store;
    // Active, expired before the application is archived, and expired while it is.
    for (n, end) in [
        (1, NOW.plus(30 * DAY)),
        (2, NOW.plus(1)),
        (3, LATER.plus(1)),
    ] {
        let draft = KeyDraft {
            expiry: Expiry::At(end),
            ..draft("Checkout")
        };
        fixture.insert_draft(n, &draft, n, NOW).await;
    }
    let at_end = |event: AuditEvent, at| AuditEvent { at, ..event };
    let off = change(
        &fixture,
        Action::KeyDeactivated,
        Action::ApplicationArchived,
    );
    let archived = store.archive_application(&off).await.expect("archived");
    assert_eq!(archived.count, 2, "the number that was active");
    assert!(archived.rows.iter().all(|row| row.inactive));

    let on = change(&fixture, Action::KeyActivated, Action::ApplicationRestored);
    let on = ApplicationChange {
        one: at_end(on.one, LATER.plus(DAY)),
        app: on.app,
        owner: on.owner,
        whole: on.whole,
    };
    let restored = store.restore_application(&on).await.expect("restored");
    assert_eq!(restored.count, 1, "the number that is active");
    assert!(restored.rows.iter().all(|row| !row.inactive));
    for (n, before, after) in [
        (1, "active", "active"),
        (2, "expired", "expired"),
        (3, "active", "expired"),
    ] {
        let target = id(n).to_string();
        let log = store.audit_by_target(fixture.account, &target, 9).await;
        let log = log.expect("read");
        let of = |action| {
            let found = log.iter().find(|record| record.action == action);
            found.expect("recorded")
        };
        let values = (
            of(Action::KeyDeactivated).before.get("status"),
            of(Action::KeyActivated).after.get("status"),
        );
        assert_eq!(values, (Some(before), Some(after)), "key {n}");
    }
}

each_database!(an_application_with_many_keys_is_archived_and_restored_in_one_step);
async fn an_application_with_many_keys_is_archived_and_restored_in_one_step(
    database: TestDatabase,
) {
    // A measurement sets the number.
    let keys = std::env::var("LATCHKEY_TEST_KEYS");
    let keys: u128 = keys.ok().and_then(|n| n.parse().ok()).unwrap_or(1_100);
    let fixture = AccountFixture::build(&database.store, 1).await;
    for n in 1..=keys {
        fixture.insert(n, "Checkout", n, NOW).await;
    }
    let began = Instant::now();
    let archived = archive(&fixture).await.expect("archived");
    let restored_from = Instant::now();
    let restored = restore(&fixture).await.expect("restored");
    println!(
        "{keys} keys: archived in {:?}, restored in {:?}",
        restored_from - began,
        restored_from.elapsed()
    );
    let all = usize::try_from(keys).expect("few");
    assert_eq!((archived.count, restored.count), (all, all));
    let heads = fixture.store.audit_heads().await.expect("read");
    for head in heads {
        let broken = fixture.store.verify_audit(&head, None).await;
        assert_eq!(broken.expect("read"), None);
    }
}

each_database!(an_application_with_too_many_keys_is_neither_archived_nor_deleted);
async fn an_application_with_too_many_keys_is_neither_archived_nor_deleted(database: TestDatabase) {
    let fixture = AccountFixture::build(&database.store, 1).await;
    let store = &fixture.store;
    fixture.insert(1, "Checkout", 1, NOW).await;
    create(&fixture, 77, "Other").await.expect("created");
    let unique = match store {
        Store::Sqlite { .. } => "randomblob(16)",
        Store::Postgres { .. } => "gen_random_uuid()",
    };
    let limit = Application::MAX_KEYS_AT_ONCE;
    let insert = format!(
        "WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < {limit}) \
         INSERT INTO api_key (id, account_id, application_id, name, description, environment, scopes, ip_rules, created_at, \
             created_by, idempotency_key, folded_name) \
         SELECT 'akl_' || SUBSTR(CAST(10000000000000001 + n AS TEXT), 2), k.account_id, k.application_id, k.name, k.description, \
             k.environment, k.scopes, k.ip_rules, k.created_at, k.created_by, {unique}, k.folded_name \
         FROM number, api_key k WHERE k.id = '{}'",
        id(1)
    );
    run(store, &insert).await.expect("inserted");
    let too_many = ApplicationConflict::TooManyKeys;
    assert_eq!(refused(archive(&fixture).await), too_many);
    let found = store.application_for(fixture.person, fixture.app).await;
    assert_eq!(found.expect("there").application.archived_at, None);
    run(store, "UPDATE api_key SET deactivated_at = 1")
        .await
        .expect("off");
    assert_eq!(refused(delete(&fixture).await), too_many);
    archive(&fixture).await.expect("nothing to deactivate");
}

each_database!(the_owners_of_an_account_read_the_events_of_a_deleted_application);
async fn the_owners_of_an_account_read_the_events_of_a_deleted_application(database: TestDatabase) {
    let fixture = AccountFixture::build(&database.store, 1).await;
    let store = &fixture.store;
    let other = create(&fixture, 77, "Other").await.expect("created");
    fixture.insert(1, "Checkout", 1, NOW).await;
    let event = EventOccurrence {
        account: fixture.account,
        application: Some(fixture.app),
        kind: EventKind::ALL[0],
        subject: id(1).to_string(),
        value: String::new(),
        first_at: NOW,
        last_at: NOW,
        calls: 1,
        address: String::new(),
        route: String::new(),
        user_agent: String::new(),
        request_id: String::new(),
        detail: String::new(),
    };
    store
        .raise_security_events(&[event])
        .await
        .expect("written");
    let seen = async |whole_account| {
        let scope = EventScope {
            account: fixture.account,
            application: other,
            whole_account,
        };
        let filter = EventFilter {
            state: EventState::All,
            ..EventFilter::default()
        };
        let found = store.security_events(scope, &filter, None, 9).await;
        let counted = store.count_open_events(scope, None).await.expect("counted");
        (found.expect("read"), counted.all)
    };
    assert!(seen(true).await.0.is_empty());
    archive(&fixture).await.expect("archived");
    delete(&fixture).await.expect("deleted");
    let (found, open) = seen(true).await;
    assert_eq!((found.len(), open), (1, 1));
    assert!(found[0].key.is_none(), "the page of the key is gone");
    assert!(seen(false).await.0.is_empty());
}
