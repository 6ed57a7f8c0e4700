//! Field values before and after a change.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Field values by field name, as text for people. Never contains a secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FieldValues(BTreeMap<String, String>);

impl FieldValues {
    /// Returns the values of one field. An empty value is left out.
    pub fn of(field: &str, value: &(impl ToString + ?Sized)) -> Self {
        Self::default().and(field, value)
    }

    /// Adds a field. An empty value is left out.
    #[must_use]
    pub fn and(mut self, field: &str, value: &(impl ToString + ?Sized)) -> Self {
        let value = value.to_string();
        if !value.is_empty() {
            self.0.insert(field.to_owned(), value);
        }
        self
    }

    /// Iterates over (field, value), sorted by field name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(field, value)| (field.as_str(), value.as_str()))
    }

    /// Returns the value of a field.
    pub fn get(&self, field: &str) -> Option<&str> {
        self.0.get(field).map(String::as_str)
    }

    /// Whether there are no fields.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Removes the fields that have the same value before and after.
    pub fn changed(mut before: Self, mut after: Self) -> (Self, Self) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unchanged_fields_are_removed() {
        let before = FieldValues::of("name", "A").and("scopes", "invoice:read");
        let after = FieldValues::of("name", "B")
            .and("scopes", "invoice:read")
            .and("rate_limit", "5 a second");
        let (before, after) = FieldValues::changed(before, after);
        assert_eq!(before, FieldValues::of("name", "A"));
        assert_eq!(after.get("rate_limit"), Some("5 a second"));
        assert_eq!(after.iter().count(), 2);
    }

    #[test]
    fn empty_values_are_left_out_and_a_field_has_one_value() {
        let values = FieldValues::of("name", "").and("role", "owner");
        assert_eq!(values.get("name"), None);
        assert_eq!(values.iter().collect::<Vec<_>>(), [("role", "owner")]);
        assert!(!values.is_empty());
        assert!(FieldValues::of("name", "").is_empty());
    }
}
