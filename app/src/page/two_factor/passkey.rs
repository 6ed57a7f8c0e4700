//! Renaming and removing a passkey.

use super::{Actions, Head};
use crate::{
    act::passkey::{RemovePasskey, RenamePasskey},
    context::refuse,
    error::AppError,
    form::{PostForm, posted_errors, typed},
    page::{loaded, param, profile_frame::Me},
    part::profile::PasskeyNameField,
    ui::{Name, PasswordAgain},
    words::passkey as words,
};
use domain::passkey::Passkey;
use leptos::{prelude::*, server_fn::ServerFn};
use management::Session;

/// The passkey of the path.
async fn passkey_of(session: &Session, id: &str) -> Result<Passkey, AppError> {
    let factor = session.second_factor().await?;
    factor
        .into_iter()
        .flat_map(|factor| factor.passkeys)
        .find(|passkey| passkey.id.to_string() == id)
        .ok_or_else(|| refuse(AppError::NotFound))
}

/// The form for another name.
#[component]
pub fn PasskeyRenaming() -> impl IntoView {
    let (id, session) = (param("passkey"), Me::from_frame().session);
    let form = loaded(async move {
        let passkey = passkey_of(&session, &id).await?;
        let errors = Signal::stored(posted_errors(RenamePasskey::PATH));
        let name = typed(RenamePasskey::PATH, "name").unwrap_or_else(|| passkey.name.to_string());
        Ok(view! {
            <PostForm action=RenamePasskey::PATH errors>
                <input type="hidden" name="passkey" value=passkey.id.to_string() />
                <PasskeyNameField name errors />
                <Actions submit=words::SAVE variant="primary" />
            </PostForm>
        })
    });
    view! {
        <Head title=words::RENAME_TITLE lead=words::RENAME_LEAD />
        <section class="card" aria-label=words::RENAME_TITLE>
            {form}
        </section>
    }
}

/// The dialog before it is removed.
#[component]
pub fn PasskeyRemoval() -> impl IntoView {
    let (id, session) = (param("passkey"), Me::from_frame().session);
    let fresh = session.is_fresh();
    let form = loaded(async move {
        let passkey = passkey_of(&session, &id).await?;
        let errors = Signal::stored(posted_errors(RemovePasskey::PATH));
        Ok(view! {
            <PostForm action=RemovePasskey::PATH errors>
                <p>
                    <strong>
                        <Name name=passkey.name.to_string() />
                    </strong>
                </p>
                <input type="hidden" name="passkey" value=passkey.id.to_string() />
                <PasswordAgain fresh errors />
                <Actions submit=words::REMOVE_NOW variant="danger" />
            </PostForm>
        })
    });
    view! {
        <Head title=words::REMOVE_TITLE lead=words::REMOVE_LEAD />
        <section class="card" aria-label=words::REMOVE_TITLE>
            {form}
        </section>
    }
}
