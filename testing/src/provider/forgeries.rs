//! Forged, foreign, expired and damaged tokens and responses, each of which a client has to refuse.

mod claims;
mod signatures;

use super::Script;
use serde_json::Value;

/// A forgery: what it is, how the provider makes it, and the name of the error that refuses it.
pub type Forgery = (&'static str, fn(&mut Script), &'static str);

/// All of them.
pub fn all() -> impl Iterator<Item = &'static Forgery> {
    claims::CLAIMS.iter().chain(signatures::SIGNATURES)
}

fn of(name: &str, value: Value) -> serde_json::Map<String, Value> {
    [(name.to_owned(), value)].into_iter().collect()
}
