//! Over sockets, as a service is run.

use crate::bench::{Bench, invoices, service};
use latchkey_client::Latchkey;
use std::net::Ipv4Addr;
use tokio::net::TcpListener;

#[tokio::test]
async fn a_service_asks_over_a_socket() {
    let bench = Bench::new().await;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .expect("a port");
    let gate = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(server::serve::serve(listener, bench.server.state.clone()));
    let id = bench.service.id.to_string();
    let latchkey = Latchkey::builder(&gate, &id, bench.service.secret.clone())
        .build()
        .expect("right");
    let service = service(&latchkey);
    let good = bench.server.key(&bench.owner, "invoice:read", "").await;
    let narrow = bench.server.key(&bench.owner, "customer:read", "").await;
    let mut wrong = bench.server.key(&bench.owner, "invoice:read", "").await;
    wrong.secret.clone_from(&good.secret);
    assert_eq!(invoices(&service, &good).await, 200);
    assert_eq!(invoices(&service, &narrow).await, 403);
    assert_eq!(invoices(&service, &wrong).await, 401);
    bench
        .owner
        .revoke(good.id, "Leaked".into())
        .await
        .expect("revoked");
    assert_eq!(invoices(&service, &good).await, 401);
}
