//! A new secret: its form, then the secret.

use super::param;
use crate::{
    api::keys::rotate::{RegenerateForm, RegenerateKey, Replacement, regenerate_form},
    error::AppError,
    form::{FormPage, typed, use_errors, use_outcome},
    part::{Changes, PasswordAgain, RetireField, SecretReveal, expiry_field::ExpiryField},
    routes,
    ui::{Dialog, ErrorState, ErrorSummary, Exact, Notice, Submit},
    words::{reveal, rotate},
};
use domain::key::{expiry::Expiry, state::State};
use leptos::prelude::*;

const ENDPOINT: &str = "regenerate_key";

/// The dialog over the key's page.
#[component]
pub fn Regenerate() -> impl IntoView {
    let app = param("app");
    let id = param("key");
    let form = Resource::new(
        move || (app.get(), id.get()),
        |(app, key)| regenerate_form(app, key),
    );
    // It lives as long as this dialog, and so does the secret in its value.
    let action = ServerAction::<RegenerateKey>::new();
    let outcome = use_outcome(action);
    let changes = Changes::here();
    let version = action.version();
    Effect::new(move |_| {
        if version.get() > 0 {
            changes.bump();
        }
    });
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                let app = app.get_untracked();
                match form.await {
                    Ok(form) => view! { <Steps app form action outcome /> }.into_any(),
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

/// The form until a key is made; its faults come and go without it.
#[component]
fn Steps(
    app: String,
    form: RegenerateForm,
    action: ServerAction<RegenerateKey>,
    outcome: Signal<Option<Result<Replacement, AppError>>>,
) -> impl IntoView {
    let made = Memo::new(move |_| outcome.get().and_then(Result::ok));
    let wipe = Callback::new(move |()| action.clear());
    let wiped = RwSignal::new(false);
    move || {
        let (app, form) = (app.clone(), form.clone());
        match made.get() {
            // After the secret has been wiped nothing may come back in its place.
            None if wiped.get_untracked() => ().into_any(),
            None => view! { <Question app form action outcome /> }.into_any(),
            Some(Replacement::Issued {
                key: issued,
                old_works_until,
            }) => {
                wiped.set(true);
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
                        <SecretReveal app issued gate=form.gate back wipe note />
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
}

#[component]
fn Question(
    app: String,
    form: RegenerateForm,
    action: ServerAction<RegenerateKey>,
    outcome: Signal<Option<Result<Replacement, AppError>>>,
) -> impl IntoView {
    let errors = use_errors(outcome);
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
    let ticked = typed(ENDPOINT, "compromised").is_some();
    view! {
        <Dialog id="regenerate" title=rotate::TITLE back=back.clone()>
            <ActionForm action attr:novalidate="" attr:autocomplete="off">
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
                            on:change=move |event| choose_end(event_target_checked(&event))
                        />
                        <span>
                            <strong id="compromised-label">{rotate::COMPROMISED}</strong>
                            <small id="compromised-hint">{rotate::COMPROMISED_HINT}</small>
                        </span>
                    </label>
                    <RetireField
                        label=rotate::ENDS
                        first=Some(("", rotate::USUAL))
                        choice=typed(ENDPOINT, "ends")
                        hours=typed(ENDPOINT, "hours")
                        errors
                    />
                    {own_end}
                    <ExpiryField
                        choice=typed(ENDPOINT, "expiration")
                        day=typed(ENDPOINT, "expires_on")
                        present
                        errors
                    />
                    <PasswordAgain fresh errors />
                </div>
                <footer class="dialog-actions">
                    <a class="button" data-variant="ghost" href=back>
                        {rotate::CANCEL}
                    </a>
                    <Submit label=rotate::TITLE pending=action.pending() />
                </footer>
            </ActionForm>
        </Dialog>
    }
    .into_any()
}

/// The tick chooses the end that suits it; what is chosen afterwards stays.
fn choose_end(compromised: bool) {
    use wasm_bindgen::JsCast;
    let field = document()
        .get_element_by_id("ends")
        .and_then(|field| field.dyn_into::<web_sys::HtmlSelectElement>().ok());
    if let Some(field) = field {
        field.set_value(if compromised { "now" } else { "" });
    }
}
