//! Counts of a key's calls by address, route, scope and user agent, in memory.

use super::application_values::ValueSums;
use domain::{
    id::ApplicationId,
    key::{scope::ScopeSet, token::KeyId},
    time::{DAY, HOUR, Timestamp},
    usage::{
        Outcome,
        breakdown::{Dimension, OTHERS},
    },
};
use std::{
    collections::{BTreeMap, HashMap},
    hash::{BuildHasher, Hash, Hasher, RandomState},
    net::IpAddr,
};
use store::BreakdownCount;
use verification::{Call, KeyIdHasher, Route, clean};

/// Distinct values of one dimension for a key between two flushes, which are at most a minute apart.
const MAX_VALUES: usize = 50;
/// The counted dimensions, in the order of [`DimensionHashes`].
const DIMENSIONS: [Dimension; 4] = [
    Dimension::Address,
    Dimension::Route,
    Dimension::Scope,
    Dimension::UserAgent,
];

/// The hash of [`OTHERS`].
const OTHERS_HASH: u64 = 0;

/// Keyed hashes of a call's values, so that colliding values cannot be constructed. They are computed before a lock is taken.
pub(crate) struct DimensionHashes([u64; 4]);

/// The values behind [`DimensionHashes`]; cleaned and copied only if they are new.
struct CallValues<'a> {
    address: Option<IpAddr>,
    route: Route<'a>,
    scopes: ScopeSet,
    user_agent: &'a str,
}

/// A value of one dimension, and the calls with it by outcome.
struct ValueCounts {
    dimension: Dimension,
    hash: u64,
    text: Box<str>,
    calls: [u32; 3],
}

/// The values of a key, and its application.
struct KeyValues {
    application: ApplicationId,
    values: Vec<ValueCounts>,
}

/// The values of every called key since the last flush, by hour.
#[derive(Default)]
pub(crate) struct DimensionCounts {
    keys: HashMap<(KeyId, Timestamp), KeyValues, KeyIdHasher>,
}

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
        // Zero is `OTHERS_HASH`.
        hasher.finish().max(1)
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
            values: Vec::new(),
        });
        let values = &mut values.values;
        let values_of_call = CallValues {
            address: call.address,
            route: call.route,
            scopes: call.scopes,
            user_agent: call.user_agent,
        };
        for (dimension, hash) in DIMENSIONS.into_iter().zip(hashes.0) {
            let text = || values_of_call.of(dimension);
            let value = value_of(values, dimension, hash, text);
            if let Some(calls) = value.calls.get_mut(outcome as usize) {
                *calls = calls.saturating_add(1);
            }
        }
    }

    /// Adds the counts of another stripe.
    pub(super) fn merge(&mut self, other: Self) {
        if self.keys.is_empty() {
            self.keys = other.keys;
            return;
        }
        for (hour, new) in other.keys {
            let known = self.keys.entry(hour).or_insert_with(|| KeyValues {
                application: new.application,
                values: Vec::new(),
            });
            for value in new.values {
                let (dimension, hash) = (value.dimension, value.hash);
                let sum = value_of(&mut known.values, dimension, hash, || value.text);
                for (sum, calls) in sum.calls.iter_mut().zip(value.calls) {
                    *sum = sum.saturating_add(calls);
                }
            }
        }
    }

    /// Returns the rows of keys by hour and day, and the sums of their applications.
    pub(super) fn into_rows(self) -> (Vec<BreakdownCount>, ValueSums) {
        let mut sums = BTreeMap::new();
        let mut shared = ValueSums::default();
        for ((key, hour), values) in self.keys {
            for value in values.values {
                for text in each(value.dimension, &value.text) {
                    let (of, calls) = (values.application, value.calls);
                    shared.add(of, hour, value.dimension, text, calls);
                }
                for (outcome, calls) in Outcome::ALL.into_iter().zip(value.calls) {
                    if calls == 0 {
                        continue;
                    }
                    for text in each(value.dimension, &value.text) {
                        for span in [HOUR, DAY] {
                            let row = (
                                key.to_string(),
                                span,
                                hour.floor(span),
                                value.dimension,
                                text.to_owned(),
                                outcome,
                            );
                            *sums.entry(row).or_insert(0) += i64::from(calls);
                        }
                    }
                }
            }
        }
        // Always in the same order, so that two writers do not deadlock.
        let rows = sums
            .into_iter()
            .map(
                |((subject, span, bucket, dimension, value, outcome), calls)| BreakdownCount {
                    subject,
                    span,
                    bucket,
                    dimension,
                    value,
                    outcome,
                    calls,
                },
            )
            .collect();
        (rows, shared)
    }
}

/// Returns the counts of a value, which is added if it is new: beyond the bound as [`OTHERS`].
fn value_of(
    values: &mut Vec<ValueCounts>,
    dimension: Dimension,
    hash: u64,
    text: impl FnOnce() -> Box<str>,
) -> &mut ValueCounts {
    let find = |values: &[ValueCounts], hash| {
        values
            .iter()
            .position(|value| value.hash == hash && value.dimension == dimension)
    };
    let mut index = find(values, hash);
    let mut new = (hash, None);
    if index.is_none() {
        let same = values.iter().filter(|value| value.dimension == dimension);
        if same.count() >= MAX_VALUES {
            index = find(values, OTHERS_HASH);
            new = (OTHERS_HASH, Some(OTHERS.into()));
        }
    }
    let index = index.unwrap_or_else(|| {
        let (hash, others) = new;
        values.push(ValueCounts {
            dimension,
            hash,
            text: others.unwrap_or_else(text),
            calls: [0; 3],
        });
        values.len() - 1
    });
    &mut values[index]
}

impl CallValues<'_> {
    fn of(&self, dimension: Dimension) -> Box<str> {
        match dimension {
            Dimension::Address => address_text(self.address).into(),
            Dimension::Route => self.route.template().into(),
            Dimension::Scope => self.scopes.to_string().into(),
            Dimension::UserAgent => clean(self.user_agent).into(),
            // Counted by verdict.
            Dimension::Refusal => Box::default(),
        }
    }
}

/// Splits a value; a call that requires two scopes is counted for both.
fn each(dimension: Dimension, text: &str) -> Vec<&str> {
    if dimension == Dimension::Scope && !text.is_empty() {
        text.split(' ').collect()
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
    use domain::key::Environment;

    fn call(user_agent: &str) -> Call<'_> {
        Call {
            key: "",
            secret: "",
            address: None,
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
            let agent = format!("agent\u{7}/{n}");
            let call = call(&agent);
            counts.add(
                (key, ApplicationId(uuid::Uuid::nil())),
                Timestamp(HOUR),
                &hasher.hashes(&call),
                &call,
                Outcome::Accepted,
            );
        }
        let (rows, _) = counts.into_rows();
        let agents: Vec<_> = rows
            .iter()
            .filter(|row| row.dimension == Dimension::UserAgent && row.span == HOUR)
            .collect();
        assert_eq!(agents.len(), MAX_VALUES + 1);
        assert_eq!(agents.iter().map(|row| row.calls).sum::<i64>(), 1_000);
        assert!(
            agents
                .iter()
                .any(|row| row.value == OTHERS && row.calls == 950)
        );
        assert!(agents.iter().any(|row| row.value == "agent/7"));
        let scopes: Vec<_> = rows
            .iter()
            .filter(|row| row.dimension == Dimension::Scope && row.span == DAY)
            .map(|row| (row.value.as_str(), row.calls))
            .collect();
        assert_eq!(scopes, [("invoice:read", 1_000), ("tax:read", 1_000)]);
    }
}
