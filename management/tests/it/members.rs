//! Who belongs to an account: invited by a link that works once, changed and removed by owners, never without one.

use crate::test_keyring::{PASSWORD, TestKeyring};
use domain::{
    account::{Email, Role},
    audit::{Action, AuditFilter},
    id::{ApplicationId, PersonId},
    origin::Origin,
    time::{DAY, MINUTE},
};
use management::{
    AccountOwner, Admission, FreshAccountOwner, ManagementError, Session, SignedIn, Zone,
};
use testing::{TestDatabase, each_database};

const EYE: &str = "eye@acme.example";

async fn owner(test: &TestKeyring, email: &str, app: ApplicationId) -> AccountOwner {
    let session = test.sign_in(email).await;
    session
        .account_owner(app, Origin::default())
        .await
        .expect("owns it")
}

async fn fresh(test: &TestKeyring, email: &str, app: ApplicationId) -> FreshAccountOwner {
    let owner = owner(test, email, app).await;
    owner.fresh_account_owner().expect("fresh")
}

fn address(text: &str) -> Email {
    Email::parse(text).expect("an address")
}

async fn person(owner: &AccountOwner, email: &str) -> PersonId {
    let members = owner.members().await.expect("works");
    let found = members.iter().find(|m| m.email.as_str() == email);
    found.expect("a member").id
}

async fn accept(
    test: &TestKeyring,
    token: &str,
    password: &str,
) -> Result<Option<SignedIn>, ManagementError> {
    test.keyring
        .invitations()
        .accept(token, password.to_owned().into(), None, &Origin::default())
        .await
        .map(|admission| admission.and_then(Admission::session))
}

each_database!(an_invited_person_sets_a_password_and_joins_once);
async fn an_invited_person_sets_a_password_and_joins_once(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (_, app) = test.owner("Acme").await;
    let owner = fresh(&test, "owner@acme.example", app).await;
    let invited = owner
        .invite(address("new@acme.example"), Role::Developer)
        .await
        .expect("invited");
    let welcome = test.invitation(&invited.token).await;
    let welcome = welcome.expect("the link works");
    assert_eq!(welcome.account, "Acme");
    let short = accept(&test, &invited.token, "too short").await;
    assert!(matches!(short, Ok(None)), "{short:?}");
    let granted = accept(&test, &invited.token, PASSWORD).await.expect("in");
    let Some(signed_in) = granted else {
        panic!("{granted:?}")
    };
    let session = test.keyring.sessions().find(&signed_in.token).await;
    let session = session.expect("works").expect("signed in");
    assert!(session.editor(app, Origin::default()).await.is_ok());
    assert!(matches!(
        accept(&test, &invited.token, PASSWORD).await,
        Err(ManagementError::NotFound)
    ));
    assert!(test.invitation(&invited.token).await.is_none());
    assert!(owner.invitations().await.expect("works").is_empty());
    let members = owner.members().await.expect("works");
    assert_eq!(members.len(), 2);
    assert!(members.iter().all(|member| member.last_seen.is_some()));
}

each_database!(a_person_with_a_password_joins_with_that_password_only);
async fn a_person_with_a_password_joins_with_that_password_only(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (_, app) = test.owner("Acme").await;
    test.owner("Globex").await;
    let owner = fresh(&test, "owner@acme.example", app).await;
    let email = address("owner@globex.example");
    let invited = owner.invite(email, Role::Viewer).await.expect("invited");
    let welcome = test.invitation(&invited.token).await;
    assert!(welcome.is_some());
    let wrong = accept(&test, &invited.token, "another fine password").await;
    assert!(matches!(wrong, Ok(None)), "{wrong:?}");
    let right = accept(&test, &invited.token, PASSWORD).await;
    assert!(matches!(right, Ok(Some(_))), "{right:?}");
    let session = test.sign_in("owner@globex.example").await;
    assert_eq!(session.applications().await.expect("works").len(), 2);
    let again = owner
        .invite(address("owner@globex.example"), Role::Owner)
        .await;
    assert!(
        matches!(again, Err(ManagementError::Invalid(_))),
        "{again:?}"
    );
}

each_database!(an_invitation_ends_after_seven_days_when_revoked_and_when_replaced);
async fn an_invitation_ends_after_seven_days_when_revoked_and_when_replaced(
    database: TestDatabase,
) {
    let test = TestKeyring::new(database).await;
    let (_, app) = test.owner("Acme").await;
    let owner = fresh(&test, "owner@acme.example", app).await;
    let gone = async |token: &str| test.invitation(token).await.is_none();
    let email = address("new@acme.example");
    let first = owner
        .invite(email.clone(), Role::Viewer)
        .await
        .expect("made");
    let second = owner
        .invite(email.clone(), Role::Viewer)
        .await
        .expect("made");
    assert!(gone(&first.token).await && !gone(&second.token).await);
    let pending = owner.invitations().await.expect("works");
    assert_eq!(pending.len(), 1);
    owner.withdraw(pending[0].id).await.expect("withdrawn");
    assert!(gone(&second.token).await);
    assert!(matches!(
        owner.withdraw(pending[0].id).await,
        Err(ManagementError::NotFound)
    ));
    let third = owner.invite(email, Role::Viewer).await.expect("made");
    test.clock.advance(7 * DAY - 1);
    assert!(!gone(&third.token).await);
    test.clock.advance(1);
    assert!(gone(&third.token).await);
    assert!(matches!(
        accept(&test, &third.token, PASSWORD).await,
        Err(ManagementError::NotFound)
    ));
}

each_database!(a_removed_member_is_refused_at_the_next_request);
async fn a_removed_member_is_refused_at_the_next_request(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (_, app) = test.owner("Acme").await;
    test.add("Acme", "second@acme.example", Role::Owner).await;
    let removed = fresh(&test, "second@acme.example", app).await;
    let link = removed
        .invite(address("back@door.example"), Role::Owner)
        .await;
    let session = test.sign_in("second@acme.example").await;
    assert!(session.viewer(app, Origin::default()).await.is_ok());
    let owner = fresh(&test, "owner@acme.example", app).await;
    let who = person(&owner, "second@acme.example").await;
    owner.remove_member(who).await.expect("removed");
    assert!(matches!(
        session.viewer(app, Origin::default()).await,
        Err(ManagementError::NotFound)
    ));
    assert!(session.applications().await.expect("works").is_empty());
    // The link that they made ends with them.
    let token = link.expect("made").token;
    assert!(test.invitation(&token).await.is_none());
    assert!(matches!(
        owner.remove_member(who).await,
        Err(ManagementError::NotFound)
    ));
}

each_database!(a_changed_role_takes_effect_at_the_next_request);
async fn a_changed_role_takes_effect_at_the_next_request(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (_, app) = test.owner("Acme").await;
    test.add("Acme", "eye@acme.example", Role::Viewer).await;
    let session = test.sign_in("eye@acme.example").await;
    assert!(session.editor(app, Origin::default()).await.is_err());
    let owner = fresh(&test, "owner@acme.example", app).await;
    let who = person(&owner, "eye@acme.example").await;
    owner
        .change_role(who, Role::Developer)
        .await
        .expect("changed");
    assert!(session.editor(app, Origin::default()).await.is_ok());
    owner.change_role(who, Role::Viewer).await.expect("changed");
    assert!(session.editor(app, Origin::default()).await.is_err());
}

each_database!(the_last_owner_cannot_be_removed);
async fn the_last_owner_cannot_be_removed(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (_, app) = test.owner("Acme").await;
    test.add("Acme", "dev@acme.example", Role::Developer).await;
    let owner = fresh(&test, "owner@acme.example", app).await;
    let me = owner.identity().person_id;
    for refused in [
        owner.change_role(me, Role::Viewer).await,
        owner.remove_member(me).await,
    ] {
        assert!(
            matches!(refused, Err(ManagementError::LastOwner)),
            "{refused:?}"
        );
    }
    let other = person(&owner, "dev@acme.example").await;
    owner
        .change_role(other, Role::Owner)
        .await
        .expect("changed");
    owner.remove_member(me).await.expect("there is another one");
}

each_database!(a_member_leaves_the_account_with_a_recent_sign_in_and_the_last_owner_stays);
async fn a_member_leaves_the_account_with_a_recent_sign_in_and_the_last_owner_stays(
    database: TestDatabase,
) {
    let test = TestKeyring::new(database).await;
    let (session, app) = test.owner("Acme").await;
    let origin = Origin::default();
    let leaving = async |session: &Session| {
        let viewer = session.viewer(app, Origin::default()).await;
        viewer.expect("a member").fresh_viewer()
    };
    let last = leaving(&session).await.expect("fresh");
    let last = last.leave_account().await;
    assert!(matches!(last, Err(ManagementError::LastOwner)));

    test.add("Acme", EYE, Role::Viewer).await;
    let eye = test.sign_in(EYE).await;
    test.clock.advance(10 * MINUTE + 1);
    let stale = leaving(&eye).await.map(drop);
    assert!(matches!(stale, Err(ManagementError::Stale)));
    let eye = test.sign_in(EYE).await;
    let viewer = leaving(&eye).await.expect("fresh");
    viewer.leave_account().await.expect("left");
    let after = eye.viewer(app, origin.clone()).await.map(drop);
    assert!(matches!(after, Err(ManagementError::NotFound)));
    let again = viewer.leave_account().await;
    assert!(matches!(again, Err(ManagementError::NotFound)));

    let owner = fresh(&test, "owner@acme.example", app).await;
    let filter = AuditFilter {
        action: Some(Action::MemberLeft),
        ..AuditFilter::default()
    };
    let log = owner.audit(&filter, None).await.expect("read").rows;
    let [record] = log.as_slice() else {
        panic!("{log:?}");
    };
    assert_eq!(
        (record.target.as_str(), record.detail.as_str()),
        (EYE, "viewer")
    );
}

each_database!(of_two_owners_who_leave_concurrently_one_stays);
async fn of_two_owners_who_leave_concurrently_one_stays(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (_, app) = test.owner("Acme").await;
    test.add("Acme", "second@acme.example", Role::Owner).await;
    let one = fresh(&test, "owner@acme.example", app).await;
    let other = fresh(&test, "second@acme.example", app).await;
    let (first, second) = (one.identity().person_id, other.identity().person_id);
    let answers = tokio::join!(
        one.change_role(first, Role::Viewer),
        other.remove_member(second),
        one.change_role(second, Role::Developer),
        other.remove_member(first),
    );
    let left = one.members().await.expect("works");
    let owners = left.iter().filter(|member| member.role == Role::Owner);
    assert_eq!(owners.count(), 1, "{answers:?}");
}

each_database!(members_are_changed_by_owners_with_a_fresh_sign_in);
async fn members_are_changed_by_owners_with_a_fresh_sign_in(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (session, app) = test.owner("Acme").await;
    test.clock.advance(10 * MINUTE + 1);
    let owner = session
        .account_owner(app, Origin::default())
        .await
        .expect("owns it");
    assert!(matches!(owner.fresh_owner(), Err(ManagementError::Stale)));
    assert!(matches!(
        owner.fresh_account_owner(),
        Err(ManagementError::Stale)
    ));
}

each_database!(an_application_has_a_name_and_a_zone);
async fn an_application_has_a_name_and_a_zone(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (session, app) = test.owner("Acme").await;
    let owner = fresh(&test, "owner@acme.example", app).await;
    let owner = owner.fresh_owner().expect("fresh");
    let berlin = Zone::parse("Europe/Berlin").expect("a zone");
    owner
        .change_application("Web shop".into(), berlin)
        .await
        .expect("changed");
    let found = session.applications().await.expect("works");
    assert_eq!(found[0].name, "Web shop");
    assert_eq!(found[0].time_zone, "Europe/Berlin");
}
