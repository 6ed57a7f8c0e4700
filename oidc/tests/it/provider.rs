//! The provider's configuration and keys: kept for a while, and bounded in size and time.

use domain::time::{DAY, HOUR, MINUTE, SECOND, Timestamp};
use oidc::{
    Challenge, Claims, CodeResponse, Now, Prompt, Provider, ProviderError, ProviderSettings,
};
use serde_json::{Value, json};
use std::{collections::HashMap, sync::Arc, time::Duration};
use testing::provider::{CLIENT_ID, CLIENT_SECRET, TestProvider};

const NOW: Timestamp = Timestamp(20_780 * DAY);
const CALLBACK: &str = "https://keys.example.com/sign-in/oidc/callback";
const CONFIGURATION: &str = "/.well-known/openid-configuration";

/// A client and its provider.
pub struct Setup {
    pub provider: TestProvider,
    client: Provider,
    pub now: Timestamp,
}

/// The name of an error, or of the reason why a token is invalid.
pub fn kind(error: &ProviderError) -> String {
    match error {
        ProviderError::Token(reason) => format!("{reason:?}"),
        ProviderError::Unavailable { .. } => "Unavailable".into(),
        ProviderError::Unusable { .. } => "Unusable".into(),
        ProviderError::Repeated(error) => kind(error),
        other => format!("{other:?}"),
    }
}

pub fn client(issuer: &str, timeout: Duration) -> Provider {
    let settings = ProviderSettings {
        issuer: issuer.to_owned(),
        client_id: CLIENT_ID.into(),
        client_secret: CLIENT_SECRET.into(),
        scopes: "openid email".into(),
        groups_claim: "groups".into(),
        authorities: Vec::new(),
        timeout,
    };
    Provider::new(settings).expect("an issuer")
}

/// A clock that shows one time.
fn stopped(now: Timestamp) -> Now {
    Arc::new(move || now)
}

impl Setup {
    pub async fn new() -> Self {
        let provider = TestProvider::start(NOW.0 / SECOND).await;
        Self {
            client: client(&provider.issuer, Duration::from_secs(10)),
            provider,
            now: NOW,
        }
    }

    pub fn clock(&self) -> Now {
        stopped(self.now)
    }

    pub fn seconds(&self) -> i64 {
        self.now.0 / SECOND
    }

    /// Sends a browser to the provider, and returns what it brings back.
    pub async fn begin(&self, seed: u8, prompt: Prompt) -> HashMap<String, String> {
        let seed = [seed; 32];
        let location = self
            .client
            .authorization_url(Challenge(&seed), CALLBACK, prompt, &self.clock())
            .await
            .expect("an address");
        let answer = self.provider.authorize(&location);
        let (path, query) = answer.split_once('?').expect("a query");
        assert_eq!(path, "/sign-in/oidc/callback");
        form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect()
    }

    pub async fn finish(
        &self,
        answer: &HashMap<String, String>,
        seed: u8,
        prompt: Prompt,
    ) -> Result<Claims, ProviderError> {
        let seed = [seed; 32];
        let response = CodeResponse {
            code: &answer["code"],
            issuer: answer.get("iss").map(String::as_str),
            redirect_uri: CALLBACK,
            challenge: Challenge(&seed),
            begun_at: NOW,
            prompt,
        };
        self.client.identify(response, &self.clock()).await
    }

    pub async fn sign_in(&self, seed: u8) -> Result<Claims, ProviderError> {
        self.prompted(seed, Prompt::None).await
    }

    pub async fn prompted(&self, seed: u8, prompt: Prompt) -> Result<Claims, ProviderError> {
        let answer = self.begin(seed, prompt).await;
        self.finish(&answer, seed, prompt).await
    }

    pub async fn address(&self) -> Result<String, ProviderError> {
        let challenge = Challenge(&[1; 32]);
        self.client
            .authorization_url(challenge, CALLBACK, Prompt::None, &self.clock())
            .await
    }
}

#[tokio::test]
async fn configuration_and_keys_are_kept_for_an_hour() {
    let mut setup = Setup::new().await;
    for _ in 0..3 {
        setup.sign_in(1).await.expect("a right token");
    }
    assert_eq!(setup.provider.requests(CONFIGURATION), 1);
    assert_eq!(setup.provider.requests("/keys"), 1);
    setup.now = setup.now.plus(HOUR);
    assert!(setup.address().await.is_ok());
    assert_eq!(setup.provider.requests(CONFIGURATION), 2);
}

#[tokio::test]
async fn an_unknown_key_is_looked_for_at_the_provider_once_a_minute() {
    let mut setup = Setup::new().await;
    setup.sign_in(1).await.expect("a right token");
    setup.provider.set(|script| {
        script.header.insert("kid".into(), json!("new"));
    });
    for _ in 0..5 {
        let refused = setup.sign_in(1).await.expect_err("no such key");
        assert_eq!(kind(&refused), "UnknownKey");
    }
    assert_eq!(setup.provider.requests("/keys"), 1, "read a moment ago");
    setup.now = setup.now.plus(MINUTE);
    let refused = setup.sign_in(1).await.expect_err("no such key");
    assert_eq!(kind(&refused), "UnknownKey");
    assert_eq!(setup.provider.requests("/keys"), 2);
}

#[tokio::test]
async fn a_provider_that_is_down_is_asked_again_after_five_seconds() {
    let mut setup = Setup::new().await;
    setup.provider.set(|script| script.status = Some(503));
    for _ in 0..4 {
        let down = setup.address().await.expect_err("down");
        assert_eq!(kind(&down), "Unavailable");
        assert!(down.to_string().contains("503"), "{down}");
    }
    assert_eq!(setup.provider.requests(CONFIGURATION), 1);
    setup.provider.set(|script| script.status = None);
    assert!(setup.address().await.is_err(), "the failure is kept");
    setup.now = setup.now.plus(5 * SECOND);
    assert!(setup.address().await.is_ok());
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (setup, elsewhere) = (Setup::new().await, Setup::new().await);
    let target = format!("{}{CONFIGURATION}", elsewhere.provider.issuer);
    setup.provider.set(|script| script.redirect = Some(target));
    let refused = setup.address().await.expect_err("not followed");
    assert_eq!(kind(&refused), "Unavailable");
    assert_eq!(elsewhere.provider.requests(CONFIGURATION), 0);
}

#[tokio::test]
async fn long_late_and_foreign_answers_are_refused() {
    let setup = Setup::new().await;
    let long = format!("{{\"x\":\"{}\"}}", "x".repeat(300_000));
    setup
        .provider
        .set(|script| script.configuration = Some(long));
    let refused = setup.address().await.expect_err("long");
    assert_eq!(kind(&refused), "Unavailable");
    for text in [
        "",
        "<html>",
        "[]",
        "{}",
        "{\"issuer\":\"https://evil.example\"}",
    ] {
        let setup = Setup::new().await;
        setup
            .provider
            .set(|script| script.configuration = Some(text.into()));
        let refused = setup.address().await.expect_err(text);
        assert_eq!(kind(&refused), "Unusable", "{text}");
    }
    // It accepts the connection and never answers.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let issuer = format!("http://{}", listener.local_addr().expect("an address"));
    let silent = client(&issuer, Duration::from_millis(50));
    let late = silent.check(&stopped(NOW)).await.expect_err("silent");
    assert_eq!(kind(&late), "Unavailable");
    assert!(late.to_string().contains("no answer within"), "{late}");
    drop(listener);
    let gone = client(&issuer, Duration::from_secs(10));
    let gone = gone
        .check(&stopped(NOW))
        .await
        .expect_err("no provider listens");
    assert_eq!(kind(&gone), "Unavailable");
}

#[tokio::test]
async fn keys_that_cannot_be_used_are_refused() {
    for keys in [
        json!({"keys": []}),
        json!({"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "rsa"}]}),
        json!({"keys": [{"kty": "RSA", "kid": "rsa", "use": "enc", "n": "AQAB", "e": "AQAB"}]}),
        json!({"keys": [{"kty": "RSA", "kid": "rsa", "key_ops": ["encrypt"], "n": "AQAB", "e": "AQAB"}]}),
        json!({"keys": [{"kty": "EC", "crv": "P-256", "kid": "rsa", "x": "AQAB", "y": "AQAB"}]}),
        json!({"keys": "none"}),
        json!([]),
    ] {
        let setup = Setup::new().await;
        setup
            .provider
            .set(|script| script.keys = Some(keys.clone()));
        let refused = setup.sign_in(1).await.expect_err("no key");
        assert_eq!(kind(&refused), "Unusable", "{keys}");
    }
    // Too short for a signature.
    let setup = Setup::new().await;
    let weak = json!({"keys": [{"kty": "RSA", "kid": "rsa", "n": "AQAB", "e": "AQAB"}]});
    setup.provider.set(|script| script.keys = Some(weak));
    let refused = setup.sign_in(1).await.expect_err("weak");
    assert_eq!(kind(&refused), "Signature");
}

#[tokio::test]
async fn the_texts_of_the_provider_are_not_repeated() {
    let setup = Setup::new().await;
    for (status, body, expected) in [
        (
            400,
            json!({"error": "invalid_client"}),
            "Refused(\"invalid_client\")",
        ),
        (
            400,
            json!({"error": "<script>"}),
            "Refused(\"unknown_error\")",
        ),
        (500, json!({"error": "server_error"}), "Unavailable"),
        (200, json!({"access_token": "x"}), "Unusable"),
        (200, json!({"id_token": 7}), "Unusable"),
        (403, Value::Null, "Unavailable"),
    ] {
        setup
            .provider
            .set(|script| script.refusal = Some((status, body.clone())));
        let refused = setup.sign_in(1).await.expect_err("no token");
        assert_eq!(kind(&refused), expected, "{body}");
        assert!(!refused.to_string().contains("script>"), "{refused}");
    }
}

#[tokio::test]
async fn a_check_reads_everything_anew_and_leaves_what_can_be_used() {
    let mut setup = Setup::new().await;
    let report = setup.client.check(&setup.clock()).await.expect("well");
    assert_eq!(report.keys, 3);
    assert!(report.token_endpoint.ends_with("/token"));
    assert!(!report.lacks_auth_time);
    assert!(setup.address().await.is_ok(), "what was read is used");
    assert_eq!(setup.provider.requests(CONFIGURATION), 1);
    setup.provider.set(|script| script.status = Some(500));
    let kept = setup.client.check(&setup.clock()).await;
    assert!(kept.is_ok(), "the result of a moment ago");
    setup.now = setup.now.plus(5 * SECOND);
    assert!(setup.client.check(&setup.clock()).await.is_err());
    assert_eq!(setup.provider.requests(CONFIGURATION), 2);
    assert!(setup.address().await.is_ok(), "the failure changes nothing");
    setup.provider.set(|script| {
        script.status = None;
        let claims = json!(["sub", "email"]);
        script.metadata.insert("claims_supported".into(), claims);
    });
    setup.now = setup.now.plus(5 * SECOND);
    let report = setup.client.check(&setup.clock()).await.expect("well");
    assert!(report.lacks_auth_time);
}

#[tokio::test]
async fn credentials_are_sent_in_the_form_where_the_provider_wants_that() {
    let setup = Setup::new().await;
    setup.provider.set(|script| {
        let methods = json!(["client_secret_post"]);
        script
            .metadata
            .insert("token_endpoint_auth_methods_supported".into(), methods);
    });
    // The test provider accepts them in the way that its configuration names only.
    setup.sign_in(1).await.expect("a right token");
}

#[tokio::test]
async fn a_provider_that_knows_no_login_prompt_is_asked_to_show_the_account() {
    let setup = Setup::new().await;
    let challenge = Challenge(&[1; 32]);
    setup.provider.set(|script| {
        let values = json!(["none", "consent", "select_account"]);
        script
            .metadata
            .insert("prompt_values_supported".into(), values);
    });
    let (prompt, clock) = (Prompt::SignIn, setup.clock());
    let location = setup
        .client
        .authorization_url(challenge, CALLBACK, prompt, &clock)
        .await
        .expect("an address");
    assert!(
        location.contains("prompt=select_account&max_age=0"),
        "{location}"
    );
}
