//! Calls as they happen: who may follow them, and until when.

use crate::house::{DEVELOPER, FOREIGNER, House, OWNER, VIEWER, request};
use axum::body::{Body, BodyDataStream};
use domain::origin::Origin;
use futures_util::StreamExt;
use http::{Method, StatusCode};
use tower::ServiceExt;

/// Opens a stream; its body is not waited for.
async fn open(house: &House, path: &str, lines: &[(&str, &str)]) -> (StatusCode, BodyDataStream) {
    let request = request(Method::GET, path, lines, "");
    let response = house.router.clone().oneshot(request).await;
    let (head, body) = response.expect("infallible").into_parts();
    (head.status, Body::into_data_stream(body))
}

/// The next piece of text; nothing where the stream is over.
async fn piece(stream: &mut BodyDataStream) -> Option<String> {
    let bytes = stream.next().await?.expect("no error");
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

async fn call(house: &House, key: &domain::key::issued::IssuedKey) {
    let id = key.id.to_string();
    let pair = [
        ("x-client-key", id.as_str()),
        ("x-client-secret", &key.secret),
    ];
    house.get("/v1/whoami", &pair).await;
    house.keyring.telemetry().dispatch();
}

#[tokio::test]
async fn those_follow_who_may_read() {
    let house = House::furnished().await;
    let owner = house.owner().await;
    let app = owner.application().id;
    let key = house.key(&owner, "invoice:read", "").await.id;
    let own = house.application(FOREIGNER).await;
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
            Some(email) => format!("latchkey={}", house.token(email).await),
            None => String::new(),
        };
        let (answer, _) = open(&house, path, &[("cookie", &cookie)]).await;
        assert_eq!(answer.as_u16(), status, "{path} for {who:?}");
    }
}

#[tokio::test]
async fn a_call_is_told_with_its_id_and_a_reader_goes_on_behind_it() {
    let house = House::furnished().await;
    let owner = house.owner().await;
    let key = house.key(&owner, "invoice:read", "").await;
    let path = format!("/apps/{}/settings/requests/live", owner.application().id);
    let cookie = format!("latchkey={}", house.token(VIEWER).await);
    let (_, mut stream) = open(&house, &path, &[("cookie", &cookie)]).await;
    assert_eq!(piece(&mut stream).await.as_deref(), Some("retry: 2000\n\n"));
    call(&house, &key).await;
    let first = piece(&mut stream).await.expect("an event");
    let (id, data) = first.split_once('\n').expect("two lines");
    let id = id.strip_prefix("id: ").expect("an id").to_owned();
    assert!(
        data.starts_with("data: {") && data.ends_with("}\n\n"),
        "{data}"
    );
    assert!(data.contains(&key.id.to_string()) && !data.contains(&key.secret));
    drop(stream);
    call(&house, &key).await;
    let lines = [("cookie", cookie.as_str()), ("last-event-id", &id)];
    let (_, mut stream) = open(&house, &path, &lines).await;
    piece(&mut stream).await;
    let second = piece(&mut stream).await.expect("an event");
    assert_eq!(second.matches("\"request_id\"").count(), 1);
    assert!(!second.contains(&format!("\"id\":{id},")));
}

#[tokio::test]
async fn a_stream_ends_with_the_session_and_with_the_server() {
    let house = House::furnished().await;
    let owner = house.owner().await;
    let key = house.key(&owner, "invoice:read", "").await;
    let path = format!("/apps/{}/settings/requests/live", owner.application().id);
    let token = house.token(VIEWER).await;
    let cookie = format!("latchkey={token}");
    let (_, mut stream) = open(&house, &path, &[("cookie", &cookie)]).await;
    piece(&mut stream).await;
    let session = house.keyring.session(&token).await.expect("works");
    let session = session.expect("signed in");
    session.sign_out(&Origin::default()).await.expect("works");
    call(&house, &key).await;
    assert_eq!(piece(&mut stream).await, None);

    let cookie = format!("latchkey={}", house.token(VIEWER).await);
    let (_, mut stream) = open(&house, &path, &[("cookie", &cookie)]).await;
    piece(&mut stream).await;
    house.state.drain();
    assert_eq!(piece(&mut stream).await, None);
}

#[tokio::test]
async fn an_open_page_keeps_no_session_alive() {
    let house = House::furnished().await;
    let owner = house.owner().await;
    let key = house.key(&owner, "invoice:read", "").await;
    let path = format!("/apps/{}/settings/requests/live", owner.application().id);
    let cookie = format!("latchkey={}", house.token(VIEWER).await);
    let (_, mut stream) = open(&house, &path, &[("cookie", &cookie)]).await;
    piece(&mut stream).await;
    for _ in 0..2 {
        house.clock.advance(14 * domain::time::MINUTE);
        call(&house, &key).await;
        assert!(piece(&mut stream).await.is_some());
    }
    house.clock.advance(3 * domain::time::MINUTE);
    call(&house, &key).await;
    assert_eq!(piece(&mut stream).await, None);
}

#[tokio::test]
async fn nobody_opens_streams_without_end() {
    let house = House::furnished().await;
    let app = house.owner().await.application().id;
    let path = format!("/apps/{app}/settings/requests/live");
    let cookie = format!("latchkey={}", house.token(VIEWER).await);
    let mut held = Vec::new();
    for _ in 0..4 {
        let (status, stream) = open(&house, &path, &[("cookie", &cookie)]).await;
        assert_eq!(status, StatusCode::OK);
        held.push(stream);
    }
    let again = async || open(&house, &path, &[("cookie", &cookie)]).await.0;
    assert_eq!(again().await, StatusCode::TOO_MANY_REQUESTS);
    held.pop();
    assert_eq!(again().await, StatusCode::OK);
}
