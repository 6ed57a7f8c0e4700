//! The newest decisions, for those who read along. A reader has a place among them and no buffer of its own: however
//! slow, it holds up nobody.

use super::{
    Decisions,
    buffer::{Noted, Skipped},
};
use crate::{Keyring, Viewer};
use domain::{decision::Decided, id::ApplicationId, key::token::KeyId, time::Timestamp};
use std::collections::VecDeque;
use tokio::sync::watch;

/// Decisions that are kept to be read along.
const KEPT: usize = 10_000;
/// Calls that a reader is given at once; of more, the newest.
const AT_ONCE: usize = 50;
/// Ids of one millisecond.
pub(super) const A_MILLISECOND: i64 = 1_000;

/// The newest decisions, in the order of their ids.
pub(super) struct Recent {
    lines: VecDeque<Line>,
    /// The id of the last one that was put in.
    last: i64,
    /// The id of the last one that fell out again.
    lost: i64,
}

struct Line {
    id: i64,
    what: What,
}

enum What {
    /// As it was noted: most are never read.
    Call(Noted),
    /// So many calls of a key that were not kept.
    Skipped(ApplicationId, KeyId, u64),
}

/// What happened since the last time.
#[derive(Debug)]
pub struct News {
    /// The calls, the oldest first.
    pub calls: Vec<Decided>,
    /// How many calls before them are left out; `None` where some are, and nobody knows how many.
    pub skipped: Option<u64>,
    /// Where to go on.
    pub last: i64,
}

impl News {
    fn is_empty(&self) -> bool {
        self.calls.is_empty() && self.skipped == Some(0)
    }
}

/// Reads along the decisions of an application, or of one of its keys.
pub struct Tail {
    keyring: Keyring,
    application: ApplicationId,
    key: Option<KeyId>,
    after: i64,
    news: watch::Receiver<()>,
}

impl Recent {
    pub(super) fn new(last: i64) -> Self {
        Self {
            lines: VecDeque::new(),
            last,
            lost: last,
        }
    }

    /// The id for a call of that instant.
    pub(super) fn next_id(&mut self, at: Timestamp) -> i64 {
        self.last =
            at.0.saturating_mul(A_MILLISECOND)
                .max(self.last.saturating_add(1));
        self.last
    }

    /// Takes a call under an id of its own.
    pub(super) fn add(&mut self, id: i64, call: Noted) {
        self.push(id, What::Call(call));
    }

    pub(super) fn skip(&mut self, skipped: Skipped) {
        for ((application, key), calls) in skipped {
            let id = self.next_id(Timestamp(0));
            self.push(id, What::Skipped(application, key, calls));
        }
    }

    fn push(&mut self, id: i64, what: What) {
        if self.lines.len() >= KEPT
            && let Some(lost) = self.lines.pop_front()
        {
            self.lost = lost.id;
        }
        self.lines.push_back(Line { id, what });
    }

    fn since(&self, after: i64, application: ApplicationId, key: Option<KeyId>) -> News {
        let first = self.lines.partition_point(|line| line.id <= after);
        let mut calls = Vec::new();
        let mut skipped = 0_u64;
        for line in self.lines.range(first..).rev() {
            match &line.what {
                What::Call(call) => {
                    if call.application() != application || key.is_some_and(|key| key != call.key())
                    {
                        continue;
                    }
                    if calls.len() < AT_ONCE {
                        calls.push(call.decided(line.id));
                    } else {
                        skipped += 1;
                    }
                }
                What::Skipped(of, called, count) => {
                    if *of == application && key.is_none_or(|key| key == *called) {
                        skipped += count;
                    }
                }
            }
        }
        calls.reverse();
        News {
            calls,
            skipped: (after >= self.lost).then_some(skipped),
            last: self.last,
        }
    }
}

impl Decisions {
    /// The id of the newest decision.
    pub(crate) fn last(&self) -> i64 {
        self.recent().last
    }
}

impl Viewer {
    /// Reads along what is decided about the application's keys, or about one of them, behind the decision `after`;
    /// from now on where there is none. (Of a key that is not the application's there is nothing to read.)
    pub fn tail(&self, key: Option<KeyId>, after: Option<i64>) -> Tail {
        let keyring = self.keyring().clone();
        Tail {
            application: self.application().id,
            key,
            after: after.unwrap_or_else(|| keyring.decisions.last()),
            news: keyring.decisions.news.subscribe(),
            keyring,
        }
    }
}

impl Tail {
    /// Waits until something has happened. Whoever drops the wait loses nothing.
    pub async fn next(&mut self) -> News {
        loop {
            self.news.mark_unchanged();
            let news =
                self.keyring
                    .decisions
                    .recent()
                    .since(self.after, self.application, self.key);
            self.after = news.last;
            if !news.is_empty() {
                return news;
            }
            // The sender lives as long as the keyring, which is held here.
            if self.news.changed().await.is_err() {
                return news;
            }
        }
    }
}
