//! The dialog in which the reader signs in again. Fetched when it is first needed.

#![cfg_attr(
    feature = "hydrate",
    expect(clippy::unnecessary_wraps, reason = "to fetch this code may fail")
)]

use crate::{
    island::{
        morph,
        navigation::{self, Answer},
        passkey,
        submit::{self, Sent},
    },
    ui::dom,
    words::sign_in as words,
};
use leptos::{ev, prelude::*, task::spawn_local, wasm_split::SplitLoaderError};
use std::cell::{Cell, RefCell};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Document, Element, Event, HtmlDialogElement, HtmlElement, HtmlFormElement, HtmlInputElement,
    RequestInit,
};

/// The part of the sign-in page that is shown.
const CARD: &str = ".auth-card";
/// What has the focus first.
const WANTED: &str = "[autofocus], input:not([type='hidden'])";
/// The e-mail address of the person whose session has ended.
const ACCOUNT: &str = ".account-email";
/// The link to the identity provider.
const PROVIDER: &str = "dialog[data-renewal] a[rel='external']";

/// The dialog whose link was opened, unless the reader has closed it: then the form is no longer wanted.
const ELSEWHERE: &str = "dialog[open][data-renewal='elsewhere']";

/// The fields, and what leads to them.
const IDS: [(&str, &str); 3] = [
    ("input[id]", "id"),
    ("label[for]", "for"),
    ("a[href^='#']", "href"),
];

thread_local! {
    /// Whether the page is listened to.
    static LISTENING: Cell<bool> = const { Cell::new(false) };
    /// The form that was refused, with its button.
    static WAITING: RefCell<Option<(HtmlFormElement, Option<HtmlElement>)>> = const { RefCell::new(None) };
}

/// Sends a form again whose answer led to the sign-in page, and if the session has really ended, asks for a new sign-in and sends the
/// form afterwards.
///
/// # Errors
/// If this code cannot be fetched. The next call tries again.
#[lazy(fallible)]
pub fn ask(sent: Sent) -> Result<(), SplitLoaderError> {
    spawn_local(async move {
        // Another request of this browser may have given the session a new token meanwhile.
        let mut answer = sent.send_again().await;
        if let Ok(Answer::Elsewhere(address)) = &answer
            && super::is_needed(address)
        {
            match begin(address, sent.form.clone(), sent.button.clone()).await {
                Ok(RenewalStart::SignedIn) => answer = sent.send_again().await,
                Ok(RenewalStart::Asked) => return,
                Err(_) => {}
            }
        }
        sent.show(answer);
    });
    Ok(())
}

/// Shows the answer to a form of the dialog.
///
/// # Errors
/// If this code cannot be fetched. The next call tries again.
#[lazy(fallible)]
pub fn answered(
    dialog: Element,
    sent: Sent,
    answer: Result<Answer, JsValue>,
) -> Result<(), SplitLoaderError> {
    match answer {
        Ok(Answer::Elsewhere(address)) if is_next_step(&address) => spawn_local(async move {
            if go_on(&dialog, &address).await.is_err() {
                navigation::arrive(&address);
            }
        }),
        Ok(Answer::Elsewhere(_)) => complete(&dialog),
        Ok(Answer::Invalid(page, _)) => sent.show_errors(|| refuse(&dialog, &page)),
        answer => sent.show(answer),
    }
    Ok(())
}

/// The identity provider is another site, so it opens in another tab. When the reader comes back from there, the form is sent.
fn listen() {
    if LISTENING.replace(true) {
        return;
    }
    window_event_listener(ev::click, |event| clicked(&event));
    // The middle button opens a tab as well.
    window_event_listener_untyped("auxclick", |event| clicked(&event));
    window_event_listener(ev::focus, |_| {
        if let Ok(Some(dialog)) = document().query_selector(ELSEWHERE) {
            complete(&dialog);
        }
    });
}

/// If it was the link to the provider.
fn clicked(event: &Event) {
    if let Some(link) = dom::closest(event, PROVIDER) {
        _ = open_elsewhere(&link);
    }
}

/// Before the browser follows the link.
fn open_elsewhere(link: &Element) -> Result<(), JsValue> {
    link.set_attribute("target", "_blank")?;
    let Some(dialog) = link.closest("dialog")? else {
        return Ok(());
    };
    dialog.set_attribute("data-renewal", "elsewhere")?;
    if let Some(why) = dialog.query_selector(".dialog-note")? {
        why.set_text_content(Some(words::RENEW_ELSEWHERE));
    }
    Ok(())
}

/// What came of asking for a new sign-in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum RenewalStart {
    /// The reader is asked, and the form is sent afterwards.
    Asked,
    /// The browser is signed in: the form is to be sent again.
    SignedIn,
}

/// Asks for a new sign-in, unless the browser has a session by now, and sends the form afterwards.
///
/// # Errors
/// When the sign-in page cannot be shown here.
pub async fn begin(
    sign_in: &str,
    form: HtmlFormElement,
    button: Option<HtmlElement>,
) -> Result<RenewalStart, JsValue> {
    // A browser with a session is led to another page, which has no card.
    let Some(card) = card_at(sign_in).await? else {
        return Ok(RenewalStart::SignedIn);
    };
    listen();
    let dialog: HtmlDialogElement = document().create_element("dialog")?.unchecked_into();
    dialog.set_class_name("dialog");
    dialog.set_attribute("data-renewal", "")?;
    dialog.set_attribute("aria-label", words::RENEW)?;
    let why = document().create_element("p")?;
    why.set_class_name("dialog-note");
    why.set_attribute("role", "status")?;
    why.set_text_content(Some(words::RENEW));
    dialog.append_child(&why)?;
    dialog.append_child(&document().import_node_with_deep(&card, true)?)?;
    name_page(&dialog, sign_in)?;
    document()
        .body()
        .ok_or(JsValue::NULL)?
        .append_child(&dialog)?;
    dialog.show_modal()?;
    if let Some(email) = dialog.query_selector("input[name='email']")? {
        let email: HtmlInputElement = email.unchecked_into();
        // It is known whose page this is.
        let known = document()
            .query_selector(ACCOUNT)?
            .and_then(|account| account.text_content());
        let password = dialog.query_selector("input[name='password']")?;
        let wanted = match (known, password) {
            (Some(known), Some(password)) => {
                email.set_value(&known);
                password.unchecked_into()
            }
            _ => email,
        };
        _ = wanted.focus();
    }
    WAITING.set(Some((form, button)));
    Ok(RenewalStart::Asked)
}

/// The card of the sign-in page, or of its second step; `None` where another page is shown.
async fn card_at(address: &str) -> Result<Option<Element>, JsValue> {
    match navigation::fetch(address, &RequestInit::new()).await? {
        navigation::Answer::Page(page, _) => own_card(&page),
        _ => Err(JsValue::NULL),
    }
}

/// The card of a page. Its fields have ids of their own: the page below may have one for the password too.
fn own_card(page: &Document) -> Result<Option<Element>, JsValue> {
    let Some(card) = page.query_selector(CARD)? else {
        return Ok(None);
    };
    for (selector, name) in IDS {
        for element in dom::beneath::<Element>(&card, selector) {
            let id = element.get_attribute(name).unwrap_or_default();
            element.set_attribute(name, &(id + "-renewal"))?;
        }
    }
    Ok(Some(card))
}

/// The answer to a wrong password or code is the sign-in page, not the page below.
fn name_page(dialog: &Element, address: &str) -> Result<(), JsValue> {
    for form in dom::beneath::<Element>(dialog, "form") {
        let page: HtmlInputElement = document().create_element("input")?.unchecked_into();
        page.set_type("hidden");
        page.set_name("page");
        page.set_value(address);
        form.append_child(&page)?;
    }
    Ok(())
}

/// Whether an address is a step of the sign-in: that of the code, or the beginning where it took too long.
fn is_next_step(address: &str) -> bool {
    address.starts_with("/sign-in/code") || address.starts_with("/sign-in?after=")
}

/// Shows the next step of the sign-in in the dialog.
///
/// # Errors
/// When it cannot be shown here.
pub async fn go_on(dialog: &Element, address: &str) -> Result<(), JsValue> {
    let card = card_at(address).await?.ok_or(JsValue::NULL)?;
    let old = dialog.query_selector(CARD)?.ok_or(JsValue::NULL)?;
    old.replace_with_with_node_1(&document().import_node_with_deep(&card, true)?)?;
    name_page(dialog, address)?;
    if let Some(wanted) = dialog.query_selector(WANTED)? {
        _ = wanted.unchecked_into::<HtmlElement>().focus();
    }
    Ok(())
}

/// The reader has signed in.
fn complete(dialog: &Element) {
    dialog.remove();
    match WAITING.take() {
        // An answer of a passkey was for the session that has ended.
        Some((form, Some(button))) if passkey::is_button(&button) => {
            passkey::use_passkey(form, button, true);
        }
        Some((form, button)) => submit::send(form, button),
        None => {}
    }
}

/// The reader has not signed in: shows why.
fn refuse(dialog: &Element, page: &Document) {
    if let (Ok(Some(old)), Ok(Some(new))) = (dialog.query_selector(CARD), own_card(page)) {
        morph::morph(&old, &new);
    }
}
