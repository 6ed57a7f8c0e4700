//! Inviting a person, and replacing the link of an invitation: the form, then the link.

use super::{Here, param};
use crate::{
    act::members::{InvitationLink, InviteMember, RenewInvitation},
    form::{posted, posted_errors, typed},
    part::{
        form_dialog::FormDialog,
        members::{Roster, SecretLink},
    },
    routes,
    ui::{Dialog, SelectField, TextField},
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
        None => view! { <InviteForm app back fresh /> }.into_any(),
        Some(made) => view! {
            <Made made back />
        }
        .into_any(),
    }
}

/// The form that replaces the link of an invitation, over the page; nothing for those who may not invite.
#[component]
pub fn Renew() -> impl IntoView {
    let app = Here::from_frame().app();
    let roster: Roster = expect_context();
    let back = routes::members(&app);
    if let Some(Ok(made)) = posted(RenewInvitation::PATH) {
        return Some(view! { <Made made back /> }.into_any());
    }
    let wanted = param("invitation");
    let mut invitations = roster.invitations.into_iter();
    let invitation = invitations.find(|one| one.id.to_string() == wanted)?;
    let (fresh, email) = (roster.fresh, invitation.email.to_string());
    let errors = Signal::stored(posted_errors(RenewInvitation::PATH));
    Some(
        view! {
            <FormDialog
                id="renew"
                title=members::renew(&email)
                text=members::RENEW_CONSEQUENCE
                action=RenewInvitation::PATH
                errors
                app
                back
                fresh
                submit=members::RENEW
            >
                <input type="hidden" name="invitation" value=wanted />
            </FormDialog>
        }
        .into_any(),
    )
}

#[component]
fn Made(made: InvitationLink, back: String) -> impl IntoView {
    view! {
        <Dialog id="invitation" title=members::LINK_TITLE>
            <SecretLink
                label=format!("{} · {}", members::LINK, made.email)
                note=members::LINK_NOTE
                copy=members::COPY_LINK
                link=made.link
                back
            />
        </Dialog>
    }
}

#[component]
fn InviteForm(app: String, back: String, fresh: bool) -> impl IntoView {
    let errors = Signal::stored(posted_errors(InviteMember::PATH));
    let role = typed(InviteMember::PATH, "role").unwrap_or_else(|| "viewer".to_owned());
    view! {
        <FormDialog
            id="invite"
            title=members::INVITE
            action=InviteMember::PATH
            errors
            app
            back
            fresh
            submit=members::MAKE_LINK
        >
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
        </FormDialog>
    }
}
