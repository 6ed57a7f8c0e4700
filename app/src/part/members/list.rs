//! Who belongs to an account, and who is asked to.

use crate::{act::members::WithdrawInvitation, form::FormPage, routes, ui::Time, words::members};
use domain::{
    id::PersonId,
    member::{Invitation, Member},
    time::Timestamp,
};
use leptos::{prelude::*, server_fn::ServerFn};

/// Who belongs to an account.
#[derive(Clone)]
pub struct Roster {
    /// By address.
    pub members: Vec<Member>,
    /// Invitations that were not accepted yet; only for owners.
    pub invitations: Vec<Invitation>,
    /// The reader.
    pub me: PersonId,
    /// Whether the reader may change it.
    pub editable: bool,
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
        me, editable, now, ..
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
            .map(|invitation| waiting(app.clone(), invitation, now))
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
    let actions = editable.then(|| {
        view! {
            <div class="rows-actions">
                <a
                    class="button"
                    data-variant="secondary"
                    data-size="small"
                    href=routes::role(app, member.id)
                    aria-label=members::change(&email)
                >
                    {members::CHANGE}
                </a>
                <a
                    class="button"
                    data-variant="ghost"
                    data-size="small"
                    href=routes::remove(app, member.id)
                    aria-label=members::remove(&email)
                >
                    {members::REMOVE}
                </a>
            </div>
        }
    });
    view! {
        <li>
            <div class="rows-words">
                <strong>
                    {email} {(member.id == me).then(|| view! { " " <span class="badge">{members::YOU}</span> })}
                </strong>
                <small>
                    {members::role(member.role)} ", " {members::SINCE} <Time at=member.since now /> ", " {seen}
                </small>
            </div>
            {actions}
        </li>
    }
}

fn waiting(app: String, invitation: Invitation, now: Timestamp) -> impl IntoView {
    let email = invitation.email.to_string();
    let label = members::withdraw(&email);
    let ends = if invitation.lapsed {
        members::LAPSED.into_any()
    } else {
        view! { {members::ENDS} <Time at=invitation.expires_at now /> }.into_any()
    };
    view! {
        <li>
            <div class="rows-words">
                <strong>{email}</strong>
                <small>
                    {members::role(invitation.role)} ", " {members::INVITED_BY} {invitation.invited_by} ", "
                    {ends}
                </small>
            </div>
            <form method="post" action=WithdrawInvitation::PATH class="rows-actions">
                <FormPage />
                <input type="hidden" name="app" value=app />
                <input type="hidden" name="invitation" value=invitation.id.to_string() />
                <button
                    type="submit"
                    class="button"
                    data-variant="ghost"
                    data-size="small"
                    aria-label=label
                >
                    {members::WITHDRAW}
                </button>
            </form>
        </li>
    }
}
