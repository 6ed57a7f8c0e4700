//! Passkeys, as the browser's program sends their answers.

mod offered;
mod pages;
mod recorded;

use crate::database::Database;
use domain::time::MINUTE;
use http::StatusCode;
use management::Session;
use test_server::{Answer, DEVELOPER, HERE, OWNER, PASSWORD, TestServer};
use testing::{SoftAuthenticator, TestDatabase, each_database};

const HTML: (&str, &str) = ("accept", "text/html,application/xhtml+xml");
const JSON: (&str, &str) = ("accept", "application/json");
const PAGE: &str = "/profile/two-factor";

/// A browser with an authenticator.
struct Browser<'a> {
    server: &'a TestServer,
    cookie: String,
    device: SoftAuthenticator,
}

impl<'a> Browser<'a> {
    async fn of(server: &'a TestServer, email: &str, seed: u8) -> Self {
        let cookie = format!("latchkey={}", server.token(email).await);
        Self {
            server,
            cookie,
            device: SoftAuthenticator::new(seed, HERE),
        }
    }

    async fn get(&self, path: &str) -> Answer {
        let lines = [HTML, ("cookie", self.cookie.as_str())];
        self.server.get(path, &lines).await
    }

    async fn post(&self, function: &str, form: &str) -> Answer {
        let lines = [HTML, ("cookie", self.cookie.as_str())];
        let form = format!("page={PAGE}&{form}");
        let path = format!("/api/{function}");
        self.server.post(&path, &lines, &form).await
    }

    async fn call(&self, function: &str, form: &str) -> Answer {
        let lines = [JSON, ("cookie", self.cookie.as_str())];
        let path = format!("/api/{function}");
        self.server.post(&path, &lines, form).await
    }

    /// Makes a passkey, and returns the fields of the form that adds it.
    async fn created(&mut self) -> String {
        let question = self.call("start_passkey", "").await.json();
        let options = question["options"].as_str().expect("options");
        let credential = self.device.create(options);
        fields(&question, &credential)
    }

    /// Lets the passkey answer a challenge, and returns the fields of the form.
    async fn answered(&mut self, purpose: &str) -> String {
        let question = self
            .call("ask_passkey", &format!("purpose={purpose}"))
            .await;
        assert_eq!(question.status, StatusCode::OK, "{}", question.body);
        if let Some(token) = cookie(&question, "latchkey-passkey") {
            self.cookie = format!("{}; latchkey-passkey={token}", self.cookie);
        }
        let question = question.json();
        let options = question["options"].as_str().expect("options");
        let credential = self.device.get(options);
        fields(&question, &credential)
    }

    /// Makes another authenticator's passkey with a proof by this one, and returns the fields of the form that adds it.
    async fn created_by(&mut self, other: &mut SoftAuthenticator) -> String {
        let proof = self.answered("confirm").await;
        let question = self.call("start_passkey", &proof).await;
        assert_eq!(question.status, StatusCode::OK, "{}", question.body);
        self.go_on_in(&question);
        let question = question.json();
        let options = question["options"].as_str().expect("options");
        let credential = other.create(options);
        fields(&question, &credential)
    }

    /// Takes over the session that an answer starts, or the new token of the session.
    fn go_on_in(&mut self, answer: &Answer) {
        if let Some(token) = cookie(answer, "latchkey") {
            self.cookie = format!("latchkey={token}");
        }
    }

    async fn add(&mut self) -> Answer {
        let form = self.created().await;
        self.post("add_passkey", &format!("{form}&name=Phone"))
            .await
    }
}

/// The fields of a form that sends an answer.
pub fn fields(question: &serde_json::Value, credential: &str) -> String {
    let challenge = question["challenge"].as_str().expect("a challenge");
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("challenge", challenge);
    form.append_pair("credential", credential);
    form.finish()
}

/// The value of a cookie that an answer sets.
fn cookie<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    let lines = answer.headers.get_all("set-cookie").iter();
    lines
        .filter_map(|line| line.to_str().ok())
        .find_map(|line| line.strip_prefix(name)?.strip_prefix('='))
        .map(|value| value.split(';').next().unwrap_or_default())
}

async fn session_of(browser: &Browser<'_>) -> Session {
    let token = browser.cookie.trim_start_matches("latchkey=");
    let session = browser.server.keyring.sessions().find(token).await;
    session.expect("a database").expect("a session")
}

/// Enters the password, and returns the cookie of the sign-in that waits.
async fn pending(server: &TestServer, email: &str) -> String {
    let form = format!("email={email}&password={}", PASSWORD.replace(' ', "+"));
    let asked = server.post("/api/sign_in", &[HTML], &form).await;
    assert_eq!(asked.header("location"), "/sign-in/code", "{}", asked.body);
    let token = cookie(&asked, "latchkey-sign-in").expect("a cookie");
    format!("latchkey-sign-in={token}")
}

each_database!(a_passkey_is_added_by_a_form_and_listed);
async fn a_passkey_is_added_by_a_form_and_listed(database: TestDatabase) {
    let server = TestServer::with_users_on(database).await;
    let mut browser = Browser::of(&server, OWNER, 1).await;
    let off = browser.get(PAGE).await;
    assert!(off.body.contains("Add a passkey"), "{}", off.body);
    let started = browser.post("start_passkey", "").await;
    assert_eq!(started.status, StatusCode::OK, "{}", started.body);
    assert!(started.body.contains("data-passkey=\"create\""));
    assert!(
        started
            .body
            .contains("&quot;residentKey&quot;:&quot;preferred&quot;")
    );
    assert_eq!(started.header("cache-control"), "no-store");

    let added = browser.add().await;
    assert_eq!(added.status, StatusCode::OK, "{}", added.body);
    assert_eq!(
        added.body.matches("<li><code translate=\"no\">").count(),
        10,
        "{}",
        added.body
    );
    let page = browser.get(PAGE).await;
    for shown in [
        "Phone",
        "never used",
        "10 left",
        "You have no authenticator app",
        "Passkeys need JavaScript",
    ] {
        assert!(page.body.contains(shown), "{shown} in {}", page.body);
    }
    let lines = [HTML, ("cookie", browser.cookie.as_str())];
    let form = format!("page={PAGE}/add&code=");
    let unproven = server.post("/api/start_passkey", &lines, &form).await;
    assert_eq!(unproven.status.as_u16(), 422, "{}", unproven.body);
    assert!(unproven.body.contains("Enter a code."), "{}", unproven.body);
    let mut other = SoftAuthenticator::new(2, HERE);
    let form = browser.created_by(&mut other).await;
    let form = format!("{form}&name=Laptop");
    let another = browser.post("add_passkey", &form).await;
    assert_eq!(another.header("location"), PAGE, "no new codes");
    assert_eq!(another.status, StatusCode::SEE_OTHER);

    let form = format!("page={PAGE}/add&challenge=x&credential=x");
    let lines = [HTML, ("cookie", browser.cookie.as_str())];
    let wrong = server.post("/api/add_passkey", &lines, &form).await;
    assert_eq!(wrong.status.as_u16(), 422);
    assert!(wrong.body.contains("That took too long"), "{}", wrong.body);
}

each_database!(a_passkey_completes_a_sign_in_after_the_password);
async fn a_passkey_completes_a_sign_in_after_the_password(database: TestDatabase) {
    let server = TestServer::with_users_on(database).await;
    let mut browser = Browser::of(&server, OWNER, 1).await;
    browser.add().await;
    browser.cookie = pending(&server, OWNER).await;
    let page = browser.get("/sign-in/code").await;
    assert_eq!(page.status, StatusCode::OK);
    for shown in [
        "Use a passkey",
        "Recovery code",
        "data-passkey=\"second_step\"",
        "Passkeys need JavaScript",
    ] {
        assert!(page.body.contains(shown), "{shown} in {}", page.body);
    }
    let form = browser.answered("second_step").await;
    let other = Browser::of(&server, DEVELOPER, 3).await;
    let foreign = other.call("answer_sign_in", &form).await;
    assert_eq!(foreign.status.as_u16(), 401, "another browser");
    let wrong = form.replace("signature", "signatur");
    let wrong = format!("page=/sign-in/code&{wrong}");
    let lines = [HTML, ("cookie", browser.cookie.as_str())];
    let wrong = server.post("/api/answer_sign_in", &lines, &wrong).await;
    assert_eq!(wrong.status.as_u16(), 422);
    assert!(cookie(&wrong, "latchkey").is_none());
    let form = format!("page=/sign-in/code&next=/apps&{form}");
    let done = server.post("/api/answer_sign_in", &lines, &form).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    assert_eq!(done.header("location"), "/apps");
    assert!(cookie(&done, "latchkey").is_some());
    assert_eq!(cookie(&done, "latchkey-sign-in"), Some(""));
    let again = server.post("/api/answer_sign_in", &lines, &form).await;
    assert_eq!(again.header("location"), "/sign-in?after=expiry&next=/apps");
}

each_database!(a_passkey_signs_in_without_a_password_and_a_refusal_tells_nothing);
async fn a_passkey_signs_in_without_a_password_and_a_refusal_tells_nothing(database: TestDatabase) {
    let server = TestServer::with_users_on(database).await;
    let mut browser = Browser::of(&server, OWNER, 1).await;
    browser.add().await;
    let page = server.get("/sign-in", &[HTML]).await;
    assert!(page.body.contains("Sign in with a passkey"));
    browser.cookie = String::new();
    let form = browser.answered("sign_in").await;
    let mut other_browser = Browser::of(&server, DEVELOPER, 9).await;
    other_browser.created().await;
    other_browser.cookie = String::new();
    let unknown = other_browser.answered("sign_in").await;
    let unknown = other_browser.call("sign_in_with_passkey", &unknown).await;
    assert_eq!(unknown.status.as_u16(), 422);

    let database = Database::at(&server.url).await;
    let disable = format!("UPDATE person SET disabled_at = 1 WHERE email = '{OWNER}'");
    assert_eq!(database.run(&disable).await, 1);
    let disabled = browser.call("sign_in_with_passkey", &form).await;
    assert_eq!(disabled.body, unknown.body, "the same for each address");
    let enable = format!("UPDATE person SET disabled_at = NULL WHERE email = '{OWNER}'");
    assert_eq!(database.run(&enable).await, 1);
    let form = format!("{form}&next=/profile");
    let elsewhere = other_browser.call("sign_in_with_passkey", &form).await;
    assert_eq!(elsewhere.body, unknown.body, "another browser");
    let lines = [HTML, ("cookie", browser.cookie.as_str())];
    let done = server
        .post("/api/sign_in_with_passkey", &lines, &form)
        .await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    assert_eq!(done.header("location"), "/profile");
    let token = cookie(&done, "latchkey").expect("a session").to_owned();
    let session = server
        .keyring
        .sessions()
        .find(&token)
        .await
        .expect("a database");
    assert_eq!(session.expect("a session").email().as_str(), OWNER);
    assert_eq!(cookie(&done, "latchkey-sign-in"), Some(""));
    assert_eq!(cookie(&done, "latchkey-passkey"), Some(""));
    let again = browser.call("sign_in_with_passkey", &form).await;
    assert_eq!(again.body, unknown.body, "an answer counts once");
}

each_database!(a_passkey_stands_for_the_password_where_that_is_asked_for_again);
async fn a_passkey_stands_for_the_password_where_that_is_asked_for_again(database: TestDatabase) {
    let server = TestServer::with_users_on(database).await;
    let mut browser = Browser::of(&server, OWNER, 1).await;
    browser.add().await;
    let session = session_of(&browser).await;
    let app = session.applications().await.expect("read")[0].id;
    let form = format!("app={app}&policy=everybody");
    server.clock.advance(11 * MINUTE);
    let stale = browser.call("set_factor_policy", &form).await;
    assert!(stale.body.contains("StaleSignIn"), "{}", stale.body);
    let page = browser
        .get(&format!("/apps/{app}/settings/members/two-factor"))
        .await;
    assert!(page.body.contains("data-passkey=\"again\""));
    let confirmation = browser.answered("confirm").await;
    let confirmed = browser.call("confirm_with_passkey", &confirmation).await;
    assert_eq!(confirmed.status, StatusCode::OK, "{}", confirmed.body);
    browser.go_on_in(&confirmed);
    let done = browser.call("set_factor_policy", &form).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.body);
    let again = browser.call("confirm_with_passkey", &confirmation).await;
    assert_eq!(again.status.as_u16(), 422, "an answer counts once");
    let log = browser
        .get(&format!("/apps/{app}/settings/audit-log"))
        .await;
    assert!(
        log.body.contains("confirmed with a passkey"),
        "{}",
        log.body
    );
}

each_database!(passkeys_are_renamed_removed_and_turned_off_by_forms);
async fn passkeys_are_renamed_removed_and_turned_off_by_forms(database: TestDatabase) {
    let server = TestServer::with_users_on(database).await;
    let mut browser = Browser::of(&server, OWNER, 1).await;
    browser.add().await;
    let session = session_of(&browser).await;
    let ids = async || {
        let factor = session.second_factor().await.expect("read").expect("on");
        let ids = factor.passkeys.iter().map(|passkey| passkey.id.to_string());
        ids.collect::<Vec<_>>()
    };
    let id = ids().await[0].clone();
    let rename = browser.get(&format!("{PAGE}/passkeys/{id}/rename")).await;
    assert!(rename.body.contains("value=\"Phone\""), "{}", rename.body);
    let form = format!("passkey={id}&name=Laptop");
    let renamed = browser.post("rename_passkey", &form).await;
    assert_eq!(renamed.header("location"), PAGE, "{}", renamed.body);
    let form = format!("passkey={id}&name=");
    let nameless = browser.call("rename_passkey", &form).await;
    assert_eq!(nameless.status.as_u16(), 422, "{}", nameless.body);
    let only = browser
        .post("remove_passkey", &format!("passkey={id}"))
        .await;
    assert_eq!(only.status.as_u16(), 422, "the only factor");

    let mut other = SoftAuthenticator::new(2, HERE);
    let form = browser.created_by(&mut other).await;
    browser
        .post("add_passkey", &format!("{form}&name=Other"))
        .await;
    browser.device = other;
    let question = browser.get(&format!("{PAGE}/passkeys/{id}/remove")).await;
    assert!(question.body.contains("Laptop"), "{}", question.body);
    let removed = browser
        .post("remove_passkey", &format!("passkey={id}"))
        .await;
    assert_eq!(removed.header("location"), PAGE, "{}", removed.body);
    assert_eq!(ids().await.len(), 1);
    // A passkey needs no recent password beside it.
    server.clock.advance(11 * MINUTE);
    let proof = browser.answered("confirm").await;
    let renewed = browser.post("renew_recovery_codes", &proof).await;
    assert_eq!(renewed.status, StatusCode::OK, "{}", renewed.body);
    let again = browser.post("turn_off_two_factor", &proof).await;
    assert_eq!(again.status.as_u16(), 422, "an answer counts once");
    let proof = browser.answered("confirm").await;
    let off = browser.post("turn_off_two_factor", &proof).await;
    assert_eq!(off.header("location"), PAGE, "{}", off.body);
    assert!(session.second_factor().await.expect("read").is_none());
}
