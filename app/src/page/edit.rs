//! The form for an existing key.

use super::{Here, key::OpenKey, loaded};
use crate::{
    act::keys::edit::EditData,
    error::AppError,
    part::key::EditForm,
    routes,
    ui::{Dialog, ErrorState, Notice, Sentence},
    words::edit,
};
use leptos::prelude::*;

/// The dialog over the key's page; if the key has ended, the reason why nothing can be changed.
#[component]
pub fn Edit() -> impl IntoView {
    let here = Here::from_frame();
    let app = here.app();
    let OpenKey(view) = OpenKey::from_page();
    let back = routes::key(&app, view.key().id);
    loaded(async move {
        let data = async {
            here.require_usable()?;
            let editor = view.viewer().editor()?;
            EditData::of(&editor, view).await
        };
        Ok(match data.await {
            Ok(data) => opened(app, back, data),
            Err(error) => closed(error, back),
        })
    })
}

fn opened(app: String, back: String, data: EditData) -> AnyView {
    view! {
        <Dialog id="edit-key" title=Sentence::about([data.key.name.as_str()], |[name]| edit::title(name)) wide=true back>
            <EditForm app data />
        </Dialog>
    }
    .into_any()
}

fn closed(error: AppError, back: String) -> AnyView {
    let words = match error {
        AppError::Conflict(why) => view! { <Notice tone="warning">{why}</Notice> }.into_any(),
        error => view! { <ErrorState error /> }.into_any(),
    };
    view! {
        <Dialog id="edit-key" title=edit::EDIT back>
            <div class="dialog-body">{words}</div>
        </Dialog>
    }
    .into_any()
}
