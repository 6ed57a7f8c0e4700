//! The form for an existing key.

use super::param;
use crate::{
    api::keys::edit::{EditData, edit_form},
    error::AppError,
    part::EditForm,
    routes,
    ui::{Dialog, ErrorState, Notice},
    words::edit,
};
use leptos::prelude::*;

/// The dialog over the key's page; where the key has ended, the reason why nothing can be changed.
#[component]
pub fn Edit() -> impl IntoView {
    let app = param("app");
    let id = param("key");
    let data = Resource::new(
        move || (app.get(), id.get()),
        |(app, key)| edit_form(app, key),
    );
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                let app = app.get_untracked();
                match data.await {
                    Ok(data) => opened(app, data),
                    Err(error) => {
                        let back = format!("{}/{}", routes::list(&app), id.get_untracked());
                        closed(error, back)
                    }
                }
            })}
        </Suspense>
    }
}

fn opened(app: String, data: EditData) -> AnyView {
    let back = routes::key(&app, data.key.id);
    view! {
        <Dialog id="edit-key" title=edit::title(data.key.name.as_str()) wide=true back>
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
