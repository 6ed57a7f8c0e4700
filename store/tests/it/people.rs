//! What people change about themselves: sessions, e-mail addresses, passwords, and joining another account.

use crate::keys::{AccountFixture, NOW};
use domain::{
    account::{Email, Role},
    audit::{Action, AuditEvent},
    id::{AccountId, InvitationId, PersonId, SessionId},
    member::INVITATION_LIFETIME,
    profile::{DisplayName, Profile},
    time::{HOUR, MINUTE, Timestamp},
};
use store::{
    InvitationAcceptance, Invitee, NewIdentity, NewInvitation, NewPasswordReset, NewSession,
    NewToken, PepperName, ResetMaker, StoreError,
};
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

/// The owner of a fixture's account.
fn owner(fixture: &AccountFixture) -> (AccountId, PersonId) {
    (fixture.account, fixture.person)
}

/// Makes a reset link whose token hashes to `n`, for the fixture's owner.
async fn make_reset(
    fixture: &AccountFixture,
    n: u8,
    made_by: Option<(AccountId, PersonId)>,
) -> Result<(), StoreError> {
    let new = NewPasswordReset {
        token_hash: &[n; 32],
        pepper: PepperName(0),
        person: fixture.person,
        made_by: made_by.map_or(ResetMaker::Operator, |(account, owner)| ResetMaker::Owner {
            account,
            owner,
        }),
        at: NOW,
        expires_at: NOW.plus(30 * MINUTE),
    };
    let events = [event(fixture, Action::ResetLinkMade)];
    fixture
        .store
        .make_password_reset(&new, &events, &[])
        .await
        .map(drop)
}

fn invitation<'a>(
    fixture: &AccountFixture,
    email: &'a Email,
    token_hash: &'a [u8; 32],
    at: Timestamp,
) -> NewInvitation<'a> {
    NewInvitation {
        id: InvitationId(Uuid::from_u128(50)),
        account: fixture.account,
        email,
        role: Role::Viewer,
        token_hash,
        pepper: PepperName(0),
        invited_by: fixture.person,
        at,
        expires_at: at.plus(INVITATION_LIFETIME),
    }
}

async fn invite(fixture: &AccountFixture, email: &str, n: u8) {
    let (email, hash) = (address(email), [n; 32]);
    let new = invitation(fixture, &email, &hash, NOW);
    let event = event(fixture, Action::MemberInvited);
    fixture
        .store
        .invite(&new, &event, &[])
        .await
        .expect("invited");
}

async fn accept(
    fixture: &AccountFixture,
    n: u8,
    invitee: Invitee<'_>,
) -> Result<PersonId, StoreError> {
    let found = fixture.store.invitation_by_token(&[n; 32], NOW).await;
    let acceptance = InvitationAcceptance {
        token_hash: &[n; 32],
        row: &found.expect("read").expect("open"),
        invitee,
        at: NOW,
    };
    let event = event(fixture, Action::MemberJoined);
    fixture
        .store
        .accept_invitation(&acceptance, &event, &[])
        .await
}

each_database!(a_reset_link_of_an_owner_is_for_members_of_that_account_only);
async fn a_reset_link_of_an_owner_is_for_members_of_that_account_only(database: TestDatabase) {
    let ours = AccountFixture::build(&database.store, 1).await;
    let theirs = AccountFixture::build(&database.store, 2).await;
    let foreign = make_reset(&ours, 1, Some(owner(&theirs))).await;
    assert!(matches!(foreign, Err(StoreError::NotFound)), "{foreign:?}");
    make_reset(&ours, 2, Some(owner(&ours)))
        .await
        .expect("made");
    let open = async |n: u8| {
        let found = ours.store.password_reset(&[n; 32], NOW).await;
        found.expect("read").is_some()
    };
    assert!(open(2).await);
    // Joining another account ends the link, which would open that account too.
    invite(&theirs, "owner1@example.com", 3).await;
    let known = |password_hash| Invitee::Known {
        id: ours.person,
        password_hash,
    };
    let changed = accept(&theirs, 3, known(NEW)).await;
    assert!(matches!(changed, Err(StoreError::NotFound)), "{changed:?}");
    assert!(open(2).await);
    accept(&theirs, 3, known(OLD)).await.expect("joined");
    assert!(!open(2).await);
    for only in [&ours, &theirs] {
        let both = make_reset(&ours, 4, Some(owner(only))).await;
        assert!(matches!(both, Err(StoreError::Conflict)), "{both:?}");
    }
    make_reset(&ours, 4, None)
        .await
        .expect("made by the operator");
}

each_database!(only_a_person_without_an_account_joins_with_a_new_password);
async fn only_a_person_without_an_account_joins_with_a_new_password(database: TestDatabase) {
    let ours = AccountFixture::build(&database.store, 1).await;
    let theirs = AccountFixture::build(&database.store, 2).await;
    invite(&ours, "new@example.com", 1).await;
    let new = Invitee::New {
        id: PersonId(Uuid::from_u128(7)),
        password_hash: OLD,
    };
    let person = accept(&ours, 1, new).await.expect("joined");
    let returning = || Invitee::Returning {
        id: person,
        password_hash: NEW,
    };
    invite(&theirs, "new@example.com", 2).await;
    let member = accept(&theirs, 2, returning()).await;
    assert!(matches!(member, Err(StoreError::NotFound)), "{member:?}");
    let stored = async || {
        let email = address("new@example.com");
        let found = ours.store.person_by_email(&email).await;
        found.expect("read").expect("there").password_hash
    };
    assert_eq!(stored().await, OLD);
    // An identity that the person has from before, and that may be someone else's.
    let identity = NewIdentity {
        issuer: "https://id.example.com",
        subject: "7",
        email: "",
    };
    let theirs_here = AccountFixture {
        store: ours.store.clone(),
        person,
        ..ours
    };
    start(&theirs_here, 8, None).await.expect("started");
    let session = (person, &[8; 32]);
    let linked = ours.store.link_identity(identity, session, NOW, &[], &[]);
    linked.await.expect("linked");
    let removed = event(&ours, Action::MemberRemoved);
    let done = ours.store.remove_member(owner(&ours), person, &removed);
    done.await.expect("removed");
    assert_eq!(
        accept(&theirs, 2, returning()).await.expect("joined"),
        person
    );
    assert_eq!(stored().await, NEW);
    let identities = ours.store.identities_of(person).await;
    assert!(identities.expect("read").is_empty());
}

each_database!(a_renewed_invitation_has_another_link_and_expires_later);
async fn a_renewed_invitation_has_another_link_and_expires_later(database: TestDatabase) {
    let fixture = AccountFixture::build(&database.store, 1).await;
    let store = &fixture.store;
    invite(&fixture, "new@example.com", 1).await;
    let (email, later) = (address("new@example.com"), NOW.plus(HOUR));
    let new = invitation(&fixture, &email, &[2; 32], later);
    let renewed = event(&fixture, Action::InvitationRenewed);
    store
        .renew_invitation(&new, &renewed, &[])
        .await
        .expect("renewed");
    let old = store.invitation_by_token(&[1; 32], NOW).await;
    assert!(old.expect("read").is_none());
    let found = store.invitation_by_token(&[2; 32], NOW).await;
    let found = found.expect("read").expect("open").invitation;
    assert_eq!(found.id, new.id);
    assert_eq!(found.expires_at, later.plus(INVITATION_LIFETIME));
    let withdrawn = event(&fixture, Action::InvitationWithdrawn);
    let done = store.withdraw_invitation(owner(&fixture), new.id, &withdrawn);
    done.await.expect("withdrawn");
    let gone = store.renew_invitation(&new, &renewed, &[]).await;
    assert!(matches!(gone, Err(StoreError::NotFound)), "{gone:?}");
}

each_database!(a_former_owner_leaves_no_reset_link_and_all_others_stay);
async fn a_former_owner_leaves_no_reset_link_and_all_others_stay(database: TestDatabase) {
    let ours = AccountFixture::build(&database.store, 1).await;
    let theirs = AccountFixture::build(&database.store, 2).await;
    let store = &ours.store;
    let maker = PersonId(Uuid::from_u128(7));
    let new = Invitee::New {
        id: maker,
        password_hash: OLD,
    };
    let known = Invitee::Known {
        id: maker,
        password_hash: OLD,
    };
    for (fixture, invitee) in [(&ours, new), (&theirs, known)] {
        invite(fixture, "maker@example.com", 1).await;
        accept(fixture, 1, invitee).await.expect("joined");
        let early = make_reset(fixture, 9, Some((fixture.account, maker))).await;
        assert!(matches!(early, Err(StoreError::NotFound)), "{early:?}");
    }
    let change = async |fixture: &AccountFixture, role| {
        let event = event(fixture, Action::MemberChanged);
        let done = store.change_role(owner(fixture), maker, role, &event);
        done.await.expect("changed");
    };
    for (fixture, n) in [(&ours, 1), (&theirs, 2)] {
        change(fixture, Role::Owner).await;
        let made = make_reset(fixture, n, Some((fixture.account, maker)));
        made.await.expect("made");
    }
    let open = async |n: u8| {
        let found = store.password_reset(&[n; 32], NOW).await;
        found.expect("read").is_some()
    };
    change(&ours, Role::Viewer).await;
    assert!(!open(1).await);
    assert!(open(2).await, "the maker is still an owner there");
    make_reset(&ours, 3, None)
        .await
        .expect("on the command line");
    let removed = event(&ours, Action::MemberRemoved);
    let done = store.remove_member(owner(&ours), maker, &removed).await;
    done.expect("removed");
    assert!(open(2).await && open(3).await);
    let disabled = [event(&theirs, Action::PersonDisabled)];
    let done = store.disable_person(maker, NOW, &disabled).await;
    done.expect("disabled");
    assert!(!open(2).await);
    assert!(open(3).await);
}
