//! Turning two-factor authentication off.

use super::Head;
use crate::{
    act::two_factor::TurnOffTwoFactor,
    form::{FormPage, posted_errors},
    page::profile_frame::Me,
    routes,
    ui::{ErrorSummary, PasswordAgain, Submit, TextField},
    words::two_factor as words,
};
use leptos::{prelude::*, server_fn::ServerFn};

/// The question before it is turned off.
#[component]
pub fn TurnOff() -> impl IntoView {
    let fresh = Me::from_frame().session.is_fresh();
    let errors = Signal::stored(posted_errors(TurnOffTwoFactor::PATH));
    view! {
        <Head title=words::TURN_OFF lead=words::TURN_OFF_LEAD />
        <section class="card" aria-label=words::TURN_OFF>
            <form
                method="post"
                action=TurnOffTwoFactor::PATH
                class="form"
                novalidate=""
                autocomplete="off"
            >
                <FormPage />
                <ErrorSummary errors />
                <TextField
                    name="code"
                    label=words::ANY_CODE
                    hint=words::ANY_CODE_HINT
                    autocomplete="one-time-code"
                    errors
                />
                <PasswordAgain fresh errors />
                <div class="form-actions">
                    <Submit label=words::TURN_OFF variant="danger" />
                    <a class="button" data-variant="ghost" href=routes::TWO_FACTOR>
                        {words::CANCEL}
                    </a>
                </div>
            </form>
        </section>
    }
}
