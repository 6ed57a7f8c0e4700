//! A notice that a second factor is required soon.

use crate::{context, routes, ui::Notice, words::two_factor as words};
use domain::second_factor::EnrolmentDeadline;
use leptos::prelude::*;

/// Says until when a second factor must be added; nothing for a person who has one, or needs none.
#[component]
pub fn EnrolmentNotice(
    /// Until when.
    deadline: Option<EnrolmentDeadline>,
) -> impl IntoView {
    deadline.map(|EnrolmentDeadline(at)| {
        view! {
            <Notice tone="warning">
                {words::due(&context::readable(at))}
                <a href=routes::TWO_FACTOR>{words::DUE_LINK}</a>
            </Notice>
        }
    })
}
