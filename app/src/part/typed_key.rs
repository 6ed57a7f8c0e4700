//! What stands in a form for a key while somebody types: the rules look at it before the server does.

use super::{key_fields::KeyValues, scope_picker};
use crate::{
    api::keys::create::RawDraft,
    error::{AppError, FieldError},
};
use domain::key::{
    KeySummary,
    expiry::{Expiry, KEEP},
    rate_limit::{DEFAULT_WINDOW, RateLimit},
};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, FormData, HtmlFormElement};

/// The fields of the form as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the field of its name in the form")]
pub struct TypedKey {
    pub name: String,
    pub description: String,
    pub environment: String,
    pub scopes: Vec<String>,
    pub expiration: String,
    pub expires_on: String,
    pub allowed_ips: String,
    pub rate_requests: String,
    pub rate_window: String,
}

impl TypedKey {
    /// The form around the field that an event comes from, and the name under which that field's faults are told;
    /// nothing for what the server never hears of.
    pub fn of(event: &Event) -> Option<(Self, String)> {
        let field: Element = event.target()?.dyn_into().ok()?;
        let name = field.get_attribute("name")?;
        let form: HtmlFormElement = field.closest("form").ok()??.dyn_into().ok()?;
        let told = match name.as_str() {
            scope_picker::NAME => "scopes".to_owned(),
            "rate_window" => "rate_requests".to_owned(),
            _ => name,
        };
        Some((Self::read(&form)?, told))
    }

    fn read(form: &HtmlFormElement) -> Option<Self> {
        let data = FormData::new_with_form(form).ok()?;
        let text = |name| data.get(name).as_string().unwrap_or_default();
        Some(Self {
            name: text("name"),
            description: text("description"),
            environment: text("environment"),
            scopes: data
                .get_all(scope_picker::NAME)
                .iter()
                .filter_map(|scope| scope.as_string())
                .collect(),
            expiration: text("expiration"),
            expires_on: text("expires_on"),
            allowed_ips: text("allowed_ips"),
            rate_requests: text("rate_requests"),
            rate_window: text("rate_window"),
        })
    }

    /// What stands in the form of a key before anybody types.
    pub fn of_key(key: &KeySummary) -> Self {
        Self {
            name: key.name.to_string(),
            description: key.description.clone(),
            environment: key.environment.to_string(),
            scopes: key.scopes.names().collect(),
            expiration: KEEP.into(),
            expires_on: String::new(),
            allowed_ips: key.ip_rules.to_string().replace(' ', "\n"),
            rate_requests: key
                .rate_limit
                .map_or_else(String::new, |limit| limit.requests.to_string()),
            rate_window: key
                .rate_limit
                .map_or(DEFAULT_WINDOW, RateLimit::window)
                .into(),
        }
    }

    /// The same for the fields; `present` is the end that the key has.
    pub fn values(&self, present: Expiry) -> KeyValues {
        let all = self.clone();
        KeyValues {
            name: Some(all.name),
            description: Some(all.description),
            scopes: all.scopes,
            expiration: Some(all.expiration),
            expires_on: Some(all.expires_on),
            allowed_ips: Some(all.allowed_ips),
            rate_requests: Some(all.rate_requests),
            rate_window: Some(all.rate_window),
            present: Some(present),
        }
    }

    /// The same for the rules; `present` as in [`RawDraft`].
    pub fn raw(&self, present: Option<Expiry>) -> RawDraft<'_> {
        RawDraft {
            name: &self.name,
            description: &self.description,
            environment: &self.environment,
            scopes: &self.scopes,
            expiration: &self.expiration,
            expires_on: &self.expires_on,
            allowed_ips: &self.allowed_ips,
            rate_requests: &self.rate_requests,
            rate_window: &self.rate_window,
            present,
        }
    }
}

/// What is told beside the fields: what the server found, until the rules find something else in what is typed.
#[derive(Clone, Copy)]
pub struct Faults(RwSignal<Vec<FieldError>>);

impl Faults {
    /// Begins with what the server found, and takes what it finds later.
    pub fn of(server: Signal<Vec<FieldError>>) -> Self {
        let faults = RwSignal::new(server.get_untracked());
        Effect::new(move |again: Option<()>| {
            let found = server.get();
            if again.is_some() {
                faults.set(found);
            }
        });
        Self(faults)
    }

    /// Looks at one field again: as soon as it is left, and at every key once something has been wrong with it.
    pub fn look<T>(self, event: &Event, field: &str, found: &Result<T, AppError>) {
        let wrong = self
            .0
            .with_untracked(|faults| faults.iter().any(|fault| fault.field == field));
        if !wrong && event.type_() != "change" {
            return;
        }
        self.0.update(|faults| {
            // One of the two is out of sight now, or is another one.
            let both = field == "expiration";
            faults.retain(|fault| fault.field != field && !(both && fault.field == "expires_on"));
            if let Err(error) = found {
                let found = error.sentences().into_iter();
                faults.extend(found.filter(|fault| fault.field == field));
            }
        });
    }
}

impl From<Faults> for Signal<Vec<FieldError>> {
    fn from(faults: Faults) -> Self {
        faults.0.into()
    }
}
