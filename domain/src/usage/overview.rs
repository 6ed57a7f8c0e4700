//! Which keys of an application are worth a look.

use super::Bucket;
use crate::{
    key::{KeySummary, name::KeyName, notable::Notable, token::KeyId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// So many calls that did not pass, and a tenth of all, are above what is normal for a key: a client is set up wrongly, or
/// somebody tries what is not theirs.
pub const MANY_REFUSALS: i64 = 20;

/// What is worth a look about a key before it becomes a trouble.
pub const ATTENTION: [Notable; 4] = [
    Notable::ExpiresSoon,
    Notable::NotConfirmed,
    Notable::NeverUsed,
    Notable::Idle,
];

/// A key and its calls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BusyKey {
    /// Which.
    pub id: KeyId,
    /// Its name.
    pub name: KeyName,
    /// What became of its calls.
    pub calls: Bucket,
}

/// Keys that have something in common.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Worth {
    /// What, as it stands in the list's links.
    pub notable: String,
    /// Some of them: what ends next, what has been idle longest, else the newest.
    pub keys: Vec<KeySummary>,
    /// Whether there are more.
    pub more: bool,
}

/// The keys of an application that are worth a look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeysInSight {
    /// Since when calls are counted here: a midnight in UTC.
    pub since: Timestamp,
    /// Those with the most calls.
    pub busiest: Vec<BusyKey>,
    /// Those with more refusals than is normal.
    pub refused: Vec<BusyKey>,
    /// Those that want something done.
    pub attention: Vec<Worth>,
}
