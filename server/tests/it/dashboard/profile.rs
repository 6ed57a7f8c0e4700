//! What signed-in people do about themselves, as browsers do it.

use domain::time::MINUTE;
use http::StatusCode;
use std::collections::BTreeSet;
use test_server::{Answer, DEVELOPER, FOREIGNER, OWNER, PASSWORD, SUPPORT, TestServer, VIEWER};
use testing::{TestDatabase, each_database};

const HTML: (&str, &str) = ("accept", "text/html,application/xhtml+xml");
const JSON: (&str, &str) = ("accept", "application/json");

/// `PASSWORD` and another one, as in a form.
const OLD: &str = "correct+horse+battery";
const NEW: &str = "violet+compass+under+snow";

async fn post(server: &TestServer, token: &str, name: &str, form: &str) -> Answer {
    let cookie = format!("latchkey={token}");
    let lines = [JSON, ("cookie", cookie.as_str())];
    server.post(&format!("/api/{name}"), &lines, form).await
}

/// Whether the session of this token has not ended.
async fn is_in(server: &TestServer, token: &str) -> bool {
    let answer = post(server, token, "set_theme", "theme=dark").await;
    match answer.status.as_u16() {
        200 => true,
        401 => false,
        other => panic!("{other}: {}", answer.body),
    }
}

/// The session token that a response sets.
fn new_token(answer: &Answer) -> Option<String> {
    let lines = answer.headers.get_all("set-cookie").iter();
    lines
        .filter_map(|line| line.to_str().ok()?.strip_prefix("latchkey="))
        .filter_map(|line| line.split(';').next())
        .find(|value| !value.is_empty())
        .map(str::to_owned)
}

/// What a browser is told to forget at a sign-out.
const CLEARED: &str = "\"cache\", \"storage\"";

each_database!(each_way_to_end_sessions_ends_them_at_the_next_request);
async fn each_way_to_end_sessions_ends_them_at_the_next_request(database: TestDatabase) {
    assert_eq!(OLD.replace('+', " "), PASSWORD);
    let server = TestServer::with_users_on(database).await;
    let change = format!("password={OLD}&new_password={NEW}");
    let bystander = server.token(OWNER).await;
    for (name, form, email, stays_in) in [
        ("change_password", change.as_str(), DEVELOPER, true),
        ("end_other_sessions", "", VIEWER, true),
        ("sign_out_everywhere", "", FOREIGNER, false),
    ] {
        let mut tokens = Vec::new();
        for _ in 0..5 {
            tokens.push(server.token(email).await);
        }
        let answer = post(&server, &tokens[0], name, form).await;
        let cleared = if stays_in { "" } else { CLEARED };
        assert_eq!(answer.header("clear-site-data"), cleared, "{name}");
        assert_eq!(answer.status, StatusCode::OK, "{name}: {}", answer.body);
        for token in &tokens[1..] {
            assert!(!is_in(&server, token).await, "{name}");
        }
        assert!(is_in(&server, &bystander).await, "{name}");
        match new_token(&answer) {
            Some(new) => {
                assert!(name == "change_password" && new != tokens[0]);
                assert!(
                    !is_in(&server, &tokens[0]).await,
                    "the old token is invalid"
                );
                assert!(is_in(&server, &new).await);
            }
            None => assert_eq!(is_in(&server, &tokens[0]).await, stays_in, "{name}"),
        }
    }
}

each_database!(signing_out_clears_what_the_browser_keeps_of_the_session);
async fn signing_out_clears_what_the_browser_keeps_of_the_session(database: TestDatabase) {
    let server = TestServer::with_users_on(database).await;
    for accept in [JSON, HTML] {
        let token = server.token(VIEWER).await;
        let cookie = format!("latchkey={token}");
        let lines = [accept, ("cookie", cookie.as_str())];
        let answer = server.post("/api/sign_out", &lines, "").await;
        assert_eq!(answer.header("clear-site-data"), CLEARED);
        assert!(!is_in(&server, &token).await);
    }
}

each_database!(a_session_is_ended_from_the_list_of_another);
async fn a_session_is_ended_from_the_list_of_another(database: TestDatabase) {
    let server = TestServer::with_users_on(database).await;
    let (here, other) = (server.token(VIEWER).await, server.token(VIEWER).await);
    let session = server.keyring.sessions().find(&other).await;
    let session = session.expect("a database").expect("a session");
    let sessions = session.sessions().await.expect("a database");
    let other_id = sessions[0].id.to_string();
    let cookie = format!("latchkey={here}");
    let page = server
        .get("/profile/sessions", &[HTML, ("cookie", &cookie)])
        .await;
    assert_eq!(
        page.body.matches("This browser").count(),
        1,
        "{}",
        page.body
    );
    assert!(page.body.contains(&other_id) && page.body.contains("Sign out all other sessions"));
    assert!(!page.body.contains(&here) && !page.body.contains(&other));
    let form = format!("session={other_id}");
    let outsider = server.token(OWNER).await;
    let foreign = post(&server, &outsider, "end_session", &form).await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND);
    let ended = post(&server, &here, "end_session", &form).await;
    assert_eq!(ended.status, StatusCode::OK, "{}", ended.body);
    assert!(!is_in(&server, &other).await && is_in(&server, &here).await);
    let own = sessions.iter().find(|one| one.id.to_string() != other_id);
    let form = format!("session={}", own.expect("two").id);
    let lines = [HTML, ("cookie", cookie.as_str())];
    let out = server.post("/api/end_session", &lines, &form).await;
    assert_eq!(out.header("location"), "/sign-in");
    assert!(!is_in(&server, &here).await);
}

each_database!(a_session_that_was_set_before_the_sign_in_is_replaced);
async fn a_session_that_was_set_before_the_sign_in_is_replaced(database: TestDatabase) {
    let server = TestServer::with_users_on(database).await;
    let form = format!("email={VIEWER}&password={OLD}");
    let planted = "0".repeat(64);
    for before in [
        planted,
        server.token(VIEWER).await,
        server.token(OWNER).await,
    ] {
        let answer = post(&server, &before, "sign_in", &form).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        let token = new_token(&answer).expect("a session");
        assert_ne!(token, before);
        assert!(is_in(&server, &token).await);
        assert!(!is_in(&server, &before).await, "the old token is invalid");
    }
    let before = server.token(VIEWER).await;
    let wrong = format!("email={VIEWER}&password=wrong");
    let refused = post(&server, &before, "sign_in", &wrong).await;
    assert_eq!(refused.status.as_u16(), 422);
    assert!(is_in(&server, &before).await);
}

each_database!(the_forms_of_the_profile_work_without_javascript);
async fn the_forms_of_the_profile_work_without_javascript(database: TestDatabase) {
    let server = TestServer::with_users_on(database).await;
    let cookie = format!("latchkey={}", server.token(VIEWER).await);
    let at = async |name: &str, page: &str, form: &str| {
        let referer = format!("http://localhost:3000{page}");
        let lines = [HTML, ("cookie", &*cookie), ("referer", &*referer)];
        server.post(&format!("/api/{name}"), &lines, form).await
    };
    let page = async |path: &str| server.get(path, &[HTML, ("cookie", &cookie)]).await.body;
    assert!(!page("/profile").await.contains("data-shortcuts"));
    let form = "name=Zo%C3%AB+%E6%9D%8E&time_zone=Asia/Kolkata";
    let saved = at("save_profile", "/profile", form).await;
    assert_eq!(saved.header("location"), "/profile", "{}", saved.body);
    let shown = page("/profile").await;
    assert!(shown.contains("Zoë 李") && shown.contains("data-shortcuts=\"off\""));
    assert!(page("/profile/sessions").await.contains("(Asia/Kolkata)"));
    let app = server.application(VIEWER).await;
    let members = page(&format!("/apps/{app}/settings/members")).await;
    assert!(members.contains("Zoë 李") && members.contains("data-shortcuts=\"off\""));
    for (form, message) in [
        ("name=a%E2%80%AEb", "invisible character"),
        ("name=Ada&time_zone=Mars/Base", "Choose a time zone"),
    ] {
        let refused = at("save_profile", "/profile", form).await;
        assert_eq!(refused.status.as_u16(), 422);
        assert!(refused.body.contains(message), "{}", refused.body);
    }

    let email = async |form: &str| at("change_email", "/profile/email", form).await;
    let asked = email("email=new@northwind.example&password=").await;
    assert_eq!(asked.status.as_u16(), 403);
    assert!(
        asked.body.contains("new@northwind.example"),
        "{}",
        asked.body
    );
    let wrong = email("email=new@northwind.example&password=wrong").await;
    assert!(wrong.body.contains("Incorrect password"), "{}", wrong.body);
    let taken = email(&format!("email={OWNER}&password={OLD}")).await;
    assert_eq!(taken.status.as_u16(), 422);
    assert!(
        taken.body.contains("use this email address"),
        "{}",
        taken.body
    );
    let changed = email(&format!("email=new@northwind.example&password={OLD}")).await;
    assert_eq!(changed.header("location"), "/profile", "{}", changed.body);
    assert!(page("/profile").await.contains("new@northwind.example"));

    let password = async |form: &str| at("change_password", "/profile/password", form).await;
    let weak = password(&format!("password={OLD}&new_password=Password1234567")).await;
    assert_eq!(weak.status.as_u16(), 422);
    assert!(weak.body.contains("easy to guess") && !weak.body.contains("Password1234567"));
    let changed = password(&format!("password={OLD}&new_password={NEW}")).await;
    assert_eq!(changed.header("location"), "/profile", "{}", changed.body);
    assert!(new_token(&changed).is_some());
}

each_database!(the_start_page_leads_to_the_application_used_last);
async fn the_start_page_leads_to_the_application_used_last(database: TestDatabase) {
    let server = TestServer::with_users_on(database).await;
    let (session, app) = (server.session(OWNER).await, server.application(OWNER).await);
    let owner = session
        .account_owner(app, domain::origin::Origin::default())
        .await;
    let fresh = owner
        .expect("an owner")
        .fresh_account_owner()
        .expect("fresh");
    let foreigner = domain::account::Email::parse(FOREIGNER).expect("an address");
    let invited = fresh.invite(foreigner, domain::account::Role::Viewer).await;
    let form = format!("token={}&password={OLD}", invited.expect("invited").token);
    let joined = server.post("/api/accept_invitation", &[JSON], &form).await;
    let cookie = format!("latchkey={}", new_token(&joined).expect("a session"));
    let lines = [HTML, ("cookie", cookie.as_str())];
    let own = server.application(FOREIGNER).await;
    for app in [app, own, app] {
        let page = server.get(&format!("/apps/{app}"), &lines).await;
        assert_eq!(page.status, StatusCode::OK);
        let start = server.get("/", &lines).await;
        assert_eq!(
            start.header("location"),
            format!("/apps/{app}/settings/api-keys")
        );
        let profile = server.get("/profile", &lines).await;
        assert!(
            profile
                .body
                .contains(&format!("/apps/{app}/settings/api-keys"))
        );
    }
}

each_database!(support_has_a_profile_and_a_link_back_to_its_page);
async fn support_has_a_profile_and_a_link_back_to_its_page(database: TestDatabase) {
    let server = TestServer::with_users_on(database).await;
    server.add_support().await;
    let token = server.token(SUPPORT).await;
    let cookie = format!("latchkey={token}");
    let lines = [HTML, ("cookie", cookie.as_str())];
    let profile = server.get("/profile", &lines).await;
    assert!(profile.body.contains("Back to Account lookup") && profile.body.contains(SUPPORT));
    let form = format!("password={OLD}&new_password={NEW}");
    let changed = post(&server, &token, "change_password", &form).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
    assert!(!is_in(&server, &token).await);
}

each_database!(links_of_owners_are_shown_once_by_plain_forms);
async fn links_of_owners_are_shown_once_by_plain_forms(database: TestDatabase) {
    let server = TestServer::with_users_on(database).await;
    let owner = server.owner().await;
    let app = owner.application().id;
    let members = owner.members().await.expect("a database");
    let viewer = members.iter().find(|one| one.email.as_str() == VIEWER);
    let viewer = viewer.expect("a member").id;
    let cookie = format!("latchkey={}", server.token(OWNER).await);
    let lines = [HTML, ("cookie", cookie.as_str())];
    let path = format!("/apps/{app}/settings/members/{viewer}/reset");
    let page = server.get(&path, &lines).await;
    assert!(
        page.body.contains("belong to no other account"),
        "{}",
        page.body
    );
    let form = format!("page={path}&app={app}&person={viewer}");
    let made = server.post("/api/make_reset_link", &lines, &form).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.body);
    let link = link(&made, "/reset/");
    let form = format!(
        "page={link}&token={}&password={NEW}",
        &link["/reset/".len()..]
    );
    let done = server.post("/api/reset_password", &[HTML], &form).await;
    assert_eq!(
        done.header("location"),
        "/sign-in?after=reset",
        "{}",
        done.body
    );

    let owner = owner.account_owner().expect("owns the account");
    let fresh = owner.fresh_account_owner().expect("fresh");
    let email = domain::account::Email::parse("new@northwind.example").expect("an address");
    let first = fresh.invite(email, domain::account::Role::Viewer).await;
    let first = first.expect("invited").token;
    let id = owner.invitations().await.expect("a database")[0].id;
    let path = format!("/apps/{app}/settings/members/invitations/{id}/renew");
    let page = server.get(&path, &lines).await;
    assert!(
        page.body.contains("The earlier link stops working"),
        "{}",
        page.body
    );
    let form = format!("page={path}&app={app}&invitation={id}");
    let made = server.post("/api/renew_invitation", &lines, &form).await;
    let link = self::link(&made, "/invite/");
    assert_eq!(server.get(&link, &[HTML]).await.status, StatusCode::OK);
    let old = server.get(&format!("/invite/{first}"), &[HTML]).await;
    assert_eq!(old.status, StatusCode::NOT_FOUND);
    let log = server
        .get(&format!("/apps/{app}/settings/audit-log"), &lines)
        .await;
    assert!(log.body.contains("created a new invitation link for"));
}

/// Returns the path of the link that a page shows.
fn link(answer: &Answer, page: &str) -> String {
    let address = format!("{}{page}", test_server::HERE);
    let start = answer.body.find(&address).expect("a link") + test_server::HERE.len();
    answer.body[start..start + page.len() + 64].to_owned()
}

#[tokio::test]
async fn the_hint_of_the_time_zone_is_between_its_label_and_its_choices() {
    let server = TestServer::with_users().await;
    let app = server.application(OWNER).await;
    let cookie = format!("latchkey={}", server.token(OWNER).await);
    let lines = [HTML, ("cookie", cookie.as_str())];
    for path in [
        "/profile".to_owned(),
        format!("/apps/{app}/settings/general"),
        format!("/apps/{app}/new-application"),
    ] {
        let page = server.get(&path, &lines).await;
        let places = [
            "for=\"time_zone\"",
            "id=\"time_zone-hint\"",
            "<select id=\"time_zone\"",
        ]
        .map(|part| {
            page.body
                .find(part)
                .unwrap_or_else(|| panic!("{path}: no {part}"))
        });
        assert!(places.is_sorted(), "{path}: {places:?}");
    }
    let profile = server.get("/profile", &lines).await;
    assert!(!profile.body.contains("At least 15 characters."));
}

#[tokio::test]
async fn buttons_of_equal_browsers_have_names_of_their_own() {
    let server = TestServer::with_users().await;
    let mut cookie = String::new();
    for _ in 0..4 {
        cookie = format!("latchkey={}", server.token(VIEWER).await);
        server.clock.advance(MINUTE);
    }
    let lines = [HTML, ("cookie", cookie.as_str())];
    let page = server.get("/profile/sessions", &lines).await;
    let buttons = page.body.split("aria-label=\"Sign out ").skip(1);
    let names: Vec<_> = buttons.filter_map(|rest| rest.split('"').next()).collect();
    let different: BTreeSet<_> = names.iter().collect();
    assert_eq!((names.len(), different.len()), (4, 4), "{names:?}");
}
