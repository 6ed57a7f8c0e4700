//! The operations on a whole application, for owners.

use crate::{
    routes,
    words::{application as words, list},
};
use leptos::prelude::*;

/// Revoking all keys, archiving or restoring, and deleting, each behind a question.
#[component]
pub fn DangerZone(
    /// The application's id.
    app: String,
    /// Whether it is archived.
    archived: bool,
) -> impl IntoView {
    let (hint, label, href) = if archived {
        (words::RESTORE_HINT, words::RESTORE, routes::restore(&app))
    } else {
        (words::ARCHIVE_HINT, words::ARCHIVE, routes::archive(&app))
    };
    // Red is what cannot be undone.
    let archive = action(hint, label, href, "secondary");
    view! {
        <section class="card danger-zone" aria-labelledby="danger-zone">
            <h2 id="danger-zone">{list::EMERGENCY}</h2>
            {action(
                list::EMERGENCY_HINT,
                list::REVOKE_ALL,
                routes::revoke_all(&app),
                "danger",
            )}
            {archive}
            {action(words::DELETE_HINT, words::DELETE, routes::delete(&app), "danger")}
        </section>
    }
}

fn action(
    hint: &'static str,
    label: &'static str,
    href: String,
    variant: &'static str,
) -> impl IntoView {
    view! {
        <div class="danger-action">
            <p>{hint}</p>
            <a class="button" data-variant=variant href=href>
                {label}
            </a>
        </div>
    }
}
