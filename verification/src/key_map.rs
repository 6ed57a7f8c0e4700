//! Maps by key id for the hot path.

use domain::key::token::KeyId;
use std::collections::HashMap;

/// A map of existing keys.
pub type KeyMap<T> = HashMap<KeyId, T, KeyIdHasher>;

/// A fast hasher without protection against chosen keys: ids are random, and clients cannot choose them.
pub type KeyIdHasher = foldhash::fast::FixedState;
