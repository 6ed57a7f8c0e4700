//! The simulator: what the gate would answer to a request.

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

/// A `GET` form, and the answer to it.
#[component]
pub fn Simulator(
    /// The application's id.
    app: String,
    /// The keys to choose from.
    keys: Vec<KeySummary>,
    /// The page's address.
    address: RequestsAddress,
    /// The answer with its key, if something was simulated.
    answer: Option<(KeySummary, Result<Simulated, AppError>)>,
) -> impl IntoView {
    let errors = match &answer {
        Some((_, Err(AppError::Invalid(errors)))) => errors.clone(),
        _ => Vec::new(),
    };
    let errors: Signal<Vec<FieldError>> = Signal::stored(errors);
    let answer = match answer {
        None | Some((_, Err(AppError::Invalid(_)))) => None,
        Some((_, Err(error))) => Some(view! { <ErrorState error /> }.into_any()),
        Some((key, Ok(simulated))) => Some(result(simulated, key)),
    };
    let options = keys
        .into_iter()
        .map(|key| {
            let id = key.id.to_string();
            let selected = id == address.key;
            view! {
                <option value=id selected=selected translate="no">
                    {key.name.to_string()}
                </option>
            }
        })
        .collect_view();
    let field = move |name: &'static str,
                      label: &'static str,
                      hint: &'static str,
                      kind: &'static str,
                      value: String| {
        view! { <TextField name label kind hint value=Some(value) errors /> }
    };
    view! {
        <p>{words::SIMULATOR_LEAD}</p>
        <ErrorSummary errors />
        <form method="get" action=routes::requests(&app) class="form" data-steady="">
            <input type="hidden" name="try" value="1" />
            <div class="field">
                <label for="simulator-key">{words::KEY}</label>
                <select id="simulator-key" name="key">
                    {options}
                </select>
            </div>
            {field("scope", words::SCOPES, words::SCOPES_HINT, "text", address.scope)}
            {field("address", words::ADDRESS, words::ADDRESS_HINT, "text", address.address)}
            {field("at", words::AT, words::AT_HINT, "datetime-local", address.at)}
            <div class="form-actions">
                <button type="submit" class="button" data-variant="secondary">
                    {words::TRY}
                </button>
            </div>
        </form>
        {answer}
    }
}

fn result(simulated: Simulated, key: KeySummary) -> AnyView {
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
                <code translate="no">{verdict.code()}</code>
            </p>
            <Checks verdict address asked=scope key=Some(key) first=GateCheck::Revoked />
        </div>
    }
    .into_any()
}
