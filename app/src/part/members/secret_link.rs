//! A link with a token, which is shown once.

use crate::{
    ui::{CopyButton, Notice, Sentence},
    words::members,
};
use leptos::prelude::*;

/// The content of the dialog with the link, and the way out.
#[component]
pub fn SecretLink(
    /// What the link is.
    label: Sentence,
    /// What to do with it.
    note: &'static str,
    /// The accessible name of the button that copies it.
    copy: &'static str,
    /// Its address.
    link: String,
    /// The address that it is mailed to; `None` if it is not.
    mailed_to: Option<String>,
    /// Where closing leads.
    back: String,
) -> impl IntoView {
    let mailed =
        mailed_to.map(|email| view! { <Notice tone="success">{Sentence::about([&email], |[email]| members::mailed(email)).view()}</Notice> });
    view! {
        <div class="dialog-body">
            {mailed}
            <Notice tone="warning">{note}</Notice>
            <div class="reveal">
                <div class="credential" data-prominent="">
                    <label for="secret-link">{label.view()}</label>
                    <input
                        id="secret-link"
                        type="text"
                        readonly=true
                        value=link
                        autocomplete="off"
                        spellcheck="false"
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
    }
}
