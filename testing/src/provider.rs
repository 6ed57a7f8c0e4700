//! An OpenID Connect provider on loopback that signs whatever a test asks for.

mod client;
pub mod forgeries;
mod signing;

pub use signing::Signing;

use axum::{
    Form, Json, Router,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::digest::{SHA256, digest};
use serde_json::{Map, Value, json};
use signing::Keys;
use std::{
    collections::HashMap,
    net::Ipv4Addr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::{net::TcpListener, task::JoinHandle};

/// The client's id.
pub const CLIENT_ID: &str = "latchkey";
/// The client's secret, which has to be encoded.
pub const CLIENT_SECRET: &str = "a secret: with + signs & more";
/// The access token in every response.
pub const ACCESS_TOKEN: &str = "an-access-token";

/// Changes the text of something before it is sent.
pub type Edit = Box<dyn Fn(String) -> String + Send + Sync>;

/// The answers of the provider.
pub struct Script {
    /// The time, in seconds since 1970.
    pub now: i64,
    /// Claims that replace those of a right token; `null` removes one.
    pub claims: Map<String, Value>,
    /// Header parameters, as [`Script::claims`].
    pub header: Map<String, Value>,
    /// The key and the algorithm that sign.
    pub signing: Signing,
    /// Changes the JSON of the claims before it is signed.
    pub payload: Option<Edit>,
    /// Changes the token after it was signed.
    pub token: Option<Edit>,
    /// Members of the response with the token, as [`Script::claims`].
    pub response: Map<String, Value>,
    /// Members of the configuration, as [`Script::claims`].
    pub metadata: Map<String, Value>,
    /// The published keys, instead of the right ones.
    pub keys: Option<Value>,
    /// The response to a request for a token, instead of a token.
    pub refusal: Option<(u16, Value)>,
    /// The status of every response, instead of an answer.
    pub status: Option<u16>,
    /// Leaves requests for the configuration without an answer.
    pub silent: bool,
    /// Answers the configuration with this text.
    pub configuration: Option<String>,
    /// Where every request is redirected to.
    pub redirect: Option<String>,
    /// The issuer that the response names; an empty one is left out.
    pub response_issuer: Option<String>,
}

struct Request {
    nonce: String,
    challenge: String,
    redirect_uri: String,
    /// Whether the person has to sign in again.
    again: bool,
}

struct Shared {
    issuer: String,
    keys: Keys,
    script: Mutex<Script>,
    codes: Mutex<HashMap<String, Request>>,
    /// The number of requests by path.
    requests: Mutex<HashMap<String, usize>>,
    last_token: Mutex<String>,
}

/// A running provider, which stops when it is dropped.
pub struct TestProvider {
    /// Its issuer.
    pub issuer: String,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

impl Drop for TestProvider {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn merge(into: &mut Map<String, Value>, changes: &Map<String, Value>) {
    for (name, value) in changes {
        if value.is_null() {
            into.remove(name);
        } else {
            into.insert(name.clone(), value.clone());
        }
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => panic!("no object: {other}"),
    }
}

impl Script {
    /// The script of a provider that does everything right.
    pub fn right(now: i64) -> Self {
        Self {
            now,
            claims: Map::new(),
            header: Map::new(),
            signing: Signing::Rs256,
            payload: None,
            token: None,
            response: Map::new(),
            metadata: Map::new(),
            keys: None,
            refusal: None,
            status: None,
            silent: false,
            configuration: None,
            redirect: None,
            response_issuer: None,
        }
    }

    /// Sets a claim; `null` removes it.
    pub fn claim(&mut self, name: &str, value: Value) {
        self.claims.insert(name.to_owned(), value);
    }
}

impl TestProvider {
    /// Starts a provider at a time in seconds since 1970.
    ///
    /// # Panics
    /// If it cannot be started.
    pub async fn start(now: i64) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let issuer = format!("http://127.0.0.1:{port}");
        let shared = Arc::new(Shared {
            issuer: issuer.clone(),
            keys: Keys::new(),
            script: Mutex::new(Script::right(now)),
            codes: Mutex::default(),
            requests: Mutex::default(),
            last_token: Mutex::default(),
        });
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(configuration))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .with_state(Arc::clone(&shared));
        let task = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("a listener");
        });
        Self {
            issuer,
            shared,
            task,
        }
    }

    /// Changes what it answers from now on.
    pub fn set(&self, change: impl FnOnce(&mut Script)) {
        change(&mut lock(&self.shared.script));
    }

    /// Does everything right again.
    pub fn reset(&self) {
        let mut script = lock(&self.shared.script);
        *script = Script::right(script.now);
    }

    /// The number of requests for a path.
    pub fn requests(&self, path: &str) -> usize {
        lock(&self.shared.requests)
            .get(path)
            .copied()
            .unwrap_or_default()
    }

    /// The token that was sent last.
    pub fn last_token(&self) -> String {
        lock(&self.shared.last_token).clone()
    }

    /// Signs the person in: takes the address that a browser was sent to, and returns path and query of the address that it is sent
    /// back to.
    ///
    /// # Panics
    /// If the request is not that of the client.
    pub fn authorize(&self, location: &str) -> String {
        let (endpoint, query) = location.split_once('?').expect("a query");
        assert_eq!(endpoint, format!("{}/authorize", self.issuer));
        let query: HashMap<String, String> = form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        let get = |name: &str| query.get(name).cloned().unwrap_or_default();
        assert_eq!(get("response_type"), "code");
        assert_eq!(get("client_id"), CLIENT_ID);
        assert_eq!(get("code_challenge_method"), "S256");
        assert!(get("scope").split(' ').any(|scope| scope == "openid"));
        let mut codes = lock(&self.shared.codes);
        let code = format!("code-{}", codes.len());
        let redirect_uri = get("redirect_uri");
        let path = redirect_uri
            .splitn(4, '/')
            .nth(3)
            .expect("an absolute address");
        let issuer = lock(&self.shared.script)
            .response_issuer
            .clone()
            .unwrap_or_else(|| self.issuer.clone());
        let mut answer = form_urlencoded::Serializer::new(String::new());
        answer
            .append_pair("code", &code)
            .append_pair("state", &get("state"));
        if !issuer.is_empty() {
            answer.append_pair("iss", &issuer);
        }
        let answer = format!("/{path}?{}", answer.finish());
        let request = Request {
            nonce: get("nonce"),
            challenge: get("code_challenge"),
            again: get("max_age") == "0",
            redirect_uri,
        };
        codes.insert(code, request);
        answer
    }
}

impl Shared {
    /// Counts a request; the response that the script prescribes for all of them.
    fn answer(&self, path: &str) -> Option<Response> {
        *lock(&self.requests).entry(path.to_owned()).or_default() += 1;
        let script = lock(&self.script);
        if let Some(target) = &script.redirect {
            let target = HeaderValue::from_str(target).expect("an address");
            return Some((StatusCode::FOUND, [(header::LOCATION, target)]).into_response());
        }
        let status = StatusCode::from_u16(script.status?).expect("a status");
        Some(status.into_response())
    }

    /// Builds the token that answers a request.
    fn id_token(&self, script: &Script, request: &Request) -> String {
        let mut claims = object(json!({
            "iss": self.issuer,
            "sub": "248289761001",
            "aud": CLIENT_ID,
            "exp": script.now + 300,
            "iat": script.now,
            "nonce": request.nonce,
            "at_hash": script.signing.access_token_hash(ACCESS_TOKEN),
            "email": "ada@northwind.example",
            "email_verified": true,
            "name": "Ada Lovelace",
        }));
        if request.again {
            claims.insert("auth_time".into(), json!(script.now));
        }
        merge(&mut claims, &script.claims);
        let mut header = object(json!({
            "alg": script.signing.algorithm(),
            "kid": script.signing.key_id(),
            "typ": "JWT",
        }));
        merge(&mut header, &script.header);
        let mut payload = Value::Object(claims).to_string();
        if let Some(edit) = &script.payload {
            payload = edit(payload);
        }
        let header = Value::Object(header).to_string();
        let signed = [header, payload]
            .map(|part| URL_SAFE_NO_PAD.encode(part))
            .join(".");
        let signature = self.keys.sign(script.signing, signed.as_bytes());
        let token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature));
        match &script.token {
            Some(edit) => edit(token),
            None => token,
        }
    }
}

async fn configuration(State(shared): State<Arc<Shared>>) -> Response {
    if let Some(answer) = shared.answer("/.well-known/openid-configuration") {
        return answer;
    }
    let silent = lock(&shared.script).silent;
    if silent {
        return std::future::pending().await;
    }
    let script = lock(&shared.script);
    if let Some(text) = &script.configuration {
        return text.clone().into_response();
    }
    let issuer = &shared.issuer;
    let mut document = object(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"],
        "id_token_signing_alg_values_supported": ["RS256", "PS256", "ES256", "EdDSA"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
    }));
    merge(&mut document, &script.metadata);
    Json(document).into_response()
}

async fn keys(State(shared): State<Arc<Shared>>) -> Response {
    if let Some(answer) = shared.answer("/keys") {
        return answer;
    }
    let script = lock(&shared.script);
    let keys = script.keys.clone();
    Json(keys.unwrap_or_else(|| shared.keys.public())).into_response()
}

async fn token(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Response {
    if let Some(answer) = shared.answer("/token") {
        return answer;
    }
    let refuse = |code: &str| {
        let body = Json(json!({"error": code, "error_description": "hunter2"}));
        (StatusCode::BAD_REQUEST, body).into_response()
    };
    let get = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    let methods = lock(&shared.script)
        .metadata
        .get("token_endpoint_auth_methods_supported")
        .cloned();
    if !client::is_authenticated(methods.as_ref(), &headers, &form) {
        return refuse("invalid_client");
    }
    // A code works once.
    let Some(request) = lock(&shared.codes).remove(get("code")) else {
        return refuse("invalid_grant");
    };
    let challenge = digest(&SHA256, get("code_verifier").as_bytes());
    if get("grant_type") != "authorization_code"
        || get("redirect_uri") != request.redirect_uri
        || URL_SAFE_NO_PAD.encode(challenge) != request.challenge
    {
        return refuse("invalid_grant");
    }
    let script = lock(&shared.script);
    if let Some((status, body)) = &script.refusal {
        let status = StatusCode::from_u16(*status).expect("a status");
        return (status, Json(body)).into_response();
    }
    let token = shared.id_token(&script, &request);
    lock(&shared.last_token).clone_from(&token);
    let mut response = object(json!({
        "token_type": "Bearer",
        "expires_in": 300,
        "access_token": ACCESS_TOKEN,
        "id_token": token,
    }));
    merge(&mut response, &script.response);
    Json(response).into_response()
}
