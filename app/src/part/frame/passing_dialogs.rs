//! Dialogs that the program opens over a page: the list of shortcuts and, in an application, the question before something typed is
//! discarded.

use crate::{
    routes,
    words::{common as words, profile},
};
use leptos::prelude::*;

/// The list of shortcuts, closed.
#[component]
pub fn ShortcutList(
    /// Whether single keys are shortcuts.
    shortcuts: bool,
) -> impl IntoView {
    let off = (!shortcuts).then(|| {
        view! {
            <p>
                {words::SHORTCUTS_OFF} " " <a href=routes::PROFILE>{profile::TITLE}</a>
            </p>
        }
    });
    let list = words::SHORTCUT_LIST
        .into_iter()
        // The first one is not a single key.
        .take(if shortcuts { usize::MAX } else { 1 })
        .map(|(key, what)| {
            view! {
                <dt>
                    <kbd>{key}</kbd>
                </dt>
                <dd>{what}</dd>
            }
        })
        .collect_view();
    view! {
        <dialog id="shortcuts" class="dialog" data-passing="" aria-labelledby="shortcuts-title">
            <header class="dialog-head">
                <h2 id="shortcuts-title">{words::SHORTCUTS}</h2>
            </header>
            <div class="dialog-body">
                <dl class="shortcuts">{list}</dl>
                {off}
            </div>
            <form method="dialog" class="dialog-actions">
                <button class="button" data-variant="secondary">
                    {words::CLOSE}
                </button>
            </form>
        </dialog>
    }
}

/// Both of them, closed.
#[component]
pub fn PassingDialogs(
    /// Whether single keys are shortcuts.
    shortcuts: bool,
) -> impl IntoView {
    view! {
        <ShortcutList shortcuts />
        <dialog
            class="dialog"
            role="alertdialog"
            data-passing=""
            data-discard=""
            aria-labelledby="discard-title"
        >
            <header class="dialog-head">
                <h2 id="discard-title">{words::DISCARD_TITLE}</h2>
            </header>
            <div class="dialog-body">
                <p>{words::DISCARD_LEAD}</p>
            </div>
            <form method="dialog" class="dialog-actions">
                <button class="button" data-variant="secondary" autofocus="">
                    {words::KEEP_EDITING}
                </button>
                <a class="button" data-variant="danger" data-close="" href="">
                    {words::DISCARD}
                </a>
            </form>
        </dialog>
    }
}
