//! Forms: they are sent without leaving the page.

use super::{
    navigation::{self, Answer, History},
    renewal, toast,
};
use crate::ui::dom;
use leptos::{ev, prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    FormData, HtmlElement, HtmlFormElement, HtmlInputElement, RequestInit, SubmitEvent,
    UrlSearchParams, js_sys::Array,
};

/// Listens to the forms of the page.
pub fn listen() {
    window_event_listener(ev::submit, |event| submitted(&event));
}

fn submitted(event: &SubmitEvent) {
    let Some(form) = event
        .target()
        .and_then(|target| target.dyn_into::<HtmlFormElement>().ok())
        .filter(|_| !event.default_prevented())
    else {
        return;
    };
    let button = event.submitter();
    let of = |name| attribute(&form, button.as_ref(), name);
    match of("method").to_ascii_lowercase().as_str() {
        "post" => {
            event.prevent_default();
            if !form.has_attribute("aria-busy") {
                send(form, button);
            }
        }
        "dialog" => {}
        _ if Ok(of("action")) == window().location().pathname() => {
            event.prevent_default();
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

/// Sends a form by `POST`, and shows the answer.
pub fn send(form: HtmlFormElement, button: Option<HtmlElement>) {
    let action = attribute(&form, button.as_ref(), "action");
    let Some(request) = request(&form, button.as_ref()) else {
        return;
    };
    let busy = Busy::mark(form.clone(), button.clone());
    spawn_local(async move {
        navigation::next_turn();
        let answer = navigation::fetch(&action, &request).await;
        drop(busy);
        match (answer, renewal::dialog_of(&form)) {
            (Ok(Answer::Elsewhere(_)), Some(dialog)) => renewal::complete(&dialog),
            (Ok(Answer::Elsewhere(address)), None) if renewal::is_needed(&address) => {
                if renewal::begin(&address, form, button).await.is_err() {
                    navigation::arrive(&address);
                }
            }
            (Ok(Answer::Elsewhere(address)), None) => navigation::arrive(&address),
            (Ok(Answer::Page(page, _)), _) => {
                navigation::show(&page);
                navigation::focus_answer();
            }
            (Ok(Answer::Invalid(page)), dialog) => {
                let passwords = Passwords::read();
                match dialog {
                    Some(dialog) => renewal::refuse(&dialog, &page),
                    None => navigation::show(&page),
                }
                passwords.put_back();
                navigation::focus_answer();
            }
            (Ok(Answer::Text(why)), _) => toast::fail(why.trim()),
            (Err(_), _) => toast::unreachable(),
        }
    });
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
struct Busy(HtmlFormElement, Option<HtmlElement>);

impl Busy {
    fn mark(form: HtmlFormElement, button: Option<HtmlElement>) -> Self {
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

/// The passwords that were typed. The server never sends one back.
struct Passwords(Vec<(String, String)>);

const PASSWORDS: &str = "input[type='password']";

impl Passwords {
    fn read() -> Self {
        let fields = dom::all::<HtmlInputElement>(PASSWORDS);
        Self(fields.map(|field| (field.name(), field.value())).collect())
    }

    fn put_back(self) {
        for field in dom::all::<HtmlInputElement>(PASSWORDS) {
            let typed = self.0.iter().find(|(name, _)| *name == field.name());
            if let Some((_, typed)) = typed.filter(|_| field.value().is_empty()) {
                field.set_value(typed);
            }
        }
    }
}
