//! What platform staff see.

use crate::{
    api::support::{Desk, SupportLook, support_desk},
    form::{FormPage, typed, use_errors, use_outcome},
    part::{AccountMenu, Brand, Shell, SupportFound},
    ui::{ErrorState, ErrorSummary, Icon, Shape, Submit, TabTitle, TextField},
    words::{frame, support},
};
use domain::support::SupportSearchResult;
use leptos::{html, prelude::*};
use leptos_router::components::A;

/// The form that looks, and what it found, in the frame that every page has.
#[component]
pub fn Support() -> impl IntoView {
    let desk = Resource::new_blocking(|| (), |()| support_desk());
    let action = ServerAction::<SupportLook>::new();
    let account = move || {
        Suspend::new(async move {
            desk.await.ok().map(|desk: Desk| {
                view! { <AccountMenu identity=desk.identity theme=desk.theme /> }
            })
        })
    };
    view! {
        <TabTitle text=support::TAB />
        <Shell
            head=|| view! { <Brand /> }
            navigation=navigation
            foot=move || view! { <Transition>{account}</Transition> }
        >
                <Suspense>
                    {move || Suspend::new(async move {
                        match desk.await {
                            Ok(_) => view! { <Look action /> }.into_any(),
                            Err(error) => {
                                view! {
                                    <h1 class="visually-hidden" tabindex="-1">
                                        {frame::SUPPORT}
                                    </h1>
                                    <ErrorState error />
                                }
                                    .into_any()
                            }
                        }
                    })}
                </Suspense>
        </Shell>
    }
}

fn navigation() -> impl IntoView {
    view! {
        <p class="sidebar-heading">{frame::SUPPORT}</p>
        <ul class="sidebar-links">
            <li>
                <A href="/support">
                    <Icon shape=Shape::Search />
                    {frame::LOOK_UP}
                </A>
            </li>
        </ul>
    }
}

#[component]
fn Look(action: ServerAction<SupportLook>) -> impl IntoView {
    let outcome = use_outcome(action);
    let errors = use_errors(outcome);
    let found =
        Memo::new(
            move |before: Option<&Option<SupportSearchResult>>| match outcome.get() {
                Some(Ok(found)) => Some(found),
                // What was found before stays while the next look is under way.
                None => before.cloned().flatten(),
                Some(Err(_)) => None,
            },
        );
    // The button of a hit goes with its list: the focus goes on to what came of it.
    let result = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        if found.with(Option::is_some) {
            _ = request_animation_frame(move || {
                if let Some(result) = result.get_untracked() {
                    _ = result.focus();
                }
            });
        }
    });
    let (what, reason) = found.with_untracked(|found| match found {
        Some(found) => (Some(found.what.clone()), Some(found.reason.clone())),
        None => (
            typed("support_look", "what"),
            typed("support_look", "reason"),
        ),
    });
    view! {
        <div class="page-head">
            <h1 tabindex="-1">{support::TITLE}</h1>
            <p class="page-lead">{support::LEAD}</p>
        </div>
        <section class="card" aria-label=support::TITLE>
            <ErrorSummary errors />
            <ActionForm action attr:class="form" attr:novalidate="" attr:autocomplete="off">
                <FormPage />
                <div class="field-row">
                    <TextField
                        name="what"
                        label=support::WHAT
                        hint=support::WHAT_HINT
                        value=what
                        errors
                    />
                    <TextField
                        name="reason"
                        label=support::REASON
                        hint=support::REASON_HINT
                        value=reason
                        errors
                        maxlength="200"
                    />
                </div>
                <div class="form-actions">
                    <Submit label=support::LOOK pending=action.pending() />
                </div>
            </ActionForm>
        </section>
        <div class="support-result" tabindex="-1" node_ref=result role="region" aria-label=support::RESULT>
            {move || found.get().map(|found| view! { <SupportFound found action /> })}
        </div>
    }
}
