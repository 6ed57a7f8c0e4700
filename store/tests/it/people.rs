//! What people change about themselves: sessions, e-mail addresses and passwords.

mod links;

use crate::keys::{AccountFixture, NOW};
use domain::{
    account::Email,
    audit::{Action, AuditEvent},
    id::{PersonId, SessionId},
    profile::{DisplayName, Profile},
    time::{HOUR, MINUTE, Timestamp},
};
use links::make_reset;
use store::{NewSession, NewToken, PepperName, StoreError};
use testing::{TestDatabase, each_database};
use uuid::Uuid;

/// The hash of the fixture's owner.
const OLD: &str = "$argon2id$";
const NEW: &str = "$argon2id$new";
const FOR_EVER: (Timestamp, Timestamp) = (Timestamp(0), Timestamp(0));

fn address(text: &str) -> Email {
    Email::parse(text).expect("an address")
}

fn event(fixture: &AccountFixture, action: Action) -> AuditEvent {
    fixture.event(action, "owner@example.com", NOW)
}

/// Starts a session of the fixture's owner whose token hashes to `n`.
async fn start(fixture: &AccountFixture, n: u8, replaces: Option<u8>) -> Result<(), StoreError> {
    let replaces = replaces.map(|n| [n; 32]);
    let new = NewSession {
        token_hash: &[n; 32],
        pepper: PepperName(0),
        id: SessionId(Uuid::from_u128(n.into())),
        person: fixture.person,
        password_hash: OLD,
        at: NOW.plus(i64::from(n) * MINUTE),
        address: "192.0.2.1",
        user_agent: "curl/8.5.0",
        replaces: replaces.as_ref(),
        factor: None,
        provider: None,
    };
    let events = [event(fixture, Action::SignedIn)];
    fixture
        .store
        .start_session(&new, &events, FOR_EVER, &[])
        .await
}

/// Returns the numbers of the owner's sessions.
async fn open(fixture: &AccountFixture) -> Vec<u128> {
    let sessions = fixture.store.sessions_of(fixture.person, FOR_EVER).await;
    let sessions = sessions.expect("read").into_iter();
    sessions.map(|session| session.id.0.as_u128()).collect()
}

each_database!(a_session_replaces_that_of_the_same_browser_and_the_others_are_listed);
async fn a_session_replaces_that_of_the_same_browser_and_the_others_are_listed(
    database: TestDatabase,
) {
    let fixture = AccountFixture::build(&database.store, 1).await;
    for n in 1..=3 {
        start(&fixture, n, None).await.expect("started");
    }
    start(&fixture, 4, Some(2)).await.expect("started");
    assert_eq!(open(&fixture).await, [4, 3, 1]);
    let store = &fixture.store;
    assert!(store.session(&[2; 32]).await.expect("read").is_none());
    let ended = (NOW.plus(3 * MINUTE), NOW);
    let recent = store.sessions_of(fixture.person, ended).await;
    assert_eq!(recent.expect("read").len(), 1);
    let id = |n: u128| SessionId(Uuid::from_u128(n));
    let events = [event(&fixture, Action::SessionsEnded)];
    let outsider = PersonId(Uuid::from_u128(99));
    let other = store.end_session_of(outsider, id(1), &events).await;
    assert!(matches!(other, Err(StoreError::NotFound)), "{other:?}");
    let ended = store.end_session_of(fixture.person, id(1), &events).await;
    ended.expect("ended");
    assert_eq!(open(&fixture).await, [4, 3]);
    let others = store.end_sessions_of(fixture.person, Some(id(3)), NOW, &events);
    others.await.expect("ended");
    assert_eq!(open(&fixture).await, [3]);
    let all = store.end_sessions_of(fixture.person, None, NOW, &events);
    all.await.expect("ended");
    assert!(open(&fixture).await.is_empty());
}

each_database!(a_changed_password_gives_the_session_a_new_token_and_ends_all_else);
async fn a_changed_password_gives_the_session_a_new_token_and_ends_all_else(
    database: TestDatabase,
) {
    let fixture = AccountFixture::build(&database.store, 1).await;
    let store = &fixture.store;
    for n in 1..=3 {
        start(&fixture, n, None).await.expect("started");
    }
    make_reset(&fixture, 7, None).await.expect("made");
    let later = NOW.plus(HOUR);
    let token = |old: &'static [u8; 32]| NewToken {
        old_hash: old,
        token_hash: &[9; 32],
        pepper: PepperName(0),
        at: later,
    };
    let events = [event(&fixture, Action::PasswordChanged)];
    let change = async |old_hash, token: &NewToken<'_>| {
        store
            .change_password(fixture.person, (old_hash, NEW), token, &events, &[])
            .await
    };
    for (hash, session) in [(NEW, &[1; 32]), (OLD, &[8; 32])] {
        let refused = change(hash, &token(session)).await;
        assert!(matches!(refused, Err(StoreError::NotFound)), "{refused:?}");
        assert_eq!(open(&fixture).await, [3, 2, 1], "nothing has changed");
    }
    change(OLD, &token(&[2; 32])).await.expect("changed");
    assert_eq!(open(&fixture).await, [2]);
    assert!(store.session(&[2; 32]).await.expect("read").is_none());
    let kept = store.session(&[9; 32]).await.expect("read").expect("there");
    assert_eq!(kept.created_at, NOW.plus(2 * MINUTE));
    assert_eq!(kept.authenticated_at, later);
    let link = store.password_reset(&[7; 32], NOW).await.expect("read");
    assert!(link.is_none());
    let old = start(&fixture, 4, None).await;
    assert!(matches!(old, Err(StoreError::NotFound)), "{old:?}");
}

each_database!(a_profile_and_an_email_address_are_stored_and_an_address_has_one_person);
async fn a_profile_and_an_email_address_are_stored_and_an_address_has_one_person(
    database: TestDatabase,
) {
    let fixture = AccountFixture::build(&database.store, 1).await;
    let other = AccountFixture::build(&database.store, 2).await;
    let store = &fixture.store;
    start(&fixture, 1, None).await.expect("started");
    let session = async || {
        let row = store.session(&[1; 32]).await.expect("read");
        row.expect("there")
    };
    assert_eq!(session().await.profile, Profile::default());
    assert_eq!(session().await.last_application, None);
    let profile = Profile {
        name: DisplayName::parse("Zoë 李").expect("a name"),
        time_zone: "Europe/Berlin".into(),
        shortcuts: false,
    };
    let events = [event(&fixture, Action::ProfileChanged)];
    let changed = store.change_profile(fixture.person, &profile, &events);
    changed.await.expect("changed");
    let set = store.set_last_application(fixture.person, other.app);
    set.await.expect("set");
    let row = session().await;
    assert_eq!(row.profile, profile);
    assert_eq!(row.last_application, Some(other.app));
    let members = store
        .members(fixture.account, fixture.app)
        .await
        .expect("read");
    assert_eq!(members[0].name, profile.name);

    let events = [event(&fixture, Action::EmailChanged)];
    let change = async |hash, email: &str| {
        store
            .change_email(fixture.person, hash, &address(email), &events, &[])
            .await
    };
    let taken = change(OLD, "owner2@example.com").await;
    assert!(matches!(taken, Err(StoreError::Conflict)), "{taken:?}");
    let stale = change(NEW, "ada@example.com").await;
    assert!(matches!(stale, Err(StoreError::NotFound)), "{stale:?}");
    assert_eq!(session().await.email, address("owner1@example.com"));
    change(OLD, "ada@example.com").await.expect("changed");
    assert_eq!(session().await.email, address("ada@example.com"));
}
