//! The keys of an application that need attention.

use super::Bucket;
use crate::{
    key::{KeySummary, condition::KeyCondition, name::KeyName, token::KeyId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// A key is listed for its refusals if at least this many calls, and more than 5 % of all its calls, were not accepted. The tables'
/// definition of `key_day` states the share.
pub const OVERVIEW_MIN_REFUSALS: i64 = 20;

/// The conditions that the overview lists.
pub const ATTENTION: [KeyCondition; 4] = [
    KeyCondition::ExpiresSoon,
    KeyCondition::NotConfirmed,
    KeyCondition::NeverUsed,
    KeyCondition::Idle,
];

/// A key with its calls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct BusyKey {
    pub id: KeyId,
    pub name: KeyName,
    pub calls: Bucket,
}

/// Keys in one condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttentionGroup {
    /// The condition's value in links.
    pub condition: String,
    /// Some of the keys: next to expire, longest idle, or newest first.
    pub keys: Vec<KeySummary>,
    /// Whether more keys are in this condition.
    pub more: bool,
}

/// The busiest keys of an application and those that need attention.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyOverview {
    /// The start of the counted period, at midnight in UTC.
    pub since: Timestamp,
    /// The keys with the most calls.
    pub busiest: Vec<BusyKey>,
    /// The keys with many refusals, see [`OVERVIEW_MIN_REFUSALS`].
    pub refused: Vec<BusyKey>,
    /// The keys in each of the conditions [`ATTENTION`].
    pub attention: Vec<AttentionGroup>,
}
