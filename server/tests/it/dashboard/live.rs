//! The stream of live calls.

use axum::body::{Body, BodyDataStream};
use domain::origin::Origin;
use futures_util::StreamExt;
use http::{Method, StatusCode};
use test_server::{DEVELOPER, FOREIGNER, OWNER, TestServer, VIEWER, request};
use tower::ServiceExt;

/// Opens a stream without reading its body.
async fn open(
    server: &TestServer,
    path: &str,
    lines: &[(&str, &str)],
) -> (StatusCode, BodyDataStream) {
    let request = request(Method::GET, path, lines, "");
    let response = server.router.clone().oneshot(request).await;
    let (head, body) = response.expect("infallible").into_parts();
    (head.status, Body::into_data_stream(body))
}

/// Returns the next chunk of text; `None` where the stream has ended.
async fn piece(stream: &mut BodyDataStream) -> Option<String> {
    let bytes = stream.next().await?.expect("no error");
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

async fn call(server: &TestServer, key: &domain::key::issued::IssuedKey) {
    let id = key.id.to_string();
    let pair = [
        ("x-client-key", id.as_str()),
        ("x-client-secret", &key.secret),
    ];
    server.get("/v1/whoami", &pair).await;
    server.keyring.telemetry().dispatch().await;
}

#[tokio::test]
async fn a_stream_requires_a_role() {
    let server = TestServer::with_users().await;
    let owner = server.owner().await;
    let app = owner.application().id;
    let key = server.key(&owner, "invoice:read", "").await.id;
    let own = server.application(FOREIGNER).await;
    let all = format!("/apps/{app}/settings/requests/live");
    let one = format!("{all}?key={key}");
    let unknown = format!("{all}?key=akl_0000000000000000");
    let stolen = format!("/apps/{own}/settings/requests/live?key={key}");
    for (who, path, status) in [
        (None, &all, 401),
        (Some(FOREIGNER), &all, 404),
        (Some(FOREIGNER), &one, 404),
        (Some(FOREIGNER), &stolen, 404),
        (Some(VIEWER), &all, 200),
        (Some(VIEWER), &one, 200),
        (Some(VIEWER), &unknown, 404),
        (Some(DEVELOPER), &one, 200),
        (Some(OWNER), &all, 200),
    ] {
        let cookie = match who {
            Some(email) => format!("latchkey={}", server.token(email).await),
            None => String::new(),
        };
        let (answer, _) = open(&server, path, &[("cookie", &cookie)]).await;
        assert_eq!(answer.as_u16(), status, "{path} for {who:?}");
    }
}

#[tokio::test]
async fn a_stream_resumes_after_the_last_event_id() {
    let server = TestServer::with_users().await;
    let owner = server.owner().await;
    let key = server.key(&owner, "invoice:read", "").await;
    let path = format!("/apps/{}/settings/requests/live", owner.application().id);
    let cookie = format!("latchkey={}", server.token(VIEWER).await);
    let (_, mut stream) = open(&server, &path, &[("cookie", &cookie)]).await;
    assert_eq!(piece(&mut stream).await.as_deref(), Some("retry: 2000\n\n"));
    call(&server, &key).await;
    let first = piece(&mut stream).await.expect("an event");
    let (id, data) = first.split_once('\n').expect("two lines");
    let id = id.strip_prefix("id: ").expect("an id").to_owned();
    assert!(
        data.starts_with("data: {") && data.ends_with("}\n\n"),
        "{data}"
    );
    assert!(data.contains(&key.id.to_string()) && data.contains("Checkout"));
    assert!(!data.contains(&key.secret));
    drop(stream);
    call(&server, &key).await;
    let lines = [("cookie", cookie.as_str()), ("last-event-id", &id)];
    let (_, mut stream) = open(&server, &path, &lines).await;
    piece(&mut stream).await;
    let second = piece(&mut stream).await.expect("an event");
    assert_eq!(second.matches("<li").count(), 1);
    assert!(!second.contains(&format!("\"last\":{id}}}")));
}

#[tokio::test]
async fn a_stream_contains_what_the_page_is_filtered_to() {
    let server = TestServer::with_users().await;
    let owner = server.owner().await;
    let key = server.key(&owner, "invoice:read", "").await;
    let app = owner.application().id;
    let cookie = format!("latchkey={}", server.token(VIEWER).await);
    for (filter, lines) in [
        ("outcome=valid", 1),
        ("outcome=refused", 0),
        ("route=GET+/v1/whoami", 1),
        ("route=GET+/other", 0),
        ("from_address=203.0.113.9", 0),
    ] {
        let path = format!("/apps/{app}/settings/requests/live?{filter}");
        let (_, mut stream) = open(&server, &path, &[("cookie", &cookie)]).await;
        piece(&mut stream).await;
        call(&server, &key).await;
        let event = piece(&mut stream).await.expect("an event");
        assert_eq!(event.matches("<li").count(), lines, "{filter}: {event}");
    }
}

#[tokio::test]
async fn a_stream_ends_with_the_session_and_with_the_server() {
    let server = TestServer::with_users().await;
    let owner = server.owner().await;
    let key = server.key(&owner, "invoice:read", "").await;
    let path = format!("/apps/{}/settings/requests/live", owner.application().id);
    let token = server.token(VIEWER).await;
    let cookie = format!("latchkey={token}");
    let (_, mut stream) = open(&server, &path, &[("cookie", &cookie)]).await;
    piece(&mut stream).await;
    let session = server.keyring.sessions().find(&token).await.expect("works");
    let session = session.expect("signed in");
    session.sign_out(&Origin::default()).await.expect("works");
    call(&server, &key).await;
    assert_eq!(piece(&mut stream).await, None);

    let cookie = format!("latchkey={}", server.token(VIEWER).await);
    let (_, mut stream) = open(&server, &path, &[("cookie", &cookie)]).await;
    piece(&mut stream).await;
    server.state.drain();
    assert_eq!(piece(&mut stream).await, None);
}

#[tokio::test]
async fn an_open_stream_does_not_extend_the_session() {
    let server = TestServer::with_users().await;
    let owner = server.owner().await;
    let key = server.key(&owner, "invoice:read", "").await;
    let path = format!("/apps/{}/settings/requests/live", owner.application().id);
    let cookie = format!("latchkey={}", server.token(VIEWER).await);
    let (_, mut stream) = open(&server, &path, &[("cookie", &cookie)]).await;
    piece(&mut stream).await;
    for _ in 0..2 {
        server.clock.advance(14 * domain::time::MINUTE);
        call(&server, &key).await;
        assert!(piece(&mut stream).await.is_some());
    }
    server.clock.advance(3 * domain::time::MINUTE);
    call(&server, &key).await;
    assert_eq!(piece(&mut stream).await, None);
}

#[tokio::test]
async fn the_streams_of_a_person_are_limited() {
    let server = TestServer::with_users().await;
    let app = server.owner().await.application().id;
    let path = format!("/apps/{app}/settings/requests/live");
    let cookie = format!("latchkey={}", server.token(VIEWER).await);
    let mut streams = Vec::new();
    for _ in 0..4 {
        let (status, stream) = open(&server, &path, &[("cookie", &cookie)]).await;
        assert_eq!(status, StatusCode::OK);
        streams.push(stream);
    }
    let again = async || open(&server, &path, &[("cookie", &cookie)]).await.0;
    assert_eq!(again().await, StatusCode::TOO_MANY_REQUESTS);
    streams.pop();
    assert_eq!(again().await, StatusCode::OK);
}
