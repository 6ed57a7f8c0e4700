//! A key's fields, as its forms send them.

use crate::error::{AppError, FieldError};
use domain::{
    Invalid,
    key::{
        Environment, KeyDraft, KeySummary,
        expiry::{Expiry, KEEP},
        ip_rule::IpRules,
        name::{Description, KeyName},
        rate_limit::{DEFAULT_WINDOW, RateLimit},
        scope::ScopeSet,
    },
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use web_sys::{FormData, HtmlFormElement};

/// The name of the scopes' boxes; the brackets make a list of them.
pub const SCOPES: &str = "scopes[]";

/// The fields of a new or an existing key, unchecked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct KeyForm {
    /// The name.
    pub name: String,
    /// The purpose of the key.
    pub description: String,
    /// `live` or `test`.
    pub environment: String,
    /// Scopes such as `invoice:read`.
    // serde_qs writes an empty list as an empty text, and cannot read a list from that.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// A value of [`domain::key::expiry::CHOICES`], or [`KEEP`] for an existing key.
    pub expiration: String,
    /// The last day, for a custom expiration.
    pub expires_on: String,
    /// Addresses and networks, one a line.
    pub allowed_ips: String,
    /// Requests in a window; empty for no limit.
    pub rate_requests: String,
    /// A value of [`domain::key::rate_limit::WINDOWS`].
    pub rate_window: String,
}

impl KeyForm {
    /// Checks every field. `present` is the expiry of an existing key, which may be kept; `midnight` as for [`Expiry::parse`].
    ///
    /// # Errors
    /// [`AppError::Invalid`] with a sentence for each invalid field.
    pub fn parse(
        &self,
        present: Option<Expiry>,
        now: Timestamp,
        midnight: impl Fn(Timestamp) -> Timestamp,
    ) -> Result<KeyDraft, AppError> {
        let mut errors = Vec::new();
        let name = valid("name", KeyName::parse(&self.name), &mut errors);
        let description = valid(
            "description",
            Description::parse(&self.description),
            &mut errors,
        );
        let environment = Environment::parse(&self.environment)
            .ok_or_else(|| Invalid::new("Choose Live or Test."));
        let environment = valid("environment", environment, &mut errors);
        let scopes = valid("scopes", ScopeSet::parse_chosen(&self.scopes), &mut errors);
        let expiry_field = if self.expiration == "custom" {
            "expires_on"
        } else {
            "expiration"
        };
        let expiry = match present {
            None => Expiry::parse(&self.expiration, &self.expires_on, now, midnight),
            Some(present) => {
                let (choice, day) = (&self.expiration, &self.expires_on);
                Expiry::parse_change(choice, day, present, now, midnight)
            }
        };
        let expiry = valid(expiry_field, expiry, &mut errors);
        let ip_rules = valid(
            "allowed_ips",
            IpRules::parse(&self.allowed_ips),
            &mut errors,
        );
        let rate_limit = valid(
            "rate_requests",
            RateLimit::parse(&self.rate_requests, &self.rate_window),
            &mut errors,
        );
        let draft = (|| {
            Some(KeyDraft {
                name: name?,
                description: description?,
                environment: environment?,
                scopes: scopes?,
                expiry: expiry?,
                ip_rules: ip_rules?,
                rate_limit: rate_limit?,
            })
        })();
        draft.ok_or(AppError::Invalid(errors))
    }

    /// A fingerprint of the fields that can be changed.
    pub fn fingerprint(&self) -> String {
        let scopes = self.scopes.join(" ");
        domain::key::change::fingerprint([
            self.name.as_str(),
            &self.description,
            &scopes,
            &self.expiration,
            &self.expires_on,
            &self.allowed_ips,
            &self.rate_requests,
            &self.rate_window,
        ])
    }

    /// Returns the form of an unchanged key.
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

    /// Returns the form for a new key like an existing one, with the usual expiration.
    pub fn duplicate_of(key: &KeySummary) -> Self {
        Self {
            name: crate::words::create::copy_of(&key.name),
            expiration: String::new(),
            ..Self::of_key(key)
        }
    }

    /// Returns the form with the environment of an existing key, which cannot be changed.
    #[must_use]
    pub fn in_environment(self, environment: Environment) -> Self {
        Self {
            environment: environment.to_string(),
            ..self
        }
    }

    /// Reads the fields of a form in the browser.
    pub fn of_element(form: &HtmlFormElement) -> Option<Self> {
        let data = FormData::new_with_form(form).ok()?;
        let scopes = data.get_all(SCOPES);
        Some(Self::read(
            |name| data.get(name).as_string(),
            scopes
                .iter()
                .filter_map(|scope| scope.as_string())
                .collect(),
        ))
    }

    /// Reads the fields by their names. Missing ones are empty.
    pub fn read(field: impl Fn(&str) -> Option<String>, scopes: Vec<String>) -> Self {
        let text = |name| field(name).unwrap_or_default();
        Self {
            name: text("name"),
            description: text("description"),
            environment: text("environment"),
            scopes,
            expiration: text("expiration"),
            expires_on: text("expires_on"),
            allowed_ips: text("allowed_ips"),
            rate_requests: text("rate_requests"),
            rate_window: text("rate_window"),
        }
    }
}

fn valid<T>(field: &str, value: Result<T, Invalid>, errors: &mut Vec<FieldError>) -> Option<T> {
    value
        .map_err(|invalid| errors.push(FieldError::new(field, invalid.0)))
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::act::keys::create::CreateKey;

    #[test]
    fn a_form_without_scopes_is_decoded_as_it_was_encoded() {
        let form = KeyForm {
            name: "Checkout".into(),
            ..KeyForm::default()
        };
        let sent = CreateKey {
            app: "app_1".into(),
            form: form.clone(),
            password: String::new(),
            once: "once".into(),
        };
        let text = serde_qs::to_string(&sent).expect("encoded");
        let read: CreateKey = serde_qs::from_str(&text).expect("decoded");
        assert_eq!(read.form, form);
    }

    #[test]
    fn every_invalid_field_is_named_at_once() {
        let form = KeyForm {
            name: " ".into(),
            environment: "moon".into(),
            expiration: "custom".into(),
            expires_on: "yesterday".into(),
            allowed_ips: "x".into(),
            rate_requests: "none".into(),
            rate_window: "minute".into(),
            ..KeyForm::default()
        };
        let Err(AppError::Invalid(errors)) = form.parse(None, Timestamp(0), std::convert::identity)
        else {
            panic!("accepted");
        };
        let fields: Vec<_> = errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(
            fields,
            [
                "name",
                "environment",
                "scopes",
                "expires_on",
                "allowed_ips",
                "rate_requests"
            ]
        );
    }
}
