//! Identities at a provider, and the sign-ins through them.

mod managed;

use crate::keys::{AccountFixture, NOW};
use domain::{
    account::{Email, Role},
    audit::{Action, AuditEvent},
    id::{AccountId, PersonId, SessionId},
    time::{MINUTE, Timestamp},
};
use store::{
    CompletedSignIn, NewIdentity, NewPasswordReset, NewSession, NewToken, PepperName,
    ProviderSignIn, ResetMaker, StoreError,
};
use testing::{TestDatabase, each_database};
use uuid::Uuid;

const ISSUER: &str = "https://id.example.com";
const PASSWORD_HASH: &str = "$argon2id$";

const fn identity(subject: &str) -> NewIdentity<'_> {
    NewIdentity {
        issuer: ISSUER,
        subject,
        email: "ada@example.com",
    }
}

fn address(text: &str) -> Email {
    Email::parse(text).expect("an address")
}

fn event(fixture: &AccountFixture) -> AuditEvent {
    fixture.event(Action::IdentityLinked, "owner@example.com", NOW)
}

async fn by_email(
    fixture: &AccountFixture,
    email: &str,
    account: AccountId,
) -> Result<(), StoreError> {
    let email = address(email);
    fixture
        .store
        .link_identity_by_email(
            identity("1"),
            (fixture.person, &email),
            account,
            NOW,
            &[event(fixture)],
            &[],
        )
        .await
}

async fn grant(
    of: &AccountFixture,
    person: PersonId,
    role: Option<Role>,
) -> Result<(), StoreError> {
    let event = of.event(Action::MemberAdded, "ada@example.com", NOW);
    of.store
        .set_managed_role(of.account, (person, ISSUER), role, NOW, &event)
        .await
}

async fn make_reset(fixture: &AccountFixture, n: u8) {
    let made_by = ResetMaker::Owner {
        account: fixture.account,
        owner: fixture.person,
    };
    make_reset_of(fixture, n, made_by).await;
}

async fn make_reset_of(fixture: &AccountFixture, n: u8, made_by: ResetMaker) {
    let new = NewPasswordReset {
        token_hash: &[n; 32],
        pepper: PepperName(0),
        person: fixture.person,
        made_by,
        at: NOW,
        expires_at: NOW.plus(30 * MINUTE),
    };
    let events = [event(fixture)];
    let made = fixture.store.make_password_reset(&new, &events, &[]);
    made.await.expect("made");
}

/// Starts the `n`th session of the fixture's owner.
async fn start(fixture: &AccountFixture, n: u8, provider: Option<ProviderSignIn<'_>>) {
    try_start(fixture, n, provider).await.expect("started");
}

async fn try_start(
    fixture: &AccountFixture,
    n: u8,
    provider: Option<ProviderSignIn<'_>>,
) -> Result<(), StoreError> {
    let new = NewSession {
        token_hash: &[n; 32],
        pepper: PepperName(0),
        id: SessionId(Uuid::from_u128(n.into())),
        person: fixture.person,
        password_hash: PASSWORD_HASH,
        at: NOW,
        address: "",
        user_agent: "",
        replaces: None,
        factor: None,
        provider,
    };
    let ended = (Timestamp(0), Timestamp(0));
    fixture.store.start_session(&new, &[], ended, &[]).await
}

async fn completed(fixture: &AccountFixture, n: u8) -> Result<CompletedSignIn, StoreError> {
    let store = &fixture.store;
    store
        .complete_sign_in(&[n; 32], NOW.plus(MINUTE), NOW)
        .await
}

each_database!(an_address_links_a_member_of_the_account_and_of_no_other);
async fn an_address_links_a_member_of_the_account_and_of_no_other(database: TestDatabase) {
    let ours = AccountFixture::build(&database.store, 1).await;
    let theirs = AccountFixture::build(&database.store, 2).await;
    let email = "owner1@example.com";
    // A person of another account may have any address.
    let outsider = by_email(&theirs, "owner2@example.com", ours.account).await;
    assert!(
        matches!(outsider, Err(StoreError::NotFound)),
        "{outsider:?}"
    );
    let changed = by_email(&ours, "another@example.com", ours.account).await;
    assert!(matches!(changed, Err(StoreError::NotFound)), "{changed:?}");
    grant(&theirs, ours.person, Some(Role::Viewer))
        .await
        .expect("a member of both");
    let both = by_email(&ours, email, ours.account).await;
    assert!(matches!(both, Err(StoreError::Conflict)), "{both:?}");
    grant(&theirs, ours.person, None).await.expect("ended");
    by_email(&ours, email, ours.account).await.expect("linked");
    // The person's password may be someone else's, so the groups give no role.
    let granted = grant(&theirs, ours.person, Some(Role::Owner)).await;
    assert!(matches!(granted, Err(StoreError::NotFound)), "{granted:?}");
    let none = ours
        .store
        .managed_membership(theirs.account, ours.person)
        .await;
    assert_eq!(none.expect("read"), None);
}

each_database!(a_disabled_person_is_not_linked_by_the_address);
async fn a_disabled_person_is_not_linked_by_the_address(database: TestDatabase) {
    let fixture = AccountFixture::build(&database.store, 1).await;
    let store = &fixture.store;
    let events = [event(&fixture)];
    let (disable, link) = tokio::join!(
        store.disable_person(fixture.person, NOW, &events),
        by_email(&fixture, "owner1@example.com", fixture.account),
    );
    disable.expect("disabled");
    // In either order, the person cannot sign in.
    assert!(
        matches!(link, Ok(()) | Err(StoreError::NotFound)),
        "{link:?}"
    );
    let owner = store.person_by_identity((ISSUER, "1")).await.expect("read");
    assert!(owner.is_none_or(|owner| owner.is_disabled));
    let after = by_email(&fixture, "owner1@example.com", fixture.account).await;
    assert!(matches!(after, Err(StoreError::NotFound)), "{after:?}");
}

each_database!(a_person_who_unlinks_is_signed_out_and_not_linked_by_the_address_again);
async fn a_person_who_unlinks_is_signed_out_and_not_linked_by_the_address_again(
    database: TestDatabase,
) {
    let fixture = AccountFixture::build(&database.store, 1).await;
    let (store, person) = (&fixture.store, fixture.person);
    by_email(&fixture, "owner1@example.com", fixture.account)
        .await
        .expect("linked");
    let provider = ProviderSignIn {
        completed: completed(&fixture, 9).await.expect("new"),
        identity: (ISSUER, "1"),
        authenticated_at: None,
        account: None,
    };
    start(&fixture, 1, None).await;
    start(&fixture, 2, Some(provider)).await;
    store
        .unlink_identity(person, ISSUER, &[event(&fixture)], &[])
        .await
        .expect("unlinked");
    let open = store
        .sessions_of(person, (Timestamp(0), Timestamp(0)))
        .await;
    let open: Vec<_> = open.expect("read").iter().map(|one| one.id).collect();
    assert_eq!(open, [SessionId(Uuid::from_u128(1))]);
    let again = by_email(&fixture, "owner1@example.com", fixture.account).await;
    assert!(matches!(again, Err(StoreError::NotFound)), "{again:?}");
    // A sign-in that was under way no longer gets a session, and confirms none.
    let late = try_start(&fixture, 3, Some(provider)).await;
    assert!(matches!(late, Err(StoreError::NotFound)), "{late:?}");
    let token = NewToken {
        old_hash: &[1; 32],
        token_hash: &[9; 32],
        pepper: PepperName(1),
        at: NOW,
    };
    let confirmed = store
        .reauthenticate_session(&token, (person, Some((ISSUER, "1"))), &[])
        .await;
    assert!(
        matches!(confirmed, Err(StoreError::NotFound)),
        "{confirmed:?}"
    );
    // The session that asked to link has ended.
    let ended = store.link_identity(identity("1"), (person, &[2; 32]), NOW, &[], &[]);
    let ended = ended.await;
    assert!(matches!(ended, Err(StoreError::NotFound)), "{ended:?}");
    let linked = store.link_identity(identity("1"), (person, &[1; 32]), NOW, &[], &[]);
    linked.await.expect("the person wants it");
    store
        .unlink_identities(person, &[event(&fixture)], &[])
        .await
        .expect("as the operator does");
    let none = store.unlink_identities(person, &[], &[]).await;
    assert!(matches!(none, Err(StoreError::NotFound)), "{none:?}");
}

each_database!(a_reset_link_removes_the_identity_of_a_person_who_had_a_password);
async fn a_reset_link_removes_the_identity_of_a_person_who_had_a_password(database: TestDatabase) {
    for hash in [PASSWORD_HASH, ""] {
        let n: u8 = if hash.is_empty() { 2 } else { 1 };
        let fixture = AccountFixture::build(&database.store, n.into()).await;
        let (store, person) = (&fixture.store, fixture.person);
        start(&fixture, n, None).await;
        let changed = store.rehash_person(person, PASSWORD_HASH, hash);
        changed.await.expect("changed");
        let subject = n.to_string();
        let session = (person, &[n; 32]);
        let linked = store.link_identity(identity(&subject), session, NOW, &[], &[]);
        linked.await.expect("linked");
        make_reset(&fixture, 1).await;
        let events = [event(&fixture)];
        let reset = store.reset_password(&[1; 32], person, "$argon2id$new", NOW, &events, &[]);
        reset.await.expect("reset");
        let left = store.identities_of(person).await.expect("read");
        assert_eq!(left.is_empty(), !hash.is_empty(), "{hash:?}");
        let (address, account) = (format!("owner{n}@example.com"), fixture.account);
        let again = by_email(&fixture, &address, account).await;
        let refused = if hash.is_empty() {
            matches!(again, Err(StoreError::Conflict))
        } else {
            matches!(again, Err(StoreError::NotFound))
        };
        assert!(refused, "{again:?}");
    }
}

each_database!(a_session_through_the_provider_is_as_fresh_as_the_sign_in_there);
async fn a_session_through_the_provider_is_as_fresh_as_the_sign_in_there(database: TestDatabase) {
    let fixture = AccountFixture::build(&database.store, 1).await;
    by_email(&fixture, "owner1@example.com", fixture.account)
        .await
        .expect("linked");
    let hour_ago = NOW.plus(-60 * MINUTE);
    for (n, at, stored) in [
        (1, Some(hour_ago), hour_ago),
        (2, Some(NOW.plus(MINUTE)), NOW),
        (3, None, Timestamp(0)),
    ] {
        let provider = ProviderSignIn {
            completed: completed(&fixture, n).await.expect("new"),
            identity: (ISSUER, "1"),
            authenticated_at: at,
            account: Some(fixture.account),
        };
        start(&fixture, n, Some(provider)).await;
        let session = fixture.store.session(&[n; 32]).await.expect("read");
        let session = session.expect("open");
        assert_eq!(session.authenticated_at, stored, "{at:?}");
        assert!(session.through_provider);
    }
}

each_database!(a_sign_in_at_the_provider_is_completed_once);
async fn a_sign_in_at_the_provider_is_completed_once(database: TestDatabase) {
    let fixture = AccountFixture::build(&database.store, 1).await;
    let (one, other) = tokio::join!(completed(&fixture, 1), completed(&fixture, 1));
    assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
    let refused = one.err().or(other.err()).expect("one is refused");
    assert!(matches!(refused, StoreError::Conflict), "{refused:?}");
    assert!(completed(&fixture, 2).await.is_ok());
}
