//! The dialogs over the page General: the account's name, and archiving, restoring and deleting an application.

use super::{Here, loaded_dialog};
use crate::{
    act::application::{ArchiveApplication, DeleteApplication, RenameAccount, RestoreApplication},
    error::AppError,
    form::{posted_errors, typed},
    part::{confirm_field::ConfirmField, form_dialog::FormDialog},
    routes,
    ui::{Dialog, DialogClose, Sentence, TextField},
    words::{application as words, common, list, number::grouped},
};
use domain::account::ApplicationConflict;
use leptos::{prelude::*, server_fn::ServerFn};

/// The form for the account's name.
#[component]
pub fn AccountName() -> impl IntoView {
    let here = Here::from_frame();
    let app = here.app();
    let back = routes::general(&app);
    loaded_dialog("account-name", words::RENAME, back.clone(), async move {
        let owner = here.viewer.account_owner()?;
        let (name, fresh) = (owner.application().account_name.clone(), owner.is_fresh());
        let errors = Signal::stored(posted_errors(RenameAccount::PATH));
        let name = typed(RenameAccount::PATH, "name").unwrap_or(name);
        let form = view! {
            <FormDialog
                id="account-name"
                title=words::RENAME
                action=RenameAccount::PATH
                app
                back
                fresh
                submit=words::SAVE
            >
                <TextField
                    name="name"
                    label=words::ACCOUNT_NAME
                    hint=words::ACCOUNT_HINT
                    value=Some(name)
                    errors
                    maxlength="80"
                    autofocus=true
                />
            </FormDialog>
        };
        Ok(form.into_any())
    })
}

/// The dialog that asks before something is done with a whole application.
struct ConfirmDialog {
    /// The id of the dialog.
    id: &'static str,
    /// The server function.
    path: &'static str,
    title: Sentence,
    consequence: &'static str,
    /// The number of keys that are active.
    active_keys: Option<i64>,
    /// Whether the application's name is asked for.
    typed_name: bool,
    /// The button.
    button: &'static str,
    variant: &'static str,
}

/// The dialog before an application is archived.
#[component]
pub fn Archive() -> impl IntoView {
    ask("archive", words::ARCHIVE, async |here| {
        let owner = here.viewer.owner()?;
        if here.is_archived() {
            let sentence = ApplicationConflict::AlreadyArchived.to_string();
            return Err(AppError::Conflict(sentence));
        }
        Ok(ConfirmDialog {
            id: "archive",
            path: ArchiveApplication::PATH,
            title: Sentence::about([&owner.application().name], |[name]| words::archive(name)),
            consequence: words::ARCHIVE_CONSEQUENCE,
            active_keys: Some(owner.active_keys().await?),
            typed_name: true,
            button: words::ARCHIVE,
            variant: "danger",
        })
    })
}

/// The dialog before an archived application is restored.
#[component]
pub fn Restore() -> impl IntoView {
    ask("restore", words::RESTORE, async |here| {
        let owner = here.viewer.owner()?;
        if !here.is_archived() {
            let sentence = ApplicationConflict::NotArchived.to_string();
            return Err(AppError::Conflict(sentence));
        }
        Ok(ConfirmDialog {
            id: "restore",
            path: RestoreApplication::PATH,
            title: Sentence::about([&owner.application().name], |[name]| words::restore(name)),
            consequence: words::RESTORE_CONSEQUENCE,
            active_keys: None,
            typed_name: false,
            button: words::RESTORE,
            variant: "primary",
        })
    })
}

/// The dialog before an application is deleted.
#[component]
pub fn Delete() -> impl IntoView {
    ask("delete", words::DELETE, async |here| {
        let owner = here.viewer.owner()?;
        let account = owner.application().account_id;
        let mut others = here.applications.iter();
        let reason = if !others
            .any(|other| other.account_id == account && other.id != owner.application().id)
        {
            Some(ApplicationConflict::Last)
        } else if owner.active_keys().await? > 0 {
            Some(ApplicationConflict::ActiveKeys)
        } else {
            None
        };
        if let Some(reason) = reason {
            return Err(AppError::Conflict(reason.to_string()));
        }
        Ok(ConfirmDialog {
            id: "delete",
            path: DeleteApplication::PATH,
            title: Sentence::about([&owner.application().name], |[name]| words::delete(name)),
            consequence: words::DELETE_CONSEQUENCE,
            active_keys: None,
            typed_name: true,
            button: words::DELETE,
            variant: "danger",
        })
    })
}

/// The dialog that asks for a confirmation, or says why the change is impossible.
fn ask<F>(
    id: &'static str,
    title: &'static str,
    read: impl FnOnce(Here) -> F + Send + 'static,
) -> AnyView
where
    F: Future<Output = Result<ConfirmDialog, AppError>> + Send + 'static,
{
    let here = Here::from_frame();
    let back = routes::general(&here.app());
    let (app, fresh) = (here.app(), here.viewer.is_fresh());
    loaded_dialog(id, title, back, async move {
        match read(here).await {
            Ok(confirm) => Ok(dialog(app, fresh, confirm)),
            Err(AppError::Conflict(why)) => Ok(impossible(id, title, &app, why)),
            Err(error) => Err(error),
        }
    })
}

/// The dialog that says why the change is impossible.
fn impossible(id: &'static str, title: &'static str, app: &str, why: String) -> AnyView {
    let back = routes::general(app);
    view! {
        <Dialog id title back=back.clone()>
            <div class="dialog-body">
                <p>{why}</p>
            </div>
            <DialogClose back label=common::CLOSE />
        </Dialog>
    }
    .into_any()
}

fn dialog(app: String, fresh: bool, confirm: ConfirmDialog) -> AnyView {
    let ConfirmDialog { id, path, .. } = confirm;
    let back = routes::general(&app);
    let keys = confirm.active_keys.map(|count| {
        view! {
            <dl class="impact">
                <dt>{words::ACTIVE_KEYS}</dt>
                <dd>{grouped(count)}</dd>
            </dl>
        }
    });
    let name = confirm
        .typed_name
        .then(|| view! { <ConfirmField action=path label=list::ALL_CONFIRM /> });
    view! {
        <FormDialog
            id
            title=confirm.title
            text=confirm.consequence
            alert=true
            action=path
            app
            back
            fresh
            submit=confirm.button
            variant=confirm.variant
        >
            {keys}
            {name}
        </FormDialog>
    }
    .into_any()
}
