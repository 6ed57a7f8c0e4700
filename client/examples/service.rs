//! A service that requires a key with `invoice:read`. It reads the gate's URL from `LATCHKEY_URL`, and its own key and secret from
//! `LATCHKEY_KEY` and `LATCHKEY_SECRET`.

use axum::{Extension, Router, routing::get};
use latchkey_client::{Caller, Latchkey};
use std::{env, error::Error, net::SocketAddr};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let latchkey = Latchkey::builder(
        &env::var("LATCHKEY_URL")?,
        &env::var("LATCHKEY_KEY")?,
        env::var("LATCHKEY_SECRET")?,
    )
    .build()?;
    let router = Router::new()
        .route("/invoices", get(invoices))
        .layer(latchkey.require("invoice:read")?);
    let listener = TcpListener::bind("127.0.0.1:8080").await?;
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).await?;
    Ok(())
}

async fn invoices(Extension(caller): Extension<Caller>) -> String {
    format!("the invoices of {}\n", caller.account_id)
}
