//! Examines observations and writes security events.

use super::{HabitUse, MAX_PENDING_USES, Observations, event_counts::Observed, event_of};
use crate::{Telemetry, run_to_end, usage::FlushScope};
use domain::{
    account::Email,
    decision::DecisionRecord,
    key::token::KeyId,
    origin::Origin,
    security::{
        BASELINE_PERIOD, EventKind, EventOccurrence, Habit, RefusalCounts, THRESHOLD_WINDOW,
        is_new, refusals_rose, was_dormant,
    },
    time::{HOUR, MINUTE, Timestamp},
    usage::{Level, Series},
};
use std::sync::Arc;
use store::{NewSighting, StoreError};

/// Habits that are examined at a time.
const MAX_USES: usize = 500;
/// Events that are written at a time, or wait while the database is unavailable; of more, the newest are kept.
const MAX_EVENTS: usize = 5_000;
/// Events of one kind that are written each second; the others wait.
const MAX_PER_SECOND: usize = 500;
/// Keys whose share of refusals is examined at a time; the others wait.
const MAX_SUSPECTS: usize = 50;

type ObservedCalls = Vec<((KeyId, EventKind), Observed<Arc<DecisionRecord>>)>;
type Suspects = Vec<(KeyId, Observed<Arc<DecisionRecord>>)>;
type ObservedSignIns = Vec<((Email, EventKind, String), Observed<Origin>)>;

impl Telemetry {
    /// Writes the security events until now. What cannot be written is retried.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn write_events(&self) -> Result<(), StoreError> {
        self.write_events_of(false).await
    }

    /// Writes the security events that are due. To be called every second.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn write_due_events(&self) -> Result<(), StoreError> {
        self.write_events_of(true).await
    }

    async fn write_events_of(&self, paced: bool) -> Result<(), StoreError> {
        let mut events = self.anomalies.events.lock().await;
        self.dispatch().await;
        let TakenObservations {
            calls,
            mut suspects,
            mut sign_ins,
            uses,
        } = self.anomalies.observations().take(self.now(), paced);
        events.extend(
            calls
                .iter()
                .map(|((_, kind), calls)| event_of(*kind, calls)),
        );
        let mut examined = self.examine_uses(uses, &mut events).await;
        if examined.is_ok() && !paced && !suspects.is_empty() {
            // The totals of paced ones have been written meanwhile.
            examined = self.flush(FlushScope::Totals).await;
        }
        if examined.is_ok() {
            examined = self.examine_suspects(&mut suspects, &mut events).await;
        }
        if examined.is_ok() {
            examined = self.examine_sign_ins(&mut sign_ins, &mut events).await;
        }
        self.anomalies.observations().put_back(suspects, sign_ins);
        let too_many = events.len().saturating_sub(MAX_EVENTS);
        events.drain(..too_many);
        examined?;
        if !events.is_empty() {
            self.store.raise_security_events(&events).await?;
            events.clear();
        }
        Ok(())
    }

    /// Calls [`Telemetry::write_events`] before a read, and to its end even if the reader is gone. A failure is logged.
    pub async fn write_events_before_read(self: &Arc<Self>) {
        let this = Arc::clone(self);
        let written = run_to_end(async move { this.write_events().await });
        if let Err(error) = written.await {
            tracing::warn!(
                error,
                "the security events that are read now lack the newest ones"
            );
        }
    }

    async fn examine_uses(
        &self,
        uses: Vec<HabitUse>,
        events: &mut Vec<EventOccurrence>,
    ) -> Result<(), StoreError> {
        if uses.is_empty() {
            return Ok(());
        }
        let sightings: Vec<_> = uses
            .iter()
            .map(|used| NewSighting {
                key: used.call.key,
                habit: used.habit,
                value: used.value(),
                at: used.call.at,
            })
            .collect();
        let known = match self.store.record_sightings(&sightings).await {
            Ok(known) => known,
            Err(error) => {
                self.anomalies.observations().put_back_uses(uses);
                return Err(error);
            }
        };
        for ((used, sighting), known) in uses.iter().zip(sightings).zip(known) {
            let at = used.call.at;
            let kind = match used.habit {
                Habit::Used => known
                    .first()
                    .filter(|seen| was_dormant(seen.last_at, at))
                    .map(|_| EventKind::DormantWoke),
                Habit::Network => {
                    is_new(&known, &sighting.value, at).then_some(EventKind::NewNetwork)
                }
                Habit::Client => {
                    is_new(&known, &sighting.value, at).then_some(EventKind::AgentChanged)
                }
            };
            events.extend(kind.map(|kind| EventOccurrence {
                value: sighting.value,
                ..EventOccurrence::from_call(kind, &used.call)
            }));
        }
        Ok(())
    }

    /// Reports keys with an unusual share of refusals. Suspects that could not be examined stay.
    async fn examine_suspects(
        &self,
        suspects: &mut Suspects,
        events: &mut Vec<EventOccurrence>,
    ) -> Result<(), StoreError> {
        while let Some((key, refusals)) = suspects.last() {
            let begin = refusals.last.plus(-THRESHOLD_WINDOW).floor(MINUTE);
            let until = begin.floor(HOUR).plus(-1);
            let now = self
                .share(*key, Level::Minute, begin, refusals.last)
                .await?;
            let usual = self
                .share(*key, Level::Hour, until.plus(-BASELINE_PERIOD), until)
                .await?;
            if refusals_rose(now, usual) {
                events.push(event_of(EventKind::RefusalsRose, refusals));
            }
            suspects.pop();
        }
        Ok(())
    }

    async fn share(
        &self,
        key: KeyId,
        level: Level,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<RefusalCounts, StoreError> {
        let counts = self.store.usage(key.into(), level, from, until).await?;
        let total = Series::total(counts);
        Ok(RefusalCounts {
            calls: total.total(),
            refused: total.refused,
        })
    }

    /// Reports failed sign-ins to every account of the person. Those that could not be examined stay.
    async fn examine_sign_ins(
        &self,
        sign_ins: &mut ObservedSignIns,
        events: &mut Vec<EventOccurrence>,
    ) -> Result<(), StoreError> {
        while let Some(((email, kind, passkey), failed)) = sign_ins.last() {
            let person = self.store.person_by_email(email).await?;
            let accounts = match person {
                Some(person) => self.store.account_ids_of(person.id).await?,
                None => Vec::new(),
            };
            events.extend(accounts.into_iter().map(|account| EventOccurrence {
                account,
                application: None,
                kind: *kind,
                subject: email.to_string(),
                value: passkey.clone(),
                first_at: failed.first,
                last_at: failed.last,
                calls: failed.times,
                address: failed.sample.address_text(),
                route: String::new(),
                user_agent: failed.sample.clean_user_agent(),
                request_id: failed.sample.request_id.clone(),
                detail: passkey.clone(),
            }));
            sign_ins.pop();
        }
        Ok(())
    }
}

/// Observations to be examined.
struct TakenObservations {
    calls: ObservedCalls,
    suspects: Suspects,
    sign_ins: ObservedSignIns,
    uses: Vec<HabitUse>,
}

impl Observations {
    fn take(&mut self, now: Timestamp, paced: bool) -> TakenObservations {
        let some = self.uses.len().min(MAX_USES);
        let max = if paced { MAX_PER_SECOND } else { MAX_EVENTS };
        TakenObservations {
            calls: self.calls.take(now, paced, max),
            suspects: self.refusals.take(now, paced, MAX_SUSPECTS),
            sign_ins: self.sign_ins.take(now, paced, max),
            uses: self.uses.drain(..some).collect(),
        }
    }

    fn put_back(&mut self, suspects: Suspects, sign_ins: ObservedSignIns) {
        self.refusals.put_back(suspects);
        self.sign_ins.put_back(sign_ins);
    }

    fn put_back_uses(&mut self, uses: Vec<HabitUse>) {
        for used in uses.into_iter().rev() {
            if self.uses.len() < MAX_PENDING_USES {
                self.uses.push_front(used);
            }
        }
    }
}
