//! The differences of an edit, their descriptions, and whether the edit widens access.

use super::{KeyDraft, KeySummary, expiry::Expiry, ip_rule::IpRules, rate_limit::RateLimit};
use crate::{
    key::{
        name::Description,
        state::{IllegalTransition, State},
    },
    time::{DAY, HOUR, MINUTE, Timestamp},
};
use serde::{Deserialize, Serialize};

/// Maximum list items named in a description; the others are counted.
const MAX_LISTED: usize = 12;
/// Maximum quoted characters of a key's description.
const MAX_QUOTED_CHARS: usize = 60;

/// The effect of a difference on which calls are accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// More calls are accepted.
    Widens,
    /// Fewer calls are accepted.
    Narrows,
    /// The same calls are accepted.
    Neutral,
}

impl Effect {
    /// The value of the page's attributes.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Widens => "widens",
            Self::Narrows => "narrows",
            Self::Neutral => "neutral",
        }
    }
}

/// A difference in one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Whether it widens or narrows access.
    pub effect: Effect,
    /// A description with the old and the new value, without a capital letter or a full stop.
    pub words: String,
}

/// All differences between two drafts of a key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyChange(Vec<Difference>);

impl KeyChange {
    /// Returns the differences from `before` to `after`.
    pub fn between(before: &KeyDraft, after: &KeyDraft) -> Self {
        let mut change = Self::default();
        if before.name != after.name {
            let words = format!("name from “{}” to “{}”", before.name, after.name);
            change.add(Effect::Neutral, words);
        }
        if before.description != after.description {
            let [was, is] = [&before.description, &after.description].map(quoted);
            change.add(Effect::Neutral, format!("description from {was} to {is}"));
        }
        change.scopes(before, after);
        change.expiry(before.expiry, after.expiry);
        change.addresses(&before.ip_rules, &after.ip_rules);
        change.rate(before.rate_limit, after.rate_limit);
        change
    }

    /// Returns the differences in the order of the form's fields.
    pub fn differences(&self) -> &[Difference] {
        &self.0
    }

    /// Whether there are no differences.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a call that was refused may now be accepted. Such an edit requires a recent sign-in.
    pub fn widens(&self) -> bool {
        self.0
            .iter()
            .any(|difference| difference.effect == Effect::Widens)
    }

    /// Whether a call that was accepted may now be refused.
    pub fn narrows(&self) -> bool {
        self.0
            .iter()
            .any(|difference| difference.effect == Effect::Narrows)
    }

    /// Returns the descriptions on one line, as the key's history shows them.
    pub fn in_words(&self) -> String {
        let words: Vec<_> = self.0.iter().map(|one| one.words.as_str()).collect();
        words.join("; ")
    }

    fn add(&mut self, effect: Effect, words: String) {
        self.0.push(Difference { effect, words });
    }

    fn scopes(&mut self, before: &KeyDraft, after: &KeyDraft) {
        let added = after.scopes.without(before.scopes);
        if !added.is_empty() {
            self.add(Effect::Widens, format!("grants {}", list(added.names())));
        }
        let removed = before.scopes.without(after.scopes);
        if !removed.is_empty() {
            let names = list(removed.names());
            let words = format!("no longer grants {names}: requests that need it will be denied");
            self.add(Effect::Narrows, words);
        }
    }

    fn expiry(&mut self, before: Expiry, after: Expiry) {
        let (effect, words) = match (before, after) {
            (Expiry::At(was), Expiry::At(is)) if is > was => (
                Effect::Widens,
                format!(
                    "expires {} later: {} instead of {}",
                    span(is.since(was)),
                    is.readable(),
                    was.readable()
                ),
            ),
            (Expiry::At(was), Expiry::At(is)) if is < was => (
                Effect::Narrows,
                format!(
                    "expires {} earlier: {} instead of {}",
                    span(was.since(is)),
                    is.readable(),
                    was.readable()
                ),
            ),
            (Expiry::At(was), Expiry::Never) => (
                Effect::Widens,
                format!("never expires, instead of {}", was.readable()),
            ),
            (Expiry::Never, Expiry::At(is)) => (
                Effect::Narrows,
                format!("expires {} instead of never", is.readable()),
            ),
            _ => return,
        };
        self.add(effect, words);
    }

    fn addresses(&mut self, before: &IpRules, after: &IpRules) {
        if before == after {
            return;
        }
        if after.is_empty() {
            let words = format!(
                "allows any IP address instead of only {}",
                list(before.texts())
            );
            return self.add(Effect::Widens, words);
        }
        if before.is_empty() {
            let words = format!(
                "allows only {}: requests from other IP addresses will be denied",
                list(after.texts())
            );
            return self.add(Effect::Narrows, words);
        }
        let added = after.without(before);
        if !added.is_empty() {
            let words = format!("also allows {}", list(added.texts()));
            self.add(Effect::Widens, words);
        }
        let removed = before.without(after);
        if !removed.is_empty() {
            let words = format!(
                "no longer allows {}: requests from there will be denied",
                list(removed.texts())
            );
            self.add(Effect::Narrows, words);
        }
        if added.is_empty() && removed.is_empty() {
            self.add(
                Effect::Neutral,
                "same IP addresses, written differently".into(),
            );
        }
    }

    fn rate(&mut self, before: Option<RateLimit>, after: Option<RateLimit>) {
        if before == after {
            return;
        }
        let [was, is] = [before, after]
            .map(|limit| limit.map_or_else(|| "none".to_owned(), |limit| limit.to_string()));
        let effect = match (before, after) {
            (Some(before), Some(after)) if after.allows_more_than(before) => Effect::Widens,
            (Some(_), None) => Effect::Widens,
            _ => Effect::Narrows,
        };
        self.add(effect, format!("rate limit from {was} to {is}"));
    }
}

impl KeySummary {
    /// Returns the draft that would create this key.
    pub fn draft(&self) -> KeyDraft {
        KeyDraft {
            name: self.name.clone(),
            description: Description::stored(self.description.clone()),
            environment: self.environment,
            scopes: self.scopes,
            expiry: self.expires_at.into(),
            ip_rules: self.ip_rules.clone(),
            rate_limit: self.rate_limit,
        }
    }

    /// Checks that the key can be edited at `now`.
    ///
    /// # Errors
    /// If the key is revoked, expired or retired.
    pub fn editable(&self, now: Timestamp) -> Result<(), IllegalTransition> {
        let ended = [self.expires_at, self.retires_at]
            .into_iter()
            .flatten()
            .any(|end| end <= now);
        match self.state {
            State::Revoked { .. } => Err(IllegalTransition::Revoked),
            _ if ended => Err(IllegalTransition::Ended),
            _ => Ok(()),
        }
    }

    /// Checks that the key can be discarded in one step: its secret is not confirmed and it was never used.
    ///
    /// # Errors
    /// If the key may be in use, or is revoked.
    pub fn discardable(&self) -> Result<(), IllegalTransition> {
        match self.state {
            State::Revoked { .. } => Err(IllegalTransition::Revoked),
            _ if self.confirmed_at.is_some() || self.last_used.is_some() => {
                Err(IllegalTransition::InUse)
            }
            _ => Ok(()),
        }
    }
}

impl KeyDraft {
    /// Returns a fingerprint of all editable fields. A form that carries another fingerprint is outdated.
    pub fn revision(&self) -> String {
        fingerprint([
            self.name.as_str(),
            self.description.as_str(),
            &self.scopes.to_string(),
            &self
                .expiry
                .at()
                .map_or_else(String::new, |at| at.to_string()),
            &self.ip_rules.to_string(),
            &self
                .rate_limit
                .map_or_else(String::new, |limit| limit.to_string()),
        ])
    }
}

/// Returns a fingerprint of texts (FNV-1a, 64 bits) that detects changes and is not a security measure. Carriage returns
/// are ignored because browsers insert them.
pub fn fingerprint<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let bytes = texts.into_iter().flat_map(|text| text.bytes().chain([0]));
    let hash = bytes
        .filter(|byte| *byte != b'\r')
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    format!("{hash:016x}")
}

fn quoted(description: &Description) -> String {
    let text = description.as_str();
    if text.is_empty() {
        return "none".into();
    }
    let line = text.replace('\n', " ");
    let cut: String = line.chars().take(MAX_QUOTED_CHARS).collect();
    let more = if cut.len() < line.len() { "…" } else { "" };
    format!("“{cut}{more}”")
}

fn list(names: impl Iterator<Item = String>) -> String {
    let mut names: Vec<_> = names.collect();
    let more = names.len().saturating_sub(MAX_LISTED);
    names.truncate(MAX_LISTED);
    let list = names.join(", ");
    if more > 0 {
        format!("{list} and {more} more")
    } else {
        list
    }
}

/// Formats a duration in its largest whole unit.
fn span(ms: i64) -> String {
    let (count, unit) = match ms {
        ms if ms >= DAY => (ms / DAY, "day"),
        ms if ms >= HOUR => (ms / HOUR, "hour"),
        ms => ((ms / MINUTE).max(1), "minute"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}

#[cfg(test)]
mod tests;
