//! Dialogs that the program opens over any page of an application: the list of shortcuts, and the question before something
//! typed is discarded.

use crate::words::common as words;
use leptos::prelude::*;

/// Both of them, closed.
#[component]
pub fn PassingDialogs() -> impl IntoView {
    let shortcuts = words::SHORTCUT_LIST
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
                <dl class="shortcuts">{shortcuts}</dl>
            </div>
            <form method="dialog" class="dialog-actions">
                <button class="button" data-variant="secondary">
                    {words::CLOSE}
                </button>
            </form>
        </dialog>
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
                <a class="button" data-variant="danger" href="">
                    {words::DISCARD}
                </a>
            </form>
        </dialog>
    }
}
