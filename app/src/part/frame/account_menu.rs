//! The account menu of the signed-in person.

use crate::{
    act::session::{SetTheme, SignOut},
    context::Theme,
    form::FormPage,
    routes,
    ui::{Icon, Name, Shape},
    words::{common, frame, members, profile},
};
use domain::{
    account::{Email, Role},
    profile::DisplayName,
};
use leptos::{prelude::*, server_fn::ServerFn};

/// The person, the colours of the page, and the way out.
#[component]
pub fn AccountMenu(
    /// Who is signed in.
    email: Email,
    /// Their name.
    name: DisplayName,
    /// Their role; none on pages that belong to no application.
    #[prop(optional)]
    role: Option<Role>,
    /// The colours they chose.
    theme: Theme,
) -> impl IntoView {
    let email = email.to_string();
    let label = frame::account_menu(&email);
    view! {
        <div class="account-menu">
            <details class="menu">
                <summary role="button" aria-label=label>
                    <span class="account-who">
                        {name
                            .get()
                            .map(|name| {
                                view! { <span class="account-name"><Name name /></span> }
                            })} <span class="account-email" translate="no">{email}</span>
                        {role
                            .map(|role| {
                                view! { <span class="account-role">{members::role(role)}</span> }
                            })}
                    </span>
                    <Icon shape=Shape::ChevronDown />
                </summary>
                <div class="menu-panel">
                    <a href=routes::PROFILE>
                        <Icon shape=Shape::Settings />
                        {profile::TITLE}
                    </a>
                    <a href=routes::SESSIONS>
                        <Icon shape=Shape::Devices />
                        {profile::SESSIONS}
                    </a>
                    <button type="button" data-opens="shortcuts" data-needs-js="">
                        <Icon shape=Shape::Info />
                        {common::SHORTCUTS}
                    </button>
                    <a href=routes::OPENAPI>
                        <Icon shape=Shape::Log />
                        {frame::API}
                    </a>
                    <ThemeChoice current=theme />
                    <form method="post" action=SignOut::PATH>
                        <FormPage />
                        <button type="submit">
                            <Icon shape=Shape::SignOut />
                            {frame::SIGN_OUT}
                        </button>
                    </form>
                </div>
            </details>
        </div>
    }
}

/// Buttons for light, dark and system colours.
#[component]
pub fn ThemeChoice(
    /// The colours that are chosen.
    current: Theme,
) -> impl IntoView {
    let buttons = Theme::ALL
        .into_iter()
        .map(|(theme, value, label)| {
            view! {
                <button
                    type="submit"
                    name="theme"
                    value=value
                    aria-pressed=(theme == current).to_string()
                >
                    {label}
                </button>
            }
        })
        .collect_view();
    view! {
        <form
            method="post"
            action=SetTheme::PATH
            class="theme-choice"
            aria-label=frame::COLOURS
        >
            <FormPage />
            {buttons}
        </form>
    }
}
