//! What a page costs before anything is done for it: a bare axum server that answers the bytes of one file. The benchmark
//! asks it in the same run as the real one (`cargo xtask bench`).

use axum::{Router, response::Html, routing::get};
use std::error::Error;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(address), Some(file)) = (arguments.next(), arguments.next()) else {
        return Err("usage: yardstick ADDRESS FILE".into());
    };
    let page: &'static str = std::fs::read_to_string(file)?.leak();
    let router = Router::new().route("/", get(async move || Html(page)));
    let listener = tokio::net::TcpListener::bind(address).await?;
    axum::serve(listener, router).await?;
    Ok(())
}
