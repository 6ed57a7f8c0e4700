//! Dialogs: part of the page until the page listens, modal from then on.

use super::{
    icon::{Icon, Shape},
    live::{Announcer, LiveRegion, Modals},
};
use crate::{form::is_plain_answer, words::common as words};
use leptos::{html, prelude::*};
use leptos_router::hooks::use_navigate;
use web_sys::HtmlDialogElement;

/// A dialog that is open as long as it is in the page. Its children are `dialog-body` and `dialog-actions`, or a form
/// with both.
#[component]
pub fn Dialog(
    /// Unique in the page.
    id: &'static str,
    /// Its name.
    #[prop(into)]
    title: String,
    /// Where closing leads; without it neither Escape nor the backdrop nor a button closes the dialog.
    #[prop(optional, into)]
    back: Option<String>,
    /// More room.
    #[prop(optional)]
    wide: bool,
    /// It asks before something that cannot be undone.
    #[prop(optional)]
    alert: bool,
    /// Id of what describes it.
    #[prop(optional)]
    described_by: Option<&'static str>,
    /// What is in it.
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    let modal = RwSignal::new(false);
    let announcer = Announcer::provide();
    let title_id = format!("{id}-title");
    let locked = back.is_none();
    let plain = is_plain_answer();
    Effect::new(move |_| {
        if let Some(dialog) = node.get()
            && !plain
        {
            Modals::enter(announcer);
            open(&dialog, modal);
        }
    });
    let way = back.clone();
    let navigate = use_navigate();
    let leave = move || {
        if let Some(back) = &way {
            navigate(back, leptos_router::NavigateOptions::default());
        }
    };
    view! {
        <dialog
            id=id
            class="dialog"
            node_ref=node
            open=""
            // One that is locked must not close by Escape; browsers that know the attribute never ask.
            closedby=if locked { "none" } else { "closerequest" }
            role=alert.then_some("alertdialog")
            data-size=wide.then_some("wide")
            data-inline=move || (!modal.get()).then_some("")
            aria-labelledby=title_id.clone()
            aria-describedby=described_by
            on:keydown=move |event| {
                if locked && event.key() == "Escape" {
                    event.prevent_default();
                }
            }
            on:cancel=move |event: web_sys::Event| {
                event.prevent_default();
                leave();
            }
            on:close=move |_: web_sys::Event| {
                if locked && let Some(dialog) = node.get_untracked() {
                    open(&dialog, modal);
                }
            }
        >
            <header class="dialog-head">
                <h2 id=title_id.clone() tabindex="-1">
                    {title}
                </h2>
                {back
                    .map(|back| {
                        view! {
                            <a class="icon-button" href=back aria-label=words::CLOSE>
                                <Icon shape=Shape::Close />
                            </a>
                        }
                    })}
            </header>
            {children()}
            <LiveRegion announcer />
        </dialog>
    }
}

fn open(dialog: &HtmlDialogElement, modal: RwSignal<bool>) {
    let show = {
        let dialog = dialog.clone();
        move || {
            if dialog.is_connected() {
                _ = dialog.remove_attribute("open");
                if dialog.show_modal().is_ok() {
                    _ = modal.try_set(true);
                }
            }
        }
    };
    if dialog.is_connected() {
        show();
    } else {
        _ = request_animation_frame(show);
    }
}
