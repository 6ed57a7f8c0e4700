//! What ends with the role of an owner: the links that they made, and their requests in progress.

use crate::test_keyring::TestKeyring;
use domain::{
    account::{Email, Role},
    id::{ApplicationId, PersonId},
    origin::Origin,
    security::{EventFilter, EventKind},
};
use management::{FreshAccountOwner, ManagementError, Zone};
use testing::{TestDatabase, each_database};

async fn fresh(test: &TestKeyring, email: &str, app: ApplicationId) -> FreshAccountOwner {
    let session = test.sign_in(email).await;
    let owner = session.account_owner(app, Origin::default()).await;
    owner
        .expect("owns it")
        .fresh_account_owner()
        .expect("fresh")
}

fn address(text: &str) -> Email {
    Email::parse(text).expect("an address")
}

async fn person(owner: &FreshAccountOwner, email: &str) -> PersonId {
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
        let open = test
            .keyring
            .password_resets()
            .find(&token)
            .await
            .expect("works");
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
        let session = test.sign_in(&email).await;
        let in_account = session.account_owner(app, Origin::default()).await;
        let in_account = in_account.expect("owns it");
        let former = in_account.fresh_account_owner().expect("fresh");
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
            in_account.withdraw(open).await,
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
        let kept = test.keyring.invitations().find(&invited.token).await;
        assert!(kept.expect("works").is_some(), "{end}");
    }
}

each_database!(a_request_in_progress_of_a_former_owner_changes_no_account_and_no_application);
async fn a_request_in_progress_of_a_former_owner_changes_no_account_and_no_application(
    database: TestDatabase,
) {
    let test = TestKeyring::new(database).await;
    let (session, app) = test.owner("Acme").await;
    let owner = fresh(&test, "owner@acme.example", app).await;
    let created = owner.create_application("Other".into(), Zone::default());
    let other = created.await.expect("created");
    let archived = owner.create_application("Archived".into(), Zone::default());
    let archived = archived.await.expect("created");
    let of = async |app| {
        let owner = session.account_owner(app, Origin::default()).await;
        owner.expect("owns it").fresh_owner().expect("fresh")
    };
    of(archived).await.archive().await.expect("archived");
    test.add("Acme", "eye@acme.example", Role::Viewer).await;
    let viewer = person(&owner, "eye@acme.example").await;
    test.add("Acme", "former@acme.example", Role::Owner).await;
    // The permission was granted before the role ended.
    let former = fresh(&test, "former@acme.example", app).await;
    let theirs = test.sign_in("former@acme.example").await;
    let in_application = async |app| {
        let owner = theirs.owner(app, Origin::default()).await;
        owner.expect("owns it").fresh_owner().expect("fresh")
    };
    let (of_other, of_archived) = (in_application(other).await, in_application(archived).await);
    let id = former.identity().person_id;
    owner.change_role(id, Role::Viewer).await.expect("changed");
    let zone = Zone::default;
    for refused in [
        former
            .create_application("New".into(), zone())
            .await
            .map(drop),
        former.rename_account("Mine".into()).await,
        former
            .change_application_role(viewer, Some(Role::Owner))
            .await,
        former.transfer_ownership(viewer).await,
        of_other.change_application("Mine".into(), zone()).await,
        of_other.archive().await.map(drop),
        of_other.revoke_all(String::new()).await.map(drop),
        of_other.delete().await.map(drop),
        of_archived.restore().await.map(drop),
    ] {
        assert!(
            matches!(refused, Err(ManagementError::NotFound)),
            "{refused:?}"
        );
    }
    let left = session.applications().await.expect("read");
    let left: Vec<_> = left
        .iter()
        .map(|app| {
            (
                app.name.as_str(),
                app.account_name.as_str(),
                app.archived_at.is_some(),
            )
        })
        .collect();
    assert_eq!(
        left,
        [
            ("Acme’s shop", "Acme", false),
            ("Other", "Acme", false),
            ("Archived", "Acme", true)
        ]
    );
    let members = owner.members().await.expect("works");
    let unchanged = members.iter().find(|member| member.id == viewer);
    let unchanged = unchanged.map(|member| (member.role, member.application_role));
    assert_eq!(unchanged, Some((Role::Viewer, None)));
}

each_database!(the_owner_of_one_application_changes_that_one_until_the_role_ends);
async fn the_owner_of_one_application_changes_that_one_until_the_role_ends(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (_, app) = test.owner("Acme").await;
    let owner = fresh(&test, "owner@acme.example", app).await;
    test.add("Acme", "eye@acme.example", Role::Viewer).await;
    let viewer = person(&owner, "eye@acme.example").await;
    let changed = owner.change_application_role(viewer, Some(Role::Owner));
    changed.await.expect("changed");
    let theirs = test.sign_in("eye@acme.example").await;
    let theirs = theirs.owner(app, Origin::default()).await.expect("owns it");
    let theirs = theirs.fresh_owner().expect("fresh");
    theirs.archive().await.expect("archived");
    theirs.restore().await.expect("restored");
    let changed = owner.change_application_role(viewer, None);
    changed.await.expect("changed");
    let refused = theirs.archive().await;
    assert!(
        matches!(refused, Err(ManagementError::NotFound)),
        "{refused:?}"
    );
}

each_database!(a_request_in_progress_of_a_former_owner_acknowledges_no_event_of_the_account);
async fn a_request_in_progress_of_a_former_owner_acknowledges_no_event_of_the_account(
    database: TestDatabase,
) {
    let test = TestKeyring::new(database).await;
    let (_, app) = test.owner("Acme").await;
    let owner = fresh(&test, "owner@acme.example", app).await;
    test.add("Acme", "former@acme.example", Role::Owner).await;
    let session = test.sign_in("former@acme.example").await;
    // The permission was granted before the role ended.
    let former = session.editor(app, Origin::default()).await.expect("edits");
    let events = owner.security_events(&EventFilter::default(), None).await;
    let added = events.expect("read").rows.remove(0);
    assert_eq!(added.kind, EventKind::MembersChanged);
    let id = person(&owner, "former@acme.example").await;
    let demoted = owner.change_role(id, Role::Developer);
    demoted.await.expect("changed");
    let refused = former.acknowledge(added.id, "").await;
    assert!(
        matches!(refused, Err(ManagementError::NotFound)),
        "{refused:?}"
    );
    let open = async || owner.open_events(None).await.expect("read").all;
    let before = open().await;
    owner.acknowledge(added.id, "").await.expect("still open");
    assert_eq!(open().await, before - 1);
}
