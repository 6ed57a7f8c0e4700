//! Scopes: the permissions of a key.

mod catalogue;

pub use catalogue::{CATALOGUE, Resource, every_scope};

use crate::Invalid;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A set of scopes. No scope implies another, and the empty set allows nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ScopeSet(u64);

impl ScopeSet {
    /// Parses one scope in the form `resource:action`.
    ///
    /// # Errors
    /// If the catalogue has no such scope.
    pub fn one(text: &str) -> Result<Self, Invalid> {
        every_scope()
            .find(|(_, resource, action)| text.split_once(':') == Some((resource.name, action)))
            .map(|(bit, ..)| Self(1 << bit))
            .ok_or_else(|| {
                let shown: String = text.chars().filter(|c| !c.is_control()).take(40).collect();
                Invalid(format!(
                    "Unknown scope “{shown}”. Choose one from the list."
                ))
            })
    }

    /// Parses several scopes.
    ///
    /// # Errors
    /// If the catalogue lacks one of them.
    pub fn parse_all<S: AsRef<str>>(texts: impl IntoIterator<Item = S>) -> Result<Self, Invalid> {
        texts.into_iter().try_fold(Self::default(), |set, text| {
            Ok(set.union(Self::one(text.as_ref())?))
        })
    }

    /// Parses the selected scopes of a form.
    ///
    /// # Errors
    /// If no scope is selected, or the catalogue lacks one of them.
    pub fn parse_chosen<S: AsRef<str>>(
        texts: impl IntoIterator<Item = S>,
    ) -> Result<Self, Invalid> {
        let set = Self::parse_all(texts)?;
        if set.is_empty() {
            return Err(Invalid::new(
                "Select at least one scope. A key without scopes can't do anything.",
            ));
        }
        Ok(set)
    }

    /// Returns the union of both sets.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Returns the scopes that are not in `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether this set contains every scope of `wanted`.
    pub const fn contains(self, wanted: Self) -> bool {
        self.0 & wanted.0 == wanted.0
    }

    /// Whether the set is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Returns the number of scopes.
    pub const fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// Returns the scopes as text, in the catalogue's order.
    pub fn names(self) -> impl Iterator<Item = String> {
        every_scope()
            .filter(move |(bit, ..)| self.0 & (1 << bit) != 0)
            .map(|(_, resource, action)| format!("{}:{action}", resource.name))
    }

    /// Returns the scope that allows most, as text: one that deletes, creates, updates, verifies or reads, in this order, the
    /// first of them in the catalogue.
    pub fn widest(self) -> Option<String> {
        let rank = |action| {
            ["delete", "create", "update", "verify"]
                .iter()
                .position(|known| *known == action)
        };
        every_scope()
            .filter(|(bit, ..)| self.0 & (1 << bit) != 0)
            .min_by_key(|(_, _, action)| rank(*action).unwrap_or(usize::MAX))
            .map(|(_, resource, action)| format!("{}:{action}", resource.name))
    }

    /// Returns the preset "Read only": every scope with the action `read`.
    pub fn read_only() -> Self {
        Self::of(|_, action| action == "read")
    }

    /// Returns the preset "Read and write": every scope except `key:verify`.
    pub fn read_and_write() -> Self {
        Self::of(|resource, _| resource.name != "key")
    }

    /// Returns every scope of the catalogue.
    pub fn every() -> Self {
        Self::of(|_, _| true)
    }

    fn of(wanted: impl Fn(&Resource, &str) -> bool) -> Self {
        every_scope()
            .filter(|(_, resource, action)| wanted(resource, action))
            .fold(Self::default(), |set, (bit, ..)| Self(set.0 | 1 << bit))
    }
}

/// One scope of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Scope(ScopeSet);

impl Scope {
    /// Parses a scope in the form `resource:action`.
    ///
    /// # Errors
    /// If the catalogue has no such scope.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        ScopeSet::one(text).map(Self)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The scopes separated by spaces, as they are stored and sent.
impl fmt::Display for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for (bit, resource, action) in every_scope() {
            if self.0 & (1 << bit) != 0 {
                for part in [separator, resource.name, ":", action] {
                    f.write_str(part)?;
                }
                separator = " ";
            }
        }
        Ok(())
    }
}

impl std::str::FromStr for ScopeSet {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::parse_all(text.split_whitespace())
    }
}

impl Serialize for ScopeSet {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ScopeSet {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_error_shows_the_scope_without_control_characters() {
        let error = ScopeSet::one("invoice:\u{7}fly").expect_err("unknown");
        assert!(error.0.contains("“invoice:fly”"), "{error:?}");
    }

    #[test]
    fn every_scope_has_a_bit_and_is_parsed_back() {
        assert!(every_scope().count() <= 64);
        for (_, resource, action) in every_scope() {
            let text = format!("{}:{action}", resource.name);
            assert_eq!(
                ScopeSet::one(&text).expect("in the catalogue").to_string(),
                text
            );
        }
    }

    #[test]
    fn a_scope_is_compared_exactly() {
        for near in [
            "invoice",
            "invoice:",
            "invoice:*",
            "Invoice:read",
            "invoice:read ",
            "invoice:reads",
            "balance:create",
        ] {
            assert!(ScopeSet::one(near).is_err(), "{near}");
        }
        assert!(!ScopeSet::default().contains(ScopeSet::one("invoice:read").expect("known")));
    }

    #[test]
    fn a_form_requires_at_least_one_scope() {
        assert!(ScopeSet::parse_chosen(Vec::<String>::new()).is_err());
    }

    #[test]
    fn the_read_only_preset_contains_only_read_scopes() {
        assert!(
            ScopeSet::read_only()
                .names()
                .all(|name| name.ends_with(":read"))
        );
        assert!(ScopeSet::read_and_write().contains(ScopeSet::read_only()));
    }
    proptest! {
        #[test]
        fn a_set_is_parsed_back_and_contains_its_names(bits: u64) {
            let set = ScopeSet::of(|resource, action| {
                let one = ScopeSet::one(&format!("{}:{action}", resource.name));
                one.is_ok_and(|one| one.0 & bits != 0)
            });
            prop_assert_eq!(set.to_string().parse(), Ok(set));
            prop_assert_eq!(set.names().count(), set.len() as usize);
            for name in set.names() {
                prop_assert!(set.contains(ScopeSet::one(&name).expect("in the catalogue")));
            }
        }

        #[test]
        fn only_names_of_the_catalogue_are_scopes(text in "\\PC{0,60}|[a-z]{1,8}:(read|create|update|delete|verify)") {
            let known = every_scope().any(|(_, resource, action)| format!("{}:{action}", resource.name) == text);
            prop_assert_eq!(ScopeSet::one(&text).map(|set| set.to_string()).ok(), known.then_some(text));
        }
    }

    #[test]
    fn the_presets_are_all_read_scopes_and_all_scopes_but_verification() {
        let read = every_scope()
            .filter(|(.., action)| *action == "read")
            .count();
        assert_eq!(ScopeSet::read_only().names().count(), read);
        let verify = ScopeSet::one("key:verify").expect("known");
        let all = ScopeSet::read_and_write();
        assert_eq!(all.names().count(), every_scope().count() - 1);
        assert!(!all.contains(verify));
    }

    #[test]
    fn the_widest_scope_deletes_creates_updates_verifies_or_reads_in_this_order() {
        let widest = |text: &str| text.parse::<ScopeSet>().expect("known").widest();
        for (scopes, expected) in [
            ("invoice:read tax:create product:delete", "product:delete"),
            ("customer:delete product:delete", "customer:delete"),
            ("invoice:update product:create", "product:create"),
            ("invoice:update key:verify", "invoice:update"),
            ("balance:read key:verify", "key:verify"),
            ("balance:read invoice:read", "balance:read"),
        ] {
            assert_eq!(widest(scopes).as_deref(), Some(expected));
        }
        assert_eq!(ScopeSet::default().widest(), None);
    }

    #[test]
    fn a_scope_and_the_set_of_every_scope_are_displayed_as_in_the_catalogue() {
        let scope = Scope::parse("tax:read").expect("known");
        assert_eq!(scope.to_string(), "tax:read");
        let every =
            every_scope().map(|(_, resource, action)| format!("{}:{action}", resource.name));
        assert!(ScopeSet::every().names().eq(every));
    }

    #[test]
    fn sets_are_united_and_subtracted() {
        let set = |text: &str| text.parse::<ScopeSet>().expect("known");
        let (left, right) = (set("invoice:read tax:read"), set("tax:read wallet:read"));
        assert_eq!(left.union(right), set("invoice:read tax:read wallet:read"));
        assert_eq!(left.without(right), set("invoice:read"));
        assert!(left.contains(set("tax:read")) && !left.contains(right));
        assert_eq!((left.len(), ScopeSet::default().len()), (2, 0));
        assert!(ScopeSet::default().is_empty() && !left.is_empty());
        assert_eq!(ScopeSet::parse_chosen(["tax:read"]), Ok(set("tax:read")));
    }

    #[test]
    fn a_set_is_serialized_as_its_names() {
        let set: ScopeSet = "invoice:read tax:read".parse().expect("known");
        let json = serde_json::to_string(&set).expect("serialized");
        assert_eq!(json, "\"invoice:read tax:read\"");
        assert_eq!(serde_json::from_str::<ScopeSet>(&json).expect("a set"), set);
        assert!(serde_json::from_str::<ScopeSet>("\"invoice:\"").is_err());
    }
}
