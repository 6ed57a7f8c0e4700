//! The HTTP client: HTTP/1.1 over pooled connections, with TLS unless the gate is on this machine.

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

/// An error of the transport.
pub(crate) type BoxError = Box<dyn Error + Send + Sync>;

/// A response body.
pub(crate) type Body = UnsyncBoxBody<Bytes, BoxError>;

/// A service that sends requests to the gate.
pub(crate) type Transport = BoxCloneSyncService<Request<Full<Bytes>>, Response<Body>, BoxError>;

/// The gate closes a connection on which nothing was asked for ten seconds: it is given up before.
const IDLE: Duration = Duration::from_secs(5);

/// Creates an HTTP client with Mozilla's root certificates, or with the given TLS configuration.
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

/// Boxes a service that sends requests.
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
