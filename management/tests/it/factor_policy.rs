//! Accounts that require a second factor, and resetting one that was lost.

use crate::test_keyring::{PEPPER, TestKeyring};
use domain::{
    account::{Email, Role},
    audit::{Action, AuditFilter},
    id::{ApplicationId, PersonId},
    origin::Origin,
    second_factor::{ENROLMENT_GRACE, FactorPolicy},
    time::{DAY, SECOND},
};
use management::{
    AccountOwner, Administered, FreshAccountOwner, ManagementError, PeopleAdmin, Session, Store,
};
use testing::{TestDatabase, each_database};
use verification::{Pepper, SeededEntropy};

const OWNER: &str = "owner@acme.example";
const DEVELOPER: &str = "dev@acme.example";
const VIEWER: &str = "eye@acme.example";

async fn owner(test: &TestKeyring, email: &str, app: ApplicationId) -> AccountOwner {
    let session = test.sign_in(email).await;
    let owner = session.account_owner(app, Origin::default()).await;
    owner.expect("owns it")
}

async fn fresh(test: &TestKeyring, app: ApplicationId) -> FreshAccountOwner {
    let owner = owner(test, OWNER, app).await;
    owner.fresh_account_owner().expect("fresh")
}

/// An account with one member of each role.
async fn acme(test: &TestKeyring) -> ApplicationId {
    let (_, app) = test.owner("Acme").await;
    test.add("Acme", DEVELOPER, Role::Developer).await;
    test.add("Acme", VIEWER, Role::Viewer).await;
    app
}

async fn enrol(test: &TestKeyring, session: &Session) {
    let fresh = session.fresh().expect("fresh");
    let setup = fresh.begin_enrolment().await.expect("begun");
    let code = setup.secret().code_at(test.keyring.now());
    let origin = Origin::default();
    let done = fresh.confirm_enrolment(&setup.form, &code, &origin);
    assert!(done.await.expect("works").is_some());
}

async fn must_enrol(test: &TestKeyring) -> [bool; 3] {
    let mut all = [false; 3];
    for (must, email) in all.iter_mut().zip([OWNER, DEVELOPER, VIEWER]) {
        *must = test.sign_in(email).await.must_enrol();
    }
    all
}

each_database!(a_policy_requires_a_factor_of_its_roles_after_seven_days);
async fn a_policy_requires_a_factor_of_its_roles_after_seven_days(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let app = acme(&test).await;
    test.clock.advance(30 * DAY);
    assert_eq!(must_enrol(&test).await, [false; 3], "it is optional");
    let owner = fresh(&test, app).await;
    let set = owner.set_factor_policy(FactorPolicy::Editors);
    set.await.expect("set");
    assert_eq!(must_enrol(&test).await, [false; 3], "not yet");
    let session = test.sign_in(DEVELOPER).await;
    let deadline = session.enrolment_deadline().expect("required");
    assert_eq!(deadline.0.since(test.keyring.now()), ENROLMENT_GRACE);
    assert!(test.sign_in(VIEWER).await.enrolment_deadline().is_none());

    test.clock.advance(ENROLMENT_GRACE - 1);
    assert_eq!(must_enrol(&test).await, [false; 3]);
    test.clock.advance(1);
    assert_eq!(must_enrol(&test).await, [true, true, false]);
    let developer = test.sign_in(DEVELOPER).await;
    let refused = developer.viewer(app, Origin::default()).await;
    assert!(matches!(refused, Err(ManagementError::FactorRequired)));
    enrol(&test, &developer).await;
    test.clock.advance(30 * SECOND);
    // A new member has seven days of their own.
    test.add("Acme", "new@acme.example", Role::Developer).await;
    let new = test.sign_in("new@acme.example").await;
    assert!(!new.must_enrol());
    assert!(new.viewer(app, Origin::default()).await.is_ok());
    let deadline = new.enrolment_deadline().expect("required");
    assert_eq!(deadline.0.since(test.keyring.now()), ENROLMENT_GRACE);
}

each_database!(a_stricter_policy_does_not_prolong_the_time_of_those_who_needed_a_factor_before);
async fn a_stricter_policy_does_not_prolong_the_time_of_those_who_needed_a_factor_before(
    database: TestDatabase,
) {
    let test = TestKeyring::new(database).await;
    let app = acme(&test).await;
    let set = async |policy| {
        let owner = fresh(&test, app).await;
        owner.set_factor_policy(policy).await.expect("set");
    };
    set(FactorPolicy::Editors).await;
    test.clock.advance(ENROLMENT_GRACE - DAY);
    set(FactorPolicy::Everybody).await;
    assert_eq!(must_enrol(&test).await, [false; 3]);
    test.clock.advance(DAY);
    assert_eq!(must_enrol(&test).await, [true, true, false]);
    test.clock.advance(ENROLMENT_GRACE - DAY - 1);
    assert_eq!(must_enrol(&test).await, [true, true, false]);
    test.clock.advance(1);
    assert_eq!(must_enrol(&test).await, [true; 3]);
}

each_database!(a_person_with_a_factor_meets_every_policy);
async fn a_person_with_a_factor_meets_every_policy(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let app = acme(&test).await;
    let owner = fresh(&test, app).await;
    owner
        .set_factor_policy(FactorPolicy::Everybody)
        .await
        .expect("set");
    owner
        .set_factor_policy(FactorPolicy::Everybody)
        .await
        .expect("as it was");
    assert_eq!(
        owner.factor_policy().await.expect("read"),
        FactorPolicy::Everybody
    );
    let log = owner
        .audit(&AuditFilter::default(), None)
        .await
        .expect("read");
    let changes: Vec<_> = log
        .rows
        .iter()
        .filter(|record| record.action == Action::FactorPolicyChanged)
        .map(|record| {
            (
                record.before.get("two_factor"),
                record.after.get("two_factor"),
            )
        })
        .collect();
    assert_eq!(changes, [(Some("optional"), Some("everybody"))]);
    let session = test.sign_in(VIEWER).await;
    enrol(&test, &session).await;
    let members = owner.members().await.expect("read");
    let having: Vec<_> = members
        .iter()
        .filter(|member| member.has_second_factor)
        .map(|member| member.email.as_str())
        .collect();
    assert_eq!(having, [VIEWER]);
    test.clock.advance(20 * DAY);
    assert!(test.sign_in(DEVELOPER).await.must_enrol());
}

each_database!(another_role_in_an_application_does_not_extend_the_time_to_enrol);
async fn another_role_in_an_application_does_not_extend_the_time_to_enrol(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let app = acme(&test).await;
    let owner = fresh(&test, app).await;
    let policy = owner.set_factor_policy(FactorPolicy::Editors);
    policy.await.expect("set");
    let viewer = person(&owner, VIEWER).await;
    let role = async |role| {
        let changed = owner.change_application_role(viewer, Some(role)).await;
        changed.expect("changed");
    };
    role(Role::Developer).await;
    test.clock.advance(8 * DAY);
    assert!(test.sign_in(VIEWER).await.must_enrol());
    role(Role::Owner).await;
    assert!(test.sign_in(VIEWER).await.must_enrol());
    role(Role::Viewer).await;
    assert!(!test.sign_in(VIEWER).await.must_enrol());
}

async fn person(owner: &FreshAccountOwner, email: &str) -> PersonId {
    let members = owner.members().await.expect("read");
    let member = members.iter().find(|member| member.email.as_str() == email);
    member.expect("a member").id
}

each_database!(an_owner_resets_a_member_of_no_other_account_and_never_themselves);
async fn an_owner_resets_a_member_of_no_other_account_and_never_themselves(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let app = acme(&test).await;
    let session = test.sign_in(DEVELOPER).await;
    enrol(&test, &session).await;
    let owner = fresh(&test, app).await;
    let (me, developer) = (person(&owner, OWNER).await, person(&owner, DEVELOPER).await);
    let own = owner.reset_second_factor(me).await;
    assert!(matches!(own, Err(ManagementError::Invalid(_))), "{own:?}");
    let none = owner
        .reset_second_factor(person(&owner, VIEWER).await)
        .await;
    assert!(matches!(none, Err(ManagementError::NotFound)), "{none:?}");

    let (other, globex) = test.owner("Globex").await;
    let outsider = other.person_id();
    let foreign = owner.reset_second_factor(outsider).await;
    assert!(matches!(foreign, Err(ManagementError::NotFound)));
    let theirs = other
        .account_owner(globex, Origin::default())
        .await
        .expect("owns it");
    let theirs = theirs.fresh_account_owner().expect("fresh");
    let email = Email::parse(DEVELOPER).expect("valid");
    let invited = theirs.invite(email, Role::Viewer).await.expect("invited");
    let password = crate::test_keyring::PASSWORD.to_owned().into();
    let origin = Origin::default();
    let joined = test
        .keyring
        .invitations()
        .accept(&invited.token, password, None, &origin);
    assert!(joined.await.expect("works").is_some());
    let elsewhere = owner.reset_second_factor(developer).await;
    assert!(
        matches!(elsewhere, Err(ManagementError::Invalid(_))),
        "{elsewhere:?}"
    );
    assert!(session.second_factor().await.expect("read").is_some());

    theirs.remove_member(developer).await.expect("removed");
    owner.reset_second_factor(developer).await.expect("reset");
    assert!(session.second_factor().await.expect("read").is_none());
    let again = test.sign_in(DEVELOPER).await;
    assert!(again.second_factor().await.expect("read").is_none());
}

each_database!(a_request_in_progress_of_a_former_owner_changes_no_policy_and_resets_no_factor);
async fn a_request_in_progress_of_a_former_owner_changes_no_policy_and_resets_no_factor(
    database: TestDatabase,
) {
    const FORMER: &str = "former@acme.example";
    let test = TestKeyring::new(database).await;
    let app = acme(&test).await;
    test.add("Acme", FORMER, Role::Owner).await;
    let session = test.sign_in(DEVELOPER).await;
    enrol(&test, &session).await;
    let of_former = owner(&test, FORMER, app).await;
    // The permission was granted before the role ended.
    let former = of_former.fresh_account_owner().expect("fresh");
    let owner = fresh(&test, app).await;
    let (developer, id) = (
        person(&owner, DEVELOPER).await,
        person(&owner, FORMER).await,
    );
    owner.change_role(id, Role::Viewer).await.expect("changed");
    for refused in [
        former.set_factor_policy(FactorPolicy::Everybody).await,
        former.reset_second_factor(developer).await,
    ] {
        assert!(
            matches!(refused, Err(ManagementError::NotFound)),
            "{refused:?}"
        );
    }
    let policy = owner.factor_policy().await.expect("read");
    assert_eq!(policy, FactorPolicy::Optional);
    assert!(session.second_factor().await.expect("read").is_some());
}

each_database!(the_command_line_resets_a_factor_and_ends_all_sessions_beside_the_server);
async fn the_command_line_resets_a_factor_and_ends_all_sessions_beside_the_server(
    database: TestDatabase,
) {
    let test = TestKeyring::new(database).await;
    let app = acme(&test).await;
    let keyring = &test.keyring;
    let origin = Origin::default();
    let signed_in =
        keyring
            .sign_in()
            .with_password(OWNER, crate::test_keyring::PASSWORD, None, &origin);
    let cookies = signed_in.await.expect("works");
    let cookies = cookies
        .and_then(management::Admission::session)
        .expect("in");
    let session = keyring
        .sessions()
        .find(&cookies.token)
        .await
        .expect("works");
    enrol(&test, &session.expect("begun")).await;
    let store = Store::open_without_ownership(&test.database.url).await;
    let admin = PeopleAdmin::new(
        store.expect("opens"),
        &Pepper::from_bytes(*PEPPER).into(),
        test.clock.clone(),
        std::sync::Arc::new(SeededEntropy::new(99)),
    );
    let email = Email::parse(OWNER).expect("valid");
    let done = admin.reset_factors(&email).await;
    assert!(matches!(done, Ok(Administered::Done(()))), "{done:?}");
    let twice = admin.reset_factors(&email).await;
    assert!(matches!(twice, Ok(Administered::Already)), "{twice:?}");
    let nobody = Email::parse("nobody@example.com").expect("valid");
    let unknown = admin.reset_factors(&nobody).await;
    assert!(matches!(unknown, Ok(Administered::Unknown)));
    admin.close().await;
    assert!(
        keyring
            .sessions()
            .find(&cookies.token)
            .await
            .expect("works")
            .is_none()
    );
    let owner = owner(&test, OWNER, app).await;
    let log = owner
        .audit(&AuditFilter::default(), None)
        .await
        .expect("read");
    let reset = log
        .rows
        .iter()
        .find(|record| record.action == Action::FactorsReset);
    let reset = reset.expect("recorded");
    assert_eq!(
        (reset.actor.as_str(), reset.target.as_str()),
        ("Latchkey", OWNER)
    );
}
