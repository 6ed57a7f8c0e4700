//! The rows of the list of keys.

use crate::chart::spark;
use domain::{
    key::{KeySummary, token::KeyId},
    security::EventKind,
    time::Timestamp,
    usage::Bucket,
};
use management::Listing;

/// Calls of the last 24 hours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DayCalls {
    /// All calls.
    pub calls: i64,
    /// Calls that were denied.
    pub refused: i64,
    /// All calls by the hour, as the `d` of a path ([`spark`]); empty without calls.
    pub line: String,
}

/// A key that another one replaces, and that still works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetiringKey {
    /// The old key.
    pub id: KeyId,
    /// When it stops working.
    pub retires_at: Timestamp,
    /// Its calls of the last 24 hours.
    pub calls: i64,
}

/// A row of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedKey {
    /// The key.
    pub key: KeySummary,
    /// Its newest open critical event, once it was read.
    pub critical: Option<EventKind>,
    /// Its calls.
    pub day: DayCalls,
    /// The key that it replaces, if that one still works.
    pub retiring: Option<RetiringKey>,
}

/// Takes the rows out of a listing.
pub fn take_rows(listing: &mut Listing) -> Vec<ListedKey> {
    let Listing {
        page,
        retiring,
        days,
        ..
    } = listing;
    // A page may have a row for a key that another row replaces: the same day is shown twice.
    let day_of = |id: KeyId| {
        let hours = days.get(&id.into());
        hours.map(|hours| DayCalls::of(hours)).unwrap_or_default()
    };
    std::mem::take(&mut page.rows)
        .into_iter()
        .map(|key| ListedKey {
            critical: None,
            day: day_of(key.id),
            retiring: retiring.remove(&key.id).map(|old| RetiringKey {
                id: old.id,
                retires_at: old.retires_at,
                calls: day_of(old.id).calls,
            }),
            key,
        })
        .collect()
}

impl DayCalls {
    /// Sums up the hours, the oldest first.
    pub fn of(hours: &[Bucket]) -> Self {
        let totals: Vec<i64> = hours.iter().map(|hour| hour.total()).collect();
        let accepted: i64 = hours.iter().map(|hour| hour.accepted).sum();
        let calls = totals.iter().sum();
        Self {
            calls,
            refused: calls - accepted,
            line: spark::line(&totals),
        }
    }
}
