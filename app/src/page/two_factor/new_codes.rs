//! Replacing the recovery codes.

use super::Head;
use crate::{
    act::two_factor::{NewRecoveryCodes, RenewRecoveryCodes},
    form::{FormPage, posted, posted_errors},
    page::profile_frame::Me,
    part::profile::RecoveryCodeList,
    routes,
    ui::{ErrorSummary, PasswordAgain, Submit, TextField},
    words::two_factor as words,
};
use leptos::{prelude::*, server_fn::ServerFn};

/// The form that makes new recovery codes, and these.
#[component]
pub fn NewCodes() -> impl IntoView {
    let content = match posted::<NewRecoveryCodes>(RenewRecoveryCodes::PATH) {
        Some(Ok(made)) => view! { <RecoveryCodeList made /> }.into_any(),
        _ => view! { <Form fresh=Me::from_frame().session.is_fresh() /> }.into_any(),
    };
    view! { <Head title=words::NEW_CODES lead=words::NEW_CODES_LEAD /> {content} }
}

#[component]
fn Form(fresh: bool) -> impl IntoView {
    let errors = Signal::stored(posted_errors(RenewRecoveryCodes::PATH));
    view! {
        <section class="card" aria-label=words::NEW_CODES>
            <form
                method="post"
                action=RenewRecoveryCodes::PATH
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
                    <Submit label=words::NEW_CODES />
                    <a class="button" data-variant="ghost" href=routes::TWO_FACTOR>
                        {words::CANCEL}
                    </a>
                </div>
            </form>
        </section>
    }
}
