//! App Settings → General: an application's name and time zone.

use super::Here;
use crate::{
    act::application::ChangeApplication,
    form::{PostForm, posted_errors, typed},
    part::{
        application::{AccountCard, DangerZone, ZoneField},
        page_head::PageHead,
    },
    routes,
    ui::{CopyButton, Name, PasswordAgain, Submit, TextField},
    words::{general, members},
};
use domain::account::{Application, Role};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::{components::Outlet, hooks::use_location};

/// The facts of an application, and for owners what can be done with it. Dialogs open above them.
#[component]
pub fn General() -> impl IntoView {
    let here = Here::from_frame();
    let title = here.tab_title(general::TITLE);
    let owner = here.role() == Role::Owner;
    let application = here.viewer.application().clone();
    let facts = view! { <Facts here=here.clone() /> };
    // Under a dialog with a form of its own there is no second field for the password.
    let asked = use_location().pathname.get_untracked() != routes::general(&here.app());
    let form = if owner && !asked {
        let fresh = here.viewer.is_fresh();
        view! {
            <ApplicationForm application fresh />
            {facts}
        }
        .into_any()
    } else {
        view! {
            <dl class="facts">
                <dt>{general::NAME}</dt>
                <dd>
                    <Name name=application.name />
                </dd>
                <dt>{general::TIME_ZONE}</dt>
                <dd translate="no">{application.time_zone}</dd>
            </dl>
            {facts}
            {(!owner).then(|| view! { <p>{general::READ_ONLY}</p> })}
        }
        .into_any()
    };
    let account = here.owns_account().then(|| {
        let name = here.viewer.application().account_name.clone();
        view! { <AccountCard app=here.app() name /> }
    });
    let archived = here.is_archived();
    let danger_zone = owner.then(|| view! { <DangerZone app=here.app() archived /> });
    view! {
        {title}
        <PageHead title=general::TITLE lead=general::LEAD />
        <Outlet />
        <section class="card" aria-labelledby="application">
            <h2 id="application">{general::APPLICATION}</h2>
            {form}
        </section>
        {account}
        {danger_zone}
    }
}

/// The facts that cannot be changed.
#[component]
fn Facts(here: Here) -> impl IntoView {
    let application = here.viewer.application().clone();
    // Who can change the account's name sees it in a card of its own.
    let account = (!here.owns_account()).then(|| {
        view! {
            <dt>{general::ACCOUNT}</dt>
            <dd>
                <Name name=application.account_name />
            </dd>
        }
    });
    view! {
        <dl class="facts">
            <dt>
                <label for="application-id">{general::ID}</label>
            </dt>
            <dd>
                <div class="credential">
                    <input
                        id="application-id"
                        type="text"
                        readonly=true
                        value=application.id.to_string()
                        autocomplete="off"
                        spellcheck="false"
                    />
                    <CopyButton label=general::COPY_ID field="application-id" />
                </div>
            </dd>
            {account}
            <dt>{general::ROLE}</dt>
            <dd>{members::role(here.role())}</dd>
        </dl>
    }
}

#[component]
fn ApplicationForm(application: Application, fresh: bool) -> impl IntoView {
    let again = |field| typed(ChangeApplication::PATH, field);
    let errors = Signal::stored(posted_errors(ChangeApplication::PATH));
    let chosen = again("time_zone").unwrap_or(application.time_zone);
    view! {
        <PostForm action=ChangeApplication::PATH errors>
            <input type="hidden" name="app" value=application.id.to_string() />
            <div class="field-row">
                <TextField
                    name="name"
                    label=general::NAME
                    value=Some(again("name").unwrap_or(application.name))
                    errors
                    maxlength="80"
                />
                <ZoneField chosen errors />
            </div>
            <PasswordAgain fresh errors />
            <div class="form-actions">
                <Submit label=general::SAVE variant="secondary" />
            </div>
        </PostForm>
    }
}
