//! The SQL statements of pages and sign-ins. A process of its own, because the statements of all its threads are counted.

use domain::account::Email;
use management::{Joining, MailSender, Mailer, PeopleAdmin, SmtpServer};
use std::{
    fmt,
    sync::{Arc, LazyLock, Mutex, PoisonError},
    time::Duration,
};
use store::Store;
use test_server::{OWNER, PASSWORD, TestServer, VIEWER};
use testing::TestDatabase;
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt},
};
use uuid::Uuid;
use verification::SystemEntropy;

/// The statements that sqlx logs, in its short form. They come from the database's thread, so all threads of the process are heard.
#[derive(Clone, Default)]
struct Statements(Arc<Mutex<Vec<String>>>);

impl Statements {
    /// Returns the statements since the last time.
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<S: Subscriber> Layer<S> for Statements {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "sqlx::query" {
            event.record(&mut Summary(self));
        }
    }
}

/// Counts from its first use on.
static STATEMENTS: LazyLock<Statements> = LazyLock::new(|| {
    let statements = Statements::default();
    let subscriber = tracing_subscriber::registry().with(statements.clone());
    tracing::subscriber::set_global_default(subscriber).expect("the only one of this process");
    statements
});

/// One test at a time.
static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

struct Summary<'a>(&'a Statements);

impl Visit for Summary<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() != "summary" {
            return;
        }
        let summary = format!("{value:?}");
        // A new connection is set up by a statement of its own.
        if !summary.contains("PRAGMA") {
            let mut statements = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
            statements.push(summary);
        }
    }
}

#[tokio::test]
async fn pages_take_few_statements() {
    let _alone = ALONE.lock().await;
    let server = TestServer::with_users().await;
    let owner = server.owner().await;
    let app = owner.application().id;
    let key = server.key(&owner, "invoice:read", "").await;
    let cookie = format!("latchkey={}", server.token(OWNER).await);
    // The first visit notes which application the person used last.
    let overview = format!("/apps/{app}");
    server.get(&overview, &[("cookie", &cookie)]).await;
    for (path, max) in [
        (format!("/apps/{app}/settings/api-keys/{}", key.id), 8),
        (format!("/apps/{app}/settings/api-keys"), 8),
        (overview, 16),
    ] {
        STATEMENTS.take();
        let answer = server.get(&path, &[("cookie", &cookie)]).await;
        assert_eq!(answer.status.as_u16(), 200);
        let taken = STATEMENTS.take();
        assert!(taken.len() <= max, "{path}: {} {taken:#?}", taken.len());
    }
}

#[tokio::test]
async fn an_attempt_at_signing_in_that_the_memory_refuses_takes_no_statement() {
    let _alone = ALONE.lock().await;
    let server = TestServer::with_users().await;
    let json = ("accept", "application/json");
    let attempt = async |password: &str, lines: &[(&str, &str)]| {
        STATEMENTS.take();
        let form = format!("email={OWNER}&password={password}");
        let mut all = vec![json];
        all.extend_from_slice(lines);
        let answer = server.post("/api/sign_in", &all, &form).await;
        (answer.status.as_u16(), STATEMENTS.take())
    };
    let (status, taken) = attempt("wrong-password-1", &[]).await;
    assert_eq!(status, 422);
    assert!(!taken.is_empty(), "the statements are counted");
    for _ in 1..20 {
        assert_eq!(attempt("wrong-password-1", &[]).await.0, 422);
    }
    let right = PASSWORD.replace(' ', "+");
    for password in ["wrong-password-1", right.as_str()] {
        assert_eq!(attempt(password, &[]).await, (429, Vec::new()));
    }
    // Whose browser it may be is one question.
    let device = format!("latchkey-device={}.1.{}", "0".repeat(32), "0".repeat(64));
    let (status, taken) = attempt(&right, &[("cookie", &device)]).await;
    assert_eq!((status, taken.len()), (429, 1), "{taken:?}");
}

#[tokio::test]
async fn an_address_without_a_person_takes_the_same_statements_as_one_with_a_person() {
    let _alone = ALONE.lock().await;
    let server = TestServer::with_users().await;
    let smtp = SmtpServer::parse("smtp://127.0.0.1:1").expect("a URL");
    let sender = MailSender::parse("latchkey@example.com").expect("an address");
    let mailer = Mailer::new(smtp, sender, "https://keys.example.com");
    server.keyring.outbox().set_mailer(Arc::new(mailer));
    let store = Store::open_without_ownership(&server.url).await;
    let admin = PeopleAdmin::new(
        store.expect("opens"),
        &test_server::peppers(),
        server.clock.clone(),
        Arc::new(SystemEntropy),
    );
    let viewer = Email::parse(VIEWER).expect("an address");
    admin.disable(&viewer).await.expect("disabled");
    admin.close().await;
    // What depends on the person of a forgotten password is done after the answer.
    for (function, fields, status, reads) in [
        ("sign_in", "&password=wrong-password-1", 422, true),
        ("request_reset", "", 200, false),
    ] {
        let mut taken = Vec::new();
        for email in ["unknown@northwind.example", OWNER, VIEWER] {
            STATEMENTS.take();
            let form = format!("email={email}{fields}");
            let lines = [("accept", "application/json")];
            let path = format!("/api/{function}");
            let answer = server.post(&path, &lines, &form).await;
            assert_eq!(answer.status.as_u16(), status, "{email}: {}", answer.body);
            taken.push(STATEMENTS.take());
        }
        assert_ne!(taken[0].is_empty(), reads, "{function}: {taken:#?}");
        assert_eq!(taken[1], taken[0], "{function}");
        assert_eq!(taken[2], taken[0], "{function}, disabled");
    }
}

#[tokio::test]
async fn a_health_check_takes_no_statement_after_a_probe_while_the_lease_is_renewed() {
    let _alone = ALONE.lock().await;
    let Some(database) = TestDatabase::postgres().await else {
        return;
    };
    let server = TestServer::with_users_on(database).await;
    let joining = Joining {
        id: Uuid::from_u128(1),
        name: "node 1".into(),
        lease: Duration::from_secs(30),
    };
    let waits_for = server.keyring.node().join(joining).attempt().await;
    assert_eq!(waits_for.expect("joins"), None);
    let ready = async || server.get("/readyz", &[]).await.status.as_u16();
    server.keyring.node().renew_lease().await.expect("granted");
    STATEMENTS.take();
    assert_eq!(ready().await, 200);
    assert!(!STATEMENTS.take().is_empty(), "the pool is probed");
    for _ in 0..9 {
        server.keyring.node().renew_lease().await.expect("granted");
        for _ in 0..4 {
            assert_eq!(ready().await, 200);
            server.clock.advance(250);
        }
    }
    let taken = STATEMENTS.take();
    assert_eq!(taken.len(), 9, "one for each renewal: {taken:#?}");
    assert_eq!(ready().await, 200);
    assert!(!STATEMENTS.take().is_empty(), "the lease is a second old");
    assert_eq!(ready().await, 200);
    assert_eq!(STATEMENTS.take(), Vec::<String>::new());
}
