//! A gate that is called without a pause.

use crate::house::{House, NOW, draft, houses};
use domain::{key::issued::IssuedKey, time::MINUTE};
use keyring::{Call, Route};
use std::{future::ready, pin::pin};

fn call(house: &House, key: &IssuedKey) {
    house.keyring.verify(&Call {
        key: &key.id.to_string(),
        secret: &key.secret,
        address: None,
        scopes: "".parse().expect("none"),
        user_agent: "",
        route: Route::default(),
        within: None,
        request_id: "",
        browser: false,
    });
}

/// What the database holds; nothing is written for this.
async fn written(house: &House, key: &IssuedKey) -> i64 {
    let (subject, minute) = (key.id.to_string(), NOW.floor(MINUTE));
    let end = minute.plus(MINUTE);
    let counts = house.fresh.store.usage(&subject, MINUTE, minute, end).await;
    counts.expect("read").iter().map(|count| count.2).sum()
}

#[tokio::test]
async fn counts_that_come_while_others_are_written_wait_for_the_next_time() {
    for house in houses().await {
        let editor = house.editor("Acme").await;
        let key = house.issue(&editor, draft()).await;
        let mut calls = 0;
        // As often as it takes until one is caught on its way.
        loop {
            call(&house, &key);
            calls += 1;
            let mut writing = pin!(house.keyring.flush_usage());
            tokio::select! {
                biased;
                done = &mut writing => done.expect("written"),
                () = ready(()) => {
                    call(&house, &key);
                    writing.await.expect("written");
                    break;
                }
            }
        }
        assert_eq!(written(&house, &key).await, calls);
        house.keyring.flush_usage().await.expect("written");
        assert_eq!(written(&house, &key).await, calls + 1);
    }
}
