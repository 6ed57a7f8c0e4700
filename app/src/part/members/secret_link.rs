//! A dialog with a link that is shown once.

use crate::{
    act::members::OneTimeLink,
    ui::{CopyButton, Dialog, Notice, Sentence},
    words::members,
};
use leptos::prelude::*;

/// The link, for whom it is, whether it was mailed, and the way out. The program takes the link out of the page when it is left
/// ([`crate::island::reveal`]).
#[component]
pub fn SecretLinkDialog(
    /// The id of the dialog.
    id: &'static str,
    /// The link.
    created: OneTimeLink,
    /// The label of the link.
    label: &'static str,
    /// What to do with it.
    note: &'static str,
    /// The accessible name of the button that copies it.
    copy: &'static str,
    /// The path that closing leads to.
    back: String,
) -> impl IntoView {
    let OneTimeLink {
        email,
        link,
        mailed,
    } = created;
    let title = if mailed {
        members::MAILED_TITLE
    } else {
        members::LINK_TITLE
    };
    let mailed = mailed.then(|| {
        let sentence = Sentence::about([&email], |[email]| members::mailed(email)).view();
        view! { <Notice tone="success">{sentence}</Notice> }
    });
    let label = Sentence::about([&email], |[email]| format!("{label} · {email}")).view();
    view! {
        <Dialog id title>
            <div class="dialog-body">
                {mailed}
                <Notice tone="warning">{note}</Notice>
                <div class="reveal">
                    <div class="credential" data-prominent="">
                        <label for="secret-link">{label}</label>
                        <input
                            id="secret-link"
                            type="text"
                            readonly=true
                            value=link
                            autocomplete="off"
                            spellcheck="false"
                            data-secret=""
                            data-1p-ignore=""
                        />
                        <CopyButton label=copy field="secret-link" />
                    </div>
                </div>
            </div>
            <footer class="dialog-actions">
                <a class="button" data-variant="primary" href=back>
                    {members::DONE}
                </a>
            </footer>
        </Dialog>
    }
}
