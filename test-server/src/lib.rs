//! A server for tests, with its own database, users and a manual clock. A dev-dependency only.
#![expect(
    missing_docs,
    clippy::missing_panics_doc,
    reason = "names are sufficient in tests, and every failure is a panic"
)]

mod cookies;
pub mod described;
mod documents;

use axum::body::{Body, to_bytes};
use contract::client_address::TrustedProxies;
use domain::{
    account::{Email, Role},
    id::ApplicationId,
    key::{
        Environment, KeyDraft,
        expiry::Expiry,
        ip_rule::IpRules,
        issued::IssuedKey,
        name::{Description, KeyName},
        scope::ScopeSet,
    },
    origin::Origin,
    time::{DAY, Timestamp},
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode};
use management::{Admission, Issue, Keyring, Owner, PersonDraft, Place, Session, Store};
use server::{
    AppState,
    config::PublicUrl,
    request::{Peer, RequestService},
    router::endpoints,
};
use std::{any::Any, sync::Arc};
use testing::TestDatabase;
use tower::ServiceExt;
use verification::{ManualClock, Pepper, Peppers};

pub const PASSWORD: &str = "correct horse battery";
pub const OWNER: &str = "owner@northwind.example";
pub const DEVELOPER: &str = "developer@northwind.example";
pub const VIEWER: &str = "viewer@northwind.example";
pub const FOREIGNER: &str = "owner@contoso.example";
/// Added by [`TestServer::add_support`].
pub const SUPPORT: &str = "help@latchkey.example";
pub const HERE: &str = "http://localhost:3000";
pub const PEER: &str = "198.51.100.2";
pub const PROXY: &str = "10.0.0.1";

/// A response.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// The body without the comments that mark places for the browser's program.
    pub fn html(&self) -> String {
        self.body.replace("<!>", "")
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.body))
    }
}

/// Unlimited: no background task asks the database in tests, and their clock jumps.
pub const PATIENCE_MS: i64 = i64::MAX;

pub struct TestServer {
    pub router: RequestService,
    pub state: AppState,
    pub keyring: Keyring,
    pub clock: Arc<ManualClock>,
    pub url: String,
    /// The database. Closed, it is as if it did not respond.
    pub store: Store,
    /// The folder of the database, which is removed when this is dropped.
    _place: Box<dyn Any + Send + Sync>,
}

/// The pepper of all test servers.
pub const PEPPER: &[u8; 32] = b"0123456789abcdef0123456789abcdef";

/// Returns it as a list.
pub fn peppers() -> Peppers {
    Pepper::from_bytes(*PEPPER).into()
}

impl TestServer {
    pub async fn new() -> Self {
        Self::at(HERE).await
    }

    pub async fn at(public_url: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}/latchkey.db", folder.path().display());
        let store = Store::open(&url).await.expect("a database");
        Self::over(store, url, Box::new(folder), public_url).await
    }

    /// A server with the test users over a new database.
    pub async fn with_users_on(database: TestDatabase) -> Self {
        let (store, url) = (database.store.clone(), database.url.clone());
        let server = Self::over(store, url, Box::new(database), HERE).await;
        server.add_users().await;
        server
    }

    /// A server over a database that exists as long as `place`.
    pub async fn over(
        store: Store,
        url: String,
        place: Box<dyn Any + Send + Sync>,
        public_url: &str,
    ) -> Self {
        let clock = Arc::new(ManualClock::new(Timestamp(20_780 * DAY)));
        let keyring = Keyring::open(store.clone(), peppers(), clock.clone())
            .await
            .expect("a keyring");
        let state = AppState::new(
            keyring.clone(),
            PublicUrl::parse(public_url).expect("a URL"),
            TrustedProxies::parse("10.0.0.0/8").expect("a network"),
            PATIENCE_MS,
            &endpoints(),
        );
        Self {
            router: server::router(state.clone()),
            state,
            keyring,
            clock,
            url,
            store,
            _place: place,
        }
    }

    /// A server with the test users: owner, developer and viewer of an account, and the owner of another one.
    pub async fn with_users() -> Self {
        let server = Self::new().await;
        server.add_users().await;
        server
    }

    /// Adds the test users.
    pub async fn add_users(&self) {
        for (email, role, account, application) in [
            (OWNER, Role::Owner, "Northwind", "Storefront"),
            (DEVELOPER, Role::Developer, "Northwind", "Storefront"),
            (VIEWER, Role::Viewer, "Northwind", "Storefront"),
            (FOREIGNER, Role::Owner, "Contoso", "Shop"),
        ] {
            let draft = PersonDraft {
                place: Some(Place::named(account, application)),
                email: Email::parse(email).expect("an address"),
                role,
                password: PASSWORD.into(),
            };
            self.keyring.people().add(draft).await.expect("added");
        }
    }

    /// Adds a person of support.
    pub async fn add_support(&self) {
        let draft = PersonDraft {
            place: None,
            email: Email::parse(SUPPORT).expect("an address"),
            role: Role::Support,
            password: PASSWORD.into(),
        };
        self.keyring.people().add(draft).await.expect("added");
    }

    /// Signs in, and returns the session token.
    pub async fn token(&self, email: &str) -> String {
        match self
            .keyring
            .sign_in()
            .with_password(email, PASSWORD, None, &Origin::default())
            .await
        {
            Ok(Some(Admission::Session(signed_in))) => signed_in.token,
            other => panic!("{email} cannot sign in: {other:?}"),
        }
    }

    pub async fn session(&self, email: &str) -> Session {
        let token = self.token(email).await;
        self.keyring
            .sessions()
            .find(&token)
            .await
            .expect("a database")
            .expect("a session")
    }

    pub async fn application(&self, email: &str) -> ApplicationId {
        let applications = self.session(email).await.applications().await;
        applications.expect("a database").first().expect("one").id
    }

    pub async fn owner(&self) -> Owner {
        self.owner_of(OWNER).await
    }

    /// The permission of a person who owns their first application.
    pub async fn owner_of(&self, email: &str) -> Owner {
        let session = self.session(email).await;
        let applications = session.applications().await.expect("a database");
        let app = applications.first().expect("one").id;
        session
            .owner(app, Origin::default())
            .await
            .expect("an owner")
    }

    /// Issues a key with these scopes and IP rules, which expires after 90 days.
    pub async fn key(&self, owner: &Owner, scopes: &str, allowed: &str) -> IssuedKey {
        let draft = KeyDraft {
            name: KeyName::parse("Checkout").expect("a name"),
            description: Description::default(),
            environment: Environment::Live,
            scopes: scopes.parse::<ScopeSet>().expect("scopes"),
            expiry: Expiry::of_choice("90", owner.now()).expect("a choice"),
            ip_rules: IpRules::parse(allowed).expect("rules"),
            rate_limit: None,
        };
        let fresh = owner.fresh().expect("signed in a moment ago");
        match fresh.issue(draft, self.keyring.new_idempotency_key()).await {
            Ok(Issue::New(issued)) => issued,
            other => panic!("no key: {other:?}"),
        }
    }

    /// Sends a request. Each response of the gate is checked against `/openapi.json`, each cookie of a response for its attributes,
    /// each body for the tokens of cookies, and each page for its title.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let sent = request.headers().clone();
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("infallible");
        let (head, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.expect("a body");
        let answer = Answer {
            status: head.status,
            headers: head.headers,
            body: String::from_utf8_lossy(&bytes).into_owned(),
        };
        described::check(&method, &path, &answer);
        let https = self.state.public_url.origin().starts_with("https:");
        cookies::check(&sent, &answer, https);
        documents::check(&path, &answer);
        answer
    }

    pub async fn get(&self, path: &str, lines: &[(&str, &str)]) -> Answer {
        self.send(request(Method::GET, path, lines, "")).await
    }

    /// Posts a form from a page at `host`.
    pub async fn post_at(&self, host: &str, path: &str, form: &str) -> Answer {
        let lines = [
            ("host", host),
            ("sec-fetch-site", "same-origin"),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        self.send(request(Method::POST, path, &lines, form)).await
    }

    /// Posts a form from a page of the server.
    pub async fn post(&self, path: &str, lines: &[(&str, &str)], form: &str) -> Answer {
        let mut all = vec![
            ("host", "localhost:3000"),
            ("sec-fetch-site", "same-origin"),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        all.extend_from_slice(lines);
        self.send(request(Method::POST, path, &all, form)).await
    }
}

/// Returns a request from [`PEER`]; a header `("peer", address)` sets another peer.
pub fn request(method: Method, path: &str, lines: &[(&str, &str)], body: &str) -> Request<Body> {
    let mut request = Request::new(Body::from(body.to_owned()));
    *request.method_mut() = method;
    *request.uri_mut() = path.parse().expect("a path");
    let mut peer = PEER;
    for (name, value) in lines {
        if *name == "peer" {
            peer = value;
        } else {
            request.headers_mut().append(
                HeaderName::from_bytes(name.as_bytes()).expect("a name"),
                HeaderValue::from_bytes(value.as_bytes()).expect("a value"),
            );
        }
    }
    let peer = Peer(peer.parse().expect("an address"));
    request.extensions_mut().insert(peer);
    request
}
