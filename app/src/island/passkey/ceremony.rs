//! The question to an authenticator, and what is done with its answer. Fetched when it is first needed.

#![cfg_attr(
    feature = "hydrate",
    expect(clippy::unnecessary_wraps, reason = "to fetch this code may fail")
)]

use crate::{
    act::passkey::{AskPasskey, CONFIRM, ConfirmWithPasskey, PasskeyQuestion},
    error::AppError,
    island::{
        announce, navigation,
        renewal::{self, RenewalStart},
        submit,
    },
    routes,
    ui::dom,
    words::{passkey as words, toast::UNREACHABLE},
};
use domain::passkey::PasskeyName;
use leptos::{prelude::*, server_fn::ServerFn, task::spawn_local, wasm_split::SplitLoaderError};
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Element, HtmlElement, HtmlFormElement, HtmlInputElement,
    js_sys::{Function, JSON, Object, Promise, Reflect},
};

/// The purpose of a button that stands for the password in another form.
const AGAIN: &str = "again";
/// The purpose of a button that makes a new passkey.
const CREATE: &str = "create";

/// Where a form says why no passkey was used.
const STATUS: &str = "[data-passkey-status]";
/// The class that makes passkeys and reads their options.
const CLASS: &str = "PublicKeyCredential";

/// Why there is no answer.
enum Failure {
    /// The session has ended, or the sign-in that waits for the second factor.
    Ended,
    /// For the reader.
    Refused(String),
}

impl From<&str> for Failure {
    fn from(why: &str) -> Self {
        Self::Refused(why.to_owned())
    }
}

/// Asks for a passkey and sends the form, as [`super::use_passkey`] says.
///
/// # Errors
/// If this code cannot be fetched. The next call tries again.
#[cfg_attr(
    not(feature = "hydrate"),
    expect(clippy::unused_async, reason = "the browser fetches it")
)]
#[lazy(fallible)]
pub fn begin(
    form: HtmlFormElement,
    button: HtmlElement,
    busy: submit::Busy,
    renewed: bool,
) -> Result<(), SplitLoaderError> {
    let purpose = button.get_attribute("data-passkey").unwrap_or_default();
    say(&form, "");
    match purpose.as_str() {
        AGAIN if renewed => {
            drop(busy);
            go_on(&form);
        }
        // The challenge was for the session that has ended: the answer says that it is too late.
        CREATE if renewed => {
            drop(busy);
            submit::send(form, Some(button));
        }
        _ => spawn_local(async move {
            let answered = answer(&form, &button, &purpose).await;
            drop(busy);
            match answered {
                Ok(()) if purpose == AGAIN => go_on(&form),
                Ok(()) => {
                    submit::send(form.clone(), Some(button));
                    // An answer counts once: the form may be sent with a code next.
                    fill(&form, "credential", "");
                }
                Err(Failure::Ended) => sign_in(form, button, &purpose).await,
                Err(Failure::Refused(why)) => say(&form, &why),
            }
        }),
    }
    Ok(())
}

async fn answer(
    form: &HtmlFormElement,
    button: &HtmlElement,
    purpose: &str,
) -> Result<(), Failure> {
    if purpose == CREATE {
        return create(form, button).await;
    }
    let again = purpose == AGAIN;
    let (challenge, credential) = ask(if again { CONFIRM } else { purpose }).await?;
    if again {
        let fields = [("challenge", &*challenge), ("credential", &*credential)];
        post::<()>(ConfirmWithPasskey::PATH, &fields).await?;
        // A password that was typed before is no longer checked.
        fill(form, "password", "");
    } else {
        fill(form, "challenge", &challenge);
        fill(form, "credential", &credential);
    }
    Ok(())
}

/// Makes the passkey that the page has the options for.
async fn create(form: &HtmlFormElement, button: &HtmlElement) -> Result<(), Failure> {
    check_name(form)?;
    let options = button.get_attribute("data-options").unwrap_or_default();
    let credential = ceremony("create", "parseCreationOptionsFromJSON", &options).await?;
    fill(form, "credential", &credential);
    Ok(())
}

/// Checks the name before the authenticator makes a passkey that the server would then reject. An empty one is chosen by the server.
fn check_name(form: &HtmlFormElement) -> Result<(), Failure> {
    let Some(field) = field(form, "name") else {
        return Ok(());
    };
    let name = field.value();
    match PasskeyName::parse(&name) {
        Err(invalid) if !name.trim().is_empty() => {
            // Only a broken document refuses an attribute.
            _ = field.set_attribute("aria-invalid", "true");
            _ = field.focus();
            Err(Failure::Refused(invalid.0))
        }
        _ => {
            _ = field.remove_attribute("aria-invalid");
            Ok(())
        }
    }
}

/// Sends the form, if it is clear with which button; else takes away the question.
fn go_on(form: &HtmlFormElement) {
    let mut buttons = dom::beneath::<HtmlElement>(form, "button[type='submit']");
    let Some(first) = buttons.next() else { return };
    if buttons.next().is_none() {
        submit::send(form.clone(), Some(first));
        return;
    }
    for question in dom::beneath::<HtmlElement>(form, ".password-again") {
        question.set_hidden(true);
    }
    _ = first.focus();
    announce::say(words::CONFIRMED);
}

/// Lets the reader sign in again, and loses nothing that was typed.
async fn sign_in(form: HtmlFormElement, button: HtmlElement, purpose: &str) {
    let shown = if let Some(dialog) = renewal::dialog_of(&form) {
        let shown = renewal::go_on(&dialog, routes::SIGN_IN_AFTER_EXPIRY).await;
        shown.map(|()| RenewalStart::Asked)
    } else if [AGAIN, CONFIRM].contains(&purpose) {
        let page = routes::with_query(routes::SIGN_IN, &[("next", &navigation::here())]);
        renewal::begin(&page, form.clone(), Some(button)).await
    } else {
        // The sign-in's second step: the server leads on.
        window().location().reload().map(|()| RenewalStart::Asked)
    };
    match shown {
        Ok(RenewalStart::Asked) => {}
        Ok(RenewalStart::SignedIn) => say(&form, words::CANCELLED),
        Err(_) => say(&form, UNREACHABLE),
    }
}

/// Asks the server for a challenge, and lets an authenticator answer. Returns the challenge and the credential.
async fn ask(purpose: &str) -> Result<(String, String), Failure> {
    let question: PasskeyQuestion = post(AskPasskey::PATH, &[("purpose", purpose)]).await?;
    let credential = ceremony("get", "parseRequestOptionsFromJSON", &question.options).await?;
    Ok((question.challenge, credential))
}

/// Calls a server function.
async fn post<T: DeserializeOwned>(function: &str, fields: &[(&str, &str)]) -> Result<T, Failure> {
    let mut answer = navigation::post_for_data(function, fields).await;
    // Another request of this browser may have given the session a new token meanwhile.
    if matches!(answer, Ok((401, _))) {
        answer = navigation::post_for_data(function, fields).await;
    }
    let (status, text) = answer.map_err(|_| UNREACHABLE)?;
    match status {
        200..300 => serde_json::from_str(&text).map_err(|_| UNREACHABLE.into()),
        401 | 404 => Err(Failure::Ended),
        _ => Err(match serde_json::from_str::<AppError>(&text) {
            Ok(error) => {
                let sentences = error.sentences().into_iter().map(|error| error.message);
                Failure::Refused(sentences.collect::<Vec<_>>().join(" "))
            }
            // Of a proxy.
            Err(_) => UNREACHABLE.into(),
        }),
    }
}

/// Runs `navigator.credentials.create` or `.get`, and returns the credential as JSON.
async fn ceremony(verb: &str, parse: &str, options: &str) -> Result<String, Failure> {
    let credential = credential(verb, parse, options).await;
    credential.map_err(|error| reason(&error).into())
}

async fn credential(verb: &str, parse: &str, options: &str) -> Result<String, JsValue> {
    let class = Reflect::get(&window(), &CLASS.into())?;
    let options = method(&class, parse)?.call1(&class, &JSON::parse(options)?)?;
    let request = Object::new();
    Reflect::set(&request, &"publicKey".into(), &options)?;
    let credentials = Reflect::get(&window().navigator(), &"credentials".into())?;
    let promise = method(&credentials, verb)?.call1(&credentials, &JsValue::from(request))?;
    let credential = JsFuture::from(promise.dyn_into::<Promise>()?).await?;
    let plain = method(&credential, "toJSON")?.call0(&credential)?;
    Ok(JSON::stringify(&plain)?.into())
}

fn method(of: &JsValue, name: &str) -> Result<Function, JsValue> {
    Reflect::get(of, &name.into())?.dyn_into()
}

/// What to say about an error of the browser.
fn reason(error: &JsValue) -> &'static str {
    let name = Reflect::get(error, &"name".into()).ok();
    match name.and_then(|name| name.as_string()).as_deref() {
        Some("InvalidStateError") => words::ALREADY_HERE,
        _ => words::CANCELLED,
    }
}

fn field(form: &HtmlFormElement, name: &str) -> Option<HtmlInputElement> {
    dom::beneath(form, &format!("input[name='{name}']")).next()
}

fn fill(form: &HtmlFormElement, name: &str, value: &str) {
    if let Some(field) = field(form, name) {
        field.set_value(value);
    }
}

/// Says in the form why no passkey was used; nothing if `why` is empty.
fn say(form: &HtmlFormElement, why: &str) {
    if let Some(status) = dom::beneath::<HtmlElement>(form, STATUS).next() {
        status.set_hidden(why.is_empty());
        if let Some(words) = dom::beneath::<Element>(&status, "span").next() {
            words.set_text_content(Some(why));
        }
    }
}
