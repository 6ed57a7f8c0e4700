//! What stops a start, before anything is written.

use crate::house::House;
use server::{config::Config, start};
use std::ffi::OsString;

#[tokio::test]
async fn a_lost_pepper_stops_the_start_and_no_new_one_is_made() {
    let house = House::furnished().await;
    let owner = house.owner().await;
    house.key(&owner, "invoice:read", "").await;
    let folder = tempfile::tempdir().expect("a folder");
    let pepper = folder.path().join("pepper");
    let config = Config::read(|name| match name {
        "LATCHKEY_DATABASE_URL" => Some(OsString::from(&house.url)),
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
