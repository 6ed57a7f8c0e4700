//! Links of people: invitations and password resets.

use super::{NEW, OLD, address, event, start};
use crate::keys::{AccountFixture, NOW};
use domain::{
    account::{Email, Role},
    audit::Action,
    id::{AccountId, InvitationId, PersonId},
    member::INVITATION_LIFETIME,
    time::{HOUR, MINUTE, Timestamp},
};
use store::{
    InvitationAcceptance, Invitee, NewIdentity, NewInvitation, NewPasswordReset, PepperName,
    ResetMaker, StoreError,
};
use testing::{TestDatabase, each_database};
use uuid::Uuid;

/// The owner of a fixture's account.
fn owner(fixture: &AccountFixture) -> (AccountId, PersonId) {
    (fixture.account, fixture.person)
}

/// Makes a reset link whose token hashes to `n`, for the fixture's owner.
pub async fn make_reset(
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
