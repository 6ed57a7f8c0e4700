//! Responses of a process that waits until another one has left: it is alive and not ready.

use axum::body::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body_util::Full;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{convert::Infallible, sync::Arc, time::Duration};
use tokio::{net::TcpListener, sync::Semaphore, time::timeout};

/// Maximum number of open connections; more wait in the kernel's queue.
const MAX_CONNECTIONS: usize = 64;
/// How long a connection may last.
const MAX_AGE: Duration = Duration::from_secs(5);

/// Responds to `/healthz` with 200 and to everything else with 503, until it is dropped.
pub async fn serve(listener: &TcpListener) -> Infallible {
    let permits = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        let permit = permits.clone().acquire_owned().await;
        let Ok((stream, _)) = listener.accept().await else {
            // The process may be out of file descriptors.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        tokio::spawn(async move {
            let _permit = permit;
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(MAX_AGE)
                .keep_alive(false)
                .serve_connection(TokioIo::new(stream), service_fn(respond));
            // An error only concerns the client.
            let _ = timeout(MAX_AGE, connection).await;
        });
    }
}

async fn respond(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let (status, text) = match request.uri().path() {
        "/healthz" => (StatusCode::OK, "ok\n"),
        _ => (
            StatusCode::SERVICE_UNAVAILABLE,
            "waiting until another process has left the database\n",
        ),
    };
    let mut response = Response::new(Full::from(text));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if status == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpStream,
    };

    #[tokio::test]
    async fn a_waiting_process_is_alive_and_not_ready() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("bound");
        let asking = async {
            let mut answers = Vec::new();
            for path in ["/healthz", "/readyz", "/v1/whoami"] {
                let mut stream = TcpStream::connect(address).await.expect("connected");
                let request = format!("GET {path} HTTP/1.1\r\nHost: standby\r\n\r\n");
                stream.write_all(request.as_bytes()).await.expect("sent");
                let mut answer = String::new();
                stream.read_to_string(&mut answer).await.expect("answered");
                answers.push(answer);
            }
            answers
        };
        let answers = tokio::select! {
            answers = asking => answers,
            never = serve(&listener) => match never {},
        };
        assert!(answers[0].starts_with("HTTP/1.1 200 OK"), "{answers:?}");
        for answer in &answers[1..] {
            assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
            assert!(answer.contains("retry-after: 1"), "{answer}");
        }
    }
}
