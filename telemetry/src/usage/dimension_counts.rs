//! Counts of a key's calls by address, route, scope and user agent, in memory.

use super::recent_values::{RecentValues, Value};
use domain::{
    id::ApplicationId,
    key::{scope::ScopeSet, token::KeyId},
    time::{HOUR, Timestamp},
    usage::{Outcome, breakdown::Dimension, top_values::TopValues},
};
use std::{
    collections::{BTreeMap, HashMap},
    hash::{BuildHasher, Hash, Hasher, RandomState},
    net::IpAddr,
    sync::Arc,
};
use verification::{Call, KeyIdHasher, Route, clean};

/// The counted dimensions, in the order of [`DimensionHashes`].
const DIMENSIONS: [Dimension; 4] = [
    Dimension::Address,
    Dimension::Route,
    Dimension::Scope,
    Dimension::UserAgent,
];
/// Texts that are shared between keys; further ones are copied for each key.
const MAX_SHARED_TEXTS: usize = 10_000;

/// Keyed hashes of a call's values, so that colliding values cannot be constructed. They are computed before a lock is taken.
pub(crate) struct DimensionHashes([u64; 4]);

/// The values behind [`DimensionHashes`]; cleaned and copied only if they are new.
struct CallValues<'a> {
    address: Option<IpAddr>,
    route: Route<'a>,
    scopes: ScopeSet,
    user_agent: &'a str,
}

/// The values of a key, and its application.
pub(super) struct KeyValues {
    pub(super) application: ApplicationId,
    dimensions: [RecentValues; 4],
}

/// The values of a key in an hour.
pub(super) type ValuesByKey = HashMap<(KeyId, Timestamp), KeyValues, KeyIdHasher>;

/// The values of every called key since the last flush, by hour.
#[derive(Default)]
pub(crate) struct DimensionCounts {
    keys: ValuesByKey,
    /// The number of values.
    values: usize,
    texts: SharedTexts,
}

/// Texts by their hash.
type SharedTexts = HashMap<(Dimension, u64), Arc<str>>;

/// Computes [`DimensionHashes`].
#[derive(Default)]
pub(crate) struct DimensionHasher(RandomState);

impl DimensionHasher {
    pub(crate) fn hashes(&self, call: &Call<'_>) -> DimensionHashes {
        DimensionHashes([
            self.hash(|hasher| call.address.hash(hasher)),
            self.hash(|hasher| {
                call.route.method.hash(hasher);
                call.route.segments(|segment| segment.hash(hasher));
            }),
            self.hash(|hasher| call.scopes.hash(hasher)),
            self.hash(|hasher| call.user_agent.hash(hasher)),
        ])
    }

    fn hash(&self, write: impl FnOnce(&mut <RandomState as BuildHasher>::Hasher)) -> u64 {
        let mut hasher = self.0.build_hasher();
        write(&mut hasher);
        hasher.finish()
    }
}

impl DimensionCounts {
    pub(crate) fn add(
        &mut self,
        (key, application): (KeyId, ApplicationId),
        now: Timestamp,
        hashes: &DimensionHashes,
        call: &Call<'_>,
        outcome: Outcome,
    ) {
        let hour = (key, now.floor(HOUR));
        let values = self.keys.entry(hour).or_insert_with(|| KeyValues {
            application,
            dimensions: Default::default(),
        });
        let values_of_call = CallValues::from(call);
        let texts = &mut self.texts;
        let each = DIMENSIONS.into_iter().zip(hashes.0);
        for ((dimension, hash), values) in each.zip(&mut values.dimensions) {
            let value = || values_of_call.of(dimension, hash, texts);
            self.values += usize::from(values.add(hash, outcome, value));
        }
    }

    /// Returns the route and the user agent of a call, as they are stored.
    pub(super) fn route_and_user_agent(
        &mut self,
        hashes: &DimensionHashes,
        call: &Call<'_>,
    ) -> [Arc<str>; 2] {
        let DimensionHashes([_, route, _, user_agent]) = *hashes;
        [
            (Dimension::Route, route),
            (Dimension::UserAgent, user_agent),
        ]
        .map(|(dimension, hash)| CallValues::from(call).text(dimension, hash, &mut self.texts))
    }

    /// The number of values in memory.
    pub(crate) const fn len(&self) -> usize {
        self.values
    }

    pub(super) fn into_keys(self) -> ValuesByKey {
        self.keys
    }
}

impl KeyValues {
    /// Adds the values to a summary of each dimension.
    pub(super) fn add_to(self, sums: &mut BTreeMap<Dimension, TopValues>) {
        for (dimension, values) in DIMENSIONS.into_iter().zip(self.dimensions) {
            let top = values.into_top_values(|value| names(dimension, value));
            sums.entry(dimension)
                .and_modify(|sum| sum.merge(&top))
                .or_insert(top);
        }
    }
}

impl<'a> From<&Call<'a>> for CallValues<'a> {
    fn from(call: &Call<'a>) -> Self {
        Self {
            address: call.address,
            route: call.route,
            scopes: call.scopes,
            user_agent: call.user_agent,
        }
    }
}

impl CallValues<'_> {
    fn of(&self, dimension: Dimension, hash: u64, texts: &mut SharedTexts) -> Value {
        let v4 = match self.address.map(|address| address.to_canonical()) {
            Some(IpAddr::V4(address)) if dimension == Dimension::Address => Some(address),
            _ => None,
        };
        v4.map_or_else(|| Value::Text(self.text(dimension, hash, texts)), Value::V4)
    }

    fn text(&self, dimension: Dimension, hash: u64, texts: &mut SharedTexts) -> Arc<str> {
        let text = match dimension {
            // Not shared: most addresses call with few keys.
            Dimension::Address => return address_text(self.address).into(),
            _ if let Some(text) = texts.get(&(dimension, hash)) => return Arc::clone(text),
            Dimension::Route => self.route.template(),
            Dimension::Scope => self.scopes.to_string(),
            Dimension::UserAgent => clean(self.user_agent),
            // Refusals are counted by verdict.
            Dimension::Refusal => String::new(),
        };
        let text: Arc<str> = text.into();
        if texts.len() < MAX_SHARED_TEXTS {
            texts.insert((dimension, hash), Arc::clone(&text));
        }
        text
    }
}

/// Splits a value; a call that requires two scopes is counted for both.
fn names(dimension: Dimension, value: &Value) -> Vec<String> {
    let text = value.text();
    if dimension == Dimension::Scope && !text.is_empty() {
        text.split(' ').map(str::to_owned).collect()
    } else {
        vec![text]
    }
}

/// The address as it is stored; empty where it is unknown.
pub(crate) fn address_text(address: Option<IpAddr>) -> String {
    address
        .map(|address| address.to_canonical().to_string())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{key::Environment, usage::top_values::MAX_VALUES};

    fn call(user_agent: &str) -> Call<'_> {
        Call {
            key: "",
            secret: "",
            address: "::ffff:192.0.2.1".parse().ok(),
            scopes: "invoice:read tax:read".parse().expect("known"),
            user_agent,
            route: Route {
                method: "GET",
                path: "/invoices/17",
            },
            within: None,
            request_id: "",
            browser: false,
        }
    }

    #[test]
    fn values_beyond_the_bound_are_counted_as_others() {
        let (mut counts, hasher) = (DimensionCounts::default(), DimensionHasher::default());
        let key = KeyId::from_number(Environment::Live, 1);
        for n in 0..1_000 {
            let agent = if n % 2 == 0 {
                "till/2".to_owned()
            } else {
                format!("agent\u{7}/{n}")
            };
            let call = call(&agent);
            counts.add(
                (key, ApplicationId(uuid::Uuid::nil())),
                Timestamp(HOUR),
                &hasher.hashes(&call),
                &call,
                Outcome::Accepted,
            );
        }
        assert_eq!(counts.len(), MAX_VALUES + 3);
        let mut sums = BTreeMap::new();
        for values in counts.into_keys().into_values() {
            values.add_to(&mut sums);
        }
        let named = |dimension| -> Vec<(&str, i64)> {
            let values = sums.get(&dimension).expect("counted").values().iter();
            values
                .map(|value| (value.value.as_str(), value.calls.total()))
                .collect()
        };
        let agents = named(Dimension::UserAgent);
        assert_eq!(agents.len(), MAX_VALUES);
        assert!(agents.contains(&("till/2", 500)));
        assert!(agents.contains(&("agent/999", 1)));
        let listed: i64 = agents.iter().map(|(_, calls)| calls).sum();
        let others = sums.get(&Dimension::UserAgent).expect("counted").others();
        assert_eq!(listed + others.accepted, 1_000);
        let scopes = [("invoice:read", 1_000), ("tax:read", 1_000)];
        assert_eq!(named(Dimension::Scope), scopes);
        assert_eq!(named(Dimension::Address), [("192.0.2.1", 1_000)]);
        assert_eq!(named(Dimension::Route), [("GET /invoices/{id}", 1_000)]);
    }
}
