//! A summary of a form's errors, above its fields.

use crate::{error::FieldError, words::common as words};
use leptos::prelude::*;

/// Lists what is wrong, each with a link to its field. The program moves the focus here after the answer to a form. A question for
/// the password is asked at its field alone.
#[component]
pub fn ErrorSummary(
    /// The errors; nothing is shown while there are none.
    #[prop(into)]
    errors: Signal<Vec<FieldError>>,
) -> impl IntoView {
    move || {
        let mut errors = errors.get();
        errors.retain(|error| !error.asks_for_password());
        (!errors.is_empty()).then(|| {
            // One error speaks for itself.
            let heading = (errors.len() > 1).then(|| view! { <h2>{words::PROBLEM}</h2> });
            view! {
                <div class="error-summary" role="alert" tabindex="-1">
                    {heading}
                    <ul>{errors.into_iter().map(line).collect_view()}</ul>
                </div>
            }
        })
    }
}

fn line(error: FieldError) -> impl IntoView {
    if error.field.is_empty() {
        return view! { <li>{error.message}</li> }.into_any();
    }
    view! {
        <li>
            <a href=format!("#{}", error.field)>{error.message}</a>
        </li>
    }
    .into_any()
}
