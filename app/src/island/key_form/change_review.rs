//! The review of changes to a key before they are saved, with the last use of the key.

use crate::{
    ui::{Icon, Shape},
    words::edit,
};
use domain::key::change::{Difference, Effect, KeyChange};
use leptos::prelude::*;

/// The differences with their number, and the last use of the key.
#[component]
pub fn ChangeReview(
    /// What changes; `None` while the form is invalid.
    #[prop(into)]
    change: Signal<Option<KeyChange>>,
    /// When and from where the key was used last, and when a change takes effect.
    last_use: String,
) -> impl IntoView {
    let lines = move || match change.get() {
        None => hint(edit::UNKNOWN),
        Some(change) if change.is_empty() => hint(edit::NOTHING),
        Some(change) => {
            let count = change.differences().len();
            view! {
                <p>
                    <strong>{edit::changes(count)}</strong>
                </p>
                <ul>{change.differences().iter().map(line).collect_view()}</ul>
                <p class="field-hint">{last_use.clone()}</p>
            }
            .into_any()
        }
    };
    view! {
        // It scrolls where there are many.
        <section class="change-review" tabindex="0" aria-label=edit::CHANGES aria-live="polite">
            {lines}
        </section>
    }
    .into_any()
}

fn hint(text: &'static str) -> AnyView {
    view! { <p class="field-hint">{text}</p> }.into_any()
}

fn line(difference: &Difference) -> impl IntoView + use<> {
    let (shape, effect) = match difference.effect {
        Effect::Widens => (Shape::Plus, Some(edit::WIDENS)),
        Effect::Narrows => (Shape::Ban, Some(edit::NARROWS)),
        Effect::Neutral => (Shape::Check, None),
    };
    view! {
        <li data-effect=difference.effect.as_str()>
            <Icon shape />
            <span>
                {effect.map(|effect| view! { <strong>{effect}": "</strong> })}
                {difference.words.clone()}
            </span>
        </li>
    }
}
