//! The account of an application.

use crate::{routes, ui::Name, words::application as words};
use leptos::prelude::*;

/// The account's name, for owners of the account.
#[component]
pub fn AccountCard(
    /// The application's id.
    app: String,
    /// The account's name.
    name: String,
) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="account">
            <h2 id="account">{words::ACCOUNT}</h2>
            <p>{words::ACCOUNT_HINT}</p>
            <dl class="facts">
                <dt>{words::ACCOUNT_NAME}</dt>
                <dd>
                    <Name name />
                </dd>
            </dl>
            <a class="button" data-variant="secondary" href=routes::rename_account(&app)>
                {words::RENAME}
            </a>
        </section>
    }
}
