//! A key is revoked while 64 clients call with it as fast as they can: every call that begins after the response to the
//! change is refused.

use super::{connection::Connection, serve};
use domain::{
    key::{
        expiry::Expiry,
        issued::IssuedKey,
        regeneration::{GracePeriod, Regeneration},
    },
    time::HOUR,
};
use management::Issue;
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};
use test_server::TestServer;
use tokio::{sync::Semaphore, task::JoinSet};

const CLIENTS: usize = 64;
/// Accepted calls of each client before the change.
const BEFORE: usize = 5;
/// Calls of each client that begin after the change.
const AFTER: usize = 5;
/// Maximum number of calls of each client.
const MAX_CALLS: usize = 100_000;

/// The state that all clients share.
#[derive(Default)]
struct Course {
    /// Set after the change was answered, before any call that counts as later.
    answered: AtomicBool,
    meanwhile: AtomicUsize,
}

/// Calls with `key` from all clients, runs `change`, and checks that no call that begins after it is accepted. Calls
/// during the change may be accepted or refused.
async fn hammer(
    address: SocketAddr,
    key: &IssuedKey,
    code: &str,
    change: impl Future<Output = ()>,
) {
    let course = Arc::new(Course::default());
    let warm = Arc::new(Semaphore::new(0));
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        let (course, warm, key) = (course.clone(), warm.clone(), key.clone());
        clients.spawn(async move { client(address, &key, &course, &warm).await });
    }
    let all = u32::try_from(CLIENTS).expect("a few");
    warm.acquire_many(all).await.expect("never closed").forget();
    change.await;
    course.answered.store(true, Ordering::SeqCst);
    let mut later = 0;
    while let Some(refused) = clients.join_next().await {
        for (status, said) in refused.expect("no client fails") {
            assert_eq!(status, 401, "a call passed that began after the answer");
            assert_eq!(said, code);
            later += 1;
        }
    }
    assert_eq!(later, CLIENTS * AFTER);
}

/// Returns status and code of each call that began after the change.
async fn client(
    address: SocketAddr,
    key: &IssuedKey,
    course: &Course,
    warm: &Semaphore,
) -> Vec<(u16, String)> {
    let mut connection = Connection::to(address).await;
    for _ in 0..BEFORE {
        assert_eq!(connection.get("/v1/whoami", key).await.status, 200);
    }
    warm.add_permits(1);
    for _ in 0..MAX_CALLS {
        // Read before the call begins, so that it holds for the whole call.
        if course.answered.load(Ordering::SeqCst) {
            break;
        }
        connection.get("/v1/whoami", key).await;
        course.meanwhile.fetch_add(1, Ordering::Relaxed);
    }
    assert!(
        course.answered.load(Ordering::SeqCst),
        "the change took too long"
    );
    let mut later = Vec::with_capacity(AFTER);
    for _ in 0..AFTER {
        let answer = connection.get("/v1/whoami", key).await;
        let body: serde_json::Value = serde_json::from_str(&answer.body).expect("JSON");
        let code = body["code"].as_str().unwrap_or("none").to_owned();
        later.push((answer.status, code));
    }
    later
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_call_that_begins_after_a_revocation_is_accepted() {
    let server = TestServer::with_users().await;
    let owner = server.owner().await;
    let key = server.key(&owner, "invoice:read", "").await;
    let address = serve(&server).await;
    Box::pin(hammer(address, &key, "key_revoked", async {
        let revoked = owner.revoke(key.id, "Leaked".into()).await;
        revoked.expect("revoked");
    }))
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_call_that_begins_after_a_key_revoked_itself_is_accepted() {
    let server = TestServer::with_users().await;
    let key = server.key(&server.owner().await, "invoice:read", "").await;
    let address = serve(&server).await;
    Box::pin(hammer(address, &key, "key_revoked", async {
        let id = key.id.to_string();
        let pair = [
            ("x-client-key", id.as_str()),
            ("x-client-secret", &key.secret),
        ];
        let mut connection = Connection::to(address).await;
        let answer = connection.send("DELETE", "/v1/keys/current", &pair).await;
        assert_eq!(answer.status, 204);
    }))
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_call_that_begins_after_a_deactivation_is_accepted() {
    let server = TestServer::with_users().await;
    let owner = server.owner().await;
    let key = server.key(&owner, "invoice:read", "").await;
    let address = serve(&server).await;
    Box::pin(hammer(address, &key, "key_inactive", async {
        owner.deactivate(key.id).await.expect("switched off");
    }))
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_call_that_begins_after_a_secret_has_retired_is_accepted() {
    let server = TestServer::with_users().await;
    let owner = server.owner().await;
    let key = server.key(&owner, "invoice:read", "").await;
    let fresh = owner.fresh().expect("signed in a moment ago");
    let wanted = Regeneration {
        grace_period: GracePeriod { grace: HOUR },
        expiry: Expiry::Never,
        compromised: false,
    };
    let once = server.keyring.new_idempotency_key();
    let made = fresh.regenerate(key.id, wanted, once).await;
    assert!(matches!(made, Ok((Issue::New(_), _))), "{made:?}");
    let address = serve(&server).await;
    Box::pin(hammer(address, &key, "secret_retired", async {
        server.clock.advance(HOUR);
    }))
    .await;
}
