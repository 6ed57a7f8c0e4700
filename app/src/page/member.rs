//! Changing a member's role, ending a membership, and resetting a member's password.

use super::{Here, invite::ROLES, param};
use crate::{
    act::members::{
        AS_IN_ACCOUNT, ChangeApplicationRole, ChangeRole, LeaveAccount, MakeResetLink,
        RemoveMember, TransferOwnership,
    },
    context,
    form::{posted, posted_errors, typed},
    part::{
        confirm_field::ConfirmField,
        form_dialog::FormDialog,
        members::{Roster, SecretLinkDialog},
    },
    routes,
    ui::{Dialog, Notice, SelectField, Sentence},
    words::members,
};
use domain::{account::Role, member::Member};
use leptos::{prelude::*, server_fn::ServerFn};

/// A form about a member, over the page of members.
#[component]
pub(super) fn MemberForm(
    /// The id of the dialog.
    id: &'static str,
    /// Its name.
    title: Sentence,
    /// The explanation of the change.
    text: &'static str,
    /// The path of the server function.
    action: &'static str,
    /// The application's id.
    app: String,
    /// The member.
    member: Member,
    /// Shown for a member whom the identity provider has added.
    #[prop(optional)]
    managed: Option<&'static str>,
    /// Links to other actions on the member.
    #[prop(optional_no_strip)]
    links: Option<AnyView>,
    /// Whether the form can do without the password.
    fresh: bool,
    /// The words on the button.
    submit: &'static str,
    /// Whether it takes something away from the member: Cancel has the focus then.
    #[prop(optional)]
    danger: bool,
    /// The fields, and what else there is to read.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let back = routes::members(&app);
    let variant = if danger { "danger" } else { "primary" };
    let managed = managed
        .filter(|_| member.managed)
        .map(|note| view! { <Notice tone="warning">{note}</Notice> });
    view! {
        <FormDialog id title text alert=danger action app back fresh submit variant>
            <input type="hidden" name="person" value=member.id.to_string() />
            {children.map(|children| children())}
            {managed}
            {links}
        </FormDialog>
    }
}

/// A title with the address of a member.
pub(super) fn about(member: &Member, words: fn(&str) -> String) -> Sentence {
    Sentence::about([member.email.as_str()], |[email]| words(email))
}

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

/// The dialog before a member becomes the owner in place of the reader, over the page; nothing for readers who may not do that,
/// and for a member who is an owner.
#[component]
pub fn Transfer() -> impl IntoView {
    over(|app, member, roster| {
        let (title, asks) = (
            about(&member, members::transfer_title),
            member.role != Role::Owner,
        );
        let dialog = || {
            view! {
                <MemberForm
                    id="transfer"
                    title
                    text=members::TRANSFER_CONSEQUENCE
                    action=TransferOwnership::PATH
                    app
                    member
                    fresh=roster.fresh
                    submit=members::TRANSFER
                    danger=true
                >
                    <ConfirmField action=TransferOwnership::PATH label=members::TRANSFER_CONFIRM />
                </MemberForm>
            }
        };
        asks.then(dialog).into_any()
    })
}

/// The dialog before a member is removed, over the page; nothing for readers who may not remove members.
#[component]
pub fn MemberRemoval() -> impl IntoView {
    over(|app, member, roster| {
        view! {
            <MemberForm
                id="remove"
                title=about(&member, members::remove_title)
                text=members::REMOVE_CONSEQUENCE
                action=RemoveMember::PATH
                app
                member
                fresh=roster.fresh
                submit=members::REMOVE_NOW
                danger=true
                managed=members::MANAGED_REMOVAL
            />
        }
        .into_any()
    })
}

/// The dialog before the reader leaves the account, over the page.
#[component]
pub fn Leaving() -> impl IntoView {
    let here = Here::from_frame();
    let roster: Roster = expect_context();
    let mut members = roster.members.into_iter();
    let me = members.find(|member| member.id == roster.me)?;
    let account = &here.viewer.application().account_name;
    Some(view! {
        <MemberForm
            id="leave"
            title=Sentence::about([account], |[name]| members::leave_title(name))
            text=members::LEAVE_CONSEQUENCE
            action=LeaveAccount::PATH
            app=here.app()
            member=me
            fresh=roster.fresh
            submit=members::LEAVE
            danger=true
            managed=members::MANAGED_LEAVING
        />
    })
}

/// The form that creates a link to reset a member's password, then the link, over the page; nothing for readers who may not
/// create it.
#[component]
pub fn MemberReset() -> impl IntoView {
    over(|app, member, roster| match posted(MakeResetLink::PATH) {
        Some(Ok(created)) => view! {
            <SecretLinkDialog
                id="reset-link"
                created
                label=members::RESET_LINK
                note=members::RESET_NOTE
                copy=members::COPY_RESET_LINK
                back=routes::members(&app)
            />
        }
        .into_any(),
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

/// Returns links to other changes of the role of a member who is not an owner.
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

#[component]
fn RoleForm(
    app: String,
    member: Member,
    fresh: bool,
    #[prop(optional_no_strip)] links: Option<AnyView>,
) -> impl IntoView {
    let errors = Signal::stored(posted_errors(ChangeRole::PATH));
    let role = typed(ChangeRole::PATH, "role").unwrap_or_else(|| member.role.to_string());
    view! {
        <MemberForm
            id="member-role"
            title=about(&member, members::change)
            text=members::CHANGE_HINT
            action=ChangeRole::PATH
            app
            member
            fresh
            submit=members::SAVE
            managed=members::MANAGED_ROLE
            links
        >
            <SelectField
                name="role"
                label=members::ROLE
                choices=ROLES.to_vec()
                value=role
                errors
            />
        </MemberForm>
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
    let title = Sentence::about(
        [member.email.as_str(), &application],
        |[email, application]| members::change_here(email, application),
    );
    if member.role == Role::Owner {
        return view! {
            <Dialog id="application-role" title back=routes::members(&app)>
                <div class="dialog-body">
                    <p>{members::OWNS_EVERY}</p>
                </div>
            </Dialog>
        }
        .into_any();
    }
    let errors = Signal::stored(posted_errors(ChangeApplicationRole::PATH));
    let first = (AS_IN_ACCOUNT, members::as_in_account(member.role));
    let role = typed(ChangeApplicationRole::PATH, "role").unwrap_or_else(|| {
        let own = member.application_role;
        own.map_or_else(|| AS_IN_ACCOUNT.to_owned(), |role| role.to_string())
    });
    view! {
        <MemberForm
            id="application-role"
            title
            text=members::ROLE_HERE_HINT
            action=ChangeApplicationRole::PATH
            app
            member
            fresh
            submit=members::SAVE
        >
            <SelectField
                name="role"
                label=members::ROLE
                choices=ROLES_HERE.to_vec()
                first=Some(first)
                value=role
                errors
            />
        </MemberForm>
    }
    .into_any()
}

#[component]
fn LinkForm(app: String, member: Member, fresh: bool) -> impl IntoView {
    let consequence = if context::sends_mail() {
        members::RESET_CONSEQUENCE_MAIL
    } else {
        members::RESET_CONSEQUENCE
    };
    view! {
        <MemberForm
            id="member-reset"
            title=about(&member, members::reset_title)
            text=consequence
            action=MakeResetLink::PATH
            app
            member
            fresh
            submit=members::RESET
            managed=members::MANAGED_RESET
        />
    }
}
