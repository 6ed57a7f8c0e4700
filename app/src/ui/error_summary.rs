//! All that is wrong with a form, at its top.

use crate::{error::FieldError, words::common as words};
use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;

/// Lists what is wrong, each with a link to its field, and takes the focus when it appears.
#[component]
pub fn ErrorSummary(
    /// What is wrong; nothing is shown while it is empty.
    #[prop(into)]
    errors: Signal<Vec<FieldError>>,
) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        if errors.with(|errors| !errors.is_empty()) {
            _ = request_animation_frame(move || {
                if let Some(summary) = node.get_untracked() {
                    _ = summary.focus();
                }
            });
        }
    });
    move || {
        let errors = errors.get();
        (!errors.is_empty()).then(|| {
            // One error speaks for itself.
            let heading = (errors.len() > 1).then(|| view! { <h2>{words::PROBLEM}</h2> });
            view! {
                <div class="error-summary" role="alert" tabindex="-1" node_ref=node>
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
    let field = error.field.clone();
    view! {
        <li>
            <a
                href=format!("#{}", error.field)
                on:click=move |event| {
                    event.prevent_default();
                    focus(&field);
                }
            >
                {error.message}
            </a>
        </li>
    }
    .into_any()
}

fn focus(id: &str) {
    if let Some(element) = document().get_element_by_id(id) {
        _ = element.unchecked_into::<web_sys::HtmlElement>().focus();
    }
}
