//! App Settings → Members.

use super::{Here, loaded};
use crate::{
    act::members::WithdrawInvitation,
    error::AppError,
    form::refusal,
    part::members::{MemberList, Roster},
    routes,
    ui::{Icon, Notice, Shape},
    words::members,
};
use domain::account::Role;
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::components::Outlet;

/// The members and invitations of an account. Dialogs open above them.
#[component]
pub fn Members() -> impl IntoView {
    let here = Here::from_frame();
    let app = here.app();
    let title = here.tab_title(members::TITLE);
    let refused = refusal(WithdrawInvitation::PATH)
        .map(|error| view! { <Notice tone="danger">{error.to_string()}</Notice> });
    let invite = (here.role() == Role::Owner).then(|| {
        view! {
            <a class="button" data-variant="primary" href=routes::invite(&app)>
                <Icon shape=Shape::Plus />
                {members::INVITE}
            </a>
        }
    });
    let people = loaded(async move {
        let roster = roster(&here).await?;
        provide_context(roster.clone());
        Ok(view! {
            <Outlet />
            <div role="alert">{refused}</div>
            <section class="card" aria-labelledby="members">
                <MemberList app roster />
            </section>
        })
    });
    view! {
        {title}
        <div class="page-head">
            <h1 id="members" tabindex="-1">
                {members::TITLE}
            </h1>
            <p class="page-lead">{members::LEAD}</p>
            <div class="page-actions">{invite}</div>
        </div>
        {people}
    }
}

async fn roster(here: &Here) -> Result<Roster, AppError> {
    let viewer = &here.viewer;
    let editable = here.role() == Role::Owner;
    let invitations = if editable {
        viewer.owner()?.invitations().await?
    } else {
        Vec::new()
    };
    Ok(Roster {
        members: viewer.members().await?,
        invitations,
        me: viewer.identity().person_id,
        editable,
        fresh: viewer.is_fresh(),
        now: viewer.now(),
    })
}
