//! The live region, in which the program makes polite announcements ([`crate::island::announce`]).

use leptos::prelude::*;

/// One for the page, and one for each modal dialog, behind which the page is inert. It has to exist before it speaks.
#[component]
pub fn LiveRegion() -> impl IntoView {
    view! { <div class="live" role="status"></div> }
}
