//! App Settings → General: an application's name and time zone.

use super::Here;
use crate::{
    act::application::ChangeApplication,
    form::{FormPage, posted_errors, typed},
    routes,
    ui::{CopyButton, ErrorSummary, FieldNote, PasswordAgain, Submit, TextField},
    words::{general, list, members},
};
use domain::account::{Application, Role};
use leptos::{prelude::*, server_fn::ServerFn};
use management::Zone;

/// The facts of an application. The dialog that revokes all of its keys is above the list of keys.
#[component]
pub fn General() -> impl IntoView {
    let here = Here::from_frame();
    let title = here.tab_title(general::TITLE);
    let owner = here.role() == Role::Owner;
    let application = here.viewer.application().clone();
    let facts = view! { <Facts here=here.clone() /> };
    let form = if owner {
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
                <dd>{application.name}</dd>
                <dt>{general::TIME_ZONE}</dt>
                <dd>{application.time_zone}</dd>
            </dl>
            {facts}
            <p>{general::READ_ONLY}</p>
        }
        .into_any()
    };
    let danger_zone = owner.then(|| view! { <DangerZone app=here.app() /> });
    view! {
        {title}
        <div class="page-head">
            <h1 tabindex="-1">{general::TITLE}</h1>
            <p class="page-lead">{general::LEAD}</p>
        </div>
        <section class="card" aria-labelledby="application">
            <h2 id="application">{general::APPLICATION}</h2>
            {form}
        </section>
        {danger_zone}
    }
}

/// What an owner does if it is not known which secrets have leaked.
#[component]
fn DangerZone(app: String) -> impl IntoView {
    view! {
        <section class="card danger-zone" aria-labelledby="danger-zone">
            <h2 id="danger-zone">{list::EMERGENCY}</h2>
            <p>{list::EMERGENCY_HINT}</p>
            <a class="button" data-variant="danger" href=routes::revoke_all(&app)>
                {list::REVOKE_ALL_LINK}
            </a>
        </section>
    }
}

/// What cannot be changed.
#[component]
fn Facts(here: Here) -> impl IntoView {
    let application = here.viewer.application().clone();
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
            <dt>{general::ACCOUNT}</dt>
            <dd>{application.account_name}</dd>
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
    let options = Zone::all()
        .into_iter()
        .map(|zone| {
            let selected = zone == chosen;
            view! {
                <option value=zone selected=selected>
                    {zone}
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
