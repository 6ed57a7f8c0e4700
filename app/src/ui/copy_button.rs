//! Copying to the clipboard.

use super::{
    icon::{Icon, Shape},
    live::Announcer,
};
use crate::words::common as words;
use gloo_timers::future::TimeoutFuture;
use leptos::{html, prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlDocument, HtmlElement, HtmlInputElement, HtmlTextAreaElement};

/// How long the button says what came of it, in milliseconds.
const NEWS_MS: u32 = 2_000;

#[derive(Clone, Copy, PartialEq, Eq)]
enum News {
    None,
    Copied,
    Failed,
}

/// Copies `text`, or what stands in `source`; says `Copied` only where that is true.
#[component]
pub fn CopyButton(
    /// The words on it, such as `Copy API key`.
    label: &'static str,
    /// What is copied, where no field holds it.
    #[prop(optional, into)]
    text: String,
    /// The field that holds it: read at the click, so that the button keeps no copy.
    #[prop(optional)]
    source: Option<NodeRef<html::Input>>,
) -> impl IntoView {
    let announcer = Announcer::nearest();
    let news = RwSignal::new(News::None);
    let button = NodeRef::<html::Button>::new();
    let copy = move |_| {
        let field = source.and_then(|source| source.get_untracked());
        let text = field
            .as_ref()
            .map_or_else(|| text.clone(), HtmlInputElement::value);
        let near = button.get_untracked().map(HtmlElement::from);
        spawn_local(async move {
            let copied = write(&text, field, near).await;
            _ = news.try_set(if copied { News::Copied } else { News::Failed });
            if let Some(announcer) = announcer {
                announcer.say(if copied {
                    words::COPIED
                } else {
                    words::COPY_BY_HAND
                });
            }
            TimeoutFuture::new(NEWS_MS).await;
            _ = news.try_set(News::None);
        });
    };
    view! {
        <button
            type="button"
            class="copy"
            node_ref=button
            data-needs-js=""
            data-state=move || match news.get() {
                News::None => "idle",
                News::Copied => "copied",
                News::Failed => "failed",
            }
            on:click=copy
        >
            {move || {
                let (shape, words) = match news.get() {
                    News::None => (Shape::Copy, label),
                    News::Copied => (Shape::Check, words::COPIED),
                    News::Failed => (Shape::Copy, words::COPY_FAILED),
                };
                view! {
                    <Icon shape />
                    <span>{words}</span>
                }
            }}
        </button>
    }
}

async fn write(text: &str, field: Option<HtmlInputElement>, near: Option<HtmlElement>) -> bool {
    let window = window();
    // Without HTTPS there is no clipboard.
    if window.is_secure_context()
        && JsFuture::from(window.navigator().clipboard().write_text(text))
            .await
            .is_ok()
    {
        return true;
    }
    match (field, near) {
        (Some(field), _) => {
            field.select();
            copy_selection()
        }
        (None, Some(near)) => copy_beside(text, &near).unwrap_or(false),
        (None, None) => false,
    }
}

/// Selects the text in a field beside the button: one elsewhere would lose to a modal dialog.
fn copy_beside(text: &str, near: &HtmlElement) -> Option<bool> {
    let field = document()
        .create_element("textarea")
        .ok()?
        .unchecked_into::<HtmlTextAreaElement>();
    field.set_class_name("visually-hidden");
    field.set_read_only(true);
    field.set_value(text);
    near.parent_element()?.append_child(&field).ok()?;
    field.select();
    let copied = copy_selection();
    field.remove();
    _ = near.focus();
    Some(copied)
}

fn copy_selection() -> bool {
    document()
        .unchecked_into::<HtmlDocument>()
        .exec_command("copy")
        .unwrap_or(false)
}
