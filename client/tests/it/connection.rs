//! The client over sockets.

use crate::harness::{Harness, invoices, service};
use latchkey_client::Latchkey;
use std::net::Ipv4Addr;
use tokio::net::TcpListener;

#[tokio::test]
async fn a_service_calls_the_gate_over_a_socket() {
    let harness = Harness::new().await;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .expect("a port");
    let gate = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(server::serve::serve(listener, harness.server.state.clone()));
    let id = harness.service.id.to_string();
    let latchkey = Latchkey::builder(&gate, &id, harness.service.secret.clone())
        .build()
        .expect("right");
    let service = service(&latchkey);
    let good = harness.server.key(&harness.owner, "invoice:read", "").await;
    let narrow = harness
        .server
        .key(&harness.owner, "customer:read", "")
        .await;
    let mut wrong = harness.server.key(&harness.owner, "invoice:read", "").await;
    wrong.secret.clone_from(&good.secret);
    assert_eq!(invoices(&service, &good).await, 200);
    assert_eq!(invoices(&service, &narrow).await, 403);
    assert_eq!(invoices(&service, &wrong).await, 401);
    harness
        .owner
        .revoke(good.id, "Leaked".into())
        .await
        .expect("revoked");
    assert_eq!(invoices(&service, &good).await, 401);
}
