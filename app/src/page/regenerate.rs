//! A new secret: its form, then the secret.

use super::{Here, key::OpenKey, loaded_dialog};
use crate::{
    act::keys::rotate::{RegenerateKey, Replacement},
    context,
    error::AppError,
    form::{posted, posted_errors, typed},
    island::key_form::ExpiryField,
    part::{
        form_dialog::FormDialog,
        key::{RetireField, SecretReveal},
    },
    routes,
    ui::{Dialog, Exact, Notice},
    words::{nodes, reveal, rotate},
};
use domain::{
    key::{KeySummary, expiry::Expiry, state::State},
    time::Timestamp,
};
use leptos::{prelude::*, server_fn::ServerFn};
use management::KeyView;

/// The dialog over the key's page.
#[component]
pub fn Regenerate() -> impl IntoView {
    let here = Here::from_frame();
    let app = here.app();
    let OpenKey(view) = OpenKey::from_page();
    let back = routes::key(&app, view.key().id);
    loaded_dialog("regenerate", rotate::TITLE, back, async move {
        here.require_usable()?;
        step(app, &view)
    })
}

/// The form until a key is created.
fn step(app: String, view: &KeyView) -> Result<AnyView, AppError> {
    let editor = view.viewer().editor()?;
    Ok(match posted(RegenerateKey::PATH).and_then(Result::ok) {
        None => {
            let once = context::keyring()?.new_idempotency_key().to_string();
            let (key, fresh, now) = (view.key().clone(), editor.is_fresh(), editor.now());
            view! { <RegenerateForm app once key fresh now /> }.into_any()
        }
        Some(Replacement::Issued {
            key: issued,
            old_works_until,
            nodes,
        }) => {
            // The old key's page shows both until the old one stops working.
            let old = view.key().id;
            let back = routes::key(&app, old);
            let old_pair = rotate::old_pair(old_works_until);
            let nodes = nodes.map(|nodes| format!(" {}", nodes.say(nodes::rejected)));
            let note = view! {
                {rotate::REPLACE}
                <strong>{rotate::BOTH_PARTS}</strong>
                {rotate::IN_YOUR_APP}
                {old_pair}
                {nodes}
            }
            .into_any();
            view! {
                <Dialog id="reveal" title=reveal::TITLE wide=true>
                    <SecretReveal app issued gate=context::gate_address() back note old />
                </Dialog>
            }
            .into_any()
        }
        Some(Replacement::AlreadyIssued(new)) => {
            let back = routes::key(&app, view.key().id);
            view! {
                <Dialog id="regenerate" title=rotate::SENT_BEFORE back>
                    <div class="dialog-body">
                        <Notice tone="warning">{rotate::SENT_BEFORE_LEAD}</Notice>
                        <p>
                            <a href=routes::key(&app, new)>{rotate::LOOK}</a>
                        </p>
                    </div>
                </Dialog>
            }
            .into_any()
        }
    })
}

#[component]
fn RegenerateForm(
    app: String,
    once: String,
    key: KeySummary,
    fresh: bool,
    now: Timestamp,
) -> impl IntoView {
    let errors = Signal::stored(posted_errors(RegenerateKey::PATH));
    let back = routes::key(&app, key.id);
    if key.may_regenerate().is_err() {
        let why = if matches!(key.state, State::Revoked { .. }) {
            rotate::REVOKED
        } else {
            rotate::REPLACED
        };
        let successor = key.replaced_by.map(|new| {
            view! {
                <p>
                    <a href=routes::key(&app, new)>{rotate::LOOK_AT_NEW}</a>
                </p>
            }
        });
        return view! {
            <Dialog id="regenerate" title=rotate::REFUSED back>
                <div class="dialog-body">
                    <Notice tone="warning">{why}</Notice>
                    {successor}
                </div>
            </Dialog>
        }
        .into_any();
    }
    // An end that has passed is none to keep.
    let present = key
        .expires_at
        .is_none_or(|at| at > now)
        .then(|| Expiry::from(key.expires_at));
    let own_end = key.expires_at.filter(|at| *at > now).map(|at| {
        view! { <p class="field-hint">{rotate::OWN_END} <Exact at /></p> }
    });
    let ticked = typed(RegenerateKey::PATH, "compromised").is_some();
    view! {
        <FormDialog
            id="regenerate"
            title=rotate::TITLE
            text=rotate::LEAD
            action=RegenerateKey::PATH
            app
            back
            fresh
            submit=rotate::TITLE
        >
            <input type="hidden" name="key" value=key.id.to_string() />
            <input type="hidden" name="once" value=once />
            <label class="choice">
                <input
                    type="checkbox"
                    name="compromised"
                    value="yes"
                    checked=ticked
                    aria-labelledby="compromised-label"
                    aria-describedby="compromised-hint"
                    data-chooses="ends"
                    data-choice="now"
                />
                <span>
                    <strong id="compromised-label">{rotate::COMPROMISED}</strong>
                    <small id="compromised-hint">{rotate::COMPROMISED_HINT}</small>
                </span>
            </label>
            <RetireField
                label=rotate::ENDS
                first=Some(("", rotate::USUAL))
                choice=typed(RegenerateKey::PATH, "ends")
                hours=typed(RegenerateKey::PATH, "hours")
                errors
            />
            {own_end}
            <ExpiryField
                choice=typed(RegenerateKey::PATH, "expiration")
                day=typed(RegenerateKey::PATH, "expires_on")
                present
                now
                errors
            />
        </FormDialog>
    }
    .into_any()
}
