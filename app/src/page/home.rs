//! The start page, which redirects.

use super::{loaded, query};
use crate::{
    act::session::SignOut,
    context,
    error::AppError,
    form::FormPage,
    part::frame::{Brand, Toasts},
    routes::{self, RequestsAddress},
    ui::{Submit, TabTitle},
    words::{frame, home as words},
};
use leptos::{prelude::*, server_fn::ServerFn};

/// Leads to the first run, to the sign-in, or to the application used last: to its keys, or to the requests with the result that the
/// address names, as the pages of the error codes do.
#[component]
pub fn Home() -> impl IntoView {
    let outcome = query(|query| query.get("outcome").unwrap_or_default());
    let next = loaded(async move {
        Ok(match destination(outcome).await? {
            Some(path) => {
                context::redirect(&path);
                view! {
                    <p>
                        <a href=path>{words::GO_ON}</a>
                    </p>
                }
                .into_any()
            }
            None => view! { <NoApplication /> }.into_any(),
        })
    });
    view! {
        <TabTitle text=words::TAB />
        <main id="main" class="auth" tabindex="-1">
            <div class="auth-card">
                <Brand />
                {next}
            </div>
        </main>
    }
}

/// The start page of a person; nothing if no application is theirs.
async fn destination(outcome: String) -> Result<Option<String>, AppError> {
    if context::keyring()?.people().needs_setup().await? {
        return Ok(Some("/setup".to_owned()));
    }
    let session = context::session().await?;
    let applications = session.applications().await?;
    Ok(match session.last_used(&applications) {
        Some(application) => {
            let app = application.id.to_string();
            Some(if outcome.is_empty() {
                routes::list(&app)
            } else {
                RequestsAddress::of_outcome(outcome).path(&routes::requests(&app))
            })
        }
        None if session.is_support() => Some("/support".to_owned()),
        None => None,
    })
}

/// For a person who is signed in and is in no account, such as one who has just left the only one.
#[component]
fn NoApplication() -> impl IntoView {
    view! {
        <h1 tabindex="-1">{words::NO_APPLICATION}</h1>
        <p>{words::NO_APPLICATION_LEAD}</p>
        <p>
            <a href=routes::PROFILE>{words::YOUR_PROFILE}</a>
        </p>
        <form method="post" action=SignOut::PATH>
            <FormPage />
            <Submit label=frame::SIGN_OUT variant="secondary" />
        </form>
        <Toasts />
    }
}
