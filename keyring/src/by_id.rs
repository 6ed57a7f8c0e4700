//! Maps by key id, for the hot path.

use domain::key::token::KeyId;
use std::collections::HashMap;

/// A map of keys that exist.
pub(crate) type ById<T> = HashMap<KeyId, T, Hashed>;

/// Makes hashes of ids. They are random, and nobody chooses them: a strong hash would protect from nothing.
pub(crate) type Hashed = foldhash::fast::FixedState;
