//! Starts that fail before anything is written.

use server::{config::Config, start};
use std::ffi::OsString;
use test_server::TestServer;

#[tokio::test]
async fn without_its_pepper_a_server_with_keys_does_not_start() {
    let server = TestServer::with_users().await;
    let owner = server.owner().await;
    server.key(&owner, "invoice:read", "").await;
    let folder = tempfile::tempdir().expect("a folder");
    let pepper = folder.path().join("pepper");
    let config = Config::read(|name| match name {
        "LATCHKEY_DATABASE_URL" => Some(OsString::from(&server.url)),
        "LATCHKEY_PEPPER_FILE" => Some(pepper.clone().into()),
        _ => None,
    })
    .expect("settings");
    let store = start::open_store(&config).await.expect("opens");
    let Err(stop) = start::open(store, &config).await else {
        panic!("it started");
    };
    assert!(stop.to_string().contains("restore it"), "{stop}");
    assert!(!pepper.exists());
}
