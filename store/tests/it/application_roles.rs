//! Roles of members in single applications, and the transfer of ownership.

use crate::{
    account_names::add,
    applications::create,
    keys::{AccountFixture, NOW},
};
use domain::{
    account::Role,
    audit::Action,
    id::{ApplicationId, PersonId},
};
use store::{Place, Store, StoreError};
use testing::{TestDatabase, each_database};
use uuid::Uuid;

async fn role(store: &Store, person: PersonId, app: ApplicationId) -> (Role, Role) {
    let found = store.application_for(person, app).await.expect("a member");
    (found.account_role, found.role)
}

/// Adds a member to the account of the fixture.
async fn add_member(fixture: &AccountFixture, n: u128, role: Role) -> PersonId {
    let place = Place::named("Account 1", "Application 1");
    add(&fixture.store, n, role, &place).await.expect("added");
    PersonId(Uuid::from_u128(n))
}

each_database!(a_member_has_other_roles_in_applications_of_the_account_alone);
async fn a_member_has_other_roles_in_applications_of_the_account_alone(database: TestDatabase) {
    let fixture = AccountFixture::build(&database.store, 1).await;
    let outsider = AccountFixture::build(&database.store, 2).await;
    let store = &fixture.store;
    let member = add_member(&fixture, 500, Role::Viewer).await;
    let other = create(&fixture, 77, "Other").await.expect("created");
    let event = fixture.event(Action::ApplicationRoleChanged, "member", NOW);
    let set = async |(account, app), person, role| {
        store
            .change_application_role((account, app), fixture.person, person, role, &event)
            .await
    };
    let here = (fixture.account, fixture.app);
    set(here, member, Some(Role::Developer)).await.expect("set");
    set(here, member, Some(Role::Owner))
        .await
        .expect("set again");
    assert_eq!(
        role(store, member, fixture.app).await,
        (Role::Viewer, Role::Owner)
    );
    assert_eq!(
        role(store, member, other).await,
        (Role::Viewer, Role::Viewer)
    );
    for (place, person) in [
        (here, fixture.person),
        (here, outsider.person),
        ((fixture.account, outsider.app), member),
        ((outsider.account, fixture.app), member),
    ] {
        let refused = set(place, person, Some(Role::Viewer)).await;
        assert!(matches!(refused, Err(StoreError::NotFound)), "{refused:?}");
    }
    set(here, member, None).await.expect("taken away");
    assert_eq!(
        role(store, member, fixture.app).await,
        (Role::Viewer, Role::Viewer)
    );
    assert!(set(here, member, None).await.is_err());

    set(here, member, Some(Role::Viewer)).await.expect("set");
    let event = fixture.event(Action::OwnershipTransferred, "member", NOW);
    let transfer = async |from, to| {
        store
            .transfer_ownership(fixture.account, from, to, &event)
            .await
    };
    assert!(transfer(member, fixture.person).await.is_err());
    assert!(transfer(fixture.person, outsider.person).await.is_err());
    transfer(fixture.person, member).await.expect("transferred");
    assert_eq!(
        role(store, member, fixture.app).await,
        (Role::Owner, Role::Owner)
    );
    let former = role(store, fixture.person, fixture.app).await;
    assert_eq!(former, (Role::Developer, Role::Developer));
}
