//! A new key: its form, then its secret.

use super::{Here, key_id, loaded_dialog, query};
use crate::{
    act::keys::create::{CreateKey, Creation},
    context,
    error::AppError,
    form::{key::KeyForm, posted},
    part::key::{CreateKeyForm, SecretReveal},
    routes,
    ui::{Dialog, Notice},
    words::{create, reveal},
};
use leptos::{prelude::*, server_fn::ServerFn};

/// The dialog over the list. `from` in the query is a key to duplicate.
#[component]
pub fn NewKey() -> impl IntoView {
    let here = Here::from_frame();
    let back = routes::list(&here.app());
    let from = query(|query| query.get("from"));
    loaded_dialog("new-key", create::TITLE, back, async move {
        step(&here, from).await
    })
}

/// The form until a key is created.
async fn step(here: &Here, from: Option<String>) -> Result<AnyView, AppError> {
    let editor = here.viewer.editor()?;
    here.require_usable()?;
    let app = here.app();
    let back = routes::list(&app);
    Ok(match posted(CreateKey::PATH).and_then(Result::ok) {
        None => {
            let from = match from {
                Some(key) => Some(KeyForm::duplicate_of(&editor.key(key_id(&key)?).await?)),
                None => None,
            };
            let once = context::keyring()?.new_idempotency_key().to_string();
            let (fresh, local) = (editor.is_fresh(), editor.zone().present(editor.now()));
            view! {
                <Dialog id="new-key" title=create::TITLE wide=true back>
                    <CreateKeyForm app once fresh local from />
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
