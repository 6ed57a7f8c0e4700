//! Inviting a person, and replacing the link of an invitation: the form, then the link.

use super::{Here, param};
use crate::{
    act::members::{InviteMember, OneTimeLink, RenewInvitation},
    form::{posted, posted_errors, typed},
    part::{
        form_dialog::FormDialog,
        members::{Roster, SecretLinkDialog},
    },
    routes,
    ui::{SelectField, TextField},
    words::members,
};
use leptos::{prelude::*, server_fn::ServerFn};

/// The roles of members, as options.
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
    roster.editable.then(|| step(app, &roster))
}

/// The form until a link is made.
fn step(app: String, roster: &Roster) -> AnyView {
    let Roster { fresh, mails, .. } = *roster;
    let back = routes::members(&app);
    match posted(InviteMember::PATH).and_then(Result::ok) {
        None => view! { <InviteForm app back fresh mails /> }.into_any(),
        Some(created) => created_link(created, back),
    }
}

/// The form that replaces the link of an invitation, over the page; nothing for those who may not invite.
#[component]
pub fn Renew() -> impl IntoView {
    let app = Here::from_frame().app();
    let roster: Roster = expect_context();
    let back = routes::members(&app);
    if let Some(Ok(created)) = posted(RenewInvitation::PATH) {
        return Some(created_link(created, back));
    }
    let wanted = param("invitation");
    let mut invitations = roster.invitations.into_iter();
    let invitation = invitations.find(|one| one.id.to_string() == wanted)?;
    let (fresh, email) = (roster.fresh, invitation.email.to_string());
    let (title, consequence, submit) = if roster.mails {
        (
            members::resend(&email),
            members::RESEND_CONSEQUENCE,
            members::RESEND,
        )
    } else {
        (
            members::renew(&email),
            members::RENEW_CONSEQUENCE,
            members::RENEW,
        )
    };
    Some(
        view! {
            <FormDialog
                id="renew"
                title
                text=consequence
                action=RenewInvitation::PATH
                app
                back
                fresh
                submit
            >
                <input type="hidden" name="invitation" value=wanted />
            </FormDialog>
        }
        .into_any(),
    )
}

/// The link that was created.
fn created_link(created: OneTimeLink, back: String) -> AnyView {
    view! {
        <SecretLinkDialog
            id="invitation"
            created
            label=members::LINK
            note=members::LINK_NOTE
            copy=members::COPY_LINK
            back
        />
    }
    .into_any()
}

#[component]
fn InviteForm(app: String, back: String, fresh: bool, mails: bool) -> impl IntoView {
    let errors = Signal::stored(posted_errors(InviteMember::PATH));
    let (hint, submit) = if mails {
        (members::INVITE_HINT_MAIL, members::SEND_INVITATION)
    } else {
        (members::INVITE_HINT, members::MAKE_LINK)
    };
    let role = typed(InviteMember::PATH, "role").unwrap_or_else(|| "viewer".to_owned());
    view! {
        <FormDialog
            id="invite"
            title=members::INVITE
            action=InviteMember::PATH
            app
            back
            fresh
            submit
        >
            <TextField
                name="email"
                label=members::EMAIL
                kind="email"
                hint
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
