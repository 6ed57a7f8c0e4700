//! What the pages behind a one-time link share: invitations and password resets.

use crate::{error::AppError, form::use_outcome};
use leptos::{html, prelude::*, server_fn::ServerFn};
use serde::de::DeserializeOwned;

/// Whether the link turned out to have ended when its form was sent.
pub fn has_ended<F>(action: ServerAction<F>) -> Memo<bool>
where
    F: ServerFn<Error = AppError> + Clone + Send + Sync + 'static,
    F::Output: Clone + DeserializeOwned + Send + Sync + 'static,
{
    let outcome = use_outcome(action);
    Memo::new(move |_| outcome.with(|outcome| matches!(outcome, Some(Err(AppError::NotFound)))))
}

/// What stands in place of the form of a link that does not work. Takes the focus where the form was sent.
#[component]
pub fn Ended(
    /// The heading.
    title: &'static str,
    /// Why that may be, and what to do.
    lead: &'static str,
    /// The link to the sign-in page.
    sign_in: &'static str,
    /// Whether the form was sent.
    #[prop(optional)]
    sent: bool,
) -> impl IntoView {
    let heading = NodeRef::<html::H1>::new();
    Effect::new(move |_| {
        if let Some(heading) = heading.get().filter(|_| sent) {
            _ = heading.focus();
        }
    });
    view! {
        <h1 tabindex="-1" node_ref=heading>
            {title}
        </h1>
        <p>{lead}</p>
        <p>
            <a class="button" data-variant="secondary" href="/sign-in">
                {sign_in}
            </a>
        </p>
    }
}
