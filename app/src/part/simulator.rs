//! What would become of a call.

use super::Checks;
use crate::{
    error::{AppError, FieldError},
    read::requests::Simulated,
    routes::{self, RequestsAddress},
    ui::{ErrorState, ErrorSummary, TextField},
    words::requests as words,
};
use domain::{decision::GateCheck, key::KeySummary};
use leptos::prelude::*;

/// A `GET` form, and the answer to what stands in it.
#[component]
pub fn Simulator(
    /// The application's id.
    app: String,
    /// Whose secret the call would have.
    key: KeySummary,
    /// What stands in the form.
    address: RequestsAddress,
    /// The answer, where something was tried.
    answer: Option<Result<Simulated, AppError>>,
) -> impl IntoView {
    let errors = match &answer {
        Some(Err(AppError::Invalid(errors))) => errors.clone(),
        _ => Vec::new(),
    };
    let errors: Signal<Vec<FieldError>> = Signal::stored(errors);
    let answer = match answer {
        None | Some(Err(AppError::Invalid(_))) => None,
        Some(Err(error)) => Some(view! { <ErrorState error /> }.into_any()),
        Some(Ok(simulated)) => Some(told(simulated, key.clone())),
    };
    let field = move |name: &'static str,
                      label: &'static str,
                      hint: &'static str,
                      kind: &'static str,
                      value: String| {
        view! { <TextField name label kind hint value=Some(value) errors /> }
    };
    view! {
        <section class="card" aria-labelledby="simulator">
            <h2 id="simulator">{words::SIMULATOR}</h2>
            <p>{words::SIMULATOR_LEAD}</p>
            <ErrorSummary errors />
            <form method="get" action=routes::requests(&app) class="form">
                <input type="hidden" name="key" value=key.id.to_string() />
                <input type="hidden" name="try" value="1" />
                <div class="field-row">
                    {field("address", words::ADDRESS, words::ADDRESS_HINT, "text", address.address)}
                    {field("scope", words::SCOPES, words::SCOPES_HINT, "text", address.scope)}
                    {field("at", words::AT, words::AT_HINT, "datetime-local", address.at)}
                </div>
                <div class="form-actions">
                    <button type="submit" class="button" data-variant="secondary">
                        {words::TRY}
                    </button>
                </div>
            </form>
            {answer}
        </section>
    }
}

fn told(simulated: Simulated, key: KeySummary) -> AnyView {
    let Simulated {
        verdict,
        address,
        scope,
    } = simulated;
    view! {
        <div role="region" aria-label=words::ANSWER class="simulator-answer">
            <p>
                <strong>{words::verdict(verdict)}</strong>
                " · "
                <code>{verdict.code()}</code>
            </p>
            <Checks verdict address asked=scope key=Some(key) first=GateCheck::Revoked />
        </div>
    }
    .into_any()
}
