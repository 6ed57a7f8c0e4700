//! Inviting somebody: the form, then the link.

use super::{members::People, param};
use crate::{
    api::members::{InvitationLink, InviteMember},
    error::AppError,
    form::{FormPage, typed, use_errors, use_outcome},
    part::PasswordAgain,
    routes,
    ui::{CopyButton, Dialog, ErrorSummary, Notice, SelectField, Submit, TextField},
    words::members,
};
use leptos::prelude::*;

/// What the roles of members are, for a choice.
pub const ROLES: [(&str, &str); 3] = [
    ("viewer", members::VIEWER),
    ("developer", members::DEVELOPER),
    ("owner", members::OWNER),
];

const ENDPOINT: &str = "invite_member";

/// The dialog over the page; nothing for those who may not invite.
#[component]
pub fn Invite() -> impl IntoView {
    let app = param("app");
    let People(people) = expect_context();
    let action = ServerAction::<InviteMember>::new();
    let outcome = use_outcome(action);
    on_cleanup(move || people.refetch());
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                let roster = people.await.ok().filter(|roster| roster.editable)?;
                let app = app.get_untracked();
                Some(view! { <Steps app fresh=roster.fresh action outcome /> })
            })}
        </Suspense>
    }
}

#[component]
fn Steps(
    app: String,
    fresh: bool,
    action: ServerAction<InviteMember>,
    outcome: Signal<Option<Result<InvitationLink, AppError>>>,
) -> impl IntoView {
    let made = Memo::new(move |_| outcome.get().and_then(Result::ok));
    let back = routes::members(&app);
    move || match made.get() {
        None => {
            let (app, back) = (app.clone(), back.clone());
            view! {
                <Dialog id="invite" title=members::INVITE back=back.clone()>
                    <InviteForm app back fresh action outcome />
                </Dialog>
            }
            .into_any()
        }
        Some(made) => {
            let back = back.clone();
            view! {
                <Dialog id="invitation" title=members::LINK_TITLE>
                    <Link made back />
                </Dialog>
            }
            .into_any()
        }
    }
}

#[component]
fn InviteForm(
    app: String,
    back: String,
    fresh: bool,
    action: ServerAction<InviteMember>,
    outcome: Signal<Option<Result<InvitationLink, AppError>>>,
) -> impl IntoView {
    let errors = use_errors(outcome);
    let role = typed(ENDPOINT, "role").unwrap_or_else(|| "viewer".to_owned());
    view! {
        <ActionForm action attr:novalidate="" attr:autocomplete="off">
            <FormPage />
            <div class="dialog-body">
                <ErrorSummary errors />
                <input type="hidden" name="app" value=app />
                <TextField
                    name="email"
                    label=members::EMAIL
                    kind="email"
                    hint=members::INVITE_HINT
                    value=typed(ENDPOINT, "email")
                    errors
                    autofocus=true
                />
                <SelectField
                    name="role"
                    label=members::ROLE
                    choices=ROLES.to_vec()
                    value=role
                    errors
                />
                <PasswordAgain fresh errors />
            </div>
            <footer class="dialog-actions">
                <a class="button" data-variant="ghost" href=back>
                    {members::CANCEL}
                </a>
                <Submit label=members::MAKE_LINK pending=action.pending() />
            </footer>
        </ActionForm>
    }
}

/// The only time that the link is in sight.
#[component]
fn Link(made: InvitationLink, back: String) -> impl IntoView {
    view! {
        <div class="dialog-body">
            <Notice tone="warning">{members::LINK_NOTE}</Notice>
            <div class="reveal">
                <div class="credential" data-prominent="">
                    <label for="invitation-link">{members::LINK}" · "{made.email}</label>
                    <input
                        id="invitation-link"
                        type="text"
                        readonly=true
                        value=made.link
                        autocomplete="off"
                        spellcheck="false"
                        data-1p-ignore=""
                    />
                    <CopyButton label=members::COPY_LINK field="invitation-link" />
                </div>
            </div>
        </div>
        <footer class="dialog-actions">
            <a class="button" data-variant="primary" href=back>
                {members::DONE}
            </a>
        </footer>
    }
}
