//! The session's token is replaced whenever its person is authenticated: the old one is not valid afterwards.

use super::passkeys::fields;
use http::StatusCode;
use store::Store;
use test_server::{Answer, HERE, OWNER, PASSWORD, TestServer};
use testing::{SoftAuthenticator, TestDatabase, each_database};

const HTML: (&str, &str) = ("accept", "text/html,application/xhtml+xml");
const JSON: (&str, &str) = ("accept", "application/json");

struct Scene {
    server: TestServer,
    device: SoftAuthenticator,
    token: String,
    /// The token of the cookie for a sign-in with a passkey alone.
    passkey: String,
    app: String,
}

/// How a form is sent.
#[derive(Clone, Copy, Debug)]
enum By {
    /// By the program in the browser, or another one.
    Call,
    /// By the browser itself.
    Form,
}

impl Scene {
    /// An owner with a passkey, whose sign-in is not recent.
    async fn new() -> Self {
        Self::on(TestServer::with_users().await).await
    }

    async fn on(server: TestServer) -> Self {
        let app = server.application(OWNER).await.to_string();
        let token = server.token(OWNER).await;
        let mut scene = Self {
            device: SoftAuthenticator::new(1, HERE),
            server,
            token,
            passkey: String::new(),
            app,
        };
        let question = scene.post(By::Call, "start_passkey", "").await.json();
        let options = question["options"].as_str().expect("options").to_owned();
        let credential = scene.device.create(&options);
        let form = format!("{}&name=Phone", fields(&question, &credential));
        let added = scene.post(By::Call, "add_passkey", &form).await;
        assert_eq!(added.status, StatusCode::OK, "{}", added.body);
        scene.server.clock.advance(11 * domain::time::MINUTE);
        scene
    }

    async fn post_with(&self, token: &str, by: By, function: &str, form: &str) -> Answer {
        let cookie = format!("latchkey={token}; latchkey-passkey={}", self.passkey);
        let accept = match by {
            By::Call => JSON,
            By::Form => HTML,
        };
        let path = format!("/api/{function}");
        let lines = [accept, ("cookie", cookie.as_str())];
        self.server.post(&path, &lines, form).await
    }

    async fn post(&self, by: By, function: &str, form: &str) -> Answer {
        self.post_with(&self.token, by, function, form).await
    }

    /// Fills in what the form asks for.
    async fn fill(&mut self, form: &str) -> String {
        let mut form = form
            .replace("{app}", &self.app)
            .replace("{password}", &PASSWORD.replace(' ', "+"))
            .replace("{email}", OWNER);
        for purpose in ["confirm", "sign_in"] {
            let mark = format!("{{{purpose}}}");
            if form.contains(&mark) {
                let ask = format!("purpose={purpose}");
                let question = self.post(By::Call, "ask_passkey", &ask).await;
                if let Some((token, _)) = set_cookie(&question, "latchkey-passkey") {
                    self.passkey = token;
                }
                let question = question.json();
                let options = question["options"].as_str().expect("options").to_owned();
                let credential = self.device.get(&options);
                form = form.replace(&mark, &fields(&question, &credential));
            }
        }
        form
    }

    async fn is_in(&self, token: &str) -> bool {
        let answer = self.post_with(token, By::Call, "set_theme", "theme=dark");
        match answer.await.status.as_u16() {
            200 => true,
            401 => false,
            other => panic!("{other}"),
        }
    }
}

/// The session's cookie that an answer sets: the token, and its attributes.
fn session_cookie(answer: &Answer) -> Option<(String, String)> {
    set_cookie(answer, "latchkey")
}

/// A cookie that an answer sets: the value, and its attributes.
fn set_cookie(answer: &Answer, name: &str) -> Option<(String, String)> {
    let mut lines = answer.headers.get_all("set-cookie").iter();
    lines.find_map(|line| {
        let line = line.to_str().ok()?.strip_prefix(name)?.strip_prefix('=')?;
        let (token, attributes) = line.split_once("; ")?;
        Some((token.to_owned(), attributes.to_owned()))
    })
}

/// The function, how it is sent, the form, the status, and whether it is a sign-in rather than the same session.
const PATHS: &[(&str, By, &str, u16, bool)] = &[
    (
        "confirm_password",
        By::Call,
        "password={password}",
        200,
        false,
    ),
    (
        "confirm_password",
        By::Form,
        "page=/profile&password={password}",
        303,
        false,
    ),
    (
        "change_application",
        By::Call,
        "app={app}&name=Shop&time_zone=UTC&password={password}",
        200,
        false,
    ),
    (
        "change_application",
        By::Form,
        "page=/apps/{app}/settings/general&app={app}&name=Shop&time_zone=UTC&password={password}",
        303,
        false,
    ),
    // The password is right, and the name is not: the page is shown again in the session with the new token.
    (
        "change_application",
        By::Form,
        "page=/apps/{app}/settings/general&app={app}&name=&time_zone=UTC&password={password}",
        422,
        false,
    ),
    (
        "change_application",
        By::Call,
        "app={app}&name=&time_zone=UTC&password={password}",
        422,
        false,
    ),
    // The password is right, and the code is not.
    (
        "start_passkey",
        By::Call,
        "password={password}&code=000000",
        422,
        false,
    ),
    (
        "start_two_factor",
        By::Form,
        "page=/profile/two-factor/add&password={password}&code=000000",
        422,
        false,
    ),
    ("confirm_with_passkey", By::Call, "{confirm}", 200, false),
    ("start_passkey", By::Call, "{confirm}", 200, false),
    (
        "start_two_factor",
        By::Form,
        "page=/profile/two-factor/add&{confirm}",
        200,
        false,
    ),
    ("sign_in_with_passkey", By::Call, "{sign_in}", 200, true),
    (
        "change_password",
        By::Call,
        "password={password}&new_password=violet+compass+under+snow",
        200,
        false,
    ),
];

each_database!(after_each_authentication_the_old_token_is_not_valid);
async fn after_each_authentication_the_old_token_is_not_valid(database: TestDatabase) {
    let is_postgres = matches!(database.store, Store::Postgres { .. });
    for (function, by, form, status, signs_in) in PATHS {
        // Each needs a session that was not used before.
        let database = if is_postgres {
            TestDatabase::postgres().await.expect("as before")
        } else {
            TestDatabase::sqlite().await
        };
        let mut scene = Scene::on(TestServer::with_users_on(database).await).await;
        let before = scene.server.keyring.sessions().find(&scene.token).await;
        let before = before.expect("a database").expect("a session");
        let form = scene.fill(form).await;
        let answer = scene.post(*by, function, &form).await;
        let what = format!("{function} {by:?} {form}");
        assert_eq!(answer.status.as_u16(), *status, "{what}: {}", answer.body);
        assert!(!answer.header("location").starts_with("/sign-in"), "{what}");
        let (token, attributes) = session_cookie(&answer).expect("a new token");
        assert!(attributes.contains("HttpOnly"), "{attributes}");
        assert!(!attributes.contains("Max-Age"), "{what}: {attributes}");
        assert!(!scene.is_in(&scene.token).await, "{what}: the old token");
        assert!(scene.is_in(&token).await, "{what}: the new token");
        let after = scene.server.keyring.sessions().find(&token).await;
        let after = after.expect("a database").expect("a session");
        assert!(after.is_fresh(), "{what}");
        assert_eq!(after.id() != before.id(), *signs_in, "{what}");
        let prolonged = after.signed_in_at() > before.signed_in_at();
        assert_eq!(prolonged, *signs_in, "{what}");
    }
}

#[tokio::test]
async fn with_the_old_token_no_page_file_or_stream_is_answered() {
    let scene = Scene::new().await;
    let form = format!("password={}", PASSWORD.replace(' ', "+"));
    let answer = scene.post(By::Call, "confirm_password", &form).await;
    let (new, _) = session_cookie(&answer).expect("a new token");
    let app = &scene.app;
    for (path, old) in [
        ("/api-keys", 302),
        ("/api-keys.csv", 303),
        ("/requests/live", 401),
    ] {
        let path = format!("/apps/{app}/settings{path}");
        for (token, status) in [(&scene.token, old), (&new, 200)] {
            // A stream that is answered has no end.
            if status == 200 && path.ends_with("/live") {
                continue;
            }
            let cookie = format!("latchkey={token}");
            let lines = [HTML, ("cookie", cookie.as_str())];
            let answer = scene.server.get(&path, &lines).await;
            assert_eq!(answer.status.as_u16(), status, "{path}");
        }
    }
}

#[tokio::test]
async fn the_sign_in_page_leads_a_browser_with_a_session_back() {
    let scene = Scene::new().await;
    let cookie = format!("latchkey={}", scene.token);
    for (path, location) in [
        ("/sign-in?next=/profile", "/profile"),
        ("/sign-in?next=/apps/x?a=b%26c=d", "/apps/x?a=b&c=d"),
        // For another person, or with something to say.
        ("/sign-in", ""),
        ("/sign-in?next=", ""),
        ("/sign-in?next=//evil.example", ""),
        ("/sign-in?next=/profile&after=reset", ""),
        ("/sign-in?next=/profile&after=expiry", ""),
        ("/sign-in?next=/profile&sso=refused", ""),
    ] {
        let lines = [HTML, ("cookie", cookie.as_str())];
        let answer = scene.server.get(path, &lines).await;
        assert_eq!(answer.header("location"), location, "{path}");
        if location.is_empty() {
            assert_eq!(answer.status, StatusCode::OK, "{path}");
            assert!(answer.body.contains("name=\"password\""), "{path}");
        }
        let answer = scene.server.get(path, &[HTML]).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: without a session");
    }
    // A refused sign-in in another tab says why.
    let form = "page=/sign-in?next=/profile&next=/profile&email=a@example.com&password=wrong";
    let refused = scene.post(By::Form, "sign_in", form).await;
    assert_eq!(refused.status.as_u16(), 422);
    assert!(refused.body.contains("Incorrect email or password"));
}

#[tokio::test]
async fn a_refused_authentication_replaces_no_token() {
    let mut scene = Scene::new().await;
    let confirm = scene
        .fill("{confirm}")
        .await
        .replace("signature", "signatur");
    for (function, form) in [
        ("confirm_password", "password=wrong"),
        ("confirm_with_passkey", confirm.as_str()),
        ("start_two_factor", confirm.as_str()),
        ("start_two_factor", "password=wrong&code=000000"),
    ] {
        let answer = scene.post(By::Call, function, form).await;
        assert_eq!(answer.status.as_u16(), 422, "{function}: {}", answer.body);
        assert!(session_cookie(&answer).is_none(), "{function}");
        assert!(scene.is_in(&scene.token).await, "{function}");
    }
}

#[tokio::test]
async fn of_two_passwords_at_once_one_replaces_the_token_and_the_other_is_signed_out() {
    let scene = Scene::new().await;
    let form = format!("password={}", PASSWORD.replace(' ', "+"));
    let (one, two) = tokio::join!(
        scene.post(By::Call, "confirm_password", &form),
        scene.post(By::Call, "confirm_password", &form),
    );
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401], "{} {}", one.body, two.body);
    let tokens: Vec<_> = [&one, &two]
        .into_iter()
        .filter_map(session_cookie)
        .collect();
    assert_eq!(tokens.len(), 1);
    assert!(scene.is_in(&tokens[0].0).await);
}
