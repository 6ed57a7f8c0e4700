//! The form for a new application.

use super::{Here, loaded};
use crate::{
    act::application::CreateApplication,
    form::{PostForm, posted_errors, typed},
    part::{application::ZoneField, page_head::PageHead},
    routes,
    ui::{Name, PasswordAgain, Submit, TextField},
    words::{application as words, common, general},
};
use domain::account::Application;
use leptos::{prelude::*, server_fn::ServerFn};

/// A page for owners of the account that the present application belongs to.
#[component]
pub fn NewApplication() -> impl IntoView {
    let here = Here::from_frame();
    let title = here.tab_title(words::NEW);
    let form = loaded(async move {
        let owner = here.viewer.account_owner()?;
        let (application, fresh) = (owner.application().clone(), owner.is_fresh());
        Ok(view! { <Form application fresh /> })
    });
    view! {
        {title}
        <PageHead title=words::NEW lead=words::NEW_LEAD />
        {form}
    }
}

/// `application` is the one from which the form was opened: the new one is in its account, and begins with its zone.
#[component]
fn Form(application: Application, fresh: bool) -> impl IntoView {
    let again = |field| typed(CreateApplication::PATH, field);
    let errors = Signal::stored(posted_errors(CreateApplication::PATH));
    let app = application.id.to_string();
    let back = routes::list(&app);
    let chosen = again("time_zone").unwrap_or(application.time_zone);
    view! {
        <section class="card">
            <PostForm action=CreateApplication::PATH errors>
                <input type="hidden" name="app" value=app />
                <p>{words::IN_ACCOUNT} <strong><Name name=application.account_name /></strong></p>
                <TextField
                    name="name"
                    label=general::NAME
                    hint=words::NAME_HINT
                    value=again("name")
                    errors
                    maxlength="80"
                    autofocus=true
                />
                <ZoneField chosen errors />
                <PasswordAgain fresh errors />
                <div class="form-actions">
                    <Submit label=words::CREATE />
                    <a class="button" data-variant="ghost" href=back>
                        {common::CANCEL}
                    </a>
                </div>
            </PostForm>
        </section>
    }
}
