//! What the pages behind a one-time link share: invitations and password resets.

use crate::{error::AppError, form::refusal};
use leptos::prelude::*;

/// Whether the link turned out to have ended when its form was sent to this server function.
pub fn has_ended(endpoint: &str) -> bool {
    matches!(refusal(endpoint), Some(AppError::NotFound))
}

/// Shown in place of the form if the link does not work. It takes the focus if the form was sent.
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
    view! {
        <h1 tabindex="-1" data-focus=sent.then_some("")>
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
