//! Two-factor authentication by plain forms, without JavaScript.

mod empty_code;
mod recorded;

use domain::time::{DAY, SECOND};
use http::StatusCode;
use management::AuthenticatorSetup;
use test_server::{Answer, DEVELOPER, FOREIGNER, OWNER, PASSWORD, TestServer, VIEWER};
use testing::{TestDatabase, each_database};

const HTML: (&str, &str) = ("accept", "text/html,application/xhtml+xml");
const JSON: (&str, &str) = ("accept", "application/json");
const PAGE: &str = "/profile/two-factor";

/// A signed-in browser.
struct Browser<'a> {
    server: &'a TestServer,
    token: String,
    cookie: String,
}

impl<'a> Browser<'a> {
    async fn of(server: &'a TestServer, email: &str) -> Self {
        let token = server.token(email).await;
        let cookie = format!("latchkey={token}");
        Self {
            server,
            token,
            cookie,
        }
    }

    async fn get(&self, path: &str) -> Answer {
        let lines = [HTML, ("cookie", self.cookie.as_str())];
        self.server.get(path, &lines).await
    }

    async fn post(&self, function: &str, form: &str) -> Answer {
        let lines = [HTML, ("cookie", self.cookie.as_str())];
        let form = format!("page={PAGE}&{form}");
        self.server
            .post(&format!("/api/{function}"), &lines, &form)
            .await
    }

    async fn call(&self, function: &str, form: &str) -> Answer {
        let lines = [JSON, ("cookie", self.cookie.as_str())];
        self.server
            .post(&format!("/api/{function}"), &lines, form)
            .await
    }

    /// The secret in a page's form.
    async fn setup(&self, page: &Answer) -> AuthenticatorSetup {
        let form = between(&page.body, "name=\"setup\" value=\"", "\"");
        let session = self.server.keyring.sessions().find(&self.token).await;
        let session = session.expect("a database").expect("a session");
        session.open_setup(form).expect("a form of this session")
    }

    async fn enrol(&self) -> (AuthenticatorSetup, Vec<String>) {
        let started = self.post("start_two_factor", "").await;
        let setup = self.setup(&started).await;
        let code = setup.secret().code_at(self.server.keyring.now());
        let form = format!("setup={}&code={code}", setup.form);
        let done = self.post("confirm_two_factor", &form).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
        self.server.clock.advance(30 * SECOND);
        (setup, codes_of(&done))
    }
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let rest = text.split_once(before).map(|(_, rest)| rest);
    let found = rest.and_then(|rest| rest.split_once(after));
    let Some((found, _)) = found else {
        panic!("no {before} in {text}");
    };
    found
}

fn codes_of(page: &Answer) -> Vec<String> {
    let list = between(&page.body, "<ol aria-label=\"Recovery codes\">", "</ol>");
    list.split("<code translate=\"no\">")
        .skip(1)
        .map(|item| item.split('<').next().unwrap_or_default().to_owned())
        .collect()
}

async fn sign_in(server: &TestServer, email: &str, more: &str) -> Answer {
    let form = format!(
        "email={email}&password={}{more}",
        PASSWORD.replace(' ', "+")
    );
    server.post("/api/sign_in", &[HTML], &form).await
}

/// The value of a cookie that an answer sets.
fn cookie<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    let lines = answer.headers.get_all("set-cookie").iter();
    lines
        .filter_map(|line| line.to_str().ok())
        .find_map(|line| line.strip_prefix(name)?.strip_prefix('='))
}

each_database!(it_is_set_up_by_plain_forms_and_its_secrets_are_shown_once);
async fn it_is_set_up_by_plain_forms_and_its_secrets_are_shown_once(database: TestDatabase) {
    let server = TestServer::with_users_on(database).await;
    let browser = Browser::of(&server, OWNER).await;
    let log = audit_log(&server).await;
    let off = browser.get(PAGE).await;
    assert_eq!(off.status, StatusCode::OK);
    assert!(off.body.contains("Two-factor authentication is off"));

    let started = browser.post("start_two_factor", "").await;
    assert_eq!(started.status, StatusCode::OK, "{}", started.body);
    assert_eq!(started.header("cache-control"), "no-store");
    let setup = browser.setup(&started).await;
    let (secret, now) = (setup.text().to_string(), server.keyring.now());
    for shown in [
        secret.as_str(),
        "class=\"qr-code\"",
        "otpauth://totp/Latchkey:",
    ] {
        assert!(started.body.contains(shown), "{shown} in {}", started.body);
    }
    let form = format!("setup={}&code=135790", setup.form);
    let wrong = browser.post("confirm_two_factor", &form).await;
    assert_eq!(wrong.status.as_u16(), 422);
    assert!(wrong.body.contains(&secret) && !wrong.body.contains("135790"));
    assert!(wrong.body.contains("isn't right") || wrong.body.contains("isn&#x27;t right"));

    let form = format!("setup={}&code={}", setup.form, setup.secret().code_at(now));
    let done = browser.post("confirm_two_factor", &form).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.body);
    assert_eq!(done.header("cache-control"), "no-store");
    let codes = codes_of(&done);
    assert_eq!(codes.len(), 10);
    assert!(!done.body.contains(&secret));
    let later = browser.get(PAGE).await;
    assert!(later.body.contains("10 left"), "{}", later.body);
    let log = browser.get(&log).await;
    for page in [&later, &log] {
        assert!(!page.body.contains(&secret) && !page.body.contains("otpauth"));
        assert!(codes.iter().all(|code| !page.body.contains(code)));
    }
    assert!(log.body.contains("turned on two-factor authentication"));

    server.clock.advance(30 * SECOND);
    let renewed = browser
        .post("renew_recovery_codes", &format!("code={}", codes[0]))
        .await;
    assert_eq!(renewed.status, StatusCode::OK, "{}", renewed.body);
    let off = browser
        .post("turn_off_two_factor", &format!("code={}", codes[1]))
        .await;
    assert_eq!(off.status.as_u16(), 422, "a replaced code");
    let code = setup.secret().code_at(server.keyring.now());
    let off = browser
        .post("turn_off_two_factor", &format!("code={code}"))
        .await;
    assert_eq!(off.status, StatusCode::SEE_OTHER, "{}", off.body);
    assert_eq!(off.header("location"), PAGE);
}

async fn audit_log(server: &TestServer) -> String {
    let app = server.owner().await.application().id;
    format!("/apps/{app}/settings/audit-log")
}

each_database!(a_sign_in_asks_for_a_code_and_only_then_opens_a_session);
async fn a_sign_in_asks_for_a_code_and_only_then_opens_a_session(database: TestDatabase) {
    let server = TestServer::with_users_on(database).await;
    let (setup, codes) = Browser::of(&server, OWNER).await.enrol().await;
    let wrong = server
        .post(
            "/api/sign_in",
            &[HTML],
            &format!("page=/sign-in&email={OWNER}&password=wrong"),
        )
        .await;
    assert!(wrong.status.as_u16() == 422 && cookie(&wrong, "latchkey-sign-in").is_none());

    let asked = sign_in(&server, OWNER, "&next=/apps").await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.body);
    assert_eq!(asked.header("location"), "/sign-in/code?next=/apps");
    assert!(cookie(&asked, "latchkey").is_none());
    let pending = cookie(&asked, "latchkey-sign-in").expect("a cookie");
    let (token, attributes) = pending.split_once("; ").expect("attributes");
    let other = sign_in(&server, FOREIGNER, "").await;
    let session = cookie(&other, "latchkey").expect("a cookie");
    assert_eq!(
        Some(attributes),
        session.split_once("; ").map(|(_, rest)| rest)
    );

    let own = format!("latchkey-sign-in={token}");
    let lines = [HTML, ("cookie", own.as_str())];
    let page = server.get("/sign-in/code", &lines).await;
    assert!(page.status == StatusCode::OK && page.body.contains("one-time-code"));
    assert!(!page.body.contains(token), "the token is in the page");
    let none = server.get("/sign-in/code", &[HTML]).await;
    assert_eq!(none.header("location"), "/sign-in?after=expiry");
    // The pending sign-in is not a session.
    let as_session = format!("latchkey={token}");
    let lines_as_session = [HTML, ("cookie", as_session.as_str())];
    let home = server.get("/", &lines_as_session).await;
    assert_eq!(home.header("location"), "/sign-in");

    let form = "page=/sign-in/code&code=123456&next=/apps";
    let wrong = server.post("/api/enter_sign_in_code", &lines, form).await;
    assert_eq!(wrong.status.as_u16(), 422, "{}", wrong.body);
    assert!(!wrong.body.contains("123456") && cookie(&wrong, "latchkey").is_none());
    let code = setup.secret().code_at(server.keyring.now());
    let form = format!("page=/sign-in/code&code={code}&next=/apps");
    let done = server.post("/api/enter_sign_in_code", &lines, &form).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    assert_eq!(done.header("location"), "/apps");
    assert!(cookie(&done, "latchkey").is_some());
    let ended = cookie(&done, "latchkey-sign-in").expect("taken back");
    assert!(ended.contains("Max-Age=0"), "{ended}");
    let again = server.post("/api/enter_sign_in_code", &lines, &form).await;
    let expired = "/sign-in?after=expiry&next=/apps";
    assert_eq!(again.header("location"), expired);
    let none = server.get("/sign-in/code?next=/apps", &[HTML]).await;
    assert_eq!(none.header("location"), expired);

    let asked = sign_in(&server, OWNER, "").await;
    let pending = cookie(&asked, "latchkey-sign-in").expect("a cookie");
    let own = format!(
        "latchkey-sign-in={}",
        pending.split(';').next().unwrap_or_default()
    );
    let lines = [JSON, ("cookie", own.as_str())];
    let form = format!("code={}", codes[9]);
    let done = server.post("/api/enter_sign_in_code", &lines, &form).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.body);
}

each_database!(a_required_factor_comes_before_anything_else_once_the_grace_period_is_over);
async fn a_required_factor_comes_before_anything_else_once_the_grace_period_is_over(
    database: TestDatabase,
) {
    let server = TestServer::with_users_on(database).await;
    let owner = Browser::of(&server, OWNER).await;
    let app = server.application(OWNER).await;
    let form = format!("app={app}&policy=editors");
    let set = owner.call("set_factor_policy", &form).await;
    assert_eq!(set.status, StatusCode::OK, "{}", set.body);
    let list = format!("/apps/{app}/settings/api-keys");
    let before = owner.get(&list).await;
    assert_eq!(before.status, StatusCode::OK);
    assert!(before.body.contains("requires two-factor authentication"));

    server.clock.advance(7 * DAY);
    for (email, required) in [
        (OWNER, true),
        (DEVELOPER, true),
        (VIEWER, false),
        (FOREIGNER, false),
    ] {
        let browser = Browser::of(&server, email).await;
        let app = server.keyring.sessions().find(&browser.token).await;
        let session = app.expect("a database").expect("a session");
        let app = session.applications().await.expect("read")[0].id;
        let list = format!("/apps/{app}/settings/api-keys");
        for path in [list.as_str(), "/", "/profile", "/profile/sessions"] {
            let answer = browser.get(path).await;
            let led = answer.header("location") == PAGE;
            assert_eq!(led, required, "{path} for {email}: {}", answer.status);
        }
        let file = browser.get(&format!("{list}.csv")).await;
        assert_eq!(file.status == StatusCode::FORBIDDEN, required, "{email}");
        // Otherwise the stream does not end.
        if required {
            let live = format!("/apps/{app}/settings/requests/live");
            let live = browser.get(&live).await;
            assert_eq!(live.status, StatusCode::FORBIDDEN, "{email}");
        }
        let confirmed = browser.call("confirm_password", "password=x").await;
        let refused = confirmed.body.contains("FactorRequired");
        assert_eq!(refused, required, "{email}: {}", confirmed.body);
        let page = browser.get(PAGE).await;
        assert_eq!(page.status, StatusCode::OK, "{email}");
        assert_eq!(page.body.contains("Set it up to continue"), required);
    }
    let developer = Browser::of(&server, DEVELOPER).await;
    let out = developer.call("sign_out", "").await;
    assert_eq!(out.status, StatusCode::OK, "{}", out.body);
    let owner = Browser::of(&server, OWNER).await;
    owner.enrol().await;
    assert_eq!(owner.get(&list).await.status, StatusCode::OK);
}

each_database!(an_owner_resets_the_factor_of_a_member_who_is_signed_out_everywhere);
async fn an_owner_resets_the_factor_of_a_member_who_is_signed_out_everywhere(
    database: TestDatabase,
) {
    let server = TestServer::with_users_on(database).await;
    let (owner, member) = (
        Browser::of(&server, OWNER).await,
        Browser::of(&server, DEVELOPER).await,
    );
    member.enrol().await;
    let app = server.application(OWNER).await;
    let session = server.keyring.sessions().find(&member.token).await;
    let person = session.expect("a database").expect("there").person_id();
    let path = format!("/apps/{app}/settings/members/{person}/two-factor");
    let question = owner.get(&path).await;
    assert!(question.body.contains("reset-factors"), "{}", question.body);
    let form = format!("app={app}&person={person}");
    let own = member.call("reset_two_factor", &form).await;
    assert_eq!(own.status, StatusCode::FORBIDDEN);
    let done = owner.call("reset_two_factor", &form).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.body);
    assert_eq!(
        member.get(PAGE).await.header("location"),
        "/sign-in?next=/profile/two-factor"
    );
    let log = owner.get(&format!("/apps/{app}/settings/audit-log")).await;
    assert!(log.body.contains("reset two-factor authentication of"));
    let signed_in = sign_in(&server, DEVELOPER, "").await;
    assert!(
        cookie(&signed_in, "latchkey").is_some(),
        "with the password alone"
    );
    let twice = owner.call("reset_two_factor", &form).await;
    assert_eq!(twice.status, StatusCode::NOT_FOUND);
    // An owner's own factor asks for a code.
    owner.enrol().await;
    let session = server.keyring.sessions().find(&owner.token).await;
    let me = session.expect("a database").expect("there").person_id();
    let own = owner
        .call("reset_two_factor", &format!("app={app}&person={me}"))
        .await;
    assert_eq!(own.status.as_u16(), 422, "{}", own.body);
}
