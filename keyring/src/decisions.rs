//! The stream of decisions. A call pays for one copy into a bounded buffer; a task hands the copies on, some ten times a
//! second, to whoever follows them.

mod buffer;
mod kept;
mod table;
mod tail;

pub use tail::{News, Tail};

use crate::{Keyring, snapshot::Home, verify::Call};
use buffer::Buffer;
pub(crate) use buffer::Noted;
use domain::{key::token::KeyId, time::Timestamp, verdict::Verdict};
use kept::Kept;
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use table::Rows;
use tail::Recent;
use tokio::{
    sync::watch,
    time::{MissedTickBehavior, interval},
};

/// How often decisions are handed on: what a follower may lag behind at least.
const TICK: Duration = Duration::from_millis(100);

/// Decisions on their way from the gate to those who follow them.
pub(crate) struct Decisions {
    buffer: Buffer,
    recent: Mutex<Recent>,
    kept: Mutex<Kept>,
    /// Taken by whoever writes or forgets decisions.
    rows: tokio::sync::Mutex<Rows>,
    /// Changes whenever there is something new in `recent`.
    news: watch::Sender<()>,
}

impl Decisions {
    /// Ids begin behind `last`.
    pub(crate) fn new(last: i64) -> Self {
        Self {
            buffer: Buffer::default(),
            recent: Mutex::new(Recent::new(last)),
            kept: Mutex::default(),
            rows: tokio::sync::Mutex::default(),
            news: watch::Sender::new(()),
        }
    }

    /// Takes a call of a key that exists. Where the buffer is full, it is counted and left out.
    pub(crate) fn note(
        &self,
        key: KeyId,
        home: Home,
        verdict: Verdict,
        call: &Call<'_>,
        now: Timestamp,
    ) {
        self.buffer.push(key, home, verdict, call, now);
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn recent(&self) -> MutexGuard<'_, Recent> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Keyring {
    /// Hands on what has been decided since the last time.
    pub fn hand_on(&self) {
        let decisions = &self.decisions;
        // Held from the taking on, so that two of these do not overtake each other.
        let mut recent = decisions.recent();
        let taken = decisions.buffer.take();
        if taken.is_empty() {
            return;
        }
        let mut calls = Vec::with_capacity(taken.calls.len());
        for call in taken.calls {
            calls.push((recent.next_id(call.at()), call));
        }
        self.watch.look_at(&calls);
        let mut kept = decisions.kept();
        for (id, call) in calls {
            kept.offer(call.key(), call.verdict(), || call.decided(id));
            recent.add(id, call);
        }
        drop(kept);
        recent.skip(taken.skipped);
        drop(recent);
        decisions.news.send_replace(());
    }

    /// Hands decisions on until [`Keyring::close`].
    pub(crate) fn spawn_hander_on(&self) {
        self.spawn_task("decisions", |keyring| async move {
            let mut tick = interval(TICK);
            tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
            while !keyring.tasks.is_closed() {
                tick.tick().await;
                keyring.hand_on();
            }
        });
    }
}
