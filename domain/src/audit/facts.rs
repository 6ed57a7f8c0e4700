//! What something was and is, field by field.

use crate::key::{KeyDraft, state::State};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Fields with their values, by name: for people; never a secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Facts(BTreeMap<String, String>);

impl Facts {
    /// One field. An empty value says nothing, and is left out.
    pub fn of(field: &str, value: &(impl ToString + ?Sized)) -> Self {
        Self::default().and(field, value)
    }

    /// One field more.
    #[must_use]
    pub fn and(mut self, field: &str, value: &(impl ToString + ?Sized)) -> Self {
        let value = value.to_string();
        if !value.is_empty() {
            self.0.insert(field.to_owned(), value);
        }
        self
    }

    /// Every field with its value, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(field, value)| (field.as_str(), value.as_str()))
    }

    /// The value of a field.
    pub fn get(&self, field: &str) -> Option<&str> {
        self.0.get(field).map(String::as_str)
    }

    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Leaves out of both what is the same in both.
    pub fn differing(mut before: Self, mut after: Self) -> (Self, Self) {
        let same: Vec<String> = before
            .0
            .iter()
            .filter(|(field, value)| after.0.get(*field) == Some(value))
            .map(|(field, _)| field.clone())
            .collect();
        for field in same {
            before.0.remove(&field);
            after.0.remove(&field);
        }
        (before, after)
    }
}

impl From<&KeyDraft> for Facts {
    fn from(draft: &KeyDraft) -> Self {
        let expires = draft
            .expiry
            .at()
            .map_or_else(|| "never".to_owned(), |at| at.to_string());
        Self::of("name", &draft.name)
            .and("description", draft.description.as_str())
            .and("environment", &draft.environment)
            .and("scopes", &draft.scopes)
            .and("addresses", &draft.ip_rules)
            .and(
                "rate_limit",
                &draft
                    .rate_limit
                    .map(|limit| limit.to_string())
                    .unwrap_or_default(),
            )
            .and("expires", &expires)
    }
}

impl From<&State> for Facts {
    fn from(state: &State) -> Self {
        Self::of("status", state.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::Facts;

    #[test]
    fn what_stays_the_same_is_not_told() {
        let before = Facts::of("name", "A").and("scopes", "invoice:read");
        let after = Facts::of("name", "B")
            .and("scopes", "invoice:read")
            .and("rate_limit", "5 a second");
        let (before, after) = Facts::differing(before, after);
        assert_eq!(before, Facts::of("name", "A"));
        assert_eq!(after.get("rate_limit"), Some("5 a second"));
        assert_eq!(after.iter().count(), 2);
    }
}
