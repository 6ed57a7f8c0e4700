//! App Settings → General: an application's name and time zone.

use super::{Here, param, tab_title};
use crate::{
    api::{
        application::{ChangeApplication, list_zones},
        home::AppContext,
        members::show_members,
    },
    form::{FormPage, posted_errors, typed},
    part::PasswordAgain,
    routes,
    ui::{CopyButton, ErrorState, ErrorSummary, FieldNote, Submit, TabTitle, TextField},
    words::{general, list, members},
};
use domain::account::{Application, Role};
use leptos::{prelude::*, server_fn::ServerFn};

/// The facts of an application. The dialog that revokes all of its keys is above the list of keys.
#[component]
pub fn General() -> impl IntoView {
    let app = param("app");
    view! {
        <div class="page-head">
            <h1 tabindex="-1">{general::TITLE}</h1>
            <p class="page-lead">{general::LEAD}</p>
        </div>
        <Heading />
        <Facts app />
        <DangerZone app />
    }
}

/// What an owner does if it is not known which secrets have leaked.
#[component]
fn DangerZone(app: Memo<String>) -> impl IntoView {
    let here = Here::from_frame();
    let section = move || {
        Suspend::new(async move {
            let owner = here
                .await
                .is_ok_and(|here| here.identity.role == Role::Owner);
            owner.then(|| {
                view! {
                    <section class="card danger-zone" aria-labelledby="danger-zone">
                        <h2 id="danger-zone">{list::EMERGENCY}</h2>
                        <p>{list::EMERGENCY_HINT}</p>
                        <a class="button" data-variant="danger" href=routes::revoke_all(&app.get_untracked())>
                            {list::REVOKE_ALL_LINK}
                        </a>
                    </section>
                }
            })
        })
    };
    view! { <Transition>{section}</Transition> }
}

/// The words in the browser's tab.
#[component]
fn Heading() -> impl IntoView {
    let here = Here::from_frame();
    let title = move || {
        Suspend::new(async move {
            here.await.ok().map(|here| {
                view! { <TabTitle text=tab_title(general::TITLE, &here.application.name) /> }
            })
        })
    };
    view! { <Transition>{title}</Transition> }
}

#[component]
fn Facts(app: Memo<String>) -> impl IntoView {
    let here = Here::from_frame();
    let zones = Resource::new(move || app.get(), list_zones);
    let members = Resource::new(move || app.get(), show_members);
    view! {
        <section class="card" aria-labelledby="application">
            <h2 id="application">{general::APPLICATION}</h2>
            <Transition>
                {move || Suspend::new(async move {
                    let zones = zones.await.unwrap_or_default();
                    match here.await {
                        Err(error) => view! { <ErrorState error /> }.into_any(),
                        Ok(here) if here.identity.role == Role::Owner => {
                            view! {
                                <ApplicationForm
                                    application=here.application.clone()
                                    zones
                                    fresh=members.await.is_ok_and(|roster| roster.fresh)
                                />
                                {facts(here)}
                            }
                                .into_any()
                        }
                        Ok(here) => {
                            view! {
                                <dl class="facts">
                                    <dt>{general::NAME}</dt>
                                    <dd>{here.application.name.clone()}</dd>
                                    <dt>{general::TIME_ZONE}</dt>
                                    <dd>{here.application.time_zone.clone()}</dd>
                                </dl>
                                {facts(here)}
                                <p>{general::READ_ONLY}</p>
                            }
                                .into_any()
                        }
                    }
                })}
            </Transition>
        </section>
    }
}

/// What nobody changes.
fn facts(here: AppContext) -> impl IntoView {
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
                        value=here.application.id.to_string()
                        autocomplete="off"
                        spellcheck="false"
                    />
                    <CopyButton label=general::COPY_ID field="application-id" />
                </div>
            </dd>
            <dt>{general::ACCOUNT}</dt>
            <dd>{here.application.account_name}</dd>
            <dt>{general::ROLE}</dt>
            <dd>{members::role(here.identity.role)}</dd>
        </dl>
    }
}

#[component]
fn ApplicationForm(application: Application, zones: Vec<String>, fresh: bool) -> impl IntoView {
    let again = |field| typed(ChangeApplication::PATH, field);
    let errors = Signal::stored(posted_errors(ChangeApplication::PATH));
    let chosen = again("time_zone").unwrap_or(application.time_zone);
    let options = zones
        .into_iter()
        .map(|zone| {
            let selected = zone == chosen;
            view! {
                <option value=zone.clone() selected=selected>
                    {zone.clone()}
                </option>
            }
        })
        .collect_view();
    view! {
        <form
            method="post"
            action=ChangeApplication::PATH
            class="form"
            novalidate=""
            autocomplete="off"
        >
            <FormPage />
            <ErrorSummary errors />
            <input type="hidden" name="app" value=application.id.to_string() />
            <div class="field-row">
                <TextField
                    name="name"
                    label=general::NAME
                    value=Some(again("name").unwrap_or(application.name))
                    errors
                    maxlength="80"
                />
                <div class="field">
                    <label for="time_zone">{general::TIME_ZONE}</label>
                    <select id="time_zone" name="time_zone" aria-describedby="time_zone-hint">
                        {options}
                    </select>
                    <p class="field-hint" id="time_zone-hint">
                        {general::TIME_ZONE_HINT}
                    </p>
                    <FieldNote name="time_zone" errors />
                </div>
            </div>
            <PasswordAgain fresh errors />
            <div class="form-actions">
                <Submit label=general::SAVE variant="secondary" />
            </div>
        </form>
    }
}
