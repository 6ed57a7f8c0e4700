//! A gate that counts its questions, and a service that asks it.

use crate::test_server::{Answer, PEER, TestServer, request};
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
use tower::{Service, ServiceExt, service_fn};

/// Where the gate says that its pages about problems are.
pub const GATE: &str = "http://localhost:3000";

/// The age of what is remembered.
#[derive(Default)]
pub struct Hand(AtomicU64);

impl Hand {
    pub fn advance(&self, by: Duration) {
        let by = u64::try_from(by.as_millis()).expect("short");
        self.0.fetch_add(by, Ordering::Relaxed);
    }
}

impl Clock for Hand {
    fn now(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::Relaxed))
    }
}

pub struct Bench {
    pub server: TestServer,
    pub owner: Owner,
    pub service: IssuedKey,
    pub hand: Arc<Hand>,
    pub asked: Arc<AtomicUsize>,
}

impl Bench {
    pub async fn new() -> Self {
        let server = TestServer::with_users().await;
        let owner = server.owner().await;
        let service = server.key(&owner, "key:verify", "").await;
        Self {
            server,
            owner,
            service,
            hand: Arc::default(),
            asked: Arc::default(),
        }
    }

    /// A key for invoices that ends after so many days.
    pub async fn issue(&self, days: &str, rate_limit: Option<RateLimit>) -> IssuedKey {
        let draft = KeyDraft {
            name: KeyName::parse("Checkout").expect("a name"),
            description: Description::default(),
            environment: Environment::Live,
            scopes: "invoice:read".parse().expect("a scope"),
            expiry: Expiry::parse(days, "", self.owner.now()).expect("a choice"),
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

    /// How often the gate was asked.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }

    pub fn builder(&self) -> Builder {
        let id = self.service.id.to_string();
        Latchkey::builder(GATE, &id, self.service.secret.clone()).clock(self.hand.clone())
    }

    /// The gate itself, without a socket; it tells its own time, as a server on a socket does.
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
        let (asked, clock) = (self.asked.clone(), self.server.clock.clone());
        service_fn(move |request: Request<Full<bytes::Bytes>>| {
            asked.fetch_add(1, Ordering::Relaxed);
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

    /// A service that asks on each request.
    pub fn plain(&self) -> Router {
        service(&self.builder().build_over(self.gate()).expect("right"))
    }

    /// A service that remembers accepted answers for five seconds.
    pub fn remembering(&self) -> Router {
        let builder = self.builder().cache(Duration::from_secs(5), 100);
        service(&builder.build_over(self.gate()).expect("right"))
    }
}

/// `/invoices` needs `invoice:read`, `/any` any key; both say who called and what headers came through.
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

/// Calls `/invoices` with a key; the status.
pub async fn invoices(service: &Router, key: &IssuedKey) -> u16 {
    let id = key.id.to_string();
    let lines = [
        ("x-client-key", id.as_str()),
        ("x-client-secret", &key.secret),
    ];
    call(service, "/invoices", &lines).await.status.as_u16()
}
