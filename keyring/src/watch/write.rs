//! Looking into what was found, and writing it.

use super::{Held, MOST_WAITING, Use, by_call, counts::Found};
use crate::{Keyring, KeyringError, Origin, meter::Extent};
use domain::{
    account::Email,
    decision::Decided,
    key::token::KeyId,
    security::{BASELINE, Habit, Kind, Raised, Share, WINDOW, is_new, rose, woke},
    time::{HOUR, MINUTE, Timestamp},
    usage::Series,
};
use std::sync::Arc;
use store::NewSighting;

/// Ways of use that are looked into at a time.
const USES: usize = 500;
/// Events that are written at a time, and that wait while the database is silent; of more, the newest.
const MOST_FOUND: usize = 5_000;
/// Events of one kind that are written each second; the others wait.
const EACH_SECOND: usize = 500;
/// Keys whose share of refusals is looked at, at a time; the others wait.
const SUSPECTS: usize = 50;

type Calls = Vec<((KeyId, Kind), Found<Arc<Decided>>)>;
type Suspects = Vec<(KeyId, Found<Arc<Decided>>)>;
type SignIns = Vec<((Email, Kind), Found<Origin>)>;

impl Keyring {
    /// Writes what somebody ought to know. What cannot be written is tried again.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn write_events(&self) -> Result<(), KeyringError> {
        self.write_events_of(false).await
    }

    /// As [`Keyring::write_events`], as often as each second: what goes on is written at its pace.
    ///
    /// # Errors
    /// Where the database fails.
    pub(crate) async fn write_due_events(&self) -> Result<(), KeyringError> {
        self.write_events_of(true).await
    }

    async fn write_events_of(&self, paced: bool) -> Result<(), KeyringError> {
        let mut found = self.watch.found.lock().await;
        self.hand_on();
        let Taken {
            calls,
            mut suspects,
            mut sign_ins,
            uses,
        } = self.watch.held().take(self.now(), paced);
        found.extend(calls.iter().map(|((_, kind), calls)| by_call(*kind, calls)));
        let mut looked = self.look_into_uses(uses, &mut found).await;
        if looked.is_ok() && !paced && !suspects.is_empty() {
            // Those that are paced have had their numbers added up meanwhile.
            looked = self.flush(Extent::Numbers).await;
        }
        if looked.is_ok() {
            looked = self.look_into_suspects(&mut suspects, &mut found).await;
        }
        if looked.is_ok() {
            looked = self.look_into_sign_ins(&mut sign_ins, &mut found).await;
        }
        self.watch.held().give_back(suspects, sign_ins);
        let too_many = found.len().saturating_sub(MOST_FOUND);
        found.drain(..too_many);
        looked?;
        if !found.is_empty() {
            self.store.raise(&found).await?;
            found.clear();
        }
        Ok(())
    }

    /// As [`Keyring::write_events`], for somebody who is about to read them.
    pub(crate) async fn write_events_now(&self) {
        if let Err(error) = self.write_events().await {
            tracing::warn!(%error, "the newest security events are not among those that are read now");
        }
    }

    async fn look_into_uses(
        &self,
        uses: Vec<Use>,
        found: &mut Vec<Raised>,
    ) -> Result<(), KeyringError> {
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
        let known = match self.store.sight(&sightings).await {
            Ok(known) => known,
            Err(error) => {
                self.watch.held().give_back_uses(uses);
                return Err(error.into());
            }
        };
        for ((used, sighting), known) in uses.iter().zip(sightings).zip(known) {
            let at = used.call.at;
            let kind = match used.habit {
                Habit::Used => known
                    .first()
                    .filter(|seen| woke(seen.last_at, at))
                    .map(|_| Kind::DormantWoke),
                Habit::Network => is_new(&known, &sighting.value, at).then_some(Kind::NewNetwork),
                Habit::Client => is_new(&known, &sighting.value, at).then_some(Kind::AgentChanged),
            };
            found.extend(kind.map(|kind| Raised {
                value: sighting.value,
                ..Raised::by_call(kind, &used.call)
            }));
        }
        Ok(())
    }

    /// Whether so many refusals are more than usual for their keys; leaves those that could not be looked into.
    async fn look_into_suspects(
        &self,
        suspects: &mut Suspects,
        found: &mut Vec<Raised>,
    ) -> Result<(), KeyringError> {
        while let Some((key, refusals)) = suspects.last() {
            let begin = refusals.last.plus(-WINDOW).floor(MINUTE);
            let until = begin.floor(HOUR).plus(-1);
            let now = self.share(*key, MINUTE, begin, refusals.last).await?;
            let usual = self.share(*key, HOUR, until.plus(-BASELINE), until).await?;
            if rose(now, usual) {
                found.push(by_call(Kind::RefusalsRose, refusals));
            }
            suspects.pop();
        }
        Ok(())
    }

    async fn share(
        &self,
        key: KeyId,
        span: i64,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Share, KeyringError> {
        let counts = self
            .store
            .usage(&key.to_string(), span, from, until)
            .await?;
        let total = Series::total(counts);
        Ok(Share {
            calls: total.total(),
            refused: total.refused,
        })
    }

    /// Sign-ins concern every account of the person; leaves those that could not be looked into.
    async fn look_into_sign_ins(
        &self,
        sign_ins: &mut SignIns,
        found: &mut Vec<Raised>,
    ) -> Result<(), KeyringError> {
        while let Some(((email, kind), failed)) = sign_ins.last() {
            let person = self.store.person_by_email(email).await?;
            let accounts = match person {
                Some(person) => self.store.accounts_of(person.id).await?,
                None => Vec::new(),
            };
            found.extend(accounts.into_iter().map(|account| Raised {
                account,
                application: None,
                kind: *kind,
                subject: email.to_string(),
                value: String::new(),
                first_at: failed.first,
                last_at: failed.last,
                calls: failed.times,
                address: failed.sample.address_text(),
                route: String::new(),
                user_agent: failed.sample.user_agent_text(),
                request_id: failed.sample.request_id.clone(),
                detail: String::new(),
            }));
            sign_ins.pop();
        }
        Ok(())
    }
}

/// What is to be looked into and written.
struct Taken {
    calls: Calls,
    suspects: Suspects,
    sign_ins: SignIns,
    uses: Vec<Use>,
}

impl Held {
    fn take(&mut self, now: Timestamp, paced: bool) -> Taken {
        let some = self.uses.len().min(USES);
        let most = if paced { EACH_SECOND } else { MOST_FOUND };
        Taken {
            calls: self.calls.take(now, paced, most),
            suspects: self.refusals.take(now, paced, SUSPECTS),
            sign_ins: self.sign_ins.take(now, paced, most),
            uses: self.uses.drain(..some).collect(),
        }
    }

    fn give_back(&mut self, suspects: Suspects, sign_ins: SignIns) {
        self.refusals.give_back(suspects);
        self.sign_ins.give_back(sign_ins);
    }

    fn give_back_uses(&mut self, uses: Vec<Use>) {
        for used in uses.into_iter().rev() {
            if self.uses.len() < MOST_WAITING {
                self.uses.push_front(used);
            }
        }
    }
}
