//! Regenerating a secret.
#![expect(
    clippy::too_many_arguments,
    reason = "a server function takes one for each field of its form"
)]

use crate::{
    error::{AppError, FieldError},
    toast::NodeCounts,
};
use domain::{
    key::{
        KeySummary,
        expiry::{DEFAULT_CHOICE, Expiry},
        issued::IssuedKey,
        regeneration::{CUSTOM, GracePeriod, Regeneration},
        token::KeyId,
    },
    time::Timestamp,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// The result of the form for a new secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Replacement {
    /// A new key with its secret, which is shown once.
    Issued {
        /// The new key.
        key: IssuedKey,
        /// Until when the old key works; `None` if it stopped working immediately.
        old_works_until: Option<Timestamp>,
        /// The nodes that reject the old key, if it stopped working and there are several.
        nodes: Option<NodeCounts>,
    },
    /// The same form created this key before.
    AlreadyIssued(KeyId),
}

/// What people chose, as the form sends it.
#[derive(Debug)]
pub struct RawRegeneration<'a> {
    /// Not empty where the old secret may be compromised.
    pub compromised: &'a str,
    /// A value of [`domain::key::regeneration::CHOICES`], or [`CUSTOM`]; empty for the usual one.
    pub ends: &'a str,
    /// Hours, for [`CUSTOM`].
    pub hours: &'a str,
    /// A value of [`domain::key::expiry::CHOICES`], or [`domain::key::expiry::KEEP`]; empty for the usual one.
    pub expiration: &'a str,
    /// The last day, for a custom expiration.
    pub expires_on: &'a str,
}

impl RawRegeneration<'_> {
    /// Reads every field; `midnight` as for [`Expiry::parse`].
    ///
    /// # Errors
    /// A sentence for each field that breaks a rule, all at once.
    pub fn parse(
        &self,
        old: &KeySummary,
        now: Timestamp,
        midnight: impl Fn(Timestamp) -> Timestamp,
    ) -> Result<Regeneration, AppError> {
        let compromised = !self.compromised.is_empty();
        let grace_period = parse_end(self.ends, self.hours, compromised);
        let over = old.expires_at.is_some_and(|at| at <= now);
        let expiry = match self.expiration {
            "" if over => Expiry::of_choice(DEFAULT_CHOICE, now),
            "" => Ok(old.expires_at.into()),
            // An end that has passed is none to keep.
            choice if over => Expiry::parse(choice, self.expires_on, now, midnight),
            choice => {
                let present = old.expires_at.into();
                Expiry::parse_change(choice, self.expires_on, present, now, midnight)
            }
        };
        let field = if self.expiration == "custom" {
            "expires_on"
        } else {
            "expiration"
        };
        match (grace_period, expiry) {
            (Ok(grace_period), Ok(expiry)) => Ok(Regeneration {
                grace_period,
                expiry,
                compromised,
            }),
            (grace_period, expiry) => {
                let expiry = expiry
                    .err()
                    .map(|invalid| FieldError::new(field, invalid.0));
                Err(AppError::Invalid(
                    grace_period.err().into_iter().chain(expiry).collect(),
                ))
            }
        }
    }
}

/// Reads when an old secret ends; what is wrong is said at the field that is wrong.
///
/// # Errors
/// If the choice is not offered, or the hours are not.
pub fn parse_end(ends: &str, hours: &str, compromised: bool) -> Result<GracePeriod, FieldError> {
    let field = if ends == CUSTOM { "hours" } else { "ends" };
    GracePeriod::parse(ends, hours, compromised)
        .map_err(|invalid| FieldError::new(field, invalid.0))
}

/// Makes a key in the place of another, and lets the other end after a while.
#[server(name = RegenerateKey, prefix = "/api", endpoint = "regenerate_key")]
pub async fn regenerate_key(
    app: String,
    key: String,
    #[server(default)] compromised: String,
    #[server(default)] ends: String,
    #[server(default)] hours: String,
    #[server(default)] expiration: String,
    #[server(default)] expires_on: String,
    #[server(default)] password: String,
    once: String,
) -> Result<Replacement, AppError> {
    let editor = crate::context::fresh_editor(&app, &password).await?;
    let id = key.parse().map_err(|_| AppError::NotFound)?;
    let (old, now) = (editor.key(id).await?, editor.now());
    let wanted = RawRegeneration {
        compromised: &compromised,
        ends: &ends,
        hours: &hours,
        expiration: &expiration,
        expires_on: &expires_on,
    }
    .parse(&old, now, |day| editor.zone().midnight(day))?;
    let end = wanted
        .grace_period
        .end(now, old.expires_at, now)
        .map_err(|invalid| AppError::field("ends", invalid.0))?;
    let once = once
        .parse()
        .map_err(|_| AppError::field("", crate::words::error::INCOMPLETE))?;
    let (issue, confirmation) = editor.regenerate(id, wanted, once).await?;
    let old_works_until = (end > now).then_some(end);
    Ok(match issue {
        management::Issue::New(key) => Replacement::Issued {
            key,
            old_works_until,
            nodes: match old_works_until {
                None => NodeCounts::of(&confirmation),
                Some(_) => None,
            },
        },
        management::Issue::AlreadyIssued(id) => Replacement::AlreadyIssued(id),
    })
}

/// Ends the old secret of a key that is being retired at another time.
#[server(name = RetireKey, prefix = "/api", endpoint = "retire_key")]
pub async fn retire_key(
    app: String,
    key: String,
    ends: String,
    #[server(default)] hours: String,
    #[server(default)] password: String,
) -> Result<(), AppError> {
    let editor = crate::context::editor_with(&app, &password).await?;
    let id = key.parse().map_err(|_| AppError::NotFound)?;
    editor.key(id).await?;
    let wanted = parse_end(&ends, &hours, false).map_err(|error| AppError::Invalid(vec![error]))?;
    let (_, confirmation) = editor.move_retirement(id, wanted).await?;
    crate::context::say_done((crate::toast::Done::Edited(id), &confirmation));
    Ok(())
}
