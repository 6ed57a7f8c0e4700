//! Signing in through an identity provider, without JavaScript.

mod again;
mod browser;
mod forged;
mod link;
mod mailed;
mod matrix;
mod people;
mod recorded;
mod roles;
mod wanted;

use browser::Browser;
use domain::{
    account::{Email, Role},
    id::ApplicationId,
    origin::Origin,
    single_sign_on::GroupRoles,
    time::{DAY, MINUTE, SECOND, Timestamp},
};
use http::StatusCode;
use management::{FreshAccountOwner, ProviderMembers, Session, SingleSignOn};
use oidc::{Provider, ProviderSettings};
use serde_json::{Value, json};
use std::{collections::BTreeMap, time::Duration};
use test_server::{DEVELOPER, FOREIGNER, OWNER, PASSWORD, TestServer, VIEWER};
use testing::{
    TestDatabase, each_database,
    provider::{CLIENT_ID, CLIENT_SECRET, TestProvider},
};

const HTML: (&str, &str) = ("accept", "text/html,application/xhtml+xml");
/// The clock of a new server.
const START: Timestamp = Timestamp(20_780 * DAY);
/// The address in the provider's tokens.
pub const ADA: &str = "ada@northwind.example";

/// A server with its provider.
pub struct Setup {
    pub server: TestServer,
    pub provider: TestProvider,
}

pub fn single_sign_on(issuer: &str) -> SingleSignOn {
    let settings = ProviderSettings {
        issuer: issuer.to_owned(),
        client_id: CLIENT_ID.into(),
        client_secret: CLIENT_SECRET.into(),
        scopes: "openid email profile".into(),
        groups_claim: "groups".into(),
        authorities: Vec::new(),
        timeout: Duration::from_secs(10),
    };
    SingleSignOn {
        provider: Provider::new(settings).expect("an issuer"),
        name: "Northwind ID".into(),
        link_by_email: false,
        members: Some(ProviderMembers {
            account: "Northwind".into(),
            roles: GroupRoles::parse("admins=owner,devs=developer,readers=viewer").expect("roles"),
        }),
    }
}

impl Setup {
    /// A server with the test users; people of the provider join by their groups, and are developers at first.
    pub async fn new() -> Self {
        Self::with(TestServer::with_users().await, |_| {}).await
    }

    pub async fn with(server: TestServer, change: impl FnOnce(&mut SingleSignOn)) -> Self {
        let provider = TestProvider::start(START.0 / SECOND).await;
        let mut settings = single_sign_on(&provider.issuer);
        change(&mut settings);
        server.keyring.identity_provider().set(settings);
        let setup = Self { server, provider };
        setup.groups(&["devs"]);
        setup
    }

    pub fn claim(&self, name: &str, value: Value) {
        self.provider.set(|script| script.claim(name, value));
    }

    pub fn groups(&self, groups: &[&str]) {
        self.claim("groups", json!(groups));
    }

    /// The provider says from now on that people have signed in at this moment.
    pub fn says_when(&self) {
        self.provider.set(|script| {
            let now = script.now;
            script.claim("auth_time", json!(now));
        });
    }

    /// Moves both clocks.
    pub fn advance(&self, milliseconds: i64) {
        self.server.clock.advance(milliseconds);
        self.provider
            .set(|script| script.now += milliseconds / SECOND);
    }

    pub fn browser(&self) -> Browser<'_> {
        Browser {
            setup: self,
            cookies: BTreeMap::new(),
        }
    }

    /// The role of a session's person in the account of the test users.
    pub async fn role(&self, session: &Session) -> Option<Role> {
        let app = self.application().await;
        let viewer = session.viewer(app, Origin::default()).await.ok()?;
        Some(viewer.identity().role)
    }

    pub async fn application(&self) -> ApplicationId {
        self.server.application(OWNER).await
    }

    /// The owner of the account of the test users.
    pub async fn fresh_owner(&self) -> FreshAccountOwner {
        let owner = self.server.owner().await.account_owner();
        owner
            .expect("owns it")
            .fresh_account_owner()
            .expect("signed in a moment ago")
    }

    /// The audit log as its owner reads it.
    pub async fn audit_log(&self) -> String {
        let app = self.application().await;
        let mut owner = self.browser();
        owner.use_session(&self.server.token(OWNER).await);
        let log = owner.get(&format!("/apps/{app}/settings/audit-log")).await;
        assert_eq!(log.status, StatusCode::OK);
        log.body
    }
}

each_database!(a_newcomer_with_a_group_becomes_a_member_and_is_signed_in);
async fn a_newcomer_with_a_group_becomes_a_member_and_is_signed_in(database: TestDatabase) {
    let setup = Setup::with(TestServer::with_users_on(database).await, |_| {}).await;
    setup.claim("amr", json!(["pwd", "mfa", "<b>"]));
    let mut browser = setup.browser();
    let page = browser.get("/sign-in?next=/profile").await;
    let link = "href=\"/sign-in/oidc?next=/profile\"";
    assert!(page.body.contains(link), "{}", page.body);
    assert!(page.body.contains("Continue with Northwind ID"));
    assert!(page.body.contains("Sign in with a passkey"));
    assert_eq!(page.body.matches("class=\"auth-or\"").count(), 1);
    let callback = browser.begin("/sign-in/oidc?next=/profile").await;
    let answer = browser.finish(&callback).await;
    assert_eq!(answer.header("location"), "/profile");
    let session = browser.session().await;
    assert_eq!(session.email().as_str(), ADA);
    assert_eq!(session.profile().name.as_str(), "Ada Lovelace");
    assert_eq!(setup.role(&session).await, Some(Role::Developer));
    // The provider did not say when the person signed in there.
    assert!(!session.is_fresh() && !session.has_password());
    let log = setup.audit_log().await;
    for shown in [
        "by the groups of single sign-on",
        "through single sign-on (pwd, mfa)",
        ADA,
    ] {
        assert!(log.contains(shown), "{shown} is not in {log}");
    }
    // The second time the person is known.
    let mut again = setup.browser();
    again.sign_in().await;
    let second = again.session().await;
    assert_eq!(second.person_id(), session.person_id());
}

#[tokio::test]
async fn without_a_provider_nothing_has_changed() {
    let server = TestServer::with_users().await;
    for path in ["/sign-in/oidc", "/sign-in/oidc/callback?code=x&state=y"] {
        let answer = server.get(path, &[HTML]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
    let page = server.get("/sign-in?sso=unavailable", &[HTML]).await;
    assert!(!page.body.contains("Continue with") && !page.body.contains("oidc"));
    let cookie = format!("latchkey={}", server.token(OWNER).await);
    let profile = server.get("/profile", &[HTML, ("cookie", &cookie)]).await;
    assert!(!profile.body.contains("Single sign-on"));
}

#[tokio::test]
async fn a_provider_that_is_down_leaves_the_password() {
    let setup = Setup::new().await;
    setup.provider.set(|script| script.status = Some(503));
    let mut browser = setup.browser();
    let answer = browser.get("/sign-in/oidc").await;
    assert_eq!(answer.header("location"), "/sign-in?sso=unavailable");
    let page = browser.get(answer.header("location")).await;
    assert!(
        page.body
            .contains("reach Northwind ID. Sign in with your password")
    );
    let form = format!("email={OWNER}&password={}", PASSWORD.replace(' ', "+"));
    browser.post("sign_in", &form).await;
    assert_eq!(browser.session().await.email().as_str(), OWNER);
    // It may also go down while a browser is there.
    setup.advance(MINUTE);
    setup.provider.set(|script| script.status = None);
    let mut browser = setup.browser();
    let callback = browser.begin("/sign-in/oidc").await;
    setup.provider.set(|script| script.status = Some(500));
    let answer = browser.finish(&callback).await;
    assert_eq!(answer.header("location"), "/sign-in?sso=unavailable");
}

#[tokio::test]
async fn a_person_of_the_provider_has_no_password_to_guess() {
    let setup = Setup::new().await;
    let mut browser = setup.browser();
    browser.sign_in().await;
    for password in ["", PASSWORD, "*"] {
        let admitted = setup
            .server
            .keyring
            .sign_in()
            .with_password(ADA, password, None, &Origin::default())
            .await;
        assert!(matches!(admitted, Ok(None)), "{password:?}");
    }
    let profile = browser.get("/profile").await;
    assert!(
        !profile.body.contains("Change password"),
        "{}",
        profile.body
    );
    assert!(
        profile
            .body
            .contains("You sign in through your identity provider")
    );
    let form = "page=/profile/password&new_password=violet+compass+under+snow&password=";
    let refused = browser.post("change_password", form).await;
    assert!(refused.status.is_client_error(), "{}", refused.status);
}

#[tokio::test]
async fn pages_of_a_person_without_a_password_ask_for_none() {
    let setup = Setup::new().await;
    let mut browser = setup.browser();
    browser.sign_in().await;
    for (path, shown) in [
        ("/profile/password", "To set one, ask an owner"),
        ("/profile/email", "Change it there, then sign in again."),
        (
            "/profile/two-factor",
            "Your identity provider decides how you sign in.",
        ),
    ] {
        let page = browser.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(page.body.contains(shown), "{path}: {}", page.body);
        for absent in [
            "type=\"password\"",
            "learns your password",
            "addition to your password",
        ] {
            assert!(!page.body.contains(absent), "{path}: {absent}");
        }
    }
    // One with a password still has the forms.
    let mut viewer = setup.browser();
    viewer.use_session(&setup.server.token(VIEWER).await);
    for path in ["/profile/password", "/profile/email"] {
        let page = viewer.get(path).await;
        assert!(
            page.body.contains("type=\"password\""),
            "{path}: {}",
            page.body
        );
    }
}

#[tokio::test]
async fn cookies_are_bound_to_the_host_and_hidden_from_scripts() {
    let setup = Setup::with(TestServer::at("https://keys.example.com").await, |_| {}).await;
    let host = ("host", "keys.example.com");
    let begun = setup.server.get("/sign-in/oidc", &[HTML, host]).await;
    let line = begun.header("set-cookie");
    for part in [
        "__Host-latchkey-oidc=",
        "HttpOnly",
        "SameSite=Lax",
        "Secure",
        "Path=/",
        "Max-Age=600",
    ] {
        assert!(line.contains(part), "{part} is not in {line}");
    }
    let location = begun.header("location");
    let callback = "redirect_uri=https%3A%2F%2Fkeys.example.com%2Fsign-in%2Foidc%2Fcallback";
    assert!(location.contains(callback), "{location}");
    assert!(!location.contains("prompt="), "{location}");
}

#[tokio::test]
async fn an_owner_tests_the_connection() {
    let setup = Setup::new().await;
    let app = setup.application().await;
    let members = format!("/apps/{app}/settings/members");
    let form = format!("page={members}&app={app}");
    let mut browser = setup.browser();
    browser.use_session(&setup.server.token(OWNER).await);
    let page = browser.get(&members).await;
    assert!(page.body.contains("Test connection"), "{}", page.body);
    let works = browser.post("test_connection", &form).await;
    assert!(works.body.contains("Usable keys: 3."), "{}", works.body);
    setup.advance(5 * SECOND);
    setup.provider.set(|script| script.status = Some(502));
    let fails = browser.post("test_connection", &form).await;
    assert!(fails.body.contains("Connection failed"), "{}", fails.body);
    assert!(fails.body.contains("502"), "{}", fails.body);
    // Nor may an owner of one application test it.
    let developer = setup.server.session(DEVELOPER).await.person_id();
    let given = setup.fresh_owner().await;
    let given = given.change_application_role(developer, Some(Role::Owner));
    given.await.expect("given");
    let mut browser = setup.browser();
    browser.use_session(&setup.server.token(DEVELOPER).await);
    let page = browser.get(&members).await;
    assert!(!page.body.contains("Test connection"), "{}", page.body);
    let refused = browser.post("test_connection", &form).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.body);
    // The provider is not that of another account.
    let app = setup.server.application(FOREIGNER).await;
    let members = format!("/apps/{app}/settings/members");
    let mut browser = setup.browser();
    browser.use_session(&setup.server.token(FOREIGNER).await);
    let page = browser.get(&members).await;
    assert!(!page.body.contains("Test connection"), "{}", page.body);
    let form = format!("page={members}&app={app}");
    let refused = browser.post("test_connection", &form).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND, "{}", refused.body);
}

#[tokio::test]
async fn an_address_is_kept_in_lower_case() {
    let setup = Setup::new().await;
    setup.claim("email", json!("Ada.L@Northwind.Example"));
    let mut browser = setup.browser();
    browser.sign_in().await;
    let expected = Email::parse("ada.l@northwind.example").expect("an address");
    assert_eq!(*browser.session().await.email(), expected);
}
