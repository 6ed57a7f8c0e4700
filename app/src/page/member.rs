//! Changing what a member may do, ending it, and resetting a password.

use super::{Here, invite::ROLES, param};
use crate::{
    act::members::{ChangeRole, MakeResetLink, PasswordLink, RemoveMember},
    form::{FormPage, posted, posted_errors, typed},
    part::members::{Roster, SecretLink},
    routes,
    ui::{Dialog, ErrorSummary, PasswordAgain, SelectField, Submit},
    words::members,
};
use domain::member::Member;
use leptos::{prelude::*, server_fn::ServerFn};

/// The form for a role, over the page; nothing for those who may not change it.
#[component]
pub fn MemberRole() -> impl IntoView {
    over(|app, member, fresh| view! { <RoleForm app member fresh /> }.into_any())
}

/// The question before a member is removed, over the page; nothing for readers who may not remove members.
#[component]
pub fn MemberRemoval() -> impl IntoView {
    over(|app, member, fresh| view! { <Question app member fresh /> }.into_any())
}

/// The form that creates a link to reset a member's password, then the link, over the page; nothing for readers who may not
/// create it.
#[component]
pub fn MemberReset() -> impl IntoView {
    over(|app, member, fresh| match posted(MakeResetLink::PATH) {
        Some(Ok(made)) => view! { <Link made back=routes::members(&app) /> }.into_any(),
        _ => view! { <LinkForm app member fresh /> }.into_any(),
    })
}

/// Finds the member that the path names.
pub(super) fn over(dialog: fn(String, Member, bool) -> AnyView) -> Option<AnyView> {
    let app = Here::from_frame().app();
    let roster: Roster = expect_context();
    let wanted = param("person");
    let mut members = roster.members.into_iter();
    let member = members.find(|member| member.id.to_string() == wanted)?;
    roster.editable.then(|| dialog(app, member, roster.fresh))
}

#[component]
fn RoleForm(app: String, member: Member, fresh: bool) -> impl IntoView {
    let errors = Signal::stored(posted_errors(ChangeRole::PATH));
    let back = routes::members(&app);
    let role = typed(ChangeRole::PATH, "role").unwrap_or_else(|| member.role.to_string());
    view! {
        <Dialog
            id="member-role"
            title=members::change(member.email.as_str())
            back=back.clone()
            described_by="role-hint"
        >
            <form method="post" action=ChangeRole::PATH novalidate="" autocomplete="off">
                <FormPage />
                <div class="dialog-body">
                    <ErrorSummary errors />
                    <p id="role-hint">{members::CHANGE_HINT}</p>
                    <input type="hidden" name="app" value=app />
                    <input type="hidden" name="person" value=member.id.to_string() />
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
                    <Submit label=members::SAVE />
                </footer>
            </form>
        </Dialog>
    }
}

#[component]
fn Question(app: String, member: Member, fresh: bool) -> impl IntoView {
    let errors = Signal::stored(posted_errors(RemoveMember::PATH));
    let back = routes::members(&app);
    view! {
        <Dialog
            id="remove"
            title=members::remove_title(member.email.as_str())
            back=back.clone()
            alert=true
            described_by="remove-consequence"
        >
            <form method="post" action=RemoveMember::PATH novalidate="" autocomplete="off">
                <FormPage />
                <div class="dialog-body">
                    <ErrorSummary errors />
                    <p id="remove-consequence">{members::REMOVE_CONSEQUENCE}</p>
                    <input type="hidden" name="app" value=app />
                    <input type="hidden" name="person" value=member.id.to_string() />
                    <PasswordAgain fresh errors />
                </div>
                <footer class="dialog-actions">
                    <a
                        class="button"
                        data-variant="secondary"
                        data-close=""
                        href=back
                        autofocus=""
                    >
                        {members::CANCEL}
                    </a>
                    <Submit label=members::REMOVE_NOW variant="danger" />
                </footer>
            </form>
        </Dialog>
    }
}

#[component]
fn LinkForm(app: String, member: Member, fresh: bool) -> impl IntoView {
    let errors = Signal::stored(posted_errors(MakeResetLink::PATH));
    let back = routes::members(&app);
    view! {
        <Dialog
            id="member-reset"
            title=members::reset_title(member.email.as_str())
            back=back.clone()
            described_by="reset-consequence"
        >
            <form method="post" action=MakeResetLink::PATH novalidate="" autocomplete="off">
                <FormPage />
                <div class="dialog-body">
                    <ErrorSummary errors />
                    <p id="reset-consequence">{members::RESET_CONSEQUENCE}</p>
                    <input type="hidden" name="app" value=app />
                    <input type="hidden" name="person" value=member.id.to_string() />
                    <PasswordAgain fresh errors />
                </div>
                <footer class="dialog-actions">
                    <a class="button" data-variant="ghost" data-close="" href=back>
                        {members::CANCEL}
                    </a>
                    <Submit label=members::RESET />
                </footer>
            </form>
        </Dialog>
    }
}

#[component]
fn Link(made: PasswordLink, back: String) -> impl IntoView {
    view! {
        <Dialog id="reset-link" title=members::LINK_TITLE>
            <SecretLink
                label=format!("{} · {}", members::RESET_LINK, made.email)
                note=members::RESET_NOTE
                copy=members::COPY_RESET_LINK
                link=made.link
                back
            />
        </Dialog>
    }
}
