//! A new key: its form, then its secret.

use super::param;
use crate::{
    api::keys::{
        create::{CreateKey, Creation},
        read::{NewKeyForm, new_form},
    },
    error::AppError,
    form::use_outcome,
    part::{Changes, CreateKeyForm, SecretReveal},
    routes,
    ui::{Dialog, ErrorState, Notice},
    words::{create, reveal},
};
use leptos::prelude::*;

/// The dialog over the list.
#[component]
pub fn NewKey() -> impl IntoView {
    let app = param("app");
    let form = Resource::new(move || app.get(), new_form);
    // It lives as long as this dialog, and so does the secret in its value.
    let action = ServerAction::<CreateKey>::new();
    let outcome = use_outcome(action);
    let changes = Changes::here();
    let version = action.version();
    Effect::new(move |_| {
        if version.get() > 0 {
            changes.bump();
        }
    });
    on_cleanup(move || changes.bump());
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                match form.await {
                    Ok(form) => {
                        view! { <Steps app=app.get_untracked() form action outcome /> }.into_any()
                    }
                    Err(error) => {
                        let back = routes::list(&app.get_untracked());
                        view! {
                            <Dialog id="new-key" title=create::TITLE back>
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
    form: NewKeyForm,
    action: ServerAction<CreateKey>,
    outcome: Signal<Option<Result<Creation, AppError>>>,
) -> impl IntoView {
    let made = Memo::new(move |_| outcome.get().and_then(Result::ok));
    let wipe = Callback::new(move |()| action.clear());
    let back = routes::list(&app);
    let wiped = RwSignal::new(false);
    move || {
        let app = app.clone();
        let (back, form) = (back.clone(), form.clone());
        match made.get() {
            // After the secret has been wiped nothing may come back in its place.
            None if wiped.get_untracked() => ().into_any(),
            None => view! {
                <Dialog id="new-key" title=create::TITLE wide=true back>
                    <CreateKeyForm app form action outcome />
                </Dialog>
            }
            .into_any(),
            Some(Creation::Issued(issued)) => {
                let gate = form.gate;
                wiped.set(true);
                view! {
                    <Dialog id="reveal" title=reveal::TITLE wide=true>
                        <SecretReveal app issued gate back wipe />
                    </Dialog>
                }
                .into_any()
            }
            Some(Creation::AlreadyIssued(id)) => {
                let path = routes::key(&app, id);
                view! {
                    <Dialog id="new-key" title=create::ALREADY back>
                        <div class="dialog-body">
                            <Notice tone="warning">{create::ALREADY_WHY}</Notice>
                            <p>
                                <a href=path>{create::LOOK}</a>
                            </p>
                        </div>
                    </Dialog>
                }
                .into_any()
            }
        }
    }
}
