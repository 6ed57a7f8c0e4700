//! The SQL statements of a page. A process of its own, because the statements of all its threads are counted.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};
use test_server::{OWNER, TestServer};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt},
};

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
    let server = TestServer::with_users().await;
    let owner = server.owner().await;
    let app = owner.application().id;
    let key = server.key(&owner, "invoice:read", "").await;
    let cookie = format!("latchkey={}", server.token(OWNER).await);
    let statements = Statements::default();
    let subscriber = tracing_subscriber::registry().with(statements.clone());
    tracing::subscriber::set_global_default(subscriber).expect("the only one of this process");
    // The first visit notes which application the person used last.
    let overview = format!("/apps/{app}");
    server.get(&overview, &[("cookie", &cookie)]).await;
    for (path, max) in [
        (format!("/apps/{app}/settings/api-keys/{}", key.id), 12),
        (format!("/apps/{app}/settings/api-keys"), 9),
        (overview, 21),
    ] {
        statements.take();
        let answer = server.get(&path, &[("cookie", &cookie)]).await;
        assert_eq!(answer.status.as_u16(), 200);
        let taken = statements.take();
        assert!(taken.len() <= max, "{path}: {} {taken:#?}", taken.len());
    }
}
