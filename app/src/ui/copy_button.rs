//! A button that copies to the clipboard.

use super::{
    dom,
    icon::{Icon, Shape},
};
use crate::words::common as words;
use gloo_timers::future::TimeoutFuture;
use leptos::{ev, prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlDocument, HtmlElement, HtmlInputElement, HtmlTextAreaElement};

/// How long the button says what came of it, in milliseconds.
const NEWS_MS: u32 = 2_000;

/// Copies `text`, or what stands in `field`; says `Copied` only where that is true. [`listen`] does it.
#[component]
pub fn CopyButton(
    /// The words on it, such as `Copy API key`.
    label: &'static str,
    /// The text to copy, if it is in no field.
    #[prop(optional, into)]
    text: Option<String>,
    /// The id of the field that holds it: read at the click, so that the button keeps no copy.
    #[prop(optional)]
    field: Option<&'static str>,
    /// The id of a field whose value takes the place of `{secret}` in `text`, read at the click as well.
    #[prop(optional)]
    secret: Option<&'static str>,
    /// Whether only the icon is in sight until there is news.
    #[prop(optional)]
    icon: bool,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="copy"
            data-needs-js=""
            data-copy=text
            data-copy-field=field
            data-copy-secret=secret
            data-label=label
            data-variant=icon.then_some("icon")
        >
            <Icon shape=Shape::Copy />
            <span>{label}</span>
        </button>
    }
}

/// Makes the buttons of the page copy. Once for all of them: a list has one for each row. `say` announces the outcome.
pub fn listen(say: impl Fn(&'static str) + Clone + 'static) {
    window_event_listener(ev::click, move |event| {
        if let Some(button) = dom::closest(&event, ".copy") {
            spawn_local(copy(button.unchecked_into(), say.clone()));
        }
    });
}

async fn copy(button: HtmlElement, say: impl Fn(&'static str)) {
    let named = |attribute| {
        let id = button.get_attribute(attribute)?;
        let field = document().get_element_by_id(&id)?;
        Some(field.unchecked_into::<HtmlInputElement>())
    };
    let field = named("data-copy-field");
    let text = match &field {
        Some(field) => field.value(),
        None => button.get_attribute("data-copy").unwrap_or_default(),
    };
    let text = match named("data-copy-secret") {
        Some(secret) => text.replace("{secret}", &secret.value()),
        None => text,
    };
    if write(&text, field, &button).await {
        tell(&button, Some("copied"), Shape::Check, words::COPIED);
        say(words::COPIED);
    } else {
        tell(&button, Some("failed"), Shape::Copy, words::COPY_FAILED);
        say(words::COPY_BY_HAND);
    }
    TimeoutFuture::new(NEWS_MS).await;
    let label = button.get_attribute("data-label").unwrap_or_default();
    tell(&button, None, Shape::Copy, &label);
}

/// Shows the result on the button. The elements stay, so that Leptos can go on to update them.
fn tell(button: &HtmlElement, state: Option<&str>, shape: Shape, words: &str) {
    // Only a broken document refuses an attribute.
    _ = match state {
        Some(state) => button.set_attribute("data-state", state),
        None => button.remove_attribute("data-state"),
    };
    if let Ok(Some(path)) = button.query_selector("path") {
        _ = path.set_attribute("d", shape.path());
    }
    if let Ok(Some(label)) = button.query_selector("span")
        && let Some(text) = label.first_child()
    {
        text.set_node_value(Some(words));
    }
}

async fn write(text: &str, field: Option<HtmlInputElement>, near: &HtmlElement) -> bool {
    let window = window();
    // Without HTTPS there is no clipboard.
    if window.is_secure_context()
        && JsFuture::from(window.navigator().clipboard().write_text(text))
            .await
            .is_ok()
    {
        return true;
    }
    match field {
        Some(field) => {
            field.select();
            copy_selection()
        }
        None => copy_beside(text, near).unwrap_or(false),
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
