//! App Settings → Members.

use super::{Here, param, tab_title};
use crate::{
    api::members::{Roster, WithdrawInvitation, show_members},
    error::AppError,
    form::refusal,
    part::MemberList,
    routes,
    ui::{ErrorState, Icon, Notice, Shape, TabTitle},
    words::members,
};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::components::Outlet;

/// The members of the account, for the dialogs above the page.
#[derive(Clone, Copy)]
pub struct People(pub Resource<Result<Roster, AppError>>);

/// The members and invitations of an account. Dialogs open above them.
#[component]
pub fn Members() -> impl IntoView {
    let app = param("app");
    let here = Here::from_frame();
    let people = Resource::new(move || app.get(), show_members);
    provide_context(People(people));
    let title = move || {
        Suspend::new(async move {
            here.await.ok().map(|here| {
                view! { <TabTitle text=tab_title(members::TITLE, &here.application.name) /> }
            })
        })
    };
    let refused = refusal(WithdrawInvitation::PATH)
        .map(|error| view! { <Notice tone="danger">{error.to_string()}</Notice> });
    let invite = move || {
        Suspend::new(async move {
            let editable = people.await.is_ok_and(|roster| roster.editable);
            let path = routes::invite(&app.get_untracked());
            editable.then(|| {
                view! {
                    <a class="button" data-variant="primary" href=path>
                        <Icon shape=Shape::Plus />
                        {members::INVITE}
                    </a>
                }
            })
        })
    };
    view! {
        <Transition>{title}</Transition>
        <div class="page-head">
            <h1 id="members" tabindex="-1">
                {members::TITLE}
            </h1>
            <p class="page-lead">{members::LEAD}</p>
            <div class="page-actions">
                <Transition>{invite}</Transition>
            </div>
        </div>
        <Outlet />
        <section class="card" aria-labelledby="members">
            <div role="alert">{refused}</div>
            <Transition>
                {move || Suspend::new(async move {
                    match people.await {
                        Err(error) => view! { <ErrorState error /> }.into_any(),
                        Ok(roster) => {
                            let app = app.get_untracked();
                            view! { <MemberList app roster /> }.into_any()
                        }
                    }
                })}
            </Transition>
        </section>
    }
}
