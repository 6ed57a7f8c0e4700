//! Scopes: what a key may do. The catalogue is data.

use crate::Invalid;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A resource with its actions, as the page groups them.
#[derive(Debug)]
pub struct Resource {
    /// The word before the colon.
    pub name: &'static str,
    /// What it is, for people.
    pub title: &'static str,
    /// The words behind the colon that make sense for it.
    pub actions: &'static [&'static str],
}

const READ: &[&str] = &["read"];
const READ_CREATE: &[&str] = &["read", "create"];
const READ_CREATE_UPDATE: &[&str] = &["read", "create", "update"];
const ALL: &[&str] = &["read", "create", "update", "delete"];

/// Every scope there is. The order is the page's, and a scope's place here is its bit in a [`ScopeSet`]: new ones are
/// appended, none is taken away.
pub const CATALOGUE: [Resource; 15] = [
    Resource {
        name: "balance",
        title: "Balances",
        actions: READ,
    },
    Resource {
        name: "customer",
        title: "Customers",
        actions: ALL,
    },
    Resource {
        name: "exchange-rate",
        title: "Exchange rates",
        actions: READ,
    },
    Resource {
        name: "health",
        title: "Health",
        actions: READ,
    },
    Resource {
        name: "invoice",
        title: "Invoices",
        actions: ALL,
    },
    Resource {
        name: "liquidation-address",
        title: "Liquidation addresses",
        actions: READ_CREATE_UPDATE,
    },
    Resource {
        name: "payment-intent",
        title: "Payment intents",
        actions: READ_CREATE_UPDATE,
    },
    Resource {
        name: "payment-link",
        title: "Payment links",
        actions: ALL,
    },
    Resource {
        name: "product",
        title: "Products",
        actions: ALL,
    },
    Resource {
        name: "tax",
        title: "Taxes",
        actions: ALL,
    },
    Resource {
        name: "test-payment",
        title: "Test payments",
        actions: READ_CREATE,
    },
    Resource {
        name: "transfer",
        title: "Transfers",
        actions: READ_CREATE,
    },
    Resource {
        name: "wallet",
        title: "Wallets",
        actions: READ_CREATE_UPDATE,
    },
    Resource {
        name: "webhook",
        title: "Webhooks",
        actions: ALL,
    },
    Resource {
        name: "key",
        title: "Key verification",
        actions: &["verify"],
    },
];

/// Every scope as text, in the catalogue's order.
pub fn every_scope() -> impl Iterator<Item = (u32, &'static Resource, &'static str)> {
    CATALOGUE
        .iter()
        .flat_map(|resource| {
            resource
                .actions
                .iter()
                .map(move |action| (resource, *action))
        })
        .zip(0..)
        .map(|((resource, action), bit)| (bit, resource, action))
}

/// A set of scopes of the catalogue. It is exact: nothing implies anything else, and the empty set allows nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ScopeSet(u64);

impl ScopeSet {
    /// The scope `resource:action`, alone.
    ///
    /// # Errors
    /// Where the catalogue has no such scope.
    pub fn one(text: &str) -> Result<Self, Invalid> {
        every_scope()
            .find(|(_, resource, action)| text.split_once(':') == Some((resource.name, action)))
            .map(|(bit, ..)| Self(1 << bit))
            .ok_or_else(|| {
                let shown: String = text.chars().filter(|c| !c.is_control()).take(40).collect();
                Invalid(format!(
                    "There is no scope “{shown}”. Choose from the list."
                ))
            })
    }

    /// The union of the scopes named.
    ///
    /// # Errors
    /// Where the catalogue lacks one of them.
    pub fn parse_all<S: AsRef<str>>(texts: impl IntoIterator<Item = S>) -> Result<Self, Invalid> {
        texts.into_iter().try_fold(Self::default(), |set, text| {
            Ok(set.union(Self::one(text.as_ref())?))
        })
    }

    /// What a person ticked: one scope at least.
    ///
    /// # Errors
    /// Where nothing is ticked, or the catalogue lacks something.
    pub fn parse_chosen<S: AsRef<str>>(
        texts: impl IntoIterator<Item = S>,
    ) -> Result<Self, Invalid> {
        let set = Self::parse_all(texts)?;
        if set.is_empty() {
            return Err(Invalid::new(
                "Choose at least one scope: a key without any can do nothing.",
            ));
        }
        Ok(set)
    }

    /// The scopes of both.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The scopes of this set that the other one lacks.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether every scope of `wanted` is in this set.
    pub const fn contains(self, wanted: Self) -> bool {
        self.0 & wanted.0 == wanted.0
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many there are.
    pub const fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// The scopes as text, in the catalogue's order.
    pub fn names(self) -> impl Iterator<Item = String> {
        every_scope()
            .filter(move |(bit, ..)| self.0 & (1 << bit) != 0)
            .map(|(_, resource, action)| format!("{}:{action}", resource.name))
    }

    /// Every `read` of the catalogue.
    pub fn read_only() -> Self {
        Self::of(|_, action| action == "read")
    }

    /// Everything but verifying other keys.
    pub fn read_and_write() -> Self {
        Self::of(|resource, _| resource.name != "key")
    }

    fn of(wanted: impl Fn(&Resource, &str) -> bool) -> Self {
        every_scope()
            .filter(|(_, resource, action)| wanted(resource, action))
            .fold(Self::default(), |set, (bit, ..)| Self(set.0 | 1 << bit))
    }
}

/// The scopes with a space between, as they are stored and sent.
impl fmt::Display for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.names().collect::<Vec<_>>().join(" "))
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
    fn the_catalogue_fits_its_bits_and_every_scope_comes_back() {
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
    fn a_scope_is_matched_exactly() {
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
    fn a_person_chooses_one_scope_at_least() {
        assert!(ScopeSet::parse_chosen(Vec::<String>::new()).is_err());
    }

    #[test]
    fn read_only_writes_nothing() {
        assert!(
            ScopeSet::read_only()
                .names()
                .all(|name| name.ends_with(":read"))
        );
        assert!(ScopeSet::read_and_write().contains(ScopeSet::read_only()));
    }
    proptest! {
        #[test]
        fn a_set_comes_back_and_holds_what_it_names(bits: u64) {
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
        fn no_text_but_a_name_of_the_catalogue_is_a_scope(text in "\\PC{0,60}|[a-z]{1,8}:(read|create|update|delete|verify)") {
            let known = every_scope().any(|(_, resource, action)| format!("{}:{action}", resource.name) == text);
            prop_assert_eq!(ScopeSet::one(&text).map(|set| set.to_string()).ok(), known.then_some(text));
        }
    }
}
