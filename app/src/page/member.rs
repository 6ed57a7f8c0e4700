//! Changing what a member may do, ending it, and resetting a password.

use super::{Here, invite::ROLES, param};
use crate::{
    act::members::{
        AS_IN_ACCOUNT, ChangeApplicationRole, ChangeRole, LeaveAccount, MakeResetLink,
        PasswordLink, RemoveMember, TransferOwnership,
    },
    context,
    form::{posted, posted_errors, typed},
    part::{
        form_dialog::FormDialog,
        members::{Roster, SecretLink},
    },
    routes,
    ui::{Dialog, Notice, SelectField, Sentence, TextField},
    words::members,
};
use domain::{account::Role, member::Member};
use leptos::{prelude::*, server_fn::ServerFn};

/// The form for a role, over the page; nothing for those who may not change it.
#[component]
pub fn MemberRole() -> impl IntoView {
    over(|app, member, roster| {
        let (me, fresh) = (roster.me, roster.fresh);
        let links = (member.role != Role::Owner && member.id != me)
            .then(|| links(&app, &member, &roster.application));
        view! { <RoleForm app member fresh links /> }.into_any()
    })
}

/// The form for a role in this application, over the page; nothing for those who may not change it.
#[component]
pub fn ApplicationRole() -> impl IntoView {
    over(|app, member, roster| {
        let application = roster.application.clone();
        view! { <ApplicationRoleForm app member application fresh=roster.fresh /> }.into_any()
    })
}

/// The question before a member becomes the owner in place of the reader, over the page; nothing for those who may not ask it.
#[component]
pub fn Transfer() -> impl IntoView {
    over(|app, member, roster| {
        let asked = member.role != Role::Owner;
        asked
            .then(|| view! { <TransferQuestion app member fresh=roster.fresh /> })
            .into_any()
    })
}

/// The question before a member is removed, over the page; nothing for readers who may not remove members.
#[component]
pub fn MemberRemoval() -> impl IntoView {
    over(|app, member, roster| {
        view! { <RemovalQuestion app member fresh=roster.fresh /> }.into_any()
    })
}

/// The question before the reader leaves the account, over the page.
#[component]
pub fn Leaving() -> impl IntoView {
    let here = Here::from_frame();
    let roster: Roster = expect_context();
    let mut members = roster.members.into_iter();
    let me = members.find(|member| member.id == roster.me)?;
    let errors = Signal::stored(posted_errors(LeaveAccount::PATH));
    let managed = managed(&me, members::MANAGED_LEAVING);
    let app = here.app();
    let back = routes::members(&app);
    Some(view! {
        <FormDialog
            id="leave"
            title=Sentence::about(
                [&here.viewer.application().account_name],
                |[name]| members::leave_title(name),
            )
            text=members::LEAVE_CONSEQUENCE
            alert=true
            action=LeaveAccount::PATH
            errors
            app
            back
            fresh=roster.fresh
            submit=members::LEAVE
            variant="danger"
        >
            <input type="hidden" name="person" value=me.id.to_string() />
            {managed}
        </FormDialog>
    })
}

/// The form that creates a link to reset a member's password, then the link, over the page; nothing for readers who may not
/// create it.
#[component]
pub fn MemberReset() -> impl IntoView {
    over(|app, member, roster| match posted(MakeResetLink::PATH) {
        Some(Ok(made)) => view! { <Link made back=routes::members(&app) /> }.into_any(),
        _ => view! { <LinkForm app member fresh=roster.fresh /> }.into_any(),
    })
}

/// Finds the member that the path names.
pub(super) fn over(dialog: fn(String, Member, &Roster) -> AnyView) -> Option<AnyView> {
    let app = Here::from_frame().app();
    let roster: Roster = expect_context();
    let wanted = param("person");
    let mut members = roster.members.iter();
    let member = members.find(|member| member.id.to_string() == wanted)?;
    roster
        .editable
        .then(|| dialog(app, member.clone(), &roster))
}

/// What else can be done about the role of a member who is not an owner.
fn links(app: &str, member: &Member, application: &str) -> AnyView {
    let other = Sentence::about([application], |[name]| members::other_role(name)).view();
    view! {
        <p>
            <a href=routes::application_role(app, member.id)>{other}</a>
            " · "
            <a href=routes::transfer(app, member.id)>{members::TRANSFER}</a>
        </p>
    }
    .into_any()
}

/// A note about a member whom the identity provider has added.
fn managed(member: &Member, note: &'static str) -> Option<impl IntoView + use<>> {
    member
        .managed
        .then(|| view! { <Notice tone="warning">{note}</Notice> })
}

#[component]
fn RoleForm(
    app: String,
    member: Member,
    fresh: bool,
    #[prop(optional_no_strip)] links: Option<AnyView>,
) -> impl IntoView {
    let errors = Signal::stored(posted_errors(ChangeRole::PATH));
    let back = routes::members(&app);
    let managed = managed(&member, members::MANAGED_ROLE);
    let role = typed(ChangeRole::PATH, "role").unwrap_or_else(|| member.role.to_string());
    view! {
        <FormDialog
            id="member-role"
            title=Sentence::about([member.email.as_str()], |[name]| members::change(name))
            text=members::CHANGE_HINT
            action=ChangeRole::PATH
            errors
            app
            back
            fresh
            submit=members::SAVE
        >
            <input type="hidden" name="person" value=member.id.to_string() />
            <SelectField
                name="role"
                label=members::ROLE
                choices=ROLES.to_vec()
                value=role
                errors
            />
            {managed}
            {links}
        </FormDialog>
    }
}

#[component]
fn RemovalQuestion(app: String, member: Member, fresh: bool) -> impl IntoView {
    let errors = Signal::stored(posted_errors(RemoveMember::PATH));
    let managed = managed(&member, members::MANAGED_REMOVAL);
    let back = routes::members(&app);
    view! {
        <FormDialog
            id="remove"
            title=Sentence::about([member.email.as_str()], |[name]| members::remove_title(name))
            text=members::REMOVE_CONSEQUENCE
            alert=true
            action=RemoveMember::PATH
            errors
            app
            back
            fresh
            submit=members::REMOVE_NOW
            variant="danger"
        >
            <input type="hidden" name="person" value=member.id.to_string() />
            {managed}
        </FormDialog>
    }
}

/// Roles in an application, for a choice.
const ROLES_HERE: [(&str, &str); 3] = [
    ("viewer", members::VIEWER),
    ("developer", members::DEVELOPER),
    ("owner", members::OWNER_HERE),
];

#[component]
fn ApplicationRoleForm(
    app: String,
    member: Member,
    application: String,
    fresh: bool,
) -> impl IntoView {
    let errors = Signal::stored(posted_errors(ChangeApplicationRole::PATH));
    let back = routes::members(&app);
    let title = Sentence::about(
        [member.email.as_str(), &application],
        |[email, application]| members::change_here(email, application),
    );
    if member.role == Role::Owner {
        return view! {
            <Dialog id="application-role" title back>
                <div class="dialog-body">
                    <p>{members::OWNS_EVERY}</p>
                </div>
            </Dialog>
        }
        .into_any();
    }
    let role = typed(ChangeApplicationRole::PATH, "role").unwrap_or_else(|| {
        let own = member.application_role;
        own.map_or_else(|| AS_IN_ACCOUNT.to_owned(), |role| role.to_string())
    });
    view! {
        <FormDialog
            id="application-role"
            title
            text=members::ROLE_HERE_HINT
            action=ChangeApplicationRole::PATH
            errors
            app
            back
            fresh
            submit=members::SAVE
        >
            <input type="hidden" name="person" value=member.id.to_string() />
            <SelectField
                name="role"
                label=members::ROLE
                choices=ROLES_HERE.to_vec()
                first=Some((AS_IN_ACCOUNT, members::as_in_account(member.role)))
                value=role
                errors
            />
        </FormDialog>
    }
    .into_any()
}

#[component]
fn TransferQuestion(app: String, member: Member, fresh: bool) -> impl IntoView {
    let errors = Signal::stored(posted_errors(TransferOwnership::PATH));
    let back = routes::members(&app);
    view! {
        <FormDialog
            id="transfer"
            title=Sentence::about([member.email.as_str()], |[name]| members::transfer_title(name))
            text=members::TRANSFER_CONSEQUENCE
            alert=true
            action=TransferOwnership::PATH
            errors
            app
            back
            fresh
            submit=members::TRANSFER
            variant="danger"
        >
            <input type="hidden" name="person" value=member.id.to_string() />
            <TextField
                name="confirm"
                label=members::TRANSFER_CONFIRM
                value=typed(TransferOwnership::PATH, "confirm")
                errors
            />
        </FormDialog>
    }
}

#[component]
fn LinkForm(app: String, member: Member, fresh: bool) -> impl IntoView {
    let consequence = if context::sends_mail() {
        members::RESET_CONSEQUENCE_MAIL
    } else {
        members::RESET_CONSEQUENCE
    };
    let errors = Signal::stored(posted_errors(MakeResetLink::PATH));
    let managed = managed(&member, members::MANAGED_RESET);
    let back = routes::members(&app);
    view! {
        <FormDialog
            id="member-reset"
            title=Sentence::about([member.email.as_str()], |[name]| members::reset_title(name))
            text=consequence
            action=MakeResetLink::PATH
            errors
            app
            back
            fresh
            submit=members::RESET
        >
            <input type="hidden" name="person" value=member.id.to_string() />
            {managed}
        </FormDialog>
    }
}

#[component]
fn Link(made: PasswordLink, back: String) -> impl IntoView {
    let title = if made.mailed {
        members::MAILED_TITLE
    } else {
        members::LINK_TITLE
    };
    let mailed_to = made.mailed.then(|| made.email.clone());
    view! {
        <Dialog id="reset-link" title>
            <SecretLink
                label=Sentence::about(
                    [&made.email],
                    |[email]| format!("{} · {email}", members::RESET_LINK),
                )
                note=members::RESET_NOTE
                copy=members::COPY_RESET_LINK
                link=made.link
                mailed_to
                back
            />
        </Dialog>
    }
}
