//! Pages that are fetched and shown in place: another version of the page that is open, in which everything stays that has not
//! changed.
//!
//! Other pages are opened by the browser itself.

use super::{dialog, dialog_focus, morph, progress::Progress, refresh, toast};
use crate::ui::dom;
use leptos::{ev, prelude::*, task::spawn_local};
use serde::de::DeserializeOwned;
use std::cell::{Cell, RefCell};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    CustomEvent, Document, DomParser, Headers, HtmlAnchorElement, HtmlDetailsElement, HtmlElement,
    MouseEvent, RequestInit, Response, SupportedType, Url, UrlSearchParams,
};

/// The request header by which a page asks for a redirect as `204 No Content` with `Location`, since a script cannot see where
/// a redirect leads.
pub const IN_PLACE: &str = "latchkey-in-place";
/// Tells the loader that islands may have come into the page.
const ISLANDS: &str = "latchkey:islands";

thread_local! {
    /// Counts what was asked for: an answer to an earlier question is no longer shown.
    static TURN: Cell<u32> = const { Cell::new(0) };
    /// The path and the query of the page that is shown.
    static SHOWN: RefCell<String> = const { RefCell::new(String::new()) };
    /// Whether a dialog is being closed, until another page is shown.
    static LEAVING: Cell<bool> = const { Cell::new(false) };
}

/// How the address of a page that is shown in place gets into the browser's history.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum History {
    /// As a new entry.
    Push,
    /// In place of the present entry.
    Replace,
    /// It is there already.
    Keep,
}

/// What the server answers.
pub enum Answer {
    /// A page, and its address.
    Page(Document, String),
    /// The page of a request that was not accepted, such as a form with errors, and the status.
    Invalid(Document, u16),
    /// The address where it goes on.
    Elsewhere(String),
    /// Why the server refuses, as a line of text.
    Text(String),
}

/// Listens to the links of the page, and to the browser's history.
pub fn listen() {
    SHOWN.set(here());
    window_event_listener(ev::click, |event| clicked(&event));
    window_event_listener(ev::popstate, |_| {
        stay();
        let here = here();
        // The address may differ in its fragment only.
        if SHOWN.with_borrow(|shown| *shown != here) {
            visit(here, History::Keep);
        }
    });
}

/// The path and the query of the page that is open.
pub fn here() -> String {
    let location = window().location();
    location.pathname().unwrap_or_default() + &location.search().unwrap_or_default()
}

fn clicked(event: &MouseEvent) {
    let modified = event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key();
    if event.default_prevented() || event.button() != 0 || modified {
        return;
    }
    let Some(link) = dom::closest(event, "a[href]") else {
        return;
    };
    let link: HtmlAnchorElement = link.unchecked_into();
    let location = window().location();
    let by_browser = !link.target().is_empty()
        || link.has_attribute("download")
        || Ok(link.origin()) != location.origin();
    if by_browser {
        return;
    }
    let same_page =
        Ok(link.pathname()) == location.pathname() && Ok(link.search()) == location.search();
    if !link.hash().is_empty() {
        if same_page && let Some(field) = target(&link.hash()) {
            event.prevent_default();
            _ = field.focus();
        }
    } else if link.has_attribute("data-close") {
        event.prevent_default();
        dialog::leave(&link.href());
    } else if Ok(link.pathname()) == location.pathname() && link.rel() != "external" {
        event.prevent_default();
        visit(link.href(), History::Push);
    }
}

/// The element that the fragment of an address names. What is folded around it is opened, so that it can have the focus.
pub fn target(hash: &str) -> Option<HtmlElement> {
    let element = document().get_element_by_id(hash.strip_prefix('#')?)?;
    let folded = element.closest("details:not([open])").ok().flatten();
    if let Some(folded) = folded.and_then(|folded| folded.dyn_into::<HtmlDetailsElement>().ok()) {
        folded.set_open(true);
    }
    element.dyn_into().ok()
}

/// Closes a dialog: back to the page from which it was opened, as it was, or to the page at `href`.
pub fn leave(href: &str) {
    // A second click before the other page is there would go back twice.
    if LEAVING.replace(true) {
        return;
    }
    dialog_focus::remember();
    match window().history() {
        Ok(history) if was_opened_here() && history.length().is_ok_and(|length| length > 1) => {
            _ = history.back();
        }
        _ => _ = window().location().set_href(href),
    }
}

/// Lets a dialog be closed again: the page stays, or is shown again.
pub fn stay() {
    LEAVING.set(false);
}

/// Whether a link of the same part of the dashboard led to this page. A sign-in, for instance, did not open a dialog.
fn was_opened_here() -> bool {
    let location = window().location();
    let part_of = |path: &str| path.split('/').nth(1).map(str::to_owned);
    match (Url::new(&document().referrer()), location.pathname()) {
        (Ok(from), Ok(path)) => {
            Ok(from.origin()) == location.origin()
                && from.pathname() != path
                && part_of(&from.pathname()) == part_of(&path)
        }
        _ => false,
    }
}

/// Fetches a page, and shows it in place where it is another version of the one that is open.
pub fn visit(address: String, history: History) {
    spawn_local(async move {
        let turn = next_turn();
        let answer = fetch(&address, &RequestInit::new()).await;
        if TURN.get() != turn {
            return;
        }
        match answer {
            Ok(Answer::Page(page, at)) if path_of(&at) == window().location().pathname().ok() => {
                let focus = next_focus();
                if history == History::Keep {
                    show_over(&page);
                } else {
                    show(&page);
                }
                remember(&at, history);
                if let Some(focus) = focus {
                    focus();
                }
            }
            Ok(Answer::Text(_) | Answer::Invalid(_, 500..)) | Err(_) => offer_retry(&address),
            // The browser opens it.
            Ok(_) => _ = window().location().set_href(&address),
        }
    });
}

/// Keeps the page that is open, and offers to fetch the one at `address` again.
fn offer_retry(address: &str) {
    let Some(strip) = dom::all::<HtmlElement>(".not-refreshed").next() else {
        return toast::unreachable();
    };
    if let Ok(Some(link)) = strip.query_selector("a") {
        _ = link.set_attribute("href", address);
    }
    strip.set_hidden(false);
}

/// Goes where the server leads after a form: in place on the page of the form. A dialog leaves no entry in the history.
pub fn arrive(address: &str) {
    let path = address.split('?').next();
    if path == window().location().pathname().ok().as_deref() {
        visit(address.to_owned(), History::Replace);
    } else if dialog::topmost().is_some() {
        dialog_focus::remember();
        _ = window().location().replace(address);
    } else {
        _ = window().location().set_href(address);
    }
}

/// Counts a question; the answers to earlier ones are no longer shown.
pub fn next_turn() -> u32 {
    TURN.set(TURN.get().wrapping_add(1));
    TURN.get()
}

/// Sends a request for a page.
///
/// # Errors
/// When the server does not answer.
pub async fn fetch(address: &str, request: &RequestInit) -> Result<Answer, JsValue> {
    let _progress = Progress::start();
    let headers = Headers::new()?;
    headers.set("accept", "text/html")?;
    headers.set(IN_PLACE, "1")?;
    request.set_headers(&headers);
    let response = JsFuture::from(window().fetch_with_str_and_init(address, request)).await?;
    let response: Response = response.unchecked_into();
    if response.status() == 204
        && let Some(address) = response.headers().get("location")?
    {
        return Ok(Answer::Elsewhere(address));
    }
    let kind = response.headers().get("content-type")?.unwrap_or_default();
    let text = JsFuture::from(response.text()?).await?;
    let text = text.as_string().unwrap_or_default();
    if !kind.starts_with("text/html") {
        return Ok(Answer::Text(text));
    }
    let page = DomParser::new()?.parse_from_string(&text, SupportedType::TextHtml)?;
    Ok(if response.ok() {
        Answer::Page(page, response.url())
    } else {
        Answer::Invalid(page, response.status())
    })
}

/// Shows another version of the page that is open.
pub fn show(page: &Document) {
    if let (Some(body), Some(new_body)) = (document().body(), page.body()) {
        let focused = document().active_element();
        morph::morph(&body, &new_body);
        // What had the focus may have left the page.
        if focused.is_some_and(|focused| !focused.is_connected()) {
            focus_heading();
        }
    }
    document().set_title(&page.title());
    if let (Some(root), Some(new_root)) = (document().document_element(), page.document_element()) {
        // Only a broken document refuses an attribute.
        _ = match new_root.get_attribute("data-theme") {
            Some(theme) => root.set_attribute("data-theme", &theme),
            None => root.remove_attribute("data-theme"),
        };
    }
    if let Ok(event) = CustomEvent::new(ISLANDS) {
        _ = window().dispatch_event(&event);
    }
    refresh();
}

/// What opens a panel beside a list.
const PANEL_OPENERS: &str = ".request-id, .page-head :is(a, button, input)";

/// Moves the focus after the page that a link or a form with the focus has asked for: another page of a list is read from its
/// beginning, and a panel that was opened from its heading.
fn next_focus() -> Option<fn()> {
    let focused = document().active_element()?;
    if focused.matches(".pager a") == Ok(true) {
        Some(focus_heading)
    } else if focused.matches(PANEL_OPENERS) == Ok(true) {
        Some(focus_answer)
    } else {
        None
    }
}

/// Moves the focus to the heading of the page.
pub fn focus_heading() {
    if let Some(heading) = dom::all::<HtmlElement>("main h1").next() {
        _ = heading.focus();
    }
}

/// Shows a page from the history: what is being typed belongs to the page that is left.
fn show_over(page: &Document) {
    let focused = document()
        .active_element()
        .and_then(|focused| focused.dyn_into::<HtmlElement>().ok());
    if let Some(focused) = &focused {
        _ = focused.blur();
    }
    show(page);
    if let Some(focused) = focused.filter(|focused| focused.is_connected()) {
        _ = focused.focus();
    }
}

fn path_of(address: &str) -> Option<String> {
    Url::new(address).map(|url| url.pathname()).ok()
}

fn remember(address: &str, history: History) {
    if let Ok(browser) = window().history() {
        _ = match history {
            History::Push => browser.push_state_with_url(&JsValue::NULL, "", Some(address)),
            History::Replace => browser.replace_state_with_url(&JsValue::NULL, "", Some(address)),
            History::Keep => Ok(()),
        };
    }
    SHOWN.set(here());
}

/// What an answer is about.
const WANTED: &str = ".error-summary, [data-focus], [autofocus]";

/// Moves the focus to what a form's answer is about: the errors, else the field that asks for it.
pub fn focus_answer() {
    let wanted = dialog::topmost()
        .and_then(|dialog| dom::beneath::<HtmlElement>(&dialog, WANTED).next())
        .or_else(|| dom::all(WANTED).find(is_shown));
    if let Some(wanted) = wanted {
        _ = wanted.focus();
    }
}

/// Whether an element is not in a dialog that is closed.
fn is_shown(element: &HtmlElement) -> bool {
    matches!(element.closest("dialog:not([open])"), Ok(None))
}

/// Asks a server function that returns data.
///
/// # Errors
/// The status of a response that is no success; `None` if there was no readable response.
pub async fn ask<T: DeserializeOwned>(
    function: &str,
    fields: &[(&str, &str)],
) -> Result<T, Option<u16>> {
    let (status, text) = post_for_data(function, fields).await.map_err(|_| None)?;
    if !(200..300).contains(&status) {
        return Err(Some(status));
    }
    serde_json::from_str(&text).map_err(|_| None)
}

/// Posts the fields to a server function that returns data; the status and the text of its response.
///
/// # Errors
/// When the server does not answer.
pub async fn post_for_data(
    function: &str,
    fields: &[(&str, &str)],
) -> Result<(u16, String), JsValue> {
    let body = UrlSearchParams::new()?;
    for (name, value) in fields {
        body.append(name, value);
    }
    let headers = Headers::new()?;
    headers.set("accept", "application/json")?;
    let request = RequestInit::new();
    request.set_method("POST");
    request.set_headers(&headers);
    request.set_body(&body);
    let response = JsFuture::from(window().fetch_with_str_and_init(function, &request)).await?;
    let response: Response = response.unchecked_into();
    let text = JsFuture::from(response.text()?).await?;
    Ok((response.status(), text.as_string().unwrap_or_default()))
}
