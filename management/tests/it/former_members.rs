//! What ends with the role of an owner: the links that they made, and their requests in progress.

use crate::test_keyring::TestKeyring;
use domain::{
    account::{Email, Role},
    id::{ApplicationId, PersonId},
    origin::Origin,
};
use management::{FreshOwner, ManagementError};
use testing::{TestDatabase, each_database};

async fn fresh(test: &TestKeyring, email: &str, app: ApplicationId) -> FreshOwner {
    let session = test.sign_in(email).await;
    let owner = session.owner(app, Origin::default()).await;
    owner.expect("owns it").fresh_owner().expect("fresh")
}

fn address(text: &str) -> Email {
    Email::parse(text).expect("an address")
}

async fn person(owner: &FreshOwner, email: &str) -> PersonId {
    let members = owner.members().await.expect("works");
    let found = members.iter().find(|m| m.email.as_str() == email);
    found.expect("a member").id
}

each_database!(a_reset_link_ends_with_the_role_of_the_owner_who_made_it);
async fn a_reset_link_ends_with_the_role_of_the_owner_who_made_it(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (_, app) = test.owner("Acme").await;
    let owner = fresh(&test, "owner@acme.example", app).await;
    let mut links = Vec::new();
    for maker in ["demoted", "removed", "disabled", "owner"] {
        let email = format!("{maker}@acme.example");
        if maker != "owner" {
            test.add("Acme", &email, Role::Owner).await;
        }
        let member = format!("{maker}s-friend@acme.example");
        test.add("Acme", &member, Role::Viewer).await;
        let maker = fresh(&test, &email, app).await;
        let link = maker.reset_link(person(&owner, &member).await).await;
        let token = link.expect("works").expect("made").token;
        links.push((email, token));
    }
    let of = async |name: &str| person(&owner, &format!("{name}@acme.example")).await;
    let demoted = owner.change_role(of("demoted").await, Role::Developer);
    demoted.await.expect("changed");
    let removed = owner.remove_member(of("removed").await);
    removed.await.expect("removed");
    let (disabled, now) = (of("disabled").await, test.keyring.now());
    let store = &test.database.store;
    let done = store.disable_person(disabled, now, &[]).await;
    done.expect("disabled");
    for (maker, token) in links {
        let open = test.keyring.password_reset(&token).await.expect("works");
        assert_eq!(open.is_some(), maker == "owner@acme.example", "{maker}");
    }
}

each_database!(a_request_in_progress_of_a_former_owner_changes_no_member);
async fn a_request_in_progress_of_a_former_owner_changes_no_member(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (_, app) = test.owner("Acme").await;
    let owner = fresh(&test, "owner@acme.example", app).await;
    test.add("Acme", "eye@acme.example", Role::Viewer).await;
    let viewer = person(&owner, "eye@acme.example").await;
    let invited = owner
        .invite(address("new@acme.example"), Role::Viewer)
        .await;
    let invited = invited.expect("invited");
    let open = owner.invitations().await.expect("works")[0].id;
    for end in ["demoted", "removed", "disabled"] {
        let email = format!("{end}@acme.example");
        test.add("Acme", &email, Role::Owner).await;
        // The permission was granted before the role ended.
        let former = fresh(&test, &email, app).await;
        let id = former.identity().person_id;
        match end {
            "demoted" => owner.change_role(id, Role::Viewer).await.expect("changed"),
            "removed" => owner.remove_member(id).await.expect("removed"),
            _ => {
                let (store, now) = (&test.database.store, test.keyring.now());
                let done = store.disable_person(id, now, &[]).await;
                done.expect("disabled");
            }
        }
        let back = address("invited@acme.example");
        for refused in [
            former.invite(back, Role::Owner).await.map(drop),
            former.renew_invitation(open).await.map(drop),
            former.reset_link(viewer).await.map(drop),
            former.change_role(viewer, Role::Owner).await,
            former.remove_member(viewer).await,
        ] {
            assert!(
                matches!(refused, Err(ManagementError::NotFound)),
                "{end}: {refused:?}"
            );
        }
        let members = owner.members().await.expect("works");
        let unchanged = members.iter().find(|member| member.id == viewer);
        assert_eq!(unchanged.map(|member| member.role), Some(Role::Viewer));
        assert_eq!(owner.invitations().await.expect("works").len(), 1);
        let kept = test.keyring.welcome(&invited.token).await;
        assert!(kept.expect("works").is_some(), "{end}");
    }
}
