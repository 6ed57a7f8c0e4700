//! Applications over HTTP: what the gate answers, what each role sees, and that another account's do not exist.

use domain::{account::Role, id::ApplicationId, key::issued::IssuedKey, origin::Origin};
use management::{AccountOwner, Zone};
use test_server::{Answer, DEVELOPER, FOREIGNER, OWNER, TestServer, VIEWER};

const HTML: (&str, &str) = ("accept", "text/html");

/// A signed-in browser.
struct Browser<'a> {
    server: &'a TestServer,
    cookie: String,
}

impl<'a> Browser<'a> {
    async fn of(server: &'a TestServer, email: &str) -> Self {
        let cookie = format!("latchkey={}", server.token(email).await);
        Self { server, cookie }
    }

    async fn get(&self, path: &str) -> Answer {
        self.server
            .get(path, &[HTML, ("cookie", &self.cookie)])
            .await
    }

    async fn status(&self, path: &str) -> u16 {
        self.get(path).await.status.as_u16()
    }

    /// Calls a server function, and returns the status.
    async fn call(&self, name: &str, form: &str) -> u16 {
        let lines = [
            ("accept", "application/json"),
            ("cookie", self.cookie.as_str()),
        ];
        let path = format!("/api/{name}");
        self.server.post(&path, &lines, form).await.status.as_u16()
    }

    /// Posts a form as a page without JavaScript does.
    async fn post(&self, name: &str, form: &str) -> Answer {
        let lines = [HTML, ("cookie", self.cookie.as_str())];
        self.server
            .post(&format!("/api/{name}"), &lines, form)
            .await
    }
}

async fn account_owner(server: &TestServer) -> AccountOwner {
    let owner = server.owner().await;
    owner.account_owner().expect("owns the account")
}

/// Creates an application in the account of the test users.
async fn create(server: &TestServer, name: &str) -> ApplicationId {
    let owner = account_owner(server).await;
    let fresh = owner.fresh_account_owner().expect("fresh");
    let created = fresh.create_application(name.into(), Zone::default()).await;
    created.expect("created")
}

/// The code of the gate's answer: `valid` if it accepts.
async fn code(server: &TestServer, key: &IssuedKey) -> String {
    let id = key.id.to_string();
    let pair = [
        ("x-client-key", id.as_str()),
        ("x-client-secret", &key.secret),
    ];
    let answer = server.get("/v1/whoami", &pair).await;
    answer.json()["code"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

#[tokio::test]
async fn keys_of_an_archived_application_are_inactive_and_of_a_deleted_one_revoked() {
    let server = TestServer::with_users().await;
    let app = create(&server, "Zoo").await;
    let owner = server.session(OWNER).await;
    let owner = owner.owner(app, Origin::default()).await.expect("owns it");
    let key = server.key(&owner, "invoice:read", "").await;
    let browser = Browser::of(&server, OWNER).await;
    assert_eq!(code(&server, &key).await, "valid");
    let general = format!("/apps/{app}/settings/general");
    let archive = |name: &str| format!("page={general}/archive&app={app}&confirm={name}");
    let wrong = browser.post("archive_application", &archive("Zo")).await;
    assert_eq!(wrong.status.as_u16(), 422);
    assert_eq!(code(&server, &key).await, "valid");
    let active = browser.get(&format!("{general}/delete")).await;
    assert!(
        active.body.contains("still has active keys"),
        "{}",
        active.body
    );
    let done = browser.post("archive_application", &archive("Zoo")).await;
    assert_eq!(
        (done.status.as_u16(), done.header("location")),
        (303, general.as_str())
    );
    assert_eq!(code(&server, &key).await, "key_inactive");

    // It can be read, and says why nothing works.
    for path in [
        "",
        "/settings/api-keys",
        "/settings/requests",
        "/settings/general",
    ] {
        let page = browser.get(&format!("/apps/{app}{path}")).await;
        assert_eq!(page.status.as_u16(), 200, "{path}");
        assert!(
            page.body.contains("This application is archived."),
            "{path}"
        );
        assert!(!page.body.contains("api-keys/new"), "{path}");
    }
    let form = format!("app={app}&key={}", key.id);
    assert_eq!(browser.call("activate_key", &form).await, 409);
    assert_eq!(code(&server, &key).await, "key_inactive");

    let form = format!("page={general}/restore&app={app}");
    let done = browser.post("restore_application", &form).await;
    assert_eq!(done.status.as_u16(), 303);
    assert_eq!(code(&server, &key).await, "valid");

    browser.post("archive_application", &archive("Zoo")).await;
    let form = format!("page={general}/delete&app={app}&confirm=Zoo");
    let done = browser.post("delete_application", &form).await;
    assert_eq!((done.status.as_u16(), done.header("location")), (303, "/"));
    assert_eq!(code(&server, &key).await, "key_revoked");
    for path in [
        "",
        "/settings/api-keys",
        "/settings/general",
        "/settings/api-keys.csv",
    ] {
        assert_eq!(
            browser.status(&format!("/apps/{app}{path}")).await,
            404,
            "{path}"
        );
    }
    let key = format!("/apps/{app}/settings/api-keys/{}", key.id);
    assert_eq!(browser.status(&key).await, 404);
    let other = server.application(OWNER).await;
    let page = browser
        .get(&format!("/apps/{other}/settings/api-keys"))
        .await;
    assert!(!page.body.contains("Zoo"));
}

#[tokio::test]
async fn an_owner_of_one_application_manages_it_and_not_the_account() {
    let server = TestServer::with_users().await;
    let owner = account_owner(&server).await;
    let app = owner.application().id;
    let other = create(&server, "Zoo").await;
    let members = owner.members().await.expect("read");
    let id = |email: &str| {
        let found = members.iter().find(|member| member.email.as_str() == email);
        found.expect("a member").id
    };
    let fresh = owner.fresh_account_owner().expect("fresh");
    for (email, role) in [(VIEWER, Role::Owner), (DEVELOPER, Role::Viewer)] {
        let changed = fresh.change_application_role(id(email), Some(role)).await;
        changed.expect("changed");
    }
    let key = server.key(&owner, "invoice:read", "").await.id;
    let in_account = [
        ("create_application", "name=Zebra&time_zone=UTC".to_owned()),
        ("rename_account", "name=Mine".to_owned()),
        ("invite_member", "email=x@y.example&role=owner".to_owned()),
        ("withdraw_invitation", format!("invitation={}", id(OWNER))),
        ("change_role", format!("person={}&role=owner", id(VIEWER))),
        (
            "change_application_role",
            format!("person={}&role=owner", id(DEVELOPER)),
        ),
        (
            "transfer_ownership",
            format!("person={}&confirm={VIEWER}", id(VIEWER)),
        ),
        ("remove_member", format!("person={}", id(OWNER))),
        ("make_reset_link", format!("person={}", id(DEVELOPER))),
        ("renew_invitation", format!("invitation={}", id(OWNER))),
        ("reset_two_factor", format!("person={}", id(DEVELOPER))),
        ("set_factor_policy", "policy=everybody".to_owned()),
    ];
    for (email, key_status, here, there) in [(VIEWER, 200, 200, 403), (DEVELOPER, 403, 403, 200)] {
        let browser = Browser::of(&server, email).await;
        for app in [app, other] {
            for (name, form) in &in_account {
                let status = browser.call(name, &format!("app={app}&{form}")).await;
                assert_eq!(status, 403, "{name} in {app} by {email}");
            }
            for page in [
                "settings/audit-log",
                "new-application",
                "settings/general/account",
            ] {
                let path = format!("/apps/{app}/{page}");
                assert_eq!(browser.status(&path).await, 403, "{path} for {email}");
            }
            let path = format!("/apps/{app}/settings/audit-log.csv");
            assert_eq!(browser.status(&path).await, 403);
            let members = browser.get(&format!("/apps/{app}/settings/members")).await;
            assert!(!members.body.contains("members/invite"), "{email}");
        }
        let form = format!("app={app}&key={key}");
        let status = browser.call("deactivate_key", &form).await;
        assert_eq!(status, key_status, "{email}");
        for (app, expected) in [(app, here), (other, there)] {
            let path = format!("/apps/{app}/settings/api-keys/new");
            assert_eq!(browser.status(&path).await, expected, "{path} for {email}");
        }
    }
    // The owner of the application archives it and nothing else.
    let browser = Browser::of(&server, VIEWER).await;
    for (app, name, expected) in [(other, "Zoo", 403), (app, "Storefront", 200)] {
        let form = format!("app={app}&confirm={name}");
        let status = browser.call("archive_application", &form).await;
        assert_eq!(status, expected, "{name}");
    }
    let left = server.session(OWNER).await.applications().await;
    assert_eq!(left.expect("read").len(), 2);
}

#[tokio::test]
async fn an_application_of_another_account_does_not_exist() {
    let server = TestServer::with_users().await;
    let app = create(&server, "Zoo").await;
    let browser = Browser::of(&server, FOREIGNER).await;
    for page in [
        "",
        "/new-application",
        "/settings/general/archive",
        "/settings/general/delete",
    ] {
        assert_eq!(
            browser.status(&format!("/apps/{app}{page}")).await,
            404,
            "{page}"
        );
    }
    for name in [
        "archive_application",
        "restore_application",
        "delete_application",
    ] {
        let status = browser.call(name, &format!("app={app}&confirm=Zoo")).await;
        assert_eq!(status, 404, "{name}");
    }
    // Its name is free in another account.
    let own = server.application(FOREIGNER).await;
    let form = format!("page=/apps/{own}/new-application&app={own}&name=Zoo&time_zone=UTC");
    let created = browser.post("create_application", &form).await;
    assert_eq!(created.status.as_u16(), 303, "{}", created.body);
    assert!(created.header("location").ends_with("/settings/api-keys"));
}

#[tokio::test]
async fn many_applications_can_be_searched_in_the_switcher() {
    let server = TestServer::with_users().await;
    let app = server.application(VIEWER).await;
    let page = format!("/apps/{app}/settings/requests?outcome=refused");
    let browser = Browser::of(&server, VIEWER).await;
    for n in 1..6 {
        create(&server, &format!("Zoo {n}")).await;
    }
    let few = browser.get(&page).await.body;
    assert!(!few.contains("app-switch-search") && few.contains("Zoo 5"));
    assert!(!few.contains("new-application"));
    let archived = create(&server, "Zebra").await;
    let owner = server.session(OWNER).await;
    let owner = owner
        .owner(archived, Origin::default())
        .await
        .expect("owns it");
    let fresh = owner.fresh_owner().expect("fresh");
    fresh.archive().await.expect("archived");
    let many = browser.get(&page).await.body;
    assert!(many.contains("app-switch-search") && many.contains("Zebra"));
    // The rest of the query comes along.
    assert!(
        many.contains("name=\"outcome\" value=\"refused\""),
        "{many}"
    );
    let found = browser
        .get(&format!("{page}&applications=ZOO+3"))
        .await
        .body;
    // The command menu behind the navigation has all of them.
    let found = found.split("sidebar-navigation").next().expect("a part");
    assert!(found.contains("Zoo 3") && !found.contains("Zoo 4") && !found.contains("Zebra"));
    let nothing = browser
        .get(&format!("{page}&applications=nowhere"))
        .await
        .body;
    assert!(nothing.contains("No matching applications"));
    let owner = Browser::of(&server, OWNER).await;
    assert!(owner.get(&page).await.body.contains("new-application"));
}

#[tokio::test]
async fn the_last_application_is_not_deleted_and_the_dialog_says_why() {
    let server = TestServer::with_users().await;
    let app = server.application(OWNER).await;
    let browser = Browser::of(&server, OWNER).await;
    let dialog = format!("/apps/{app}/settings/general/delete");
    let page = browser.get(&dialog).await;
    assert!(
        page.body
            .contains("An account needs at least one application."),
        "{}",
        page.body
    );
    let form = format!("app={app}&confirm=Storefront");
    assert_eq!(browser.call("delete_application", &form).await, 409);
    create(&server, "Zoo").await;
    let page = browser.get(&dialog).await;
    let title = r#"Delete <bdi translate="no">Storefront</bdi>?"#;
    assert!(page.html().contains(title), "{}", page.body);
}

#[tokio::test]
async fn a_typed_name_confirms_up_to_composition_and_white_space() {
    let server = TestServer::with_users().await;
    let app = create(&server, "Café du Nord").await;
    let browser = Browser::of(&server, OWNER).await;
    // The accent as a character of its own, and two spaces.
    let form = format!("app={app}&confirm=+Cafe%CC%81++du+Nord+");
    assert_eq!(browser.call("archive_application", &form).await, 200);
    let again = format!("/apps/{app}/settings/general/archive");
    let page = browser.get(&again).await;
    assert!(page.body.contains("already archived"), "{}", page.body);
}

#[tokio::test]
async fn the_name_of_an_account_is_followed_by_no_full_stop() {
    let server = TestServer::with_users().await;
    let app = server.application(OWNER).await;
    let owner = Browser::of(&server, OWNER).await;
    let page = owner.get(&format!("/apps/{app}/new-application")).await;
    let (_, account) = page.body.split_once("Account: ").expect("the account");
    let account = account.split("</p>").next().unwrap_or_default();
    let account = account.replace("<!>", "");
    assert!(account.contains("Northwind"), "{account}");
    assert!(account.ends_with("</strong>"), "{account}");
}
