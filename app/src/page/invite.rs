//! Inviting a person: the form, then the link.

use super::Here;
use crate::{
    act::members::{InvitationLink, InviteMember},
    form::{FormPage, posted, posted_errors, typed},
    part::members::Roster,
    routes,
    ui::{CopyButton, Dialog, ErrorSummary, Notice, PasswordAgain, SelectField, Submit, TextField},
    words::members,
};
use leptos::{prelude::*, server_fn::ServerFn};

/// What the roles of members are, for a choice.
pub const ROLES: [(&str, &str); 3] = [
    ("viewer", members::VIEWER),
    ("developer", members::DEVELOPER),
    ("owner", members::OWNER),
];

/// The dialog over the page; nothing for those who may not invite.
#[component]
pub fn Invite() -> impl IntoView {
    let app = Here::from_frame().app();
    let roster: Roster = expect_context();
    roster.editable.then(|| step(app, roster.fresh))
}

/// The form until a link is made.
fn step(app: String, fresh: bool) -> AnyView {
    let back = routes::members(&app);
    match posted(InviteMember::PATH).and_then(Result::ok) {
        None => view! {
            <Dialog id="invite" title=members::INVITE back=back.clone()>
                <InviteForm app back fresh />
            </Dialog>
        }
        .into_any(),
        Some(made) => view! {
            <Dialog id="invitation" title=members::LINK_TITLE>
                <Link made back />
            </Dialog>
        }
        .into_any(),
    }
}

#[component]
fn InviteForm(app: String, back: String, fresh: bool) -> impl IntoView {
    let errors = Signal::stored(posted_errors(InviteMember::PATH));
    let role = typed(InviteMember::PATH, "role").unwrap_or_else(|| "viewer".to_owned());
    view! {
        <form method="post" action=InviteMember::PATH novalidate="" autocomplete="off">
            <FormPage />
            <div class="dialog-body">
                <ErrorSummary errors />
                <input type="hidden" name="app" value=app />
                <TextField
                    name="email"
                    label=members::EMAIL
                    kind="email"
                    hint=members::INVITE_HINT
                    value=typed(InviteMember::PATH, "email")
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
                <a class="button" data-variant="ghost" data-close="" href=back>
                    {members::CANCEL}
                </a>
                <Submit label=members::MAKE_LINK />
            </footer>
        </form>
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
