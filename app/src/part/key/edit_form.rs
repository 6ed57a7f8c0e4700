//! The form for an existing key.

use crate::{
    act::keys::edit::{Edit, EditData, EditKey},
    form::{FormPage, key::KeyForm, posted, posted_errors, sent_key_form},
    island::key_form::edit_fields::EditFields,
    routes,
    ui::SignInAgain,
    words::edit,
};
use leptos::{prelude::*, server_fn::ServerFn};

/// Every field that can be changed, and what a change of them means.
#[component]
pub fn EditForm(
    /// The application's id.
    app: String,
    /// The data of the form.
    data: EditData,
) -> impl IntoView {
    let back = routes::key(&app, data.key.id);
    let form = sent_key_form(EditKey::PATH).map_or_else(
        || KeyForm::of_key(&data.key),
        |form| form.in_environment(data.key.environment),
    );
    // Why the form is shown once more.
    let (data, news) = match posted(EditKey::PATH) {
        Some(Ok(Edit::Overtaken(newer))) => (*newer, Some(edit::OVERTAKEN)),
        Some(Ok(Edit::Review)) => (data, Some(edit::NOT_SAVED)),
        _ => (data, None),
    };
    view! {
        <form method="post" action=EditKey::PATH novalidate="" autocomplete="off">
            <FormPage />
            <input type="hidden" name="app" value=app />
            <input type="hidden" name="key" value=data.key.id.to_string() />
            <input type="hidden" name="seen" value=data.seen.clone() />
            <input type="hidden" name="environment" value=data.key.environment.as_str() />
            <EditFields
                present=KeyForm::of_key(&data.key)
                expires_at=data.key.expires_at
                form
                errors=posted_errors(EditKey::PATH)
                news=news.map(str::to_owned)
                fresh=data.fresh
                again=SignInAgain::from_frame()
                local=data.local
                last_use=last_use(&data)
                back
            />
        </form>
    }
    .into_any()
}

/// When and from where the key was used last, and when a change takes effect.
fn last_use(data: &EditData) -> String {
    let used = match &data.key.last_used {
        Some(used) => edit::last_used(
            &used.at.relative_to(data.local.now),
            &used.address,
            data.calls,
        ),
        None => edit::NEVER_USED.to_owned(),
    };
    format!("{used} {}", edit::AT_ONCE)
}
