//! Single sign-on on the profile, and on the members' page.

use super::{loaded, profile_frame::Me, query};
use crate::{
    act::{
        session::ConfirmPassword,
        single_sign_on::{ConnectionTest, TestConnection, UnlinkIdentity},
    },
    context,
    form::{FormPage, posted, posted_errors},
    routes,
    ui::{ErrorSummary, Notice, PasswordAgain, Submit, TextField, Time},
    words::{fresh, single_sign_on as words},
};
use leptos::{prelude::*, server_fn::ServerFn};

/// Whether the reader is linked to the identity provider, and the way to change that; nothing without a provider.
#[component]
pub fn SingleSignOnCard() -> impl IntoView {
    let session = Me::from_frame().session;
    let refused = query(|query| query.get("sso").unwrap_or_default());
    loaded(async move {
        let keyring = context::keyring()?;
        let Some(single_sign_on) = keyring.identity_provider().settings() else {
            return Ok(().into_any());
        };
        let name = single_sign_on.name.clone();
        let refused = words::refusal(&refused, &name)
            .map(|why| view! { <Notice tone="warning">{why}</Notice> });
        let linked = session.linked_since().await?;
        let state = match &linked {
            Some((at, email)) => {
                let account = (!email.is_empty()).then(|| words::linked_as(email));
                view! { {words::LINKED_SINCE} <Time at=*at now=session.now() /> {account} }
                    .into_any()
            }
            None => words::NOT_LINKED.into_any(),
        };
        let (fresh, has_password) = (session.is_fresh(), session.has_password());
        let change = match linked {
            Some(_) if has_password => view! { <Unlink fresh /> }.into_any(),
            Some(_) => view! { <p>{words::ONLY_WAY}</p> }.into_any(),
            None if fresh => {
                let support = session.is_support();
                view! { <Link name=name.clone() support /> }.into_any()
            }
            None if has_password => view! { <ConfirmToLink /> }.into_any(),
            None => view! { <p>{words::LINK_NEEDS_PASSWORD}</p> }.into_any(),
        };
        Ok(view! {
            <section class="card" aria-labelledby="single-sign-on">
                <h2 id="single-sign-on">{words::TITLE}</h2>
                <div role="status">{refused}</div>
                <ul class="rows">
                    <li>
                        <div class="rows-words">
                            <strong>{name}</strong>
                            <small>{state}</small>
                        </div>
                    </li>
                </ul>
                {change}
            </section>
        }
        .into_any())
    })
}

/// A link, because the answer to a form may not lead to another site.
#[component]
fn Link(
    /// The provider's name.
    name: String,
    /// Whether the reader is support staff.
    support: bool,
) -> impl IntoView {
    let roles = (!support).then_some(words::ROLES_STAY);
    view! {
        <p>{words::LINK_NOTE} {roles}</p>
        <p>
            <a
                class="button"
                data-variant="secondary"
                href=routes::single_sign_on("link", routes::PROFILE)
                rel="external"
            >
                {words::link_with(&name)}
            </a>
        </p>
    }
}

/// Asks for the password first; the page that follows has the link.
#[component]
fn ConfirmToLink() -> impl IntoView {
    let errors = Signal::stored(posted_errors(ConfirmPassword::PATH));
    view! {
        <form method="post" action=ConfirmPassword::PATH class="form" novalidate="">
            <FormPage />
            <p>{words::CONFIRM_TO_LINK}</p>
            <ErrorSummary errors />
            <TextField
                name="password"
                label=fresh::PASSWORD
                kind="password"
                autocomplete="current-password"
                errors
            />
            <div class="form-actions">
                <Submit label=words::CONTINUE variant="secondary" />
            </div>
        </form>
    }
}

#[component]
fn Unlink(fresh: bool) -> impl IntoView {
    let errors = Signal::stored(posted_errors(UnlinkIdentity::PATH));
    view! {
        <form method="post" action=UnlinkIdentity::PATH class="form" novalidate="">
            <FormPage />
            <ErrorSummary errors />
            <PasswordAgain fresh errors />
            <div class="form-actions">
                <Submit label=words::UNLINK variant="secondary" />
            </div>
        </form>
    }
}

/// The test of the identity provider, for those who may run it.
#[component]
pub fn ConnectionCard(
    /// The application's id.
    app: String,
) -> impl IntoView {
    let result = posted(TestConnection::PATH).map(|result| {
        let (tone, text) = match result {
            Ok(ConnectionTest::Works(keys)) => ("success", words::works(keys)),
            Ok(ConnectionTest::Fails(why)) => ("danger", format!("{}{why}", words::FAILS)),
            Err(error) => ("danger", error.to_string()),
        };
        view! { <Notice tone>{text}</Notice> }
    });
    view! {
        <section class="card" aria-labelledby="single-sign-on">
            <h2 id="single-sign-on">{words::TITLE}</h2>
            <p>{words::TEST_NOTE}</p>
            <div role="status">{result}</div>
            <form method="post" action=TestConnection::PATH>
                <FormPage />
                <input type="hidden" name="app" value=app />
                <div class="form-actions">
                    <Submit label=words::TEST variant="secondary" />
                </div>
            </form>
        </section>
    }
}
