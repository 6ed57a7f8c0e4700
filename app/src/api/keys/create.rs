//! Making a key.
#![expect(
    clippy::too_many_arguments,
    reason = "a server function takes one for each field of its form"
)]

use crate::error::{AppError, FieldError};
use domain::{
    Invalid,
    key::{
        Environment, KeyDraft,
        expiry::Expiry,
        ip_rule::IpRules,
        issued::IssuedKey,
        name::{Description, KeyName},
        rate_limit::RateLimit,
        scope::ScopeSet,
        token::KeyId,
    },
    time::Timestamp,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// What came of a form for a new key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Creation {
    /// A new key with its secret, told this once.
    Issued(IssuedKey),
    /// The same form had made this key before.
    AlreadyIssued(KeyId),
}

/// What people typed, as the form sends it.
#[derive(Debug)]
pub struct RawDraft<'a> {
    /// The name.
    pub name: &'a str,
    /// What it is for.
    pub description: &'a str,
    /// `live` or `test`.
    pub environment: &'a str,
    /// Scopes such as `invoice:read`.
    pub scopes: &'a [String],
    /// A value of [`domain::key::expiry::CHOICES`].
    pub expiration: &'a str,
    /// The last day, for a custom expiration.
    pub expires_on: &'a str,
    /// Addresses and networks.
    pub allowed_ips: &'a str,
    /// Requests in a window; empty for no limit.
    pub rate_requests: &'a str,
    /// A value of [`domain::key::rate_limit::WINDOWS`].
    pub rate_window: &'a str,
    /// The end that the key has, where there is a key: it may be kept.
    pub present: Option<Expiry>,
}

impl RawDraft<'_> {
    /// Reads every field.
    ///
    /// # Errors
    /// A sentence for each field that breaks a rule, all at once.
    pub fn parse(&self, now: Timestamp) -> Result<KeyDraft, AppError> {
        let mut errors = Vec::new();
        let name = keep("name", KeyName::parse(self.name), &mut errors);
        let description = keep(
            "description",
            Description::parse(self.description),
            &mut errors,
        );
        let environment = Environment::parse(self.environment)
            .ok_or_else(|| Invalid::new("Choose Live or Test."));
        let environment = keep("environment", environment, &mut errors);
        let scopes = keep("scopes", ScopeSet::parse_chosen(self.scopes), &mut errors);
        let expiry_field = if self.expiration == "custom" {
            "expires_on"
        } else {
            "expiration"
        };
        let expiry = match self.present {
            None => Expiry::parse(self.expiration, self.expires_on, now),
            Some(present) => Expiry::parse_change(self.expiration, self.expires_on, present, now),
        };
        let expiry = keep(expiry_field, expiry, &mut errors);
        let ip_rules = keep("allowed_ips", IpRules::parse(self.allowed_ips), &mut errors);
        let rate_limit = keep(
            "rate_requests",
            RateLimit::parse(self.rate_requests, self.rate_window),
            &mut errors,
        );
        match (
            name,
            description,
            environment,
            scopes,
            expiry,
            ip_rules,
            rate_limit,
        ) {
            (
                Some(name),
                Some(description),
                Some(environment),
                Some(scopes),
                Some(expiry),
                Some(ip_rules),
                Some(rate_limit),
            ) => Ok(KeyDraft {
                name,
                description,
                environment,
                scopes,
                expiry,
                ip_rules,
                rate_limit,
            }),
            _ => Err(AppError::Invalid(errors)),
        }
    }
}

impl RawDraft<'_> {
    /// A mark of what was typed.
    pub fn fingerprint(&self) -> String {
        let scopes = self.scopes.join(" ");
        domain::key::change::fingerprint([
            self.name,
            self.description,
            &scopes,
            self.expiration,
            self.expires_on,
            self.allowed_ips,
            self.rate_requests,
            self.rate_window,
        ])
    }
}

fn keep<T>(field: &str, value: Result<T, Invalid>, errors: &mut Vec<FieldError>) -> Option<T> {
    value
        .map_err(|invalid| errors.push(FieldError::new(field, invalid.0)))
        .ok()
}

/// Makes a key. `once` is the form's promise to be carried out once.
#[server(name = CreateKey, prefix = "/api", endpoint = "create_key")]
pub async fn create_key(
    app: String,
    name: String,
    #[server(default)] description: String,
    #[server(default)] environment: String,
    #[server(default)] scopes: Vec<String>,
    expiration: String,
    #[server(default)] expires_on: String,
    #[server(default)] allowed_ips: String,
    #[server(default)] rate_requests: String,
    #[server(default)] rate_window: String,
    #[server(default)] password: String,
    once: String,
) -> Result<Creation, AppError> {
    let editor = crate::context::fresh_editor(&app, &password).await?;
    let draft = RawDraft {
        name: &name,
        description: &description,
        environment: &environment,
        scopes: &scopes,
        expiration: &expiration,
        expires_on: &expires_on,
        allowed_ips: &allowed_ips,
        rate_requests: &rate_requests,
        rate_window: &rate_window,
        present: None,
    }
    .parse(editor.now())?;
    let once = once
        .parse()
        .map_err(|_| AppError::field("", crate::words::error::INCOMPLETE))?;
    Ok(match editor.issue(draft, once).await? {
        management::Issue::New(issued) => Creation::Issued(issued),
        management::Issue::AlreadyIssued(id) => Creation::AlreadyIssued(id),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let raw = RawDraft {
            name: " ",
            description: "",
            environment: "moon",
            scopes: &[],
            expiration: "custom",
            expires_on: "yesterday",
            allowed_ips: "x",
            rate_requests: "none",
            rate_window: "minute",
            present: None,
        };
        let Err(AppError::Invalid(errors)) = raw.parse(Timestamp(0)) else {
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
