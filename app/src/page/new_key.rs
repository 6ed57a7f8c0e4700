//! A new key: its form, then its secret.

use super::param;
use crate::{
    api::keys::{
        create::{CreateKey, Creation},
        read::{NewKeyForm, new_form},
    },
    form::posted,
    part::{CreateKeyForm, SecretReveal},
    routes,
    ui::{Dialog, ErrorState, Notice},
    words::{create, reveal},
};
use leptos::{prelude::*, server_fn::ServerFn};

/// The dialog over the list.
#[component]
pub fn NewKey() -> impl IntoView {
    let app = param("app");
    let form = Resource::new(move || app.get(), new_form);
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                let app = app.get_untracked();
                match form.await {
                    Ok(form) => step(app, form),
                    Err(error) => {
                        let back = routes::list(&app);
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

/// The form until a key is created.
fn step(app: String, form: NewKeyForm) -> AnyView {
    let back = routes::list(&app);
    match posted(CreateKey::PATH).and_then(Result::ok) {
        None => view! {
            <Dialog id="new-key" title=create::TITLE wide=true back>
                <CreateKeyForm app form />
            </Dialog>
        }
        .into_any(),
        Some(Creation::Issued(issued)) => view! {
            <Dialog id="reveal" title=reveal::TITLE wide=true>
                <SecretReveal app issued gate=form.gate back />
            </Dialog>
        }
        .into_any(),
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
