//! Forms: they are sent without leaving the page.

use super::{
    dialog, follow,
    navigation::{self, Answer, History},
    passkey, renewal, toast,
};
use crate::ui::dom;
use leptos::{ev, prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    FormData, HtmlElement, HtmlFormElement, HtmlInputElement, HtmlSelectElement,
    HtmlTextAreaElement, RequestInit, SubmitEvent, UrlSearchParams, js_sys::Array,
};

/// Listens to the forms of the page.
pub fn listen() {
    window_event_listener(ev::submit, |event| submitted(&event));
}

fn submitted(event: &SubmitEvent) {
    let Some(form) = dom::target::<HtmlFormElement>(event, "form") else {
        return;
    };
    if event.default_prevented() {
        return;
    }
    let button = event.submitter();
    let of = |name| attribute(&form, button.as_ref(), name);
    match of("method").to_ascii_lowercase().as_str() {
        "post" => {
            event.prevent_default();
            // Enter in the name of a new passkey.
            if let Some(create) = passkey::create_button(&form) {
                passkey::use_passkey(form, create, false);
            } else if !form.has_attribute("aria-busy") {
                send(form, button);
            }
        }
        "dialog" => {}
        _ if Ok(of("action")) == window().location().pathname() => {
            event.prevent_default();
            follow::settle();
            navigation::visit(address(&form), History::Push);
        }
        _ => {}
    }
}

/// Shows what the filter of a `GET` form finds, while it is being typed.
pub fn follow(form: &HtmlFormElement) {
    navigation::visit(address(form), History::Replace);
}

/// The address that a `GET` form leads to, without the fields that say nothing.
fn address(form: &HtmlFormElement) -> String {
    let query = UrlSearchParams::new().ok();
    if let (Some(query), Ok(data)) = (&query, FormData::new_with_form(form)) {
        for entry in data.entries().into_iter().flatten() {
            let entry: Array = entry.unchecked_into();
            if let (Some(name), Some(value)) = (entry.get(0).as_string(), entry.get(1).as_string())
                && !value.is_empty()
            {
                query.append(&name, &value);
            }
        }
    }
    let path = form.get_attribute("action").unwrap_or_default();
    match query.map(|query| String::from(query.to_string())) {
        Some(query) if !query.is_empty() => format!("{path}?{query}"),
        _ => path,
    }
}

/// A form that was sent by `POST`. It cannot be sent again while this exists, and its button says so.
pub struct Sent {
    /// The form.
    pub form: HtmlFormElement,
    /// The button that sent it.
    pub button: Option<HtmlElement>,
    action: String,
    request: RequestInit,
    busy: Busy,
}

/// Sends a form by `POST`, and shows the answer.
pub fn send(form: HtmlFormElement, button: Option<HtmlElement>) {
    let Some(request) = request(&form, button.as_ref()) else {
        return;
    };
    let sent = Sent {
        action: attribute(&form, button.as_ref(), "action"),
        busy: Busy::mark(form.clone(), button.clone()),
        request,
        form,
        button,
    };
    spawn_local(async move {
        navigation::next_turn();
        let answer = sent.send_again().await;
        let shown = match (renewal::dialog_of(&sent.form), answer) {
            (Some(dialog), answer) => renewal::answered(dialog, sent, answer).await,
            (None, Ok(Answer::Elsewhere(address))) if renewal::is_needed(&address) => {
                renewal::ask(sent).await
            }
            (None, answer) => {
                sent.show(answer);
                Ok(())
            }
        };
        if shown.is_err() {
            toast::unreachable();
        }
    });
}

impl Sent {
    /// Sends the form with the fields that it had first.
    pub async fn send_again(&self) -> Result<Answer, JsValue> {
        navigation::fetch(&self.action, &self.request).await
    }

    /// Shows the answer.
    pub fn show(self, answer: Result<Answer, JsValue>) {
        if matches!(answer, Ok(Answer::Elsewhere(_) | Answer::Page(..))) {
            // Nothing in it is lost with the page.
            _ = self.form.remove_attribute(dialog::CHANGED);
        }
        match answer {
            Ok(Answer::Elsewhere(address)) => {
                drop(self);
                navigation::arrive(&address);
            }
            Ok(Answer::Page(page, _)) => {
                drop(self);
                navigation::show(&page);
                navigation::focus_answer();
            }
            Ok(Answer::Invalid(page, _)) => self.show_errors(|| navigation::show(&page)),
            Ok(Answer::Text(why)) => toast::fail(why.trim()),
            Err(_) => toast::unreachable(),
        }
    }

    /// Shows errors with `show`, and keeps what has been typed.
    pub fn show_errors(self, show: impl FnOnce()) {
        let Self {
            form, action, busy, ..
        } = self;
        drop(busy);
        let typed = Typed::read(&form);
        let own_action = form.get_attribute("action");
        show();
        // A page may have several forms with the same action.
        let stays = form.is_connected() && form.get_attribute("action") == own_action;
        let form = if stays {
            Some(form)
        } else {
            dom::all(&format!("form[action='{action}']")).next()
        };
        if let Some(form) = form {
            typed.put_back(&form);
        }
        navigation::focus_answer();
    }
}

/// An attribute of a form, which its button may override.
fn attribute(form: &HtmlFormElement, button: Option<&HtmlElement>, name: &str) -> String {
    button
        .and_then(|button| button.get_attribute(&format!("form{name}")))
        .or_else(|| form.get_attribute(name))
        .unwrap_or_default()
}

/// The fields of a form, with the button that sends it.
fn request(form: &HtmlFormElement, button: Option<&HtmlElement>) -> Option<RequestInit> {
    let data = FormData::new_with_form(form).ok()?;
    if let Some(button) = button
        && let (Some(name), Some(value)) =
            (button.get_attribute("name"), button.get_attribute("value"))
    {
        data.append_with_str(&name, &value).ok()?;
    }
    let fields = UrlSearchParams::new_with_str_sequence_sequence(&data).ok()?;
    let request = RequestInit::new();
    request.set_method("POST");
    request.set_body(&JsValue::from(fields));
    Some(request)
}

/// A form that is being sent cannot be sent again, and its button says so.
pub struct Busy(HtmlFormElement, Option<HtmlElement>);

impl Busy {
    /// Marks the form and its button until it is dropped.
    pub fn mark(form: HtmlFormElement, button: Option<HtmlElement>) -> Self {
        // Only a broken document refuses an attribute.
        _ = form.set_attribute("aria-busy", "true");
        if let Some(button) = &button {
            _ = button.set_attribute("aria-busy", "true");
        }
        Self(form, button)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        _ = self.0.remove_attribute("aria-busy");
        if let Some(button) = &self.1 {
            _ = button.remove_attribute("aria-busy");
        }
    }
}

/// What is in the fields of the page. The server never sends a password back, and what it does send back is as old as the
/// request: people may have typed more since.
struct Typed {
    texts: Vec<(String, String)>,
    boxes: Vec<(String, String, bool)>,
}

/// Fields that are typed into or chosen from.
const FIELDS: &str = "input:not([type='hidden'], [type='submit']), textarea, select";

impl Typed {
    fn read(form: &HtmlFormElement) -> Self {
        let mut typed = Self {
            texts: Vec::new(),
            boxes: Vec::new(),
        };
        for field in dom::beneath::<HtmlElement>(form, FIELDS) {
            let name = field.get_attribute("name").unwrap_or_default();
            if let Some(ticked) = as_box(&field) {
                typed.boxes.push((name, ticked.value(), ticked.checked()));
            } else if let Some(text) = text_of(&field) {
                typed.texts.push((name, text));
            }
        }
        typed
    }

    /// Puts it back into the form.
    fn put_back(self, form: &HtmlFormElement) {
        for field in dom::beneath::<HtmlElement>(form, FIELDS) {
            let name = field.get_attribute("name").unwrap_or_default();
            if let Some(ticked) = as_box(&field) {
                let value = ticked.value();
                let row = self
                    .boxes
                    .iter()
                    .find(|row| row.0 == name && row.1 == value);
                if let Some(row) = row {
                    ticked.set_checked(row.2);
                }
            } else if let Some((_, text)) = self.texts.iter().find(|row| row.0 == name) {
                set_text(&field, text);
            }
        }
    }
}

fn as_box(field: &HtmlElement) -> Option<&HtmlInputElement> {
    field
        .dyn_ref::<HtmlInputElement>()
        .filter(|input| ["checkbox", "radio"].contains(&input.type_().as_str()))
}

fn text_of(field: &HtmlElement) -> Option<String> {
    if let Some(input) = field.dyn_ref::<HtmlInputElement>() {
        return Some(input.value());
    }
    if let Some(text) = field.dyn_ref::<HtmlTextAreaElement>() {
        return Some(text.value());
    }
    Some(field.dyn_ref::<HtmlSelectElement>()?.value())
}

fn set_text(field: &HtmlElement, text: &str) {
    if let Some(input) = field.dyn_ref::<HtmlInputElement>() {
        input.set_value(text);
    } else if let Some(area) = field.dyn_ref::<HtmlTextAreaElement>() {
        area.set_value(text);
    } else if let Some(select) = field.dyn_ref::<HtmlSelectElement>() {
        select.set_value(text);
    }
}
