//! The members of an account, and open invitations.

use crate::{
    act::members::WithdrawInvitation,
    form::FormPage,
    routes,
    ui::{Name, RowLink, RowSubmit, Time},
    words::{members, two_factor},
};
use domain::{
    id::PersonId,
    member::{Invitation, Member},
    second_factor::FactorPolicy,
    time::Timestamp,
};
use leptos::{prelude::*, server_fn::ServerFn};

/// The members of an account, and open invitations.
#[derive(Clone)]
pub struct Roster {
    /// By address.
    pub members: Vec<Member>,
    /// Invitations that were not accepted yet; only for owners.
    pub invitations: Vec<Invitation>,
    /// The application's name.
    pub application: String,
    /// Who needs two-factor authentication; only for owners.
    pub policy: Option<FactorPolicy>,
    /// The reader.
    pub me: PersonId,
    /// Whether the reader may change it.
    pub editable: bool,
    /// Whether links are mailed.
    pub mails: bool,
    /// Whether the password need not be entered again for that.
    pub fresh: bool,
    /// The server's clock.
    pub now: Timestamp,
}

/// The members, and for owners the open invitations and what can be done.
#[component]
pub fn MemberList(
    /// The application's id.
    app: String,
    /// Who they are.
    roster: Roster,
) -> impl IntoView {
    let Roster {
        me,
        editable,
        mails,
        now,
        ..
    } = roster;
    let rows = roster
        .members
        .into_iter()
        .map(|member| row(&app, member, me, editable, now))
        .collect_view();
    let waiting = (!roster.invitations.is_empty()).then(|| {
        let rows = roster
            .invitations
            .into_iter()
            .map(|invitation| waiting(app.clone(), invitation, mails, now))
            .collect_view();
        view! {
            <h3 id="waiting">{members::WAITING}</h3>
            <ul class="rows" aria-labelledby="waiting">
                {rows}
            </ul>
        }
    });
    view! {
        <ul class="rows" aria-labelledby="members">
            {rows}
        </ul>
        {waiting}
    }
}

fn row(
    app: &str,
    member: Member,
    me: PersonId,
    editable: bool,
    now: Timestamp,
) -> impl IntoView + use<> {
    let email = member.email.to_string();
    let seen = match member.last_seen {
        Some(at) => view! {
            {members::SEEN}
            <Time at now />
        }
        .into_any(),
        None => members::NEVER_SEEN.into_any(),
    };
    let own = member
        .application_role
        .map(|role| format!(" ({})", members::role_here(role)));
    let managed = member.managed.then_some(members::MANAGED);
    let badge = member.has_second_factor.then(|| {
        view! {
            " "
            <span class="badge">
                <span aria-hidden="true">{two_factor::BADGE}</span>
                <span class="visually-hidden">{two_factor::BADGE_LABEL}</span>
            </span>
        }
    });
    let (first, second) = match member.name.get() {
        Some(name) => (
            name.to_owned(),
            Some(view! { <small translate="no">{email.clone()}</small> }),
        ),
        None => (email.clone(), None),
    };
    let actions = actions(app, &member, me, editable);
    view! {
        <li>
            <div class="rows-words">
                <strong>
                    <Name name=first /> {(member.id == me).then(|| view! { " " <span class="badge">{members::YOU}</span> })}
                    {badge}
                </strong>
                {second}
                <small>
                    {members::role(member.role)} {managed} {own} ", " {members::SINCE} <Time at=member.since now /> ", " {seen}
                </small>
            </div>
            {actions}
        </li>
    }
}

/// The reader's actions for a member, or for their own membership.
fn actions(
    app: &str,
    member: &Member,
    me: PersonId,
    editable: bool,
) -> Option<impl IntoView + use<>> {
    let email = member.email.as_str();
    // One's own password is changed in the profile.
    let reset = (editable && member.id != me).then(|| {
        view! {
            <RowLink
                href=routes::reset_link(app, member.id)
                label=members::RESET
                name=Some(members::reset(email))
            />
        }
    });
    let reset_factors = (editable && member.has_second_factor && member.id != me).then(|| {
        view! {
            <RowLink
                href=routes::reset_two_factor(app, member.id)
                label=two_factor::RESET
                name=Some(two_factor::reset(email))
            />
        }
    });
    let change = editable.then(|| {
        view! {
            <RowLink
                href=routes::role(app, member.id)
                label=members::CHANGE
                name=Some(members::change(email))
                variant="secondary"
            />
        }
    });
    let end = if member.id == me {
        Some((routes::leave(app), None, members::LEAVE))
    } else {
        let label = Some(members::remove(email));
        editable.then(|| (routes::remove(app, member.id), label, members::REMOVE))
    };
    end.map(|(href, label, words)| {
        view! {
            <div class="rows-actions">
                {change} {reset} {reset_factors}
                <RowLink href label=words name=label />
            </div>
        }
    })
}

fn waiting(app: String, invitation: Invitation, mails: bool, now: Timestamp) -> impl IntoView {
    let email = invitation.email.to_string();
    let label = members::withdraw(&email);
    let (renew, renew_label) = if mails {
        (members::RESEND, members::resend(&email))
    } else {
        (members::RENEW, members::renew(&email))
    };
    let renew_path = routes::renew(&app, invitation.id);
    let ends = if invitation.lapsed {
        members::LAPSED.into_any()
    } else {
        view! { {members::ENDS} <Time at=invitation.expires_at now /> }.into_any()
    };
    view! {
        <li>
            <div class="rows-words">
                <strong>
                    <Name name=email />
                </strong>
                <small>
                    {members::role(invitation.role)} ", " {members::INVITED_BY} <Name name=invitation.invited_by /> ", "
                    {ends}
                </small>
            </div>
            <div class="rows-actions">
                <RowLink href=renew_path label=renew name=Some(renew_label) variant="secondary" />
                <form method="post" action=WithdrawInvitation::PATH>
                    <FormPage />
                    <input type="hidden" name="app" value=app />
                    <input type="hidden" name="invitation" value=invitation.id.to_string() />
                    <RowSubmit label=members::WITHDRAW name=label />
                </form>
            </div>
        </li>
    }
}
