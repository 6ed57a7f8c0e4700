//! A dialog whose content is one form.

use crate::{
    form::{FormPage, posted_errors},
    ui::{Dialog, ErrorSummary, PasswordAgain, Sentence, Submit},
    words::common,
};
use leptos::prelude::*;

/// The id of the text that describes the dialog. A page has one form dialog at most.
const TEXT: &str = "dialog-text";

/// A dialog that posts a form to a server function, with a button to cancel. It shows what was wrong with a plain post to that
/// function, and asks for the password where it is needed.
#[component]
pub fn FormDialog(
    /// Unique in the page.
    id: &'static str,
    /// Its name.
    #[prop(into)]
    title: Sentence,
    /// The explanation, which describes the dialog.
    #[prop(optional)]
    text: Option<&'static str>,
    /// It asks before something that cannot be undone: Cancel has the focus.
    #[prop(optional)]
    alert: bool,
    /// The path of the server function.
    action: &'static str,
    /// The application's id.
    app: String,
    /// The path that Cancel leads to.
    back: String,
    /// Whether the form can do without the password, as for [`PasswordAgain`].
    #[prop(default = true)]
    fresh: bool,
    /// The words on the button.
    submit: &'static str,
    /// The button's, as for [`Submit`].
    #[prop(default = "primary")]
    variant: &'static str,
    /// The fields, and what else there is to read.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let errors = Signal::stored(posted_errors(action));
    let described_by = text.map(|_| TEXT);
    let text = text.map(|text| view! { <p id=TEXT>{text}</p> });
    let cancel = if alert { "secondary" } else { "ghost" };
    let content = view! {
        <form method="post" action=action novalidate="" autocomplete="off">
            <FormPage />
            <div class="dialog-body">
                <ErrorSummary errors />
                {text}
                <input type="hidden" name="app" value=app />
                {children.map(|children| children())}
                <PasswordAgain fresh errors />
            </div>
            <footer class="dialog-actions">
                <a
                    class="button"
                    data-variant=cancel
                    data-close=""
                    href=back.clone()
                    autofocus=alert.then_some("")
                >
                    {common::CANCEL}
                </a>
                <Submit label=submit variant />
            </footer>
        </form>
    };
    view! {
        <Dialog id title back alert described_by>
            {content}
        </Dialog>
    }
}
