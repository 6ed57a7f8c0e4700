//! The form for a new passkey.

use crate::{
    act::passkey::{AddPasskey, PasskeyQuestion},
    context,
    error::FieldError,
    form::FormPage,
    routes,
    ui::{PasskeyButton, PasskeyFields, PasskeyStatus, PasskeysNeedJs, TextField},
    words::{common, passkey as words, two_factor},
};
use domain::device::describe;
use leptos::{prelude::*, server_fn::ServerFn};

/// Asks for the name. The browser asks for the rest.
#[component]
pub fn PasskeyForm(
    /// The challenge.
    question: PasskeyQuestion,
    /// Whether it is the person's first factor.
    first: bool,
) -> impl IntoView {
    let name = describe(&context::origin().user_agent);
    let others = first.then(|| view! { <p>{two_factor::OTHER_SESSIONS}</p> });
    let errors = Signal::stored(Vec::new());
    view! {
        <section class="card" aria-labelledby="new-passkey">
            <h2 id="new-passkey">{words::ADD}</h2>
            <p>{words::NEW_LEAD}</p>
            <form
                method="post"
                action=AddPasskey::PATH
                class="form"
                novalidate=""
                autocomplete="off"
            >
                <FormPage />
                <PasskeyFields challenge=question.challenge />
                <PasskeyNameField name errors />
                <PasskeyStatus />
                {others}
                <PasskeysNeedJs />
                <div class="form-actions">
                    <PasskeyButton
                        label=words::CREATE
                        purpose="create"
                        options=question.options
                        variant="primary"
                    />
                    <a class="button" data-variant="ghost" href=routes::TWO_FACTOR>
                        {common::CANCEL}
                    </a>
                </div>
            </form>
        </section>
    }
}

/// The name of a passkey.
#[component]
pub fn PasskeyNameField(
    /// Its initial value.
    name: String,
    /// All that is wrong with the form.
    errors: Signal<Vec<FieldError>>,
) -> impl IntoView {
    view! {
        <TextField
            name="name"
            label=words::NAME
            hint=words::NAME_HINT
            value=Some(name)
            errors
            maxlength="64"
            autofocus=true
        />
    }
}
