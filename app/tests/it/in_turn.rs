//! What a page reads in several places.

use app::read::in_turn;
use futures_util::StreamExt;
use leptos::prelude::*;
use std::{sync::Arc, time::Duration};
use tokio::{sync::Mutex, task::yield_now, time::timeout};

/// Takes a lock, and waits while it holds it.
fn reading(lock: &Arc<Mutex<()>>, waits_first: bool) -> AnyView {
    let lock = Arc::clone(lock);
    in_turn(async move {
        if waits_first {
            yield_now().await;
        }
        let held = lock.lock().await;
        yield_now().await;
        drop(held);
        view! { <p>"Read"</p> }.into_any()
    })
}

#[tokio::test(start_paused = true)]
async fn places_that_need_the_same_lock_do_not_wait_for_each_other() {
    let owner = Owner::new();
    let html = owner.with(|| {
        let lock = Arc::new(Mutex::new(()));
        let view = view! { {reading(&lock, true)} {reading(&lock, false)} };
        view.into_any().to_html_stream_in_order()
    });
    let html: String = timeout(Duration::from_mins(1), html.collect())
        .await
        .expect("the page is finished");
    assert_eq!(html.matches("Read").count(), 2);
}
