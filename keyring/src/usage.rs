//! Writing counted calls, and reading them back for charts.

use crate::{
    Keyring, KeyringError, Viewer,
    meter::{Extent, Noted},
    snapshot::Entry,
};
use domain::{
    key::{scope::ScopeSet, suggestion::ScopeUse, token::KeyId},
    time::DAY,
    usage::{
        Outcome, Range, Series, Window,
        breakdown::{Breakdown, Dimension, Impact, Part},
    },
};
use std::sync::atomic::Ordering;

/// Values of each dimension that a key's page names.
pub(crate) const NAMED: usize = 8;
/// Values of each dimension that are named before a revocation.
const NAMED_BEFORE_THE_END: usize = 5;

impl Keyring {
    /// Writes all that has been counted until now. What cannot be written is kept and tried again.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn flush_usage(&self) -> Result<(), KeyringError> {
        self.flush(Extent::All).await
    }

    /// Notes what has been counted until now, as the keeper does each second: whoever starts after a server that was
    /// killed adds it up ([`Keyring::recover_usage`]). Once a minute it is all written.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn note_usage(&self) -> Result<(), KeyringError> {
        self.flush(Extent::Note).await
    }

    /// Writes as much of what was counted as is asked for, or is due.
    pub(crate) async fn flush(&self, extent: Extent) -> Result<(), KeyringError> {
        let _turn = self.flushing.lock().await;
        // What failed before comes first. What is counted from here on waits for the next time: else this had no end while
        // calls go on, and whoever reads numbers waited with it.
        self.write_batches().await?;
        let (now, new_id) = (self.now(), || self.new_id());
        if let Some(note) = self.meter.take(extent, now, new_id) {
            let noted = self.store.note_usage(note.batch, note.seq, &note.body);
            if let Err(error) = noted.await {
                self.meter.give_up_notes(now, new_id);
                return Err(error.into());
            }
        }
        self.write_batches().await?;
        self.flushed.store(self.monotonic().0, Ordering::Relaxed);
        Ok(())
    }

    async fn write_batches(&self) -> Result<(), KeyringError> {
        while let Some(batch) = self.meter.next_batch() {
            if let Err(error) = self.store.add_usage(&batch).await {
                self.meter.keep(batch);
                return Err(error.into());
            }
        }
        Ok(())
    }

    /// Adds up what was noted by a server that was killed. Whoever owns the database does so before it counts anything.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn recover_usage(&self) -> Result<(), KeyringError> {
        let mut noted = Noted::default();
        let application = |key| {
            let home = |entry: Option<&Entry>| entry.map(|entry| entry.home().application);
            self.snapshot.with(key, home)
        };
        self.store
            .each_usage_note(|batch, body| {
                if !noted.add(batch, body, application) {
                    tracing::error!(%batch, "a note of counted calls cannot be read: they are lost");
                }
            })
            .await?;
        for batch in noted.into_batches(self.now()) {
            self.store.add_usage(&batch).await?;
        }
        Ok(())
    }

    /// Writes all that has been counted, for somebody who is about to read it; what is written already can be read
    /// whatever comes of that.
    pub(crate) async fn write_now(&self) {
        self.write(Extent::All).await;
    }

    /// As [`Keyring::write_now`], for somebody who does not read what calls had in common.
    pub(crate) async fn write_numbers_now(&self) {
        self.write(Extent::Numbers).await;
    }

    async fn write(&self, extent: Extent) {
        if let Err(error) = self.flush(extent).await {
            tracing::warn!(%error, "the newest calls are not in the numbers that are read now");
        }
    }
}

impl Viewer {
    /// What became of a key's calls.
    ///
    /// # Errors
    /// `NotFound` where the application has no such key.
    pub async fn key_usage(&self, id: KeyId, window: Window) -> Result<Series, KeyringError> {
        self.key(id).await?;
        self.usage_of(&id.to_string(), window).await
    }

    /// What became of all calls of the application's keys.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn application_usage(&self, window: Window) -> Result<Series, KeyringError> {
        self.usage_of(&self.application().id.to_string(), window)
            .await
    }

    async fn usage_of(&self, subject: &str, window: Window) -> Result<Series, KeyringError> {
        let now = self.now();
        let range = Range::of(window, now);
        let store = &self.keyring().store;
        let counts = store.usage(subject, range.level, range.start, now).await?;
        Ok(Series::fill_gaps(range, now, counts))
    }

    /// What a key's calls had in common.
    ///
    /// # Errors
    /// `NotFound` where the application has no such key.
    pub async fn key_breakdown(
        &self,
        id: KeyId,
        window: Window,
    ) -> Result<Breakdown, KeyringError> {
        self.breakdown(Some(id), Range::of(window, self.now()))
            .await
    }

    /// Which scopes a key's calls have asked for, as far back as that is known.
    ///
    /// # Errors
    /// `NotFound` where the application has no such key.
    pub async fn scope_use(&self, id: KeyId) -> Result<ScopeUse, KeyringError> {
        self.stored_key(id).await?;
        let seen = self.keyring().store.seen(id, DAY, Dimension::Scope).await?;
        Ok(ScopeUse {
            asked: seen
                .iter()
                .filter_map(|seen| ScopeSet::one(&seen.value).ok())
                .fold(ScopeSet::default(), ScopeSet::union),
            since: seen.iter().map(|seen| seen.first).min(),
        })
    }

    /// Whose calls would end with a key: those that passed lately.
    ///
    /// # Errors
    /// `NotFound` where the application has no such key.
    pub async fn impact(&self, id: KeyId) -> Result<Impact, KeyringError> {
        self.key(id).await?;
        let (day, day_by) = self.passed(id, Window::Day).await?;
        let (week, week_by) = self.passed(id, Window::Week).await?;
        Ok(Impact {
            last_minute: self.keyring().meter.last_minute(id, self.now()),
            day,
            day_by,
            week,
            week_by,
        })
    }

    async fn passed(&self, id: KeyId, window: Window) -> Result<(i64, Breakdown), KeyringError> {
        let store = &self.keyring().store;
        let now = self.now();
        let (span, since) = Breakdown::span(Range::of(window, now), now);
        let counts = store.usage(&id.to_string(), span, since, now).await?;
        let parts = store.usage_by(&id.to_string(), span, since, now).await?;
        let passed = parts
            .into_iter()
            .filter(|part: &Part| part.outcome == Outcome::Accepted);
        Ok((
            Series::total(counts).accepted,
            Breakdown::new(since, passed, NAMED_BEFORE_THE_END),
        ))
    }
}
