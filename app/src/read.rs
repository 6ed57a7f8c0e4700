//! What pages read: no endpoints.

pub mod key_list;
pub mod requests;

use leptos::prelude::*;

/// A view of what is read first.
///
/// Leptos polls the future of a view once as soon as it meets it, and then only when everything before it is in the page. A
/// read that holds a lock or a connection after the first poll would hold it all that time, and what is before it may wait for
/// the same one. So nothing is read before its turn.
pub fn in_turn(view: impl Future<Output = AnyView> + Send + 'static) -> AnyView {
    Suspend::new(async move {
        tokio::task::yield_now().await;
        view.await
    })
    .into_any()
}
