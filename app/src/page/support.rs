//! Account lookup, for support staff.

use super::not_found::NotFound;
use crate::{
    act::support::SupportLook,
    context,
    error::AppError,
    form::{FormPage, posted, posted_errors, typed},
    part::{
        frame::{AccountMenu, Brand, CommandMenu, Shell, ShortcutList},
        page_head::PageHead,
        support::SupportFound,
    },
    read::in_turn,
    ui::{ErrorState, ErrorSummary, Icon, Shape, Submit, TabTitle, TextField},
    words::{frame, support},
};
use domain::{account::Role, support::SupportSearchResult};
use leptos::{prelude::*, server_fn::ServerFn};
use management::Session;

/// The form that looks, and what it found, in the frame that every page has; for all others there is no such page.
#[component]
pub fn Support() -> impl IntoView {
    in_turn(async move {
        match staff().await {
            Ok(session) => {
                let shortcuts = session.profile().shortcuts;
                let foot = move || {
                    let (email, name) = (session.email().clone(), session.profile().name.clone());
                    let role = Role::Support;
                    view! { <AccountMenu email name role theme=context::theme() /> }
                };
                view! {
                    <TabTitle text=support::TAB />
                    <Shell head=|| view! { <Brand /> } navigation foot shortcuts>
                        <Look />
                    </Shell>
                    <ShortcutList shortcuts />
                    <CommandMenu support=true />
                }
                .into_any()
            }
            Err(AppError::NotFound) => view! { <NotFound /> }.into_any(),
            Err(error) => view! {
                <TabTitle text=support::TAB />
                <main id="main" class="auth" tabindex="-1">
                    <div class="auth-card">
                        <h1 class="visually-hidden" tabindex="-1">
                            {frame::SUPPORT}
                        </h1>
                        <ErrorState error />
                    </div>
                </main>
            }
            .into_any(),
        }
    })
}

/// The session of a person who belongs to support.
async fn staff() -> Result<Session, AppError> {
    let session = context::session().await?;
    session.support(context::origin())?;
    Ok(session)
}

fn navigation() -> impl IntoView {
    view! {
        <p class="sidebar-heading">{frame::SUPPORT}</p>
        <ul class="sidebar-links">
            <li>
                <a href="/support" aria-current="page">
                    <Icon shape=Shape::Search />
                    {frame::LOOK_UP}
                </a>
            </li>
        </ul>
    }
}

#[component]
fn Look() -> impl IntoView {
    let errors = Signal::stored(posted_errors(SupportLook::PATH));
    let found: Option<SupportSearchResult> = posted(SupportLook::PATH).and_then(Result::ok);
    let (what, reason) = match &found {
        Some(found) => (Some(found.what.clone()), Some(found.reason.clone())),
        None => (
            typed(SupportLook::PATH, "what"),
            typed(SupportLook::PATH, "reason"),
        ),
    };
    // The button of a hit goes with its list: the focus goes on to what came of it.
    let focus = found.is_some().then_some("");
    view! {
        <PageHead title=support::TITLE lead=support::LEAD />
        <section class="card" aria-label=support::TITLE>
            <ErrorSummary errors />
            <form
                method="post"
                action=SupportLook::PATH
                class="form"
                novalidate=""
                autocomplete="off"
            >
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
                    <Submit label=support::LOOK />
                </div>
            </form>
        </section>
        <div
            class="support-result"
            tabindex="-1"
            data-focus=focus
            role="region"
            aria-label=support::RESULT
        >
            {found.map(|found| view! { <SupportFound found /> })}
        </div>
    }
}
