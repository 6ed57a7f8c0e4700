//! A new key: its form, then its secret.

use super::{Here, loaded_dialog};
use crate::{
    act::keys::create::{CreateKey, Creation},
    context,
    error::AppError,
    form::posted,
    part::{CreateKeyForm, SecretReveal},
    routes,
    ui::{Dialog, Notice},
    words::{create, reveal},
};
use leptos::{prelude::*, server_fn::ServerFn};

/// The dialog over the list.
#[component]
pub fn NewKey() -> impl IntoView {
    let here = Here::from_frame();
    let back = routes::list(&here.app());
    loaded_dialog("new-key", create::TITLE, back, async move { step(&here) })
}

/// The form until a key is created.
fn step(here: &Here) -> Result<AnyView, AppError> {
    let editor = here.viewer.editor()?;
    let app = here.app();
    let back = routes::list(&app);
    Ok(match posted(CreateKey::PATH).and_then(Result::ok) {
        None => {
            let once = context::keyring()?.new_idempotency_key().to_string();
            let (fresh, now) = (editor.is_fresh(), editor.now());
            view! {
                <Dialog id="new-key" title=create::TITLE wide=true back>
                    <CreateKeyForm app once fresh now />
                </Dialog>
            }
            .into_any()
        }
        Some(Creation::Issued(issued)) => view! {
            <Dialog id="reveal" title=reveal::TITLE wide=true>
                <SecretReveal app issued gate=context::gate_address() back />
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
    })
}
