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
    ui::{Dialog, SelectField, Sentence, TextField},
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
    roster.editable.then(|| step(app, &roster))
}

/// The form until a link is made.
fn step(app: String, roster: &Roster) -> AnyView {
    let Roster { fresh, mails, .. } = *roster;
    let back = routes::members(&app);
    match posted(InviteMember::PATH).and_then(Result::ok) {
        None => view! { <InviteForm app back fresh mails /> }.into_any(),
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
    let errors = Signal::stored(posted_errors(RenewInvitation::PATH));
    Some(
        view! {
            <FormDialog
                id="renew"
                title
                text=consequence
                action=RenewInvitation::PATH
                errors
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

#[component]
fn Made(made: InvitationLink, back: String) -> impl IntoView {
    let title = if made.mailed {
        members::MAILED_TITLE
    } else {
        members::LINK_TITLE
    };
    let mailed_to = made.mailed.then(|| made.email.clone());
    view! {
        <Dialog id="invitation" title>
            <SecretLink
                label=Sentence::about(
                    [&made.email],
                    |[email]| format!("{} · {email}", members::LINK),
                )
                note=members::LINK_NOTE
                copy=members::COPY_LINK
                link=made.link
                mailed_to
                back
            />
        </Dialog>
    }
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
            errors
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
