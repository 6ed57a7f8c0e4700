//! How the gate is reached: HTTP/1.1 over kept connections, with TLS unless it is on this machine.

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full, combinators::UnsyncBoxBody};
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use rustls::{ClientConfig, crypto::ring};
use std::{error::Error, time::Duration};
use tower::{Service, ServiceExt, util::BoxCloneSyncService};

/// Whatever goes wrong on the way.
pub(crate) type BoxError = Box<dyn Error + Send + Sync>;

/// The body of an answer.
pub(crate) type Body = UnsyncBoxBody<Bytes, BoxError>;

/// Carries a question to the gate.
pub(crate) type Transport = BoxCloneSyncService<Request<Full<Bytes>>, Response<Body>, BoxError>;

/// The gate closes a connection on which nothing was asked for ten seconds: it is given up before.
const IDLE: Duration = Duration::from_secs(5);

/// Connections of its own; with the roots of Mozilla's programme unless `tls` says whom to believe.
pub(crate) fn connect(tls: Option<ClientConfig>) -> Result<Transport, rustls::Error> {
    let mut http = HttpConnector::new();
    http.set_nodelay(true);
    http.enforce_http(false);
    let builder = HttpsConnectorBuilder::new();
    let builder = match tls {
        Some(config) => builder.with_tls_config(config),
        None => builder.with_provider_and_webpki_roots(ring::default_provider())?,
    };
    let connector = builder.https_or_http().enable_http1().wrap_connector(http);
    let client = Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE)
        .build(connector);
    Ok(boxed(client))
}

/// Any service that carries requests.
pub(crate) fn boxed<S, B>(service: S) -> Transport
where
    S: Service<Request<Full<Bytes>>, Response = Response<B>> + Clone + Send + Sync + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send + 'static,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    BoxCloneSyncService::new(
        service
            .map_err(Into::into)
            .map_response(|response: Response<B>| {
                response.map(|body| body.map_err(Into::into).boxed_unsync())
            }),
    )
}
