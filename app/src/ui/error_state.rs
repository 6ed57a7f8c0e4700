//! The placeholder for content that could not be loaded.

use super::icon::{Icon, Shape};
use crate::{error::AppError, words::common as words};
use leptos::prelude::*;

/// Says what is wrong and offers to try again.
#[component]
pub fn ErrorState(
    /// The error.
    error: AppError,
    /// Links to other pages.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let title = match error {
        AppError::NotFound => words::NOT_FOUND,
        AppError::Forbidden => words::NOT_ALLOWED,
        AppError::SignedOut => words::SIGNED_OUT,
        _ => words::NOT_LOADED,
    };
    let again = !matches!(error, AppError::NotFound | AppError::Forbidden);
    view! {
        <div class="error-state" role="alert">
            <Icon shape=Shape::Warning />
            <h2>{title}</h2>
            <p>{error.to_string()}</p>
            // An empty address is this page's own; the attribute makes the browser fetch it anew.
            {again
                .then(|| view! { <a class="button" data-variant="secondary" href="" rel="external">{words::TRY_AGAIN}</a> })}
            {children.map(|children| children())}
        </div>
    }
}
