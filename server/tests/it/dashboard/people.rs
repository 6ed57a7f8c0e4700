//! Invitations, password resets and support, without JavaScript.

use app::words::toast::ACCOUNT_LEFT;
use domain::{
    account::{Email, Role},
    origin::Origin,
};
use http::StatusCode;
use management::{Administered, PeopleAdmin, PersonDraft};
use std::sync::Arc;
use test_server::{DEVELOPER, OWNER, PASSWORD, TestServer, VIEWER};
use testing::{TestDatabase, each_database};
use verification::SystemEntropy;

const HTML: (&str, &str) = ("accept", "text/html,application/xhtml+xml");
const SUPPORT: &str = "help@latchkey.example";

/// The command line beside the server.
async fn people_admin(server: &TestServer) -> PeopleAdmin {
    let store = store::Store::open_without_ownership(&server.url)
        .await
        .expect("opens");
    let peppers = test_server::peppers();
    let entropy = Arc::new(SystemEntropy);
    PeopleAdmin::new(store, &peppers, server.clock.clone(), entropy)
}

async fn invitation(server: &TestServer) -> String {
    let session = server.session(OWNER).await;
    let app = server.application(OWNER).await;
    let owner = session
        .account_owner(app, Origin::default())
        .await
        .expect("owns it");
    let fresh = owner.fresh_account_owner().expect("fresh");
    let email = Email::parse("new@northwind.example").expect("an address");
    fresh.invite(email, Role::Viewer).await.expect("made").token
}

#[tokio::test]
async fn the_link_of_an_invitation_is_sent_nowhere_else() {
    let server = TestServer::with_users().await;
    let token = invitation(&server).await;
    let path = format!("/invite/{token}");
    let page = server.get(&path, &[HTML]).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.header("referrer-policy"), "strict-origin");
    assert_eq!(page.header("cache-control"), "no-store");
    let form = format!(
        "page={path}&token={token}&password={}",
        PASSWORD.replace(' ', "+")
    );
    let weak = format!("page={path}&token={token}&password=short");
    let refused = server.post("/api/accept_invitation", &[HTML], &weak).await;
    assert_eq!(refused.status.as_u16(), 422, "{}", refused.body);
    let title = r#"Join <bdi translate="no">Northwind</bdi>"#;
    assert!(refused.html().contains(title), "{}", refused.body);
    let done = server.post("/api/accept_invitation", &[HTML], &form).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    assert_eq!(done.header("location"), "/");
    assert!(done.header("set-cookie").starts_with("latchkey="));
    let again = server.get(&path, &[HTML]).await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_password_can_be_reset_once_by_a_plain_form() {
    let server = TestServer::with_users().await;
    let admin = people_admin(&server).await;
    let owner = Email::parse(OWNER).expect("an address");
    let made = admin.reset_link(&owner).await.expect("works");
    let Administered::Done(link) = made else {
        panic!("{made:?}");
    };
    let session = server.token(OWNER).await;
    let path = format!("/reset/{}", link.token);
    let page = server.get(&path, &[HTML]).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.header("referrer-policy"), "strict-origin");
    assert_eq!(page.header("cache-control"), "no-store");
    assert!(page.body.contains(OWNER) && page.body.contains("new-password"));

    let form = |password: &str| format!("page={path}&token={}&password={password}", link.token);
    let weak = server
        .post("/api/reset_password", &[HTML], &form("Password1234567"))
        .await;
    assert_eq!(weak.status.as_u16(), 422, "{}", weak.body);
    assert!(weak.body.contains("easy to guess") && weak.body.contains(&link.token));
    // Of the address, and of the product's name.
    for guess in ["NorthwindNorthwind", "latchkey-admin-1234"] {
        let weak = server
            .post("/api/reset_password", &[HTML], &form(guess))
            .await;
        assert!(weak.body.contains("easy to guess"), "{guess}");
    }
    assert!(!weak.body.contains("Password1234567"));
    let done = server
        .post(
            "/api/reset_password",
            &[HTML],
            &form("violet+compass+under+snow"),
        )
        .await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    assert_eq!(done.header("location"), "/sign-in?after=reset");
    let again = server.get(&path, &[HTML]).await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);
    let cookie = format!("latchkey={session}");
    let home = server
        .post("/api/set_theme", &[("cookie", &cookie)], "theme=dark")
        .await;
    assert_eq!(home.status.as_u16(), 401);
    let sign_in = |password: &str| format!("email={OWNER}&password={password}");
    let json = [("accept", "application/json")];
    for (password, status) in [
        ("violet+compass+under+snow", 200),
        (&*PASSWORD.replace(' ', "+"), 422),
    ] {
        let answer = server.post("/api/sign_in", &json, &sign_in(password)).await;
        assert_eq!(answer.status.as_u16(), status, "{}", answer.body);
    }
}

each_database!(a_reset_and_a_disabled_person_end_all_sessions_at_the_next_request);
async fn a_reset_and_a_disabled_person_end_all_sessions_at_the_next_request(
    database: TestDatabase,
) {
    let server = TestServer::with_users_on(database).await;
    let admin = people_admin(&server).await;
    let is_in = async |token: &str| {
        let cookie = format!("latchkey={token}");
        let lines = [("cookie", cookie.as_str())];
        let answer = server.post("/api/set_theme", &lines, "theme=dark").await;
        match answer.status.as_u16() {
            200 => true,
            401 => false,
            other => panic!("{other}: {}", answer.body),
        }
    };
    let bystander = server.token(OWNER).await;
    for (person, resets) in [(VIEWER, true), (DEVELOPER, false)] {
        let mut tokens = Vec::new();
        for _ in 0..5 {
            tokens.push(server.token(person).await);
        }
        for token in &tokens {
            assert!(is_in(token).await);
        }
        let email = Email::parse(person).expect("an address");
        if resets {
            let Ok(Administered::Done(link)) = admin.reset_link(&email).await else {
                panic!("no link");
            };
            assert!(is_in(&tokens[0]).await, "the link alone ends nothing");
            let form = format!("token={}&password=violet+compass+under+snow", link.token);
            let json = [("accept", "application/json")];
            let reset = server.post("/api/reset_password", &json, &form).await;
            assert_eq!(reset.status, StatusCode::OK, "{}", reset.body);
        } else {
            let disabled = admin.disable(&email).await;
            assert!(matches!(disabled, Ok(Administered::Done(()))));
        }
        for token in &tokens {
            assert!(!is_in(token).await, "{person}");
        }
    }
    assert!(is_in(&bystander).await);
    admin.close().await;
}

#[tokio::test]
async fn a_link_of_one_kind_is_none_of_the_other() {
    let server = TestServer::with_users().await;
    let invited = invitation(&server).await;
    let account = server.owner().await.account_owner();
    let fresh = account.expect("owns the account").fresh_account_owner();
    let person = server.session(VIEWER).await.person_id();
    let reset = fresh.expect("fresh").reset_link(person).await;
    let reset = reset.expect("works").expect("made").token;
    let json = [("accept", "application/json")];
    for (token, function, page, own_function, own_page) in [
        (
            &invited,
            "reset_password",
            "reset",
            "accept_invitation",
            "invite",
        ),
        (
            &reset,
            "accept_invitation",
            "invite",
            "reset_password",
            "reset",
        ),
    ] {
        let form = format!("token={token}&password=violet+compass+under+snow");
        for (function, page, status) in [(function, page, 404), (own_function, own_page, 200)] {
            let shown = server.get(&format!("/{page}/{token}"), &[HTML]).await;
            assert_eq!(shown.status.as_u16(), status, "/{page} of {own_page}");
            let path = format!("/api/{function}");
            let answer = server.post(&path, &json, &form).await;
            assert_eq!(answer.status.as_u16(), status, "{function} by {own_page}");
        }
    }
}

#[tokio::test]
async fn support_sees_only_its_own_page() {
    let server = TestServer::with_users().await;
    let draft = PersonDraft {
        place: None,
        email: Email::parse(SUPPORT).expect("an address"),
        role: Role::Support,
        password: PASSWORD.into(),
    };
    server.keyring.people().add(draft).await.expect("added");
    let owner = server.owner().await;
    let key = server.key(&owner, "invoice:read", "").await;
    let app = owner.application().id;
    let cookie = format!("latchkey={}", server.token(SUPPORT).await);
    let lines = [HTML, ("cookie", cookie.as_str())];
    let home = server.get("/", &lines).await;
    assert_eq!(home.header("location"), "/support", "{}", home.status);
    assert_eq!(server.get("/support", &lines).await.status, StatusCode::OK);
    for path in ["general", "api-keys", "api-keys/new"] {
        let path = format!("/apps/{app}/settings/{path}");
        let page = server.get(&path, &lines).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
    }
    let form = format!("page=/support&what={}&reason=Request+4711", key.id);
    let look = server.post("/api/support_look", &lines, &form).await;
    assert_eq!(look.status, StatusCode::OK, "{}", look.body);
    assert!(look.body.contains("Request 4711") && look.body.contains("Checkout"));
    assert!(!look.body.contains(&key.secret));
    let revoke = format!("app={app}&key={}&confirm=Checkout&reason=", key.id);
    let json = [("accept", "application/json"), ("cookie", cookie.as_str())];
    for (function, form) in [
        ("revoke_key", revoke),
        ("deactivate_key", format!("app={app}&key={}", key.id)),
        (
            "invite_member",
            format!("app={app}&email=a@b.example&role=owner"),
        ),
    ] {
        let answer = server.post(&format!("/api/{function}"), &json, &form).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{function}");
    }
    assert!(look.body.contains("<dt>Expires<"), "{}", look.body);
    let revoked = owner.revoke(key.id, String::new()).await;
    revoked.expect("revoked");
    let look = server.post("/api/support_look", &lines, &form).await;
    let ends = ["<dt>Revoked<", "<dt>Expires<"].map(|end| look.body.contains(end));
    assert_eq!(ends, [true, false], "a revoked key has no expiry");
}

#[tokio::test]
async fn a_person_without_applications_reaches_the_own_profile_and_sessions() {
    let server = TestServer::with_users().await;
    let session = server.session(VIEWER).await;
    let cookie = format!("latchkey={}", server.token(VIEWER).await);
    let owner = server.owner().await.account_owner().expect("owns it");
    let fresh = owner.fresh_account_owner().expect("fresh");
    let removed = fresh.remove_member(session.person_id()).await;
    removed.expect("removed");
    let lines = [HTML, ("cookie", cookie.as_str())];
    let home = server.get("/", &lines).await;
    assert_eq!(home.status, StatusCode::OK);
    for part in ["No applications yet", "href=\"/profile\"", "/api/sign_out"] {
        assert!(home.body.contains(part), "{part}: {}", home.body);
    }
    for path in ["/profile", "/profile/sessions", "/profile/two-factor"] {
        let page = server.get(path, &lines).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(!page.body.contains("/apps/"), "{path}: {}", page.body);
    }
}

#[tokio::test]
async fn a_person_who_leaves_the_only_account_is_told_so() {
    let server = TestServer::with_users().await;
    let app = server.application(VIEWER).await;
    let me = server.session(VIEWER).await.person_id();
    let cookie = format!("latchkey={}", server.token(VIEWER).await);
    let form = format!("app={app}&person={me}");
    let lines = [HTML, ("cookie", cookie.as_str())];
    let left = server.post("/api/leave_account", &lines, &form).await;
    assert_eq!(left.header("location"), "/", "{}", left.body);
    let done = left.header("set-cookie").split(';').next();
    let cookie = format!("{cookie}; {}", done.unwrap_or_default());
    let home = server.get("/", &[HTML, ("cookie", &cookie)]).await;
    for part in ["No applications yet", ACCOUNT_LEFT] {
        assert!(home.body.contains(part), "{part}: {}", home.body);
    }
}
