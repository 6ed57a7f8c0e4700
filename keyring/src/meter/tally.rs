//! What the calls of a key have in common, counted in memory: address, route, scope, user agent.

use super::shared::Sums;
use crate::{
    by_id::Hashed,
    verify::{Call, Route},
};
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
use store::UsageBy;

/// Values of one dimension that are told apart for a key between two writings, which are a minute apart at most.
const MOST: usize = 50;
/// Characters of a value.
const LONGEST: usize = 200;

/// By what calls are told apart here, in the order of [`Marks`].
const MARKED: [Dimension; 4] = [
    Dimension::Address,
    Dimension::Route,
    Dimension::Scope,
    Dimension::UserAgent,
];

/// The hash of what is counted as [`OTHERS`].
const OTHERS_HASH: u64 = 0;

/// What a call has in common with others, as keyed hashes: nobody can choose values that collide. They are made before
/// the meter's lock is taken.
pub(crate) struct Marks([u64; 4]);

/// The texts behind [`Marks`]; they are cleaned and copied only when they are new.
struct Texts<'a> {
    address: Option<IpAddr>,
    route: Route<'a>,
    scopes: ScopeSet,
    user_agent: &'a str,
}

/// A value of one dimension and the calls with it.
struct Value {
    dimension: Dimension,
    hash: u64,
    text: Box<str>,
    calls: [u32; 3],
}

/// The values of a key, and its application.
struct Values {
    application: ApplicationId,
    values: Vec<Value>,
}

/// The values of every key that was called since the last writing, by the hour.
#[derive(Default)]
pub(crate) struct Tally {
    keys: HashMap<(KeyId, Timestamp), Values, Hashed>,
}

/// Makes [`Marks`].
#[derive(Default)]
pub(crate) struct Marker(RandomState);

impl Marker {
    pub(crate) fn marks(&self, call: &Call<'_>) -> Marks {
        Marks([
            self.mark(|hasher| call.address.hash(hasher)),
            self.mark(|hasher| {
                call.route.method.hash(hasher);
                call.route.pieces(|piece| piece.hash(hasher));
            }),
            self.mark(|hasher| call.scopes.hash(hasher)),
            self.mark(|hasher| call.user_agent.hash(hasher)),
        ])
    }

    fn mark(&self, write: impl FnOnce(&mut <RandomState as BuildHasher>::Hasher)) -> u64 {
        let mut hasher = self.0.build_hasher();
        write(&mut hasher);
        // Zero is taken.
        hasher.finish().max(1)
    }
}

impl Tally {
    pub(crate) fn add(
        &mut self,
        (key, application): (KeyId, ApplicationId),
        now: Timestamp,
        marks: &Marks,
        call: &Call<'_>,
        outcome: Outcome,
    ) {
        let whose = (key, now.floor(HOUR));
        let values = self.keys.entry(whose).or_insert_with(|| Values {
            application,
            values: Vec::new(),
        });
        let values = &mut values.values;
        let texts = Texts {
            address: call.address,
            route: call.route,
            scopes: call.scopes,
            user_agent: call.user_agent,
        };
        for (dimension, hash) in MARKED.into_iter().zip(marks.0) {
            let place = place(values, dimension, hash, &texts);
            if let Some(calls) = values
                .get_mut(place)
                .and_then(|value| value.calls.get_mut(outcome as usize))
            {
                *calls = calls.saturating_add(1);
            }
        }
    }

    /// What is to be written of the keys, by the hour and by the day, and the sums of their applications.
    pub(super) fn into_rows(self) -> (Vec<UsageBy>, Sums) {
        let mut sums = BTreeMap::new();
        let mut shared = Sums::default();
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
        // In one order everywhere, so that two writers never wait for each other in a circle.
        let rows = sums
            .into_iter()
            .map(
                |((subject, span, bucket, dimension, value, outcome), calls)| UsageBy {
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

/// Where the value stands; a new one is put there, beyond the bound among the others.
fn place(values: &mut Vec<Value>, dimension: Dimension, hash: u64, texts: &Texts<'_>) -> usize {
    let find = |values: &[Value], hash| {
        values
            .iter()
            .position(|value| value.hash == hash && value.dimension == dimension)
    };
    if let Some(place) = find(values, hash) {
        return place;
    }
    let full = values
        .iter()
        .filter(|value| value.dimension == dimension)
        .count()
        >= MOST;
    let (hash, text) = if full {
        if let Some(place) = find(values, OTHERS_HASH) {
            return place;
        }
        (OTHERS_HASH, OTHERS.into())
    } else {
        (hash, texts.of(dimension))
    };
    values.push(Value {
        dimension,
        hash,
        text,
        calls: [0; 3],
    });
    values.len() - 1
}

impl Texts<'_> {
    fn of(&self, dimension: Dimension) -> Box<str> {
        match dimension {
            Dimension::Address => address_text(self.address).into(),
            Dimension::Route => self.route.text().into(),
            Dimension::Scope => self.scopes.to_string().into(),
            Dimension::UserAgent => clean(self.user_agent).into(),
            // Counted with the verdicts.
            Dimension::Refusal => Box::default(),
        }
    }
}

/// A call that needs two scopes counts for both.
fn each(dimension: Dimension, text: &str) -> Vec<&str> {
    if dimension == Dimension::Scope && !text.is_empty() {
        text.split(' ').collect()
    } else {
        vec![text]
    }
}

/// At most 200 characters, without control characters.
pub(crate) fn clean(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control())
        .take(LONGEST)
        .collect()
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
    fn values_beyond_the_bound_are_counted_together() {
        let (mut tally, marker) = (Tally::default(), Marker::default());
        let key = KeyId::from_number(Environment::Live, 1);
        for n in 0..1_000 {
            let agent = format!("agent\u{7}/{n}");
            let call = call(&agent);
            tally.add(
                (key, ApplicationId(uuid::Uuid::nil())),
                Timestamp(HOUR),
                &marker.marks(&call),
                &call,
                Outcome::Accepted,
            );
        }
        let (rows, _) = tally.into_rows();
        let agents: Vec<_> = rows
            .iter()
            .filter(|row| row.dimension == Dimension::UserAgent && row.span == HOUR)
            .collect();
        assert_eq!(agents.len(), MOST + 1);
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
