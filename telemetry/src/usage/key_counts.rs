//! The counts of one key.

use super::dimension_counts::address_text;
use domain::{
    id::ApplicationId,
    key::token::KeyId,
    time::{MINUTE, Timestamp},
    verdict::Verdict,
};
use std::{net::IpAddr, sync::Arc};
use store::LastUse;

/// Calls of a key since the last collection.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct KeyCounts {
    pub(crate) application: ApplicationId,
    /// Most keys have only accepted calls of one minute.
    first: MinuteCalls,
    more: Vec<MinuteCalls>,
    pub(crate) last: Option<LastCall>,
}

/// The number of calls in a minute with one verdict; the verdict has no data of a single call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MinuteCalls {
    pub(crate) minute: Timestamp,
    pub(crate) verdict: Verdict,
    pub(crate) count: i64,
}

/// The last accepted call. Its texts are shared with other keys.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct LastCall {
    pub(crate) at: Timestamp,
    pub(crate) address: Option<IpAddr>,
    pub(crate) user_agent: Arc<str>,
    pub(crate) route: Arc<str>,
}

impl KeyCounts {
    /// Creates counts for a first call, which is not counted yet.
    pub(crate) const fn new(
        application: ApplicationId,
        minute: Timestamp,
        verdict: Verdict,
    ) -> Self {
        Self {
            application,
            first: MinuteCalls {
                minute,
                verdict,
                count: 0,
            },
            more: Vec::new(),
            last: None,
        }
    }

    pub(crate) fn add(&mut self, minute: Timestamp, verdict: Verdict, count: i64) {
        let found = std::iter::once(&mut self.first)
            .chain(&mut self.more)
            .find(|known| known.minute == minute && known.verdict == verdict);
        match found {
            Some(known) => known.count = known.count.saturating_add(count),
            None => self.more.push(MinuteCalls {
                minute,
                verdict,
                count,
            }),
        }
    }

    /// Adds later counts.
    pub(crate) fn merge(&mut self, later: Self) {
        for calls in later.calls() {
            self.add(calls.minute, calls.verdict, calls.count);
        }
        if let Some(last) = later.last
            && self.last.as_ref().is_none_or(|known| known.at <= last.at)
        {
            self.last = Some(last);
        }
    }

    /// Returns accepted calls by minute, each with an instant that is not before any of them.
    pub(crate) fn accepted(&self) -> impl Iterator<Item = (Timestamp, i64)> {
        let last = self.last.as_ref().map_or(Timestamp(0), |last| last.at);
        self.calls()
            .filter(|calls| calls.verdict == Verdict::Accepted)
            .map(move |calls| (last.min(calls.minute.plus(MINUTE - 1)), calls.count))
    }

    pub(crate) fn calls(&self) -> impl Iterator<Item = MinuteCalls> {
        std::iter::once(self.first).chain(self.more.iter().copied())
    }
}

impl LastCall {
    pub(crate) fn of(self, key: KeyId, application: ApplicationId) -> LastUse {
        LastUse {
            key,
            application,
            at: self.at,
            address: address_text(self.address),
            user_agent: self.user_agent.as_ref().to_owned(),
            route: self.route.as_ref().to_owned(),
        }
    }
}
