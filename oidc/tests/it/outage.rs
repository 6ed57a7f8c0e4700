//! A provider that hangs, or that fails after it has worked.

use crate::provider::{Setup, client, kind};
use domain::time::{DAY, HOUR, SECOND, Timestamp};
use oidc::{Challenge, Now, Prompt, Provider, ProviderError};
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};
use tokio::net::TcpListener;

const START: i64 = 20_780 * DAY;

async fn address(provider: &Provider, now: &Now) -> Result<String, ProviderError> {
    provider
        .authorization_url(Challenge(&[1; 32]), "https://x/", Prompt::None, now)
        .await
}

#[tokio::test]
async fn requests_that_wait_for_a_silent_provider_share_one_attempt() {
    let time = Arc::new(AtomicI64::new(START));
    let read = Arc::clone(&time);
    let now: Now = Arc::new(move || Timestamp(read.load(SeqCst)));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let issuer = format!("http://{}", listener.local_addr().expect("an address"));
    let (attempts, passing) = (Arc::new(AtomicUsize::new(0)), Arc::clone(&time));
    let count = Arc::clone(&attempts);
    let task = tokio::spawn(async move {
        let mut open = Vec::new();
        loop {
            open.push(listener.accept().await.expect("a connection"));
            count.fetch_add(1, SeqCst);
            // The wait takes longer than a failure is kept.
            passing.fetch_add(10 * SECOND, SeqCst);
        }
    });
    let silent = client(&issuer, Duration::from_millis(200));
    for round in 1..=2 {
        let refused = tokio::join!(
            address(&silent, &now),
            address(&silent, &now),
            address(&silent, &now),
            address(&silent, &now),
        );
        let refused = [refused.0, refused.1, refused.2, refused.3];
        for refused in refused {
            assert_eq!(kind(&refused.expect_err("silent")), "Unavailable");
        }
        let later = address(&silent, &now).await.expect_err("remembered");
        assert_eq!(attempts.load(SeqCst), round, "{later}");
        time.fetch_add(4 * SECOND, SeqCst);
        assert!(address(&silent, &now).await.is_err());
        assert_eq!(attempts.load(SeqCst), round, "one attempt in five seconds");
        time.fetch_add(SECOND, SeqCst);
    }
    task.abort();
}

#[tokio::test]
async fn the_last_good_answers_are_used_for_a_day_while_new_ones_cannot_be_read() {
    let mut setup = Setup::new().await;
    setup.sign_in(1).await.expect("a right token");
    setup.provider.set(|script| script.status = Some(503));
    for _ in 0..23 {
        setup.now = setup.now.plus(HOUR);
        assert!(setup.address().await.is_ok());
    }
    setup.now = setup.now.plus(HOUR);
    let gone = setup.address().await.expect_err("a day old");
    assert!(!gone.is_repeated(), "{gone}");
    let again = setup.address().await.expect_err("remembered");
    assert!(again.is_repeated(), "{again}");
    assert_eq!(again.to_string(), gone.to_string());
}

#[tokio::test]
async fn a_provider_that_hangs_does_not_delay_a_sign_in_beyond_a_second() {
    let mut setup = Setup::new().await;
    setup.sign_in(1).await.expect("a right token");
    setup.provider.set(|script| script.silent = true);
    setup.now = setup.now.plus(HOUR);
    // Both the request that reads the configuration again and those that come meanwhile use the old one.
    let (first, second) = tokio::join!(setup.address(), setup.address());
    assert!(first.is_ok() && second.is_ok(), "{first:?} {second:?}");
}
