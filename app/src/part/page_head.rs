//! The heading of a page.

use leptos::prelude::*;

/// The heading, a sentence about the page, and what can be done there.
#[component]
pub fn PageHead(
    /// The heading.
    title: &'static str,
    /// The heading's id, where it names a part of the page.
    #[prop(optional)]
    id: Option<&'static str>,
    /// The sentence.
    #[prop(optional)]
    lead: Option<&'static str>,
    /// The actions.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="page-head">
            <h1 id=id tabindex="-1">
                {title}
            </h1>
            {lead.map(|lead| view! { <p class="page-lead">{lead}</p> })}
            {children.map(|children| view! { <div class="page-actions">{children()}</div> })}
        </div>
    }
}
