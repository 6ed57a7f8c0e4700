//! The role that groups give, the last owner, and the second factor.

use super::{ADA, Setup};
use crate::database::Database;
use domain::{
    account::Role,
    origin::Origin,
    second_factor::FactorPolicy,
    time::{DAY, SECOND},
};
use http::StatusCode;
use management::{Admission, ManagementError};
use serde_json::json;
use test_server::{OWNER, PASSWORD, TestServer, VIEWER};
use testing::{TestDatabase, each_database};

each_database!(the_role_is_set_by_the_groups_at_each_sign_in);
async fn the_role_is_set_by_the_groups_at_each_sign_in(database: TestDatabase) {
    let setup = Setup::with(TestServer::with_users_on(database).await, |_| {}).await;
    let mut first = setup.browser();
    first.sign_in().await;
    let session = first.session().await;
    for (groups, role) in [
        (vec!["admins", "devs"], Some(Role::Owner)),
        (vec!["devs"], Some(Role::Developer)),
        (vec!["others", "readers"], Some(Role::Viewer)),
        (vec!["others"], None),
        (vec!["admins"], Some(Role::Owner)),
        (vec![], None),
    ] {
        setup.groups(&groups);
        let mut browser = setup.browser();
        let answer = browser.sign_in().await;
        let location = answer.header("location");
        if role.is_some() {
            assert_eq!(location, "/", "{groups:?}");
        } else {
            assert_eq!(location, "/sign-in?sso=no-access", "{groups:?}");
            assert_eq!(browser.token(), None);
            let page = browser.get(location).await;
            assert!(page.body.contains("add you to a group"), "{}", page.body);
        }
        // For sessions that are open too.
        assert_eq!(setup.role(&session).await, role, "{groups:?}");
    }
    let log = setup.audit_log().await;
    for phrase in ["added a member", "changed a member", "removed a member"] {
        assert!(log.contains(phrase), "{phrase} is not in {log}");
    }
}

each_database!(a_role_in_an_application_stays_until_the_person_owns_the_account_or_leaves_it);
async fn a_role_in_an_application_stays_until_the_person_owns_the_account_or_leaves_it(
    database: TestDatabase,
) {
    let setup = Setup::with(TestServer::with_users_on(database).await, |_| {}).await;
    let app = setup.application().await;
    let mut open = setup.browser();
    open.sign_in().await;
    let session = open.session().await;
    let person = session.person_id();
    let roles = async |groups: &[&str]| {
        setup.groups(groups);
        setup.browser().sign_in().await;
        let viewer = session.viewer(app, Origin::default()).await.ok()?;
        let identity = viewer.identity();
        Some((identity.account_role, identity.role))
    };
    let (owner, developer, viewer) = (Role::Owner, Role::Developer, Role::Viewer);
    let give = async |role| {
        let given = setup.fresh_owner().await;
        let given = given.change_application_role(person, Some(role)).await;
        given.expect("given");
    };
    give(owner).await;
    let keys = format!("/apps/{app}/settings/api-keys/new");
    assert_eq!(open.get(&keys).await.status, StatusCode::OK);
    // The groups give the role in the account only.
    assert_eq!(roles(&["readers"]).await, Some((viewer, owner)));
    assert_eq!(roles(&["admins"]).await, Some((owner, owner)));
    assert_eq!(roles(&["devs"]).await, Some((developer, developer)));
    give(viewer).await;
    assert_eq!(open.get(&keys).await.status, StatusCode::FORBIDDEN);
    assert_eq!(roles(&["devs"]).await, Some((developer, viewer)));
    assert_eq!(roles(&[]).await, None);
    assert_eq!(open.get(&keys).await.status, StatusCode::NOT_FOUND);
    assert_eq!(roles(&["devs"]).await, Some((developer, developer)));
}

#[tokio::test]
async fn members_whose_role_the_groups_set_are_marked() {
    let setup = Setup::new().await;
    let mut ada = setup.browser();
    ada.sign_in().await;
    let ada = ada.session().await.person_id();
    let viewer = setup.server.session(VIEWER).await.person_id();
    let app = setup.application().await;
    let members = format!("/apps/{app}/settings/members");
    let mut owner = setup.browser();
    owner.use_session(&setup.server.token(OWNER).await);
    let list = owner.get(&members).await.body;
    assert_eq!(list.matches("by single sign-on").count(), 1, "{list}");
    for (dialog, text) in [
        ("role", "Change the groups too."),
        ("remove", "Change the groups too."),
        ("reset", "sign in without your identity provider"),
    ] {
        for (person, noted) in [(ada, true), (viewer, false)] {
            let page = owner.get(&format!("{members}/{person}/{dialog}")).await;
            assert_eq!(page.status, StatusCode::OK);
            let note = page.body.contains(text);
            assert_eq!(note, noted, "{dialog}: {}", page.body);
        }
    }
}

each_database!(one_owner_with_a_password_stays);
async fn one_owner_with_a_password_stays(database: TestDatabase) {
    let setup = Setup::with(TestServer::with_users_on(database).await, |_| {}).await;
    setup.groups(&["admins"]);
    setup.says_when();
    let mut browser = setup.browser();
    browser.sign_in().await;
    let session = browser.session().await;
    let app = setup.application().await;
    let ada = session.account_owner(app, Origin::default()).await;
    let ada = ada.expect("owner").fresh_account_owner();
    let ada = ada.expect("signed in a moment ago");
    let local = setup.server.owner().await.identity().person_id;
    // The owner of the provider cannot take the break-glass owner away.
    let demoted = ada.change_role(local, Role::Viewer).await;
    assert!(
        matches!(demoted, Err(ManagementError::LastOwner)),
        "{demoted:?}"
    );
    let removed = ada.remove_member(local).await;
    assert!(
        matches!(removed, Err(ManagementError::LastOwner)),
        "{removed:?}"
    );
    // Nor leave the account without any owner: here the local one is gone.
    let database = Database::at(&setup.server.url).await;
    let sql = format!(
        "DELETE FROM membership WHERE person_id = (SELECT id FROM person WHERE email = '{OWNER}')"
    );
    database.run(&sql).await;
    setup.groups(&["readers"]);
    let mut browser = setup.browser();
    browser.sign_in().await;
    let session = browser.session().await;
    let viewer = session
        .viewer(app, Origin::default())
        .await
        .expect("theirs");
    assert_eq!(viewer.identity().role, Role::Owner, "the last owner stays");
    // Without any group the membership stays too, and no session is started.
    setup.groups(&[]);
    let answer = setup.browser().sign_in().await;
    assert_eq!(answer.header("location"), "/sign-in?sso=no-access");
    let log = browser
        .get(&format!("/apps/{app}/settings/audit-log"))
        .await;
    assert!(
        log.body.contains("denied single sign-on to"),
        "{}",
        log.body
    );
}

each_database!(ownership_is_not_transferred_to_a_person_without_a_password);
async fn ownership_is_not_transferred_to_a_person_without_a_password(database: TestDatabase) {
    let setup = Setup::with(TestServer::with_users_on(database).await, |_| {}).await;
    let mut ada = setup.browser();
    ada.sign_in().await;
    let session = ada.session().await;
    let app = setup.application().await;
    let person = session.person_id();
    let page = format!("/apps/{app}/settings/members/{person}/transfer");
    let form = format!("page={page}&app={app}&person={person}&confirm={ADA}");
    let mut owner = setup.browser();
    owner.use_session(&setup.server.token(OWNER).await);
    let refused = owner.post("transfer_ownership", &form).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.body);
    let why = "An account needs at least one owner with a password.";
    assert!(refused.body.contains(why), "{}", refused.body);
    assert_eq!(setup.role(&session).await, Some(Role::Developer));
    let local = owner.session().await;
    assert_eq!(setup.role(&local).await, Some(Role::Owner));
}

#[tokio::test]
async fn an_owner_of_the_provider_may_be_demoted_by_the_groups() {
    let setup = Setup::new().await;
    setup.groups(&["admins"]);
    let mut browser = setup.browser();
    browser.sign_in().await;
    let session = browser.session().await;
    assert_eq!(setup.role(&session).await, Some(Role::Owner));
    setup.groups(&["devs"]);
    setup.browser().sign_in().await;
    assert_eq!(setup.role(&session).await, Some(Role::Developer));
}

#[tokio::test]
async fn the_factors_of_the_provider_replace_those_of_this_server() {
    let setup = Setup::with(TestServer::with_users().await, |settings| {
        settings.link_by_email = true;
    })
    .await;
    let local = setup.server.session(VIEWER).await.fresh().expect("fresh");
    let begun = local.begin_enrolment().await.expect("a secret");
    let code = begun.secret().code_at(setup.server.keyring.now());
    let confirmed = local
        .confirm_enrolment(&begun.form, &code, &Origin::default())
        .await;
    assert!(matches!(confirmed, Ok(Some(_))), "{confirmed:?}");
    setup.advance(30 * SECOND);
    setup.claim("email", json!(VIEWER));
    let mut browser = setup.browser();
    browser.sign_in().await;
    assert_eq!(browser.session().await.email().as_str(), VIEWER);
    // The password alone still asks for a code.
    let admitted = setup
        .server
        .keyring
        .sign_in()
        .with_password(VIEWER, PASSWORD, None, &Origin::default())
        .await;
    assert!(matches!(admitted, Ok(Some(Admission::CodeRequired(_)))));
}

each_database!(the_policy_of_another_account_asks_a_person_who_has_a_factor_for_a_code);
async fn the_policy_of_another_account_asks_a_person_who_has_a_factor_for_a_code(
    database: TestDatabase,
) {
    let server = TestServer::with_users_on(database).await;
    let setup = Setup::with(server, |settings| settings.members = None).await;
    let mut browser = setup.browser();
    browser.use_session(&setup.server.token(VIEWER).await);
    let callback = browser.begin("/sign-in/oidc?for=link&next=/profile").await;
    browser.finish(&callback).await;
    let local = setup.server.session(VIEWER).await.fresh().expect("fresh");
    let begun = local.begin_enrolment().await.expect("a secret");
    let code = begun.secret().code_at(setup.server.keyring.now());
    let confirmed = local
        .confirm_enrolment(&begun.form, &code, &Origin::default())
        .await;
    assert!(matches!(confirmed, Ok(Some(_))), "{confirmed:?}");
    setup.advance(30 * SECOND);
    // No account requires a factor yet: those of the provider are enough.
    let mut browser = setup.browser();
    browser.sign_in().await;
    browser.session().await;
    let fresh = setup.fresh_owner().await;
    fresh
        .set_factor_policy(FactorPolicy::Everybody)
        .await
        .expect("set");
    setup.claim("amr", json!(["pwd"]));
    let mut browser = setup.browser();
    let callback = browser.begin("/sign-in/oidc?next=/profile").await;
    let answer = browser.finish(&callback).await;
    let location = answer.header("location");
    assert_eq!(location, "/sign-in/code?next=/profile");
    assert_eq!(browser.token(), None);
    let page = browser.get("/sign-in/code?next=/profile").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let form = |code: &str| format!("page=/sign-in/code&code={code}&next=/profile");
    let wrong = browser.post("enter_sign_in_code", &form("000000")).await;
    assert!(wrong.status.is_client_error(), "{}", wrong.status);
    assert_eq!(browser.token(), None);
    let code = begun.secret().code_at(setup.server.keyring.now());
    let right = browser.post("enter_sign_in_code", &form(&code)).await;
    assert_eq!(right.header("location"), "/profile", "{}", right.body);
    let session = browser.session().await;
    assert_eq!(session.email().as_str(), VIEWER);
    // It is a session through the provider, which did not say when the person signed in there.
    assert!(!session.is_fresh() && !session.must_enrol());
    let log = setup.audit_log().await;
    assert!(log.contains("through single sign-on (pwd)"), "{log}");
}

#[tokio::test]
async fn the_policy_of_an_account_does_not_bind_people_of_the_provider() {
    let setup = Setup::new().await;
    let fresh = setup.fresh_owner().await;
    fresh
        .set_factor_policy(FactorPolicy::Everybody)
        .await
        .expect("set");
    setup.browser().sign_in().await;
    setup.advance(8 * DAY);
    let mut browser = setup.browser();
    browser.sign_in().await;
    let session = browser.session().await;
    assert_eq!(session.email().as_str(), ADA);
    assert!(!session.must_enrol());
    assert!(setup.server.session(VIEWER).await.must_enrol());
}

each_database!(two_owners_who_lose_their_groups_leave_one);
async fn two_owners_who_lose_their_groups_leave_one(database: TestDatabase) {
    let setup = Setup::with(TestServer::with_users_on(database).await, |_| {}).await;
    let app = setup.application().await;
    setup.groups(&["admins"]);
    let mut sessions = Vec::new();
    for name in ["one", "two"] {
        setup.claim("sub", json!(name));
        setup.claim("email", json!(format!("{name}@northwind.example")));
        let mut browser = setup.browser();
        browser.sign_in().await;
        sessions.push(browser.session().await);
    }
    let database = Database::at(&setup.server.url).await;
    let sql = format!(
        "DELETE FROM membership WHERE person_id = (SELECT id FROM person WHERE email = '{OWNER}')"
    );
    database.run(&sql).await;
    setup.groups(&["readers"]);
    let (mut one, mut two) = (setup.browser(), setup.browser());
    setup.claim("sub", json!("one"));
    let first = one.begin("/sign-in/oidc").await;
    one.finish(&first).await;
    setup.claim("sub", json!("two"));
    let second = two.begin("/sign-in/oidc").await;
    two.finish(&second).await;
    let mut owners = 0;
    for session in sessions {
        let viewer = session.viewer(app, Origin::default()).await;
        owners += usize::from(viewer.expect("theirs").identity().role == Role::Owner);
    }
    assert_eq!(owners, 1);
}

#[tokio::test]
async fn the_policy_of_an_account_that_the_provider_does_not_manage_binds_its_people() {
    let setup = Setup::with(TestServer::with_users().await, |settings| {
        settings.members = None;
    })
    .await;
    let mut browser = setup.browser();
    browser.use_session(&setup.server.token(VIEWER).await);
    let link = "/sign-in/oidc?for=link&next=/profile";
    let callback = browser.begin(link).await;
    browser.finish(&callback).await;
    let fresh = setup.fresh_owner().await;
    fresh
        .set_factor_policy(FactorPolicy::Everybody)
        .await
        .expect("set");
    setup.advance(8 * DAY);
    let mut browser = setup.browser();
    browser.sign_in().await;
    let session = browser.session().await;
    assert_eq!(session.email().as_str(), VIEWER);
    assert!(session.must_enrol());
}
