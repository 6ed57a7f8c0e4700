//! Who an identity is: linked by address, disabled, removed, renamed.

use super::{ADA, Setup};
use crate::database::Database;
use domain::{account::Role, origin::Origin};
use management::SingleSignOn;
use serde_json::{Value, json};
use test_server::{DEVELOPER, FOREIGNER, OWNER, SUPPORT, TestServer, VIEWER};
use testing::{TestDatabase, each_database};

async fn linking(server: TestServer) -> Setup {
    Setup::with(server, |settings: &mut SingleSignOn| {
        settings.link_by_email = true;
    })
    .await
}

#[tokio::test]
async fn a_person_is_linked_by_a_verified_address_and_only_where_that_is_allowed() {
    for (allowed, verified, linked) in [
        (true, json!(true), true),
        (true, json!(false), false),
        (true, json!("true"), false),
        (true, Value::Null, false),
        (false, json!(true), false),
    ] {
        let setup = Setup::with(TestServer::with_users().await, |settings| {
            settings.link_by_email = allowed;
        })
        .await;
        setup.groups(&["admins"]);
        setup.claim("email", json!(VIEWER));
        setup.claim("email_verified", verified.clone());
        let mut browser = setup.browser();
        let answer = browser.sign_in().await;
        if linked {
            let session = browser.session().await;
            assert_eq!(session.email().as_str(), VIEWER);
            // The role that an owner gave stays.
            assert_eq!(setup.role(&session).await, Some(Role::Viewer));
            assert!(
                setup
                    .audit_log()
                    .await
                    .contains("linked their own single sign-on")
            );
        } else {
            let location = answer.header("location");
            let refused = ["/sign-in?sso=address-taken", "/sign-in?sso=no-access"];
            assert!(refused.contains(&location), "{verified}: {location}");
            assert_eq!(browser.token(), None);
        }
    }
}

each_database!(a_second_identity_with_the_same_address_is_refused);
async fn a_second_identity_with_the_same_address_is_refused(database: TestDatabase) {
    let setup = linking(TestServer::with_users_on(database).await).await;
    for address in [ADA, DEVELOPER] {
        setup.claim("email", json!(address));
        setup.claim("sub", json!(format!("first {address}")));
        let mut first = setup.browser();
        first.sign_in().await;
        assert_eq!(first.session().await.email().as_str(), address);
        // The address was given to another person at the provider.
        setup.claim("sub", json!(format!("second {address}")));
        let mut second = setup.browser();
        let answer = second.sign_in().await;
        assert_eq!(answer.header("location"), "/sign-in?sso=address-taken");
        assert_eq!(second.token(), None);
    }
}

#[tokio::test]
async fn the_same_subject_of_another_issuer_is_another_person() {
    let setup = Setup::new().await;
    setup.browser().sign_in().await;
    let database = Database::at(&setup.server.url).await;
    let changed = database
        .run("UPDATE identity SET issuer = 'https://other.example'")
        .await;
    assert_eq!(changed, 1);
    let mut browser = setup.browser();
    let answer = browser.sign_in().await;
    assert_eq!(answer.header("location"), "/sign-in?sso=address-taken");
    setup.claim("email", json!("someone@northwind.example"));
    let mut browser = setup.browser();
    browser.sign_in().await;
    let email = browser.session().await.email().to_string();
    assert_eq!(email, "someone@northwind.example");
}

#[tokio::test]
async fn no_one_is_added_without_a_verified_address() {
    let setup = Setup::new().await;
    for (name, value) in [
        ("email", Value::Null),
        ("email", json!("")),
        ("email", json!("no address")),
        ("email", json!(["ada@northwind.example"])),
        ("email", json!("a\u{200b}da@northwind.example")),
        ("email_verified", json!(false)),
    ] {
        setup.provider.reset();
        setup.groups(&["devs"]);
        setup.claim(name, value.clone());
        let answer = setup.browser().sign_in().await;
        let location = answer.header("location");
        assert_eq!(location, "/sign-in?sso=no-access", "{name}: {value}");
    }
    // A provider that says nothing about addresses adds people, but links none.
    setup.provider.reset();
    setup.groups(&["devs"]);
    setup.claim("email_verified", Value::Null);
    let mut browser = setup.browser();
    browser.sign_in().await;
    assert_eq!(browser.session().await.email().as_str(), ADA);
}

#[tokio::test]
async fn a_disabled_person_is_refused() {
    let setup = Setup::new().await;
    let mut browser = setup.browser();
    browser.sign_in().await;
    let database = Database::at(&setup.server.url).await;
    let disable =
        |email: &str| format!("UPDATE person SET disabled_at = 1 WHERE email = '{email}'");
    database.run(&disable(ADA)).await;
    let answer = setup.browser().sign_in().await;
    assert_eq!(answer.header("location"), "/sign-in?sso=no-access");
    let token = browser.token().expect("a cookie");
    let session = setup.server.keyring.sessions().find(token).await;
    assert!(session.expect("a database").is_none());
    // Nor is a new person added with the address of a disabled one.
    database.run(&disable(VIEWER)).await;
    setup.claim("sub", json!("another"));
    setup.claim("email", json!(VIEWER));
    let answer = setup.browser().sign_in().await;
    assert_eq!(answer.header("location"), "/sign-in?sso=address-taken");
}

#[tokio::test]
async fn support_is_not_linked_by_an_address() {
    let server = TestServer::with_users().await;
    server.add_support().await;
    let setup = linking(server).await;
    setup.groups(&["admins"]);
    setup.claim("email", json!(SUPPORT));
    let answer = setup.browser().sign_in().await;
    assert_eq!(answer.header("location"), "/sign-in?sso=address-taken");
}

#[tokio::test]
async fn a_new_address_is_followed_unless_another_person_has_it() {
    let setup = Setup::new().await;
    let mut browser = setup.browser();
    browser.sign_in().await;
    let person = browser.session().await.person_id();
    for (address, verified, shown) in [
        (
            "ada.king@northwind.example",
            json!(true),
            "ada.king@northwind.example",
        ),
        (
            "countess@northwind.example",
            json!(false),
            "ada.king@northwind.example",
        ),
        (
            "countess@northwind.example",
            Value::Null,
            "ada.king@northwind.example",
        ),
        (OWNER, json!(true), "ada.king@northwind.example"),
    ] {
        setup.claim("email", json!(address));
        setup.claim("email_verified", verified);
        let mut browser = setup.browser();
        browser.sign_in().await;
        let session = browser.session().await;
        assert_eq!(session.person_id(), person, "{address}");
        assert_eq!(session.email().as_str(), shown, "{address}");
    }
    let log = setup.audit_log().await;
    assert!(log.contains("changed their own email"), "{log}");
}

#[tokio::test]
async fn a_removed_member_comes_back_only_while_a_group_grants_it() {
    let setup = Setup::new().await;
    let mut browser = setup.browser();
    browser.sign_in().await;
    let person = browser.session().await.person_id();
    let fresh = setup.fresh_owner().await;
    fresh.remove_member(person).await.expect("removed");
    assert_eq!(setup.role(&browser.session().await).await, None);
    setup.groups(&[]);
    let answer = setup.browser().sign_in().await;
    assert_eq!(answer.header("location"), "/sign-in?sso=no-access");
    setup.groups(&["readers"]);
    let mut browser = setup.browser();
    browser.sign_in().await;
    let session = browser.session().await;
    assert_eq!(setup.role(&session).await, Some(Role::Viewer));
}

#[tokio::test]
async fn without_an_account_only_people_who_linked_themselves_sign_in() {
    let setup = Setup::with(TestServer::with_users().await, |settings| {
        settings.members = None;
        settings.link_by_email = true;
    })
    .await;
    let answer = setup.browser().sign_in().await;
    assert_eq!(answer.header("location"), "/sign-in?sso=no-access");
    setup.claim("email", json!(DEVELOPER));
    let answer = setup.browser().sign_in().await;
    assert_eq!(answer.header("location"), "/sign-in?sso=address-taken");
    let mut browser = setup.browser();
    browser.use_session(&setup.server.token(DEVELOPER).await);
    let link = "/sign-in/oidc?for=link&next=/profile";
    let callback = browser.begin(link).await;
    browser.finish(&callback).await;
    let mut browser = setup.browser();
    browser.sign_in().await;
    let session = browser.session().await;
    assert_eq!(setup.role(&session).await, Some(Role::Developer));
    // The password works too.
    let admitted = setup
        .server
        .keyring
        .sign_in()
        .with_password(DEVELOPER, test_server::PASSWORD, None, &Origin::default())
        .await;
    assert!(matches!(admitted, Ok(Some(_))));
}

#[tokio::test]
async fn an_account_that_does_not_exist_admits_no_one() {
    let setup = Setup::with(TestServer::with_users().await, |settings| {
        if let Some(members) = &mut settings.members {
            members.account = "Nowhere".into();
        }
    })
    .await;
    let answer = setup.browser().sign_in().await;
    assert_eq!(answer.header("location"), "/sign-in?sso=no-access");
    let warnings = setup.server.keyring.identity_provider().warnings().await;
    let warnings = warnings.expect("a database").join("\n");
    assert!(
        warnings.contains("there is no account \"Nowhere\""),
        "{warnings}"
    );
}

#[tokio::test]
async fn an_account_that_takes_the_name_of_the_provider_s_account_gets_no_members() {
    let setup = Setup::new().await;
    let mut browser = setup.browser();
    browser.sign_in().await;
    let database = Database::at(&setup.server.url).await;
    let rename = async |from: &str, to: &str| {
        let sql = format!("UPDATE account SET name = '{to}', renamed_at = 1 WHERE name = '{from}'");
        assert_eq!(database.run(&sql).await, 1);
    };
    rename("Northwind", "Southwind").await;
    rename("Contoso", "Northwind").await;
    // No person is added to the other account, and no one keeps a role that groups no longer give.
    for subject in ["another", "248289761001"] {
        setup.claim("sub", json!(subject));
        let answer = setup.browser().sign_in().await;
        assert_eq!(answer.header("location"), "/sign-in?sso=no-access");
    }
    let warnings = setup.server.keyring.identity_provider().warnings().await;
    let warnings = warnings.expect("a database").join("\n");
    assert!(warnings.contains("set its id"), "{warnings}");
}

#[tokio::test]
async fn the_operator_is_warned_of_an_account_without_a_local_owner() {
    let setup = Setup::new().await;
    let warnings = async || {
        let warnings = setup.server.keyring.identity_provider().warnings().await;
        warnings.expect("a database")
    };
    assert_eq!(warnings().await, Vec::<String>::new());
    let database = Database::at(&setup.server.url).await;
    let sql = format!("UPDATE person SET disabled_at = 1 WHERE email = '{OWNER}'");
    database.run(&sql).await;
    let warned = warnings().await.join("\n");
    assert!(warned.contains("no owner with a password"), "{warned}");
}

#[tokio::test]
async fn no_one_gets_the_role_of_an_address_that_they_took() {
    let setup = linking(TestServer::with_users().await).await;
    let database = Database::at(&setup.server.url).await;
    let take =
        |from: &str, to: &str| format!("UPDATE person SET email = '{to}' WHERE email = '{from}'");
    setup.groups(&["admins"]);
    // The owner of another account, whose address is not verified.
    database.run(&take(FOREIGNER, ADA)).await;
    let answer = setup.browser().sign_in().await;
    assert_eq!(answer.header("location"), "/sign-in?sso=address-taken");
    database.run(&take(ADA, FOREIGNER)).await;
    // A member of the account is linked, and keeps the role; nor do groups give another one after the member was removed.
    database.run(&take(VIEWER, ADA)).await;
    let mut browser = setup.browser();
    browser.sign_in().await;
    let session = browser.session().await;
    assert_eq!(setup.role(&session).await, Some(Role::Viewer));
    let fresh = setup.fresh_owner().await;
    fresh
        .remove_member(session.person_id())
        .await
        .expect("removed");
    let answer = setup.browser().sign_in().await;
    assert_eq!(answer.header("location"), "/sign-in?sso=no-access");
    assert_eq!(setup.role(&session).await, None);
}

#[tokio::test]
async fn an_address_is_linked_only_if_it_is_the_same_in_ascii() {
    let setup = linking(TestServer::with_users().await).await;
    let database = Database::at(&setup.server.url).await;
    let address = "kim@northwind.example";
    let sql = format!("UPDATE person SET email = '{address}' WHERE email = '{VIEWER}'");
    database.run(&sql).await;
    // The Kelvin sign becomes a `k` in lower case.
    for (email, linked) in [
        ("\u{212a}im@northwind.example", false),
        ("Kim@Northwind.example", true),
    ] {
        setup.claim("email", json!(email));
        let mut browser = setup.browser();
        browser.sign_in().await;
        assert_eq!(browser.token().is_some(), linked, "{email}");
    }
}
