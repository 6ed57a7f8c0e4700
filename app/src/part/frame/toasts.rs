//! Toasts: what was changed, and Undo if there is one.

use crate::{
    act::keys::change::ActivateKey,
    context,
    island::node_wait::NodeWait,
    part::key_button::KeyButton,
    read::in_turn,
    toast::{Done, NodeCounts, ReportedChange},
    ui::{Icon, Sentence, Shape},
    words::{nodes, toast as words},
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
    let waiting = viewer
        .as_ref()
        .filter(|_| context::keyring().is_ok_and(|keyring| keyring.node().is_member()))
        .map(|viewer| view! { <NodeWait app=viewer.application().id.to_string() /> });
    let toast = context::take_done().map(|outcome| {
        in_turn(async move {
            let toast = shown(outcome, viewer.as_ref()).await;
            toast.map(|toast| view! { <Toast toast /> }).into_any()
        })
    });
    view! {
        <section class="toasts" aria-label=words::LABEL>
            {waiting}
            {toast}
        </section>
    }
}

/// A change with what is shown of it.
struct Shown {
    words: Sentence,
    /// The sentence about the nodes that know of it.
    nodes: Option<String>,
    /// The application and the key, if the change can be undone.
    undo: Option<(String, KeyId)>,
}

/// What to say about the change before this page; nothing if its key is not there.
async fn shown(change: ReportedChange, viewer: Option<&Viewer>) -> Option<Shown> {
    let ReportedChange { done, nodes } = change;
    let name = match done.key() {
        Some(key) => viewer?.key(key).await.ok()?.name.to_string(),
        None => String::new(),
    };
    let about = |words: fn(&str) -> String| Sentence::about([&name], |[name]| words(name));
    let words = match done {
        Done::Deactivated(_) => about(words::deactivated),
        Done::Activated(_) => about(words::activated),
        Done::Revoked(_) => about(words::revoked),
        Done::Edited(_) => about(words::saved),
        Done::Saved => words::SAVED.into(),
        Done::Acknowledged => words::ACKNOWLEDGED.into(),
        Done::AllAcknowledged => words::ALL_ACKNOWLEDGED.into(),
        Done::RoleChanged => words::ROLE_CHANGED.into(),
        Done::ApplicationCreated => words::APPLICATION_CREATED.into(),
        Done::ApplicationArchived => words::APPLICATION_ARCHIVED.into(),
        Done::ApplicationRestored => words::APPLICATION_RESTORED.into(),
        Done::ApplicationDeleted => words::APPLICATION_DELETED.into(),
        Done::OwnershipTransferred => words::OWNERSHIP_TRANSFERRED.into(),
        Done::AccountLeft => words::ACCOUNT_LEFT.into(),
        Done::MemberRemoved => words::MEMBER_REMOVED.into(),
        Done::InvitationWithdrawn => words::INVITATION_WITHDRAWN.into(),
        Done::EmailChanged => words::EMAIL_CHANGED.into(),
        Done::PasswordChanged => words::PASSWORD_CHANGED.into(),
        Done::SessionEnded => words::SESSION_ENDED.into(),
        Done::SessionsEnded => words::SESSIONS_ENDED.into(),
        Done::PasskeyAdded => words::PASSKEY_ADDED.into(),
        Done::PasskeyRenamed => words::PASSKEY_RENAMED.into(),
        Done::PasskeyRemoved => words::PASSKEY_REMOVED.into(),
        Done::AuthenticatorAdded => words::AUTHENTICATOR_ADDED.into(),
        Done::AuthenticatorRemoved => words::AUTHENTICATOR_REMOVED.into(),
        Done::TwoFactorOff => words::TWO_FACTOR_OFF.into(),
        Done::TwoFactorReset => words::TWO_FACTOR_RESET.into(),
        Done::IdentityConfirmed => words::IDENTITY_CONFIRMED.into(),
        Done::IdentityLinked => words::IDENTITY_LINKED.into(),
        Done::IdentityUnlinked => words::IDENTITY_UNLINKED.into(),
    };
    let undo = match done {
        Done::Deactivated(key) => viewer.map(|viewer| (viewer.application().id.to_string(), key)),
        _ => None,
    };
    Some(Shown {
        words,
        nodes: nodes.map(|counts| on_nodes(done, counts)),
        undo,
    })
}

fn on_nodes(done: Done, counts: NodeCounts) -> String {
    let words = match done {
        Done::Edited(_) => nodes::in_effect,
        Done::ApplicationArchived | Done::ApplicationDeleted => nodes::keys_rejected,
        _ => nodes::rejected,
    };
    counts.say(words)
}

#[component]
fn Toast(toast: Shown) -> impl IntoView {
    let undo = toast.undo.map(|(app, key)| {
        view! {
            <KeyButton action=ActivateKey::PATH app key label=words::UNDO variant="ghost" />
        }
    });
    view! {
        <div class="toast">
            <Icon shape=Shape::Check />
            <p>{toast.words.view()} {toast.nodes.map(|nodes| format!(". {nodes}"))}</p>
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
