//! What a person decides about themselves.

use super::profile_frame::Me;
use crate::{
    context,
    part::frame::ThemeChoice,
    ui::TabTitle,
    words::{frame, profile as words},
};
use leptos::prelude::*;

/// The profile of the signed-in person.
#[component]
pub fn Profile() -> impl IntoView {
    let email = Me::from_frame().session.email().to_string();
    view! {
        <TabTitle text=words::TAB />
        <div class="page-head">
            <h1 tabindex="-1">{words::TITLE}</h1>
            <p class="page-lead">{words::LEAD}</p>
        </div>
        <section class="card" aria-labelledby="sign-in">
            <h2 id="sign-in">{words::SIGN_IN}</h2>
            <dl class="facts">
                <dt>{words::EMAIL}</dt>
                <dd>{email}</dd>
            </dl>
        </section>
        <section class="card" aria-labelledby="theme">
            <h2 id="theme">{frame::COLOURS}</h2>
            <ThemeChoice current=context::theme() />
        </section>
    }
}
