//! The HTTP client: HTTP/1.1 with TLS, bounded in time and size. It follows no redirect.

use crate::ProviderError;
use bytes::Bytes;
use http::{Request, StatusCode, Uri, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
};
use std::{error::Error, sync::Arc, time::Duration};

/// Maximum length of a response.
const MAX_RESPONSE_BYTES: usize = 256 * 1024;
/// How long an idle connection is kept.
const IDLE: Duration = Duration::from_secs(30);

/// A client of the provider.
pub(crate) struct HttpClient {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    /// For a whole exchange.
    timeout: Duration,
}

/// A response whose body is JSON or should be.
pub(crate) struct JsonResponse {
    pub status: StatusCode,
    pub body: Bytes,
}

/// Parses certificates in PEM.
///
/// # Errors
/// What is wrong with them.
pub fn read_authorities(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let certificates = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| error.to_string())?;
    if certificates.is_empty() {
        return Err("it holds no certificate".into());
    }
    let mut roots = RootCertStore::empty();
    for certificate in &certificates {
        roots
            .add(certificate.clone())
            .map_err(|error| error.to_string())?;
    }
    Ok(certificates)
}

impl HttpClient {
    /// Creates a client that trusts Mozilla's root certificates and `authorities`.
    pub(crate) fn new(
        authorities: &[CertificateDer<'static>],
        timeout: Duration,
    ) -> Result<Self, rustls::Error> {
        let mut roots = RootCertStore {
            roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
        };
        for certificate in authorities {
            roots.add(certificate.clone())?;
        }
        let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let mut http = HttpConnector::new();
        http.set_nodelay(true);
        http.enforce_http(false);
        http.set_connect_timeout(Some(timeout / 2));
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_http1()
            .wrap_connector(http);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .build(connector);
        Ok(Self { client, timeout })
    }

    /// Gets a JSON document.
    pub(crate) async fn get(&self, url: &Uri) -> Result<Bytes, ProviderError> {
        let request = Request::get(url)
            .header(header::ACCEPT, "application/json")
            .body(Full::default());
        let answer = self.send(url, request).await?;
        if answer.status != StatusCode::OK {
            return Err(unavailable(url, format!("status {}", answer.status)));
        }
        Ok(answer.body)
    }

    /// Posts a form, with the credentials of a client.
    pub(crate) async fn post(
        &self,
        url: &Uri,
        form: String,
        authorization: Option<http::HeaderValue>,
    ) -> Result<JsonResponse, ProviderError> {
        let mut request = Request::post(url)
            .header(header::ACCEPT, "application/json")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some(credentials) = authorization {
            request = request.header(header::AUTHORIZATION, credentials);
        }
        self.send(url, request.body(Full::new(form.into()))).await
    }

    async fn send(
        &self,
        url: &Uri,
        request: Result<Request<Full<Bytes>>, http::Error>,
    ) -> Result<JsonResponse, ProviderError> {
        let request = request.map_err(|error| unavailable(url, error.to_string()))?;
        let exchange = async {
            let response = self
                .client
                .request(request)
                .await
                .map_err(|error| unavailable(url, chain(&error)))?;
            let (head, body) = response.into_parts();
            let body = Limited::new(body, MAX_RESPONSE_BYTES)
                .collect()
                .await
                .map_err(|error| unavailable(url, chain(&*error)))?;
            Ok(JsonResponse {
                status: head.status,
                body: body.to_bytes(),
            })
        };
        tokio::time::timeout(self.timeout, exchange)
            .await
            .unwrap_or_else(|_| {
                let seconds = self.timeout.as_secs_f32();
                Err(unavailable(url, format!("no answer within {seconds} s")))
            })
    }
}

fn unavailable(url: &Uri, cause: String) -> ProviderError {
    ProviderError::Unavailable {
        url: url.to_string(),
        cause,
    }
}

/// Formats an error with its sources.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text
}
