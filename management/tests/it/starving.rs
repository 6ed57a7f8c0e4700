//! What one account reads does not hold another one up.

use crate::house::{draft, houses};
use domain::key::filter::{KeyFilter, KeyQuery};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::SeqCst},
};
use tokio::task::{JoinSet, yield_now};

const SEARCHES: usize = 400;

// On one thread all searches are asked for before the revocation is.
#[tokio::test]
async fn a_revocation_does_not_wait_for_searches_of_another_account() {
    for house in houses().await {
        let (noisy, calm) = (house.editor("Noisy").await, house.editor("Calm").await);
        let key = house.issue(&calm, draft()).await;
        let (begun, done) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let mut searches = JoinSet::new();
        for _ in 0..SEARCHES {
            let (noisy, begun, done) = (noisy.clone(), begun.clone(), done.clone());
            searches.spawn(async move {
                begun.fetch_add(1, SeqCst);
                let query = KeyQuery {
                    filter: KeyFilter::parse("checkout", "", "", ""),
                    ..KeyQuery::default()
                };
                noisy.list_keys(&query).await.expect("found");
                done.fetch_add(1, SeqCst);
            });
        }
        while begun.load(SeqCst) < SEARCHES {
            yield_now().await;
        }
        let revoked = calm.revoke(key.id, "Leaked".into()).await;
        revoked.expect("revoked");
        let before = done.load(SeqCst);
        let url = &house.fresh.url;
        assert!(
            before < SEARCHES / 2,
            "{before} searches went first at {url}"
        );
        while let Some(searched) = searches.join_next().await {
            searched.expect("no search fails");
        }
    }
}
