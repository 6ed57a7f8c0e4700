//! Roles of members in single applications, and the transfer of ownership.

use crate::{
    applications::{count, create, fresh, member, owner},
    test_keyring::TestKeyring,
};
use domain::{account::Role, audit::Action, id::PersonId, origin::Origin};
use management::ManagementError;
use testing::{TestDatabase, each_database};

each_database!(who_edits_keys_of_one_application_needs_the_second_factor_of_editors);
async fn who_edits_keys_of_one_application_needs_the_second_factor_of_editors(
    database: TestDatabase,
) {
    let test = TestKeyring::new(database).await;
    let (session, app) = test.owner("Acme").await;
    test.add("Acme", "eye@acme.example", Role::Viewer).await;
    let owner = self::owner(&session, app).await;
    let policy = domain::second_factor::FactorPolicy::Editors;
    fresh(&owner).set_factor_policy(policy).await.expect("set");
    let deadline = async || test.sign_in("eye@acme.example").await.enrolment_deadline();
    assert!(deadline().await.is_none());
    let id = member(&owner, "eye@acme.example").await;
    let fresh = fresh(&owner);
    let changed = fresh.change_application_role(id, Some(Role::Developer));
    changed.await.expect("changed");
    assert!(deadline().await.is_some());
}

each_database!(a_role_in_an_application_gives_nothing_in_the_account);
async fn a_role_in_an_application_gives_nothing_in_the_account(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (session, app) = test.owner("Acme").await;
    test.add("Acme", "eye@acme.example", Role::Viewer).await;
    let owner = self::owner(&session, app).await;
    let other = create(&owner, "Other").await;
    let eye = test.sign_in("eye@acme.example").await;
    let id = member(&owner, "eye@acme.example").await;
    assert!(eye.editor(app, Origin::default()).await.is_err());
    let changed = fresh(&owner)
        .change_application_role(id, Some(Role::Owner))
        .await;
    changed.expect("changed");
    // An owner here, a viewer there, and no member of the account.
    let here = eye.owner(app, Origin::default()).await.expect("owns it");
    assert_eq!(here.identity().role, Role::Owner);
    assert_eq!(here.identity().account_role, Role::Viewer);
    for app in [app, other] {
        let account = eye.account_owner(app, Origin::default()).await;
        assert!(matches!(account, Err(ManagementError::Forbidden)));
    }
    assert!(eye.editor(other, Origin::default()).await.is_err());
    let listed = owner.members().await.expect("read");
    let listed = listed.iter().find(|member| member.id == id).expect("there");
    assert_eq!(listed.application_role, Some(Role::Owner));
    // A lower role than in the account, and none of its own again.
    fresh(&owner)
        .change_role(id, Role::Developer)
        .await
        .expect("changed");
    let changed = fresh(&owner)
        .change_application_role(id, Some(Role::Viewer))
        .await;
    changed.expect("changed");
    assert!(eye.editor(app, Origin::default()).await.is_err());
    assert!(eye.editor(other, Origin::default()).await.is_ok());
    let changed = fresh(&owner).change_application_role(id, None).await;
    changed.expect("changed");
    assert!(eye.editor(app, Origin::default()).await.is_ok());
    assert_eq!(count(&owner, Action::ApplicationRoleChanged).await, 3);
    // An owner of the account has no other role, from before either.
    let changed = fresh(&owner)
        .change_application_role(id, Some(Role::Viewer))
        .await;
    changed.expect("changed");
    fresh(&owner)
        .change_role(id, Role::Owner)
        .await
        .expect("changed");
    assert!(eye.owner(app, Origin::default()).await.is_ok());
    let refused = fresh(&owner)
        .change_application_role(id, Some(Role::Viewer))
        .await;
    assert!(matches!(refused, Err(ManagementError::Invalid(_))));
    fresh(&owner)
        .change_role(id, Role::Developer)
        .await
        .expect("changed");
    assert!(eye.editor(app, Origin::default()).await.is_ok());
    let outsider = test.owner("Globex").await.0.person_id();
    let foreign = fresh(&owner)
        .change_application_role(outsider, Some(Role::Viewer))
        .await;
    assert!(matches!(foreign, Err(ManagementError::NotFound)));
}

each_database!(a_removed_member_keeps_no_role_in_an_application);
async fn a_removed_member_keeps_no_role_in_an_application(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (session, app) = test.owner("Acme").await;
    test.owner("Globex").await;
    let owner = self::owner(&session, app).await;
    let guest = "owner@globex.example";
    let join = async || {
        let email = domain::account::Email::parse(guest).expect("an address");
        let invited = fresh(&owner).invite(email, Role::Viewer).await;
        let token = invited.expect("invited").token;
        let password = crate::test_keyring::PASSWORD.to_owned().into();
        let origin = Origin::default();
        let joined = test
            .keyring
            .invitations()
            .accept(&token, password, None, &origin);
        joined.await.expect("joined").expect("signed in");
    };
    join().await;
    let id = member(&owner, guest).await;
    let changed = fresh(&owner)
        .change_application_role(id, Some(Role::Owner))
        .await;
    changed.expect("changed");
    let removed = fresh(&owner).remove_member(id).await;
    removed.expect("removed");
    let session = test.sign_in(guest).await;
    let gone = session.viewer(app, Origin::default()).await;
    assert!(matches!(gone, Err(ManagementError::NotFound)));
    join().await;
    let viewer = session.viewer(app, Origin::default()).await;
    assert_eq!(viewer.expect("a member").identity().role, Role::Viewer);
}

each_database!(ownership_is_transferred_in_one_step);
async fn ownership_is_transferred_in_one_step(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (session, app) = test.owner("Acme").await;
    test.add("Acme", "dev@acme.example", Role::Developer).await;
    let owner = self::owner(&session, app).await;
    let me = owner.identity().person_id;
    let to = member(&owner, "dev@acme.example").await;
    let invited = domain::account::Email::parse("new@acme.example").expect("an address");
    let open = fresh(&owner).invite(invited, Role::Owner).await;
    open.expect("invited");
    for invalid in [me, PersonId(uuid::Uuid::nil())] {
        assert!(fresh(&owner).transfer_ownership(invalid).await.is_err());
    }
    let done = fresh(&owner).transfer_ownership(to).await;
    done.expect("transferred");
    let mine = session
        .viewer(app, Origin::default())
        .await
        .expect("a member");
    assert_eq!(mine.identity().account_role, Role::Developer);
    let theirs = test.sign_in("dev@acme.example").await;
    let new = self::owner(&theirs, app).await;
    assert_eq!(count(&new, Action::OwnershipTransferred).await, 1);
    assert!(new.invitations().await.expect("read").is_empty());
    // The handle of a former owner transfers nothing.
    fresh(&new)
        .change_role(me, Role::Viewer)
        .await
        .expect("changed");
    fresh(&new)
        .transfer_ownership(me)
        .await
        .expect("transferred");
    let stale = fresh(&new).transfer_ownership(me).await;
    assert!(stale.is_err(), "{stale:?}");
    let roles = owner.members().await.expect("read");
    let owners = roles.iter().filter(|member| member.role == Role::Owner);
    assert_eq!(owners.count(), 1);
}
