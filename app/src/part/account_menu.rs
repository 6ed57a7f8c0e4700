//! Who is signed in.

use crate::{
    api::session::{SetTheme, SignOut},
    context::Theme,
    form::FormPage,
    ui::{Icon, Shape},
    words::{frame, members},
};
use domain::account::Identity;
use leptos::prelude::*;

/// The person, the colours of the page, and the way out.
#[component]
pub fn AccountMenu(
    /// Who is signed in.
    identity: Identity,
    /// The colours they chose.
    theme: Theme,
) -> impl IntoView {
    let sign_out = ServerAction::<SignOut>::new();
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
                    <ActionForm action=sign_out>
                        <FormPage />
                        <button type="submit">
                            <Icon shape=Shape::SignOut />
                            {frame::SIGN_OUT}
                        </button>
                    </ActionForm>
                </div>
            </details>
        </div>
    }
}

#[component]
fn ThemeChoice(current: Theme) -> impl IntoView {
    let action = ServerAction::<SetTheme>::new();
    let chosen = RwSignal::new(current);
    let buttons = Theme::ALL
        .into_iter()
        .map(|(theme, value, label)| {
            view! {
                <button
                    type="submit"
                    name="theme"
                    value=value
                    aria-pressed=move || if chosen.get() == theme { "true" } else { "false" }
                    on:click=move |_| {
                        chosen.set(theme);
                        paint(theme);
                    }
                >
                    {label}
                </button>
            }
        })
        .collect_view();
    view! {
        <ActionForm action attr:class="theme-choice" attr:aria-label=frame::COLOURS>
            <FormPage />
            {buttons}
        </ActionForm>
    }
}

/// Shows the colours at once; the cookie brings them back on the next page.
fn paint(theme: Theme) {
    if let Some(root) = document().document_element() {
        _ = match theme.attribute() {
            Some(name) => root.set_attribute("data-theme", name),
            None => root.remove_attribute("data-theme"),
        };
    }
}
