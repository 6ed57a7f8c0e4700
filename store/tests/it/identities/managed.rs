//! Memberships that the groups at an identity provider give.

use super::{
    ISSUER, PASSWORD_HASH, address, by_email, event, grant, identity, make_reset, make_reset_of,
    start,
};
use crate::keys::{AccountFixture, NOW};
use domain::{
    account::Role,
    audit::Action,
    id::{InvitationId, PersonId},
    profile::DisplayName,
    time::DAY,
};
use store::{NewIdentity, NewInvitation, NewProviderPerson, PepperName, ResetMaker, StoreError};
use testing::{TestDatabase, each_database};
use uuid::Uuid;

each_database!(groups_end_and_lower_the_role_of_a_person_linked_by_the_address);
async fn groups_end_and_lower_the_role_of_a_person_linked_by_the_address(database: TestDatabase) {
    let ours = AccountFixture::build(&database.store, 1).await;
    let person = PersonId(Uuid::from_u128(9));
    let new = NewProviderPerson {
        id: person,
        email: &address("ada@example.com"),
        name: &DisplayName::default(),
        identity: NewIdentity {
            issuer: "https://old.example.com",
            ..identity("9")
        },
        account: ours.account,
        role: Role::Developer,
        at: NOW,
    };
    let added = ours.store.add_provider_person(&new, &event(&ours)).await;
    added.expect("added");
    let ada = AccountFixture {
        store: ours.store.clone(),
        person,
        ..ours
    };
    let role = async || {
        let found = ada.store.managed_membership(ada.account, person).await;
        found.expect("read").map(|found| found.role)
    };
    // The issuer has another name now. Without a password, the person is the provider's entirely.
    by_email(&ada, "ada@example.com", ada.account)
        .await
        .expect("linked");
    let owner = Some(Role::Owner);
    grant(&ada, person, owner).await.expect("higher");
    assert_eq!(role().await, owner);
    // With a password, the groups give nothing more, but take.
    make_reset_of(&ada, 1, ResetMaker::Operator).await;
    let events = [event(&ada)];
    let reset = ada
        .store
        .reset_password(&[1; 32], person, PASSWORD_HASH, NOW, &events, &[]);
    reset.await.expect("reset");
    let again = NewIdentity {
        issuer: "https://new.example.com",
        ..identity("9")
    };
    let email = address("ada@example.com");
    let linked =
        ada.store
            .link_identity_by_email(again, (person, &email), ada.account, NOW, &events, &[]);
    linked.await.expect("linked");
    let set = async |role| {
        let event = ada.event(Action::MemberChanged, "ada@example.com", NOW);
        let by = (person, again.issuer);
        let set = ada
            .store
            .set_managed_role(ada.account, by, role, NOW, &event);
        set.await
    };
    let viewer = Some(Role::Viewer);
    set(viewer).await.expect("lower");
    let twice = set(viewer).await;
    assert!(matches!(twice, Err(StoreError::NotFound)), "{twice:?}");
    let higher = set(owner).await;
    assert!(matches!(higher, Err(StoreError::NotFound)), "{higher:?}");
    assert_eq!(role().await, viewer);
    set(None).await.expect("ended");
    assert_eq!(role().await, None);
}

each_database!(a_granted_membership_ends_the_reset_link_of_another_account);
async fn a_granted_membership_ends_the_reset_link_of_another_account(database: TestDatabase) {
    let ours = AccountFixture::build(&database.store, 1).await;
    let theirs = AccountFixture::build(&database.store, 2).await;
    make_reset(&ours, 1).await;
    grant(&theirs, ours.person, Some(Role::Owner))
        .await
        .expect("granted");
    let link = ours.store.password_reset(&[1; 32], NOW).await;
    assert!(link.expect("read").is_none());
}

each_database!(an_invitation_ends_when_the_provider_grants_the_membership);
async fn an_invitation_ends_when_the_provider_grants_the_membership(database: TestDatabase) {
    let ours = AccountFixture::build(&database.store, 1).await;
    let theirs = AccountFixture::build(&database.store, 2).await;
    let (store, event) = (&ours.store, event(&ours));
    for (n, email, open) in [
        (1, "ada@example.com", false),
        (2, "owner2@example.com", false),
        (3, "eve@example.com", true),
    ] {
        let invitation = NewInvitation {
            id: InvitationId(Uuid::from_u128(n.into())),
            account: ours.account,
            email: &address(email),
            role: Role::Owner,
            token_hash: &[n; 32],
            pepper: PepperName(0),
            invited_by: ours.person,
            at: NOW,
            expires_at: NOW.plus(DAY),
        };
        let invited = store.invite(&invitation, &event, &[]).await;
        invited.expect("invited");
        if n == 1 {
            let new = NewProviderPerson {
                id: PersonId(Uuid::from_u128(9)),
                email: &address(email),
                name: &DisplayName::default(),
                identity: identity("9"),
                account: ours.account,
                role: Role::Viewer,
                at: NOW,
            };
            let added = store.add_provider_person(&new, &event).await;
            added.expect("added");
        } else if n == 2 {
            let granted = grant(&ours, theirs.person, Some(Role::Viewer)).await;
            granted.expect("granted");
        }
        let found = store.invitation_by_token(&[n; 32], NOW).await;
        assert_eq!(found.expect("read").is_some(), open, "{email}");
    }
}

each_database!(a_role_that_a_group_gave_stays_when_the_identity_goes_and_is_the_owners_then);
async fn a_role_that_a_group_gave_stays_when_the_identity_goes_and_is_the_owners_then(
    database: TestDatabase,
) {
    let home = AccountFixture::build(&database.store, 1).await;
    for n in 2..=4 {
        let theirs = AccountFixture::build(&database.store, n.into()).await;
        let (store, person) = (&home.store, theirs.person);
        start(&theirs, n, None).await;
        let subject = n.to_string();
        let link = (person, &[n; 32]);
        let linked = store.link_identity(identity(&subject), link, NOW, &[], &[]);
        linked.await.expect("linked");
        grant(&home, person, Some(Role::Developer))
            .await
            .expect("granted");
        let events = [event(&home), event(&theirs)];
        match n {
            2 => store.unlink_identity(person, ISSUER, &events, &[]).await,
            3 => store.unlink_identities(person, &events, &[]).await,
            _ => {
                make_reset_of(&theirs, n, ResetMaker::Operator).await;
                let hash = [n; 32];
                store
                    .reset_password(&hash, person, PASSWORD_HASH, NOW, &events, &[])
                    .await
            }
        }
        .expect("removed");
        let left = store.managed_membership(home.account, person).await;
        let left = left.expect("read").expect("a member");
        assert_eq!((left.role, left.managed), (Role::Developer, false));
        for (account, told) in [(home.account, true), (theirs.account, false)] {
            let page = store.audit_by_target(account, "owner@example.com", 1).await;
            let last = page.expect("read");
            let last = last.first().expect("an event");
            assert_eq!(last.detail.contains("groups do not set it"), told);
        }
    }
}

each_database!(two_owners_who_are_demoted_at_a_time_leave_one);
async fn two_owners_who_are_demoted_at_a_time_leave_one(database: TestDatabase) {
    let ours = AccountFixture::build(&database.store, 1).await;
    let one = AccountFixture::build(&database.store, 2).await.person;
    let other = AccountFixture::build(&database.store, 3).await.person;
    for person in [one, other] {
        let granted = grant(&ours, person, Some(Role::Owner)).await;
        granted.expect("granted");
    }
    let removed = ours.event(Action::MemberRemoved, "owner1@example.com", NOW);
    ours.store
        .remove_member((ours.account, one), ours.person, &removed)
        .await
        .expect("removed");
    let (first, second) = tokio::join!(
        grant(&ours, one, Some(Role::Viewer)),
        grant(&ours, other, None),
    );
    assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
    let refused = first.err().or(second.err()).expect("one is refused");
    assert!(matches!(refused, StoreError::LastOwner), "{refused:?}");
}
