//! What was counted of one key.

use domain::{
    id::ApplicationId,
    key::token::KeyId,
    time::{MINUTE, Timestamp},
    verdict::Verdict,
};
use store::LastUse;

/// Calls of a key since it was looked at last.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Used {
    pub(crate) application: ApplicationId,
    /// Most have calls of one minute, and all of them passed.
    first: Calls,
    more: Vec<Calls>,
    pub(crate) last: Option<Last>,
}

/// So many calls of a minute with one verdict, which says nothing of a single call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Calls {
    pub(crate) minute: Timestamp,
    pub(crate) verdict: Verdict,
    pub(crate) count: i64,
}

/// The last accepted call.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Last {
    pub(crate) at: Timestamp,
    pub(crate) address: String,
    pub(crate) user_agent: String,
    pub(crate) route: String,
}

impl Used {
    /// Of the first call, which is not counted yet.
    pub(crate) const fn new(
        application: ApplicationId,
        minute: Timestamp,
        verdict: Verdict,
    ) -> Self {
        Self {
            application,
            first: Calls {
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
            None => self.more.push(Calls {
                minute,
                verdict,
                count,
            }),
        }
    }

    /// Takes in what was counted later.
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

    /// How many passed, each with an instant that none of them is behind.
    pub(crate) fn accepted(&self) -> impl Iterator<Item = (Timestamp, i64)> {
        let last = self.last.as_ref().map_or(Timestamp(0), |last| last.at);
        self.calls()
            .filter(|calls| calls.verdict == Verdict::Accepted)
            .map(move |calls| (last.min(calls.minute.plus(MINUTE - 1)), calls.count))
    }

    pub(crate) fn calls(&self) -> impl Iterator<Item = Calls> {
        std::iter::once(self.first).chain(self.more.iter().copied())
    }
}

impl Last {
    pub(crate) fn of(self, key: KeyId) -> LastUse {
        LastUse {
            key,
            at: self.at,
            address: self.address,
            user_agent: self.user_agent,
            route: self.route,
        }
    }
}
