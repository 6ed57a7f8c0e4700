//! That a second factor is required soon.

use crate::{
    context, routes,
    ui::{Notice, Time},
    words::two_factor as words,
};
use domain::second_factor::EnrolmentDeadline;
use leptos::prelude::*;

/// Says until when a second factor must be added; nothing for a person who has one, or needs none.
#[component]
pub fn EnrolmentNotice(
    /// Until when.
    deadline: Option<EnrolmentDeadline>,
) -> impl IntoView {
    deadline.map(|EnrolmentDeadline(at)| {
        let now = context::now().unwrap_or(at);
        view! {
            <Notice tone="warning">
                {words::DUE} <Time at now /> ". "
                <a href=routes::TWO_FACTOR>{words::DUE_LINK}</a>
            </Notice>
        }
    })
}
