//! Who is signed in.

use crate::{
    act::session::{SetTheme, SignOut},
    context::Theme,
    form::FormPage,
    ui::{Icon, Shape},
    words::{frame, members},
};
use domain::account::Identity;
use leptos::{prelude::*, server_fn::ServerFn};

/// The person, the colours of the page, and the way out.
#[component]
pub fn AccountMenu(
    /// Who is signed in.
    identity: Identity,
    /// The colours they chose.
    theme: Theme,
) -> impl IntoView {
    let email = identity.email.to_string();
    let label = frame::account_menu(&email);
    view! {
        <div class="account-menu">
            <details class="menu">
                <summary role="button" aria-label=label>
                    <span class="account-who">
                        <span class="account-email">{email}</span>
                        <span class="account-role">{members::role(identity.role)}</span>
                    </span>
                    <Icon shape=Shape::ChevronDown />
                </summary>
                <div class="menu-panel">
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

#[component]
fn ThemeChoice(current: Theme) -> impl IntoView {
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
