//! The client verifies the gate's certificate. The certificates beside this file are valid for `localhost` and for a
//! hundred years; their key is used for nothing else.

use crate::harness::{Harness, invoices, service};
use axum::body::Body;
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use latchkey_client::{
    Latchkey,
    rustls::{
        ClientConfig, RootCertStore, ServerConfig,
        crypto::ring,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    },
};
use server::request::Peer;
use std::{net::Ipv4Addr, sync::Arc};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tower::{ServiceExt, service_fn};

const AUTHORITY: &[u8] = include_bytes!("tls/authority.pem");
const GATE: &[u8] = include_bytes!("tls/gate.pem");
const GATE_KEY: &[u8] = include_bytes!("tls/gate.key");

/// Serves the gate with TLS and returns its port.
async fn serve(harness: &Harness) -> u16 {
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring has them")
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from_pem_slice(GATE).expect("a certificate")],
            PrivateKeyDer::from_pem_slice(GATE_KEY).expect("a key"),
        )
        .expect("they belong together");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let router = harness.server.router.clone();
    tokio::spawn(async move {
        while let Ok((stream, peer)) = listener.accept().await {
            // A client that rejects the certificate disconnects here.
            let Ok(stream) = acceptor.accept(stream).await else {
                continue;
            };
            let router = router.clone();
            let service = service_fn(move |request: http::Request<hyper::body::Incoming>| {
                let mut request = request.map(Body::new);
                request.extensions_mut().insert(Peer(peer.ip()));
                router.clone().oneshot(request)
            });
            tokio::spawn(async move {
                let builder = auto::Builder::new(TokioExecutor::new());
                let service = TowerToHyperService::new(service);
                // It ends when the client disconnects.
                let _ = builder
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
            });
        }
    });
    port
}

#[tokio::test]
async fn a_gate_with_an_untrusted_certificate_is_not_called() {
    let harness = Harness::new().await;
    let key = harness.server.key(&harness.owner, "invoice:read", "").await;
    let port = serve(&harness).await;
    let mut roots = RootCertStore::empty();
    let authority = CertificateDer::from_pem_slice(AUTHORITY).expect("a certificate");
    roots.add(authority).expect("an authority");
    let trusting = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring has them")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let builder = |host: &str| {
        let gate = format!("https://{host}:{port}");
        let id = harness.service.id.to_string();
        Latchkey::builder(&gate, &id, harness.service.secret.clone())
    };
    let right = builder("localhost").tls(trusting.clone()).build();
    assert_eq!(invoices(&service(&right.expect("right")), &key).await, 200);
    // The certificate is for another name.
    let other = builder("127.0.0.1").tls(trusting).build();
    assert_eq!(invoices(&service(&other.expect("right")), &key).await, 503);
    // Mozilla's root certificates do not include the authority.
    let usual = builder("localhost").build();
    assert_eq!(invoices(&service(&usual.expect("right")), &key).await, 503);
}
