//! Toasts: what was changed, and the way back if there is one.

use crate::{
    act::keys::change::ActivateKey,
    context,
    form::FormPage,
    read::in_turn,
    toast::Done,
    ui::{Icon, Shape},
    words::toast as words,
};
use domain::key::token::KeyId;
use leptos::{prelude::*, server_fn::ServerFn};
use management::Viewer;

/// The region of the toasts. The program takes them away after a while ([`crate::island::toast`]).
#[component]
pub fn Toasts(
    /// The application's reader; none on pages that belong to no application.
    #[prop(optional)]
    viewer: Option<Viewer>,
) -> impl IntoView {
    let toast = context::take_done().map(|done| {
        in_turn(async move {
            let toast = shown(done, viewer.as_ref()).await;
            toast.map(|toast| view! { <Toast toast /> }).into_any()
        })
    });
    view! {
        <section class="toasts" aria-label=words::LABEL>
            {toast}
        </section>
    }
}

/// A change with what is shown of it.
struct Shown {
    words: String,
    /// The application and the key, if the change can be undone.
    undo: Option<(String, KeyId)>,
}

/// What to say about the change before this page; nothing if its key is not there.
async fn shown(done: Done, viewer: Option<&Viewer>) -> Option<Shown> {
    let name = match done.key() {
        Some(key) => viewer?.key(key).await.ok()?.name.to_string(),
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
        Done::ApplicationCreated => words::APPLICATION_CREATED.to_owned(),
        Done::ApplicationArchived => words::APPLICATION_ARCHIVED.to_owned(),
        Done::ApplicationRestored => words::APPLICATION_RESTORED.to_owned(),
        Done::ApplicationDeleted => words::APPLICATION_DELETED.to_owned(),
        Done::OwnershipTransferred => words::OWNERSHIP_TRANSFERRED.to_owned(),
        Done::AccountLeft => words::ACCOUNT_LEFT.to_owned(),
        Done::MemberRemoved => words::MEMBER_REMOVED.to_owned(),
        Done::InvitationWithdrawn => words::INVITATION_WITHDRAWN.to_owned(),
        Done::EmailChanged => words::EMAIL_CHANGED.to_owned(),
        Done::PasswordChanged => words::PASSWORD_CHANGED.to_owned(),
        Done::SessionEnded => words::SESSION_ENDED.to_owned(),
        Done::SessionsEnded => words::SESSIONS_ENDED.to_owned(),
        Done::PasskeyAdded => words::PASSKEY_ADDED.to_owned(),
        Done::PasskeyRenamed => words::PASSKEY_RENAMED.to_owned(),
        Done::PasskeyRemoved => words::PASSKEY_REMOVED.to_owned(),
        Done::AuthenticatorAdded => words::AUTHENTICATOR_ADDED.to_owned(),
        Done::AuthenticatorRemoved => words::AUTHENTICATOR_REMOVED.to_owned(),
        Done::TwoFactorOff => words::TWO_FACTOR_OFF.to_owned(),
        Done::TwoFactorReset => words::TWO_FACTOR_RESET.to_owned(),
        Done::IdentityConfirmed => words::IDENTITY_CONFIRMED.to_owned(),
        Done::IdentityLinked => words::IDENTITY_LINKED.to_owned(),
        Done::IdentityUnlinked => words::IDENTITY_UNLINKED.to_owned(),
    };
    let undo = match done {
        Done::Deactivated(key) => viewer.map(|viewer| (viewer.application().id.to_string(), key)),
        _ => None,
    };
    Some(Shown { words, undo })
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
