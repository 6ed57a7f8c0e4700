//! A new secret: its form, then the secret.

use super::param;
use crate::{
    api::keys::rotate::{RegenerateForm, RegenerateKey, Replacement, regenerate_form},
    form::{FormPage, posted, posted_errors, typed},
    part::{PasswordAgain, RetireField, SecretReveal, expiry_field::ExpiryField},
    routes,
    ui::{Dialog, ErrorState, ErrorSummary, Exact, Notice, Submit},
    words::{reveal, rotate},
};
use domain::key::{expiry::Expiry, state::State};
use leptos::{prelude::*, server_fn::ServerFn};

/// The dialog over the key's page.
#[component]
pub fn Regenerate() -> impl IntoView {
    let app = param("app");
    let id = param("key");
    let form = Resource::new(
        move || (app.get(), id.get()),
        |(app, key)| regenerate_form(app, key),
    );
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                let app = app.get_untracked();
                match form.await {
                    Ok(form) => step(app, form),
                    Err(error) => {
                        let back = format!("{}/{}", routes::list(&app), id.get_untracked());
                        view! {
                            <Dialog id="regenerate" title=rotate::TITLE back>
                                <div class="dialog-body">
                                    <ErrorState error />
                                </div>
                            </Dialog>
                        }
                            .into_any()
                    }
                }
            })}
        </Suspense>
    }
}

/// The form until a key is created.
fn step(app: String, form: RegenerateForm) -> AnyView {
    match posted(RegenerateKey::PATH).and_then(Result::ok) {
        None => view! { <Question app form /> }.into_any(),
        Some(Replacement::Issued {
            key: issued,
            old_works_until,
        }) => {
            let back = routes::key(&app, issued.id);
            let old_pair = rotate::old_pair(old_works_until);
            let note = view! {
                {rotate::REPLACE}
                <strong>{rotate::BOTH_PARTS}</strong>
                {rotate::IN_YOUR_APP}
                {old_pair}
            }
            .into_any();
            view! {
                <Dialog id="reveal" title=reveal::TITLE wide=true>
                    <SecretReveal app issued gate=form.gate back note />
                </Dialog>
            }
            .into_any()
        }
        Some(Replacement::AlreadyIssued(new)) => {
            let back = routes::key(&app, form.key.id);
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
    }
}

#[component]
fn Question(app: String, form: RegenerateForm) -> impl IntoView {
    let errors = Signal::stored(posted_errors(RegenerateKey::PATH));
    let RegenerateForm {
        once,
        key,
        now,
        fresh,
        ..
    } = form;
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
        <Dialog id="regenerate" title=rotate::TITLE back=back.clone()>
            <form method="post" action=RegenerateKey::PATH novalidate="" autocomplete="off">
                <FormPage />
                <div class="dialog-body">
                    <ErrorSummary errors />
                    <p>{rotate::LEAD}</p>
                    <input type="hidden" name="app" value=app />
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
                        errors
                    />
                    <PasswordAgain fresh errors />
                </div>
                <footer class="dialog-actions">
                    <a class="button" data-variant="ghost" data-close="" href=back>
                        {rotate::CANCEL}
                    </a>
                    <Submit label=rotate::TITLE />
                </footer>
            </form>
        </Dialog>
    }
    .into_any()
}
