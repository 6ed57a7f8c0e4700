//! Toasts: what was changed, and the way back if there is one.

use crate::{
    act::keys::change::ActivateKey,
    form::FormPage,
    ui::{Icon, Shape},
    words::toast as words,
};
use domain::key::token::KeyId;
use leptos::{prelude::*, server_fn::ServerFn};

/// The region of the toasts. The program takes them away after a while ([`crate::island::toast`]).
#[component]
pub fn Toasts(
    /// The application's id.
    app: String,
) -> impl IntoView {
    let done = Resource::new(move || app.clone(), taken);
    view! {
        <section class="toasts" aria-label=words::LABEL>
            <Suspense>
                {move || Suspend::new(async move { done.await.map(|toast| view! { <Toast toast /> }) })}
            </Suspense>
        </section>
    }
}

/// A change with what is shown of it.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
struct Shown {
    words: String,
    /// The application and the key, if the change can be undone.
    undo: Option<(String, KeyId)>,
}

/// The change before this page.
#[cfg(feature = "ssr")]
async fn taken(app: String) -> Option<Shown> {
    use crate::toast::Done;
    let done = crate::context::take_done()?;
    let name = match done.key() {
        Some(key) => {
            let viewer = crate::context::viewer_in_passing(&app).await.ok()?;
            viewer.key(key).await.ok()?.name.to_string()
        }
        None => String::new(),
    };
    let words = match done {
        Done::Deactivated(_) => words::deactivated(&name),
        Done::Activated(_) => words::activated(&name),
        Done::Revoked(_) => words::revoked(&name),
        Done::Edited(_) => words::saved(&name),
        Done::Saved => words::SAVED.to_owned(),
        Done::Acknowledged => words::ACKNOWLEDGED.to_owned(),
        Done::AllAcknowledged => words::ALL_ACKNOWLEDGED.to_owned(),
        Done::RoleChanged => words::ROLE_CHANGED.to_owned(),
        Done::MemberRemoved => words::MEMBER_REMOVED.to_owned(),
        Done::InvitationWithdrawn => words::INVITATION_WITHDRAWN.to_owned(),
    };
    let undo = match done {
        Done::Deactivated(key) => Some((app, key)),
        _ => None,
    };
    Some(Shown { words, undo })
}

/// Pages are rendered by the server alone.
#[cfg(not(feature = "ssr"))]
async fn taken(_: String) -> Option<Shown> {
    None
}

#[component]
fn Toast(toast: Shown) -> impl IntoView {
    let undo = toast.undo.map(|(app, key)| {
        view! {
            <form method="post" action=ActivateKey::PATH>
                <FormPage />
                <input type="hidden" name="app" value=app />
                <input type="hidden" name="key" value=key.to_string() />
                <button type="submit" class="button" data-variant="ghost" data-size="small">
                    {words::UNDO}
                </button>
            </form>
        }
    });
    view! {
        <div class="toast">
            <Icon shape=Shape::Check />
            <p>{toast.words}</p>
            {undo}
            <button
                type="button"
                class="icon-button"
                data-needs-js=""
                data-dismiss=""
                aria-label=words::DISMISS
            >
                <Icon shape=Shape::Close />
            </button>
        </div>
    }
}
