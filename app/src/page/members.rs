//! App Settings → Members.

use super::{Here, factor_policy::policy_name, loaded, single_sign_on::ConnectionCard};
use crate::{
    act::members::WithdrawInvitation,
    context,
    error::AppError,
    form::refusal,
    part::{
        members::{MemberList, Roster},
        page_head::PageHead,
    },
    routes,
    ui::{Icon, Notice, Shape},
    words::{members, two_factor},
};
use domain::second_factor::FactorPolicy;
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
    let invite = here.owns_account().then(|| {
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
        let connection = here
            .viewer
            .may_test_single_sign_on()
            .await?
            .then(|| view! { <ConnectionCard app=app.clone() /> });
        let policy = roster
            .policy
            .map(|policy| view! { <PolicyCard app=app.clone() policy /> });
        Ok(view! {
            <Outlet />
            <div role="alert">{refused}</div>
            <section class="card" aria-labelledby="members">
                <MemberList app=app.clone() roster />
            </section>
            {policy}
            {connection}
        })
    });
    view! {
        {title}
        <PageHead title=members::TITLE id="members" lead=members::LEAD>
            {invite}
        </PageHead>
        {people}
    }
}

/// The policy about two-factor authentication, for owners.
#[component]
fn PolicyCard(app: String, policy: FactorPolicy) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="two-factor">
            <h2 id="two-factor">{two_factor::TITLE}</h2>
            <dl class="facts">
                <dt>{two_factor::POLICY}</dt>
                <dd>{policy_name(policy)}</dd>
            </dl>
            <div class="form-actions">
                <a class="button" data-variant="secondary" href=routes::factor_policy(&app)>
                    {two_factor::CHANGE_POLICY}
                </a>
            </div>
        </section>
    }
}

async fn roster(here: &Here) -> Result<Roster, AppError> {
    let viewer = &here.viewer;
    let editable = here.owns_account();
    let (invitations, policy) = if editable {
        let owner = viewer.account_owner()?;
        (
            owner.invitations().await?,
            Some(owner.factor_policy().await?),
        )
    } else {
        (Vec::new(), None)
    };
    Ok(Roster {
        members: viewer.members().await?,
        invitations,
        application: viewer.application().name.clone(),
        policy,
        me: viewer.identity().person_id,
        editable,
        mails: context::sends_mail(),
        fresh: viewer.is_fresh(),
        now: viewer.now(),
    })
}
