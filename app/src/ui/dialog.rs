//! Dialogs: part of the page until the program makes them modal ([`crate::island::dialog`]).

use super::{
    icon::{Icon, Shape},
    live::LiveRegion,
    sentence::Sentence,
};
use crate::words::common as words;
use leptos::prelude::*;

/// A dialog that is open as long as it is in the page. Its children are `dialog-body` and `dialog-actions`, or a form
/// with both.
#[component]
pub fn Dialog(
    /// Unique in the page.
    id: &'static str,
    /// Its name.
    #[prop(into)]
    title: Sentence,
    /// Where closing leads; without it neither Escape nor a button closes the dialog.
    #[prop(optional, into)]
    back: Option<String>,
    /// More room.
    #[prop(optional)]
    wide: bool,
    /// It asks before something that cannot be undone.
    #[prop(optional)]
    alert: bool,
    /// Id of what describes it.
    #[prop(optional_no_strip)]
    described_by: Option<&'static str>,
    /// The content.
    children: Children,
) -> impl IntoView {
    let title_id = format!("{id}-title");
    // Browsers that know the attribute do not close a locked dialog by Escape. Any other is closed by Escape once it is modal:
    // before that, nothing would lead back.
    let closed_by = back.is_none().then_some("none");
    let close = back.map(|back| {
        view! {
            <a class="icon-button" data-close="" href=back aria-label=words::CLOSE>
                <Icon shape=Shape::Close />
            </a>
        }
    });
    view! {
        <dialog
            id=id
            class="dialog"
            open=""
            closedby=closed_by
            role=alert.then_some("alertdialog")
            data-size=wide.then_some("wide")
            data-inline=""
            aria-labelledby=title_id.clone()
            aria-describedby=described_by
        >
            <header class="dialog-head">
                <h2 id=title_id.clone() tabindex="-1">
                    {title.view()}
                </h2>
                {close}
            </header>
            {children()}
            <LiveRegion />
        </dialog>
    }
}

/// The foot of a dialog that only tells something: a link that closes it.
#[component]
pub fn DialogClose(
    /// The path that it leads to.
    back: String,
    /// Its words.
    label: &'static str,
) -> impl IntoView {
    view! {
        <footer class="dialog-actions">
            <a class="button" data-variant="primary" data-close="" href=back>
                {label}
            </a>
        </footer>
    }
}
