//! A gate that counts its calls, and a service that uses the client.

use axum::{
    Extension, Router,
    body::{Body, to_bytes},
    extract::ConnectInfo,
    response::{IntoResponse, Response},
    routing::any,
};
use domain::key::{
    Environment, KeyDraft,
    expiry::Expiry,
    ip_rule::IpRules,
    issued::IssuedKey,
    name::{Description, KeyName},
    rate_limit::RateLimit,
};
use http::{HeaderMap, HeaderValue, Method, Request, header};
use http_body_util::Full;
use latchkey_client::{Builder, Caller, Clock, Latchkey};
use management::{Issue, Owner};
use server::request::Peer;
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, UNIX_EPOCH},
};
use test_server::{Answer, PEER, TestServer, request};
use tower::{Service, ServiceExt, service_fn};

/// The gate's origin in error responses.
pub const GATE: &str = "http://localhost:3000";

/// A clock of the cache that tests advance.
#[derive(Default)]
pub struct ManualClock(AtomicU64);

impl ManualClock {
    pub fn advance(&self, by: Duration) {
        let by = u64::try_from(by.as_millis()).expect("short");
        self.0.fetch_add(by, Ordering::Relaxed);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::Relaxed))
    }
}

pub struct Harness {
    pub server: TestServer,
    pub owner: Owner,
    pub service: IssuedKey,
    pub clock: Arc<ManualClock>,
    pub calls: Arc<AtomicUsize>,
}

impl Harness {
    pub async fn new() -> Self {
        let server = TestServer::with_users().await;
        let owner = server.owner().await;
        let service = server.key(&owner, "key:verify", "").await;
        Self {
            server,
            owner,
            service,
            clock: Arc::default(),
            calls: Arc::default(),
        }
    }

    /// Issues a key for invoices that expires after a number of days.
    pub async fn issue(&self, days: &str, rate_limit: Option<RateLimit>) -> IssuedKey {
        let draft = KeyDraft {
            name: KeyName::parse("Checkout").expect("a name"),
            description: Description::default(),
            environment: Environment::Live,
            scopes: "invoice:read".parse().expect("a scope"),
            expiry: Expiry::of_choice(days, self.owner.now()).expect("a choice"),
            ip_rules: IpRules::default(),
            rate_limit,
        };
        let fresh = self.owner.fresh().expect("signed in a moment ago");
        let once = self.server.keyring.new_idempotency_key();
        match fresh.issue(draft, once).await {
            Ok(Issue::New(key)) => key,
            other => panic!("no key: {other:?}"),
        }
    }

    /// Returns how often the gate was called.
    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }

    pub fn builder(&self) -> Builder {
        let id = self.service.id.to_string();
        Latchkey::builder(GATE, &id, self.service.secret.clone()).clock(self.clock.clone())
    }

    /// Returns the gate as a service without a socket, with the `Date` header that a server adds.
    pub fn gate(
        &self,
    ) -> impl Service<
        Request<Full<bytes::Bytes>>,
        Response = Response,
        Error = std::convert::Infallible,
        Future: Send + 'static,
    > + Clone
    + Send
    + Sync
    + 'static {
        let router = self.server.router.clone();
        let (calls, clock) = (self.calls.clone(), self.server.clock.clone());
        service_fn(move |request: Request<Full<bytes::Bytes>>| {
            calls.fetch_add(1, Ordering::Relaxed);
            let router = router.clone();
            let now = u64::try_from(verification::Clock::now(&*clock).0).expect("after 1970");
            async move {
                let mut request = request.map(Body::new);
                let peer = Peer("127.0.0.1".parse().expect("an address"));
                request.extensions_mut().insert(peer);
                let mut response = router.oneshot(request).await?;
                let now = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_millis(now));
                let now = HeaderValue::from_str(&now).expect("a date");
                response.headers_mut().insert(header::DATE, now);
                Ok(response)
            }
        })
    }

    /// Returns a service without a cache.
    pub fn without_cache(&self) -> Router {
        service(&self.builder().build_over(self.gate()).expect("right"))
    }

    /// Returns a service that caches accepted answers for five seconds.
    pub fn with_cache(&self) -> Router {
        let builder = self.builder().cache(Duration::from_secs(5), 100);
        service(&builder.build_over(self.gate()).expect("right"))
    }
}

/// Returns a service: `/invoices` requires `invoice:read`, `/any` any key. Both return the caller and the request's headers.
pub fn service(latchkey: &Latchkey) -> Router {
    async fn say(caller: Option<Extension<Caller>>, headers: HeaderMap) -> Response {
        let caller = caller.map(|Extension(caller)| format!("{caller:?}"));
        format!("{caller:?} {headers:?}").into_response()
    }
    let read = latchkey.require("invoice:read").expect("a scope");
    let any_key = latchkey.require("").expect("no scope");
    Router::new()
        .route("/invoices", any(say).layer(read))
        .route("/any", any(say).layer(any_key))
}

/// Calls a service from [`PEER`] with headers.
pub async fn call(service: &Router, path: &str, lines: &[(&str, &str)]) -> Answer {
    let mut request = request(Method::GET, path, lines, "");
    let peer = SocketAddr::new(PEER.parse().expect("an address"), 4711);
    request.extensions_mut().insert(ConnectInfo(peer));
    let response = service.clone().oneshot(request).await.expect("infallible");
    let (head, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.expect("a body");
    Answer {
        status: head.status,
        headers: head.headers,
        body: String::from_utf8_lossy(&bytes).into_owned(),
    }
}

/// Calls `/invoices` with a key and returns the status.
pub async fn invoices(service: &Router, key: &IssuedKey) -> u16 {
    let id = key.id.to_string();
    let lines = [
        ("x-client-key", id.as_str()),
        ("x-client-secret", &key.secret),
    ];
    call(service, "/invoices", &lines).await.status.as_u16()
}
