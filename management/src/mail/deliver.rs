//! The worker that sends e-mails from the outbox. Delivery is at least once: if the process stops between the mail server's answer and the
//! deletion of the row, the mail is sent again, with the same `Message-ID`.

use super::{
    Mailer, open,
    smtp::{Connection, Failure, HeaderFields, SendError},
    text,
    wanted::wanted,
};
use crate::{Keyring, ManagementError, Outbox};
use domain::{
    id::MailId,
    time::{HOUR, SECOND},
};
use std::{
    mem::take,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};
use store::{MailRow, StoreError};
use tokio::time::{MissedTickBehavior, interval, sleep};
use verification::Monotonic;

/// The interval at which the outbox is read.
const TICK: Duration = Duration::from_secs(1);
/// Mails that are read at once.
const BATCH: i64 = 50;
/// The time after which the rest of them is left for the next read, in which links that were requested meanwhile come first.
const BATCH_TIME: i64 = 10 * SECOND;
/// The time between the first two attempts; it doubles with each further attempt.
const FIRST_DELAY: i64 = 30 * SECOND;
/// The maximum time between two attempts.
const MAX_DELAY: i64 = HOUR;
/// The pause after the mail server could not be used at all.
const PAUSE: i64 = 30 * SECOND;
/// Attempts after which it is not known whether the mail was accepted: each may have delivered it.
const MAX_UNANSWERED: i64 = 3;
/// How often an attempt looks whether the process stops.
const STOP_CHECK: Duration = Duration::from_millis(250);
/// How long an attempt goes on while the process stops.
const STOP_PATIENCE: Duration = Duration::from_secs(10);

/// The results for the mails that were due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    /// The mail server accepted them.
    pub sent: usize,
    /// They are tried again later.
    pub deferred: usize,
    /// They are not sent: refused, too old, or no longer wanted.
    pub dropped: usize,
}

/// Counts since the start, and the state of the outbox when it was last read.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) waiting: AtomicI64,
    /// Unix milliseconds; 0 if none waits.
    pub(super) oldest: AtomicI64,
    pub(super) sent: AtomicU64,
    pub(super) failed_attempts: AtomicU64,
    pub(super) given_up: AtomicU64,
    /// Until when the mail server is not used, by the monotonic clock.
    paused_until: AtomicU64,
}

/// The result of one attempt.
enum AttemptOutcome {
    Sent,
    Deferred,
    Dropped,
    /// As `Deferred`; other mails would fail too.
    Unavailable,
    /// Another process attempts it.
    Taken,
}

/// Logs the errors of a worker. One that is not an outage of the database is logged once until the worker succeeds.
#[derive(Default)]
pub(super) struct ErrorLog {
    logged: bool,
}

impl ErrorLog {
    pub(super) fn log(&mut self, result: Result<(), ManagementError>, consequence: &str) {
        match result {
            Ok(()) => self.logged = false,
            Err(error) if self.logged || matches!(error, ManagementError::Unavailable(_)) => {
                tracing::debug!(%error, consequence, "mails are waiting");
            }
            Err(error) => {
                self.logged = true;
                tracing::error!(%error, consequence, "mails are waiting");
            }
        }
    }
}

/// The worker that sends the mails that are due.
#[derive(Clone)]
struct OutboxWorker {
    keyring: Keyring,
    mailer: Arc<Mailer>,
}

impl Outbox<'_> {
    /// Makes requested links and sends mails until the keyring is closed or the database is lost.
    pub(crate) async fn run(self) {
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut log = ErrorLog::default();
        while !self.keyring.tasks().is_closed() && self.keyring.node().has_database() {
            tick.tick().await;
            self.keyring.password_resets().make_requested_links().await;
            let delivered = self.deliver().await;
            log.log(delivered.map(drop), "nothing is sent");
        }
    }

    /// Sends the mails that are due, one after the other. No transaction is open meanwhile.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn deliver(self) -> Result<Delivery, ManagementError> {
        let mut delivery = Delivery::default();
        let Some(mailer) = self.keyring.mailer().get().map(Arc::clone) else {
            return Ok(delivery);
        };
        let counters = &mailer.counters;
        if self.keyring.monotonic() >= Monotonic(counters.paused_until.load(Ordering::Relaxed)) {
            let mut connection = Connection::default();
            let worker = OutboxWorker {
                keyring: self.keyring.clone(),
                mailer: Arc::clone(&mailer),
            };
            let delivered = worker.deliver_due(&mut connection, &mut delivery);
            let delivered = delivered.await;
            connection.quit().await;
            delivered?;
        }
        let waiting = self.keyring.store().waiting_mail().await?;
        counters.waiting.store(waiting.count, Ordering::Relaxed);
        let oldest = waiting.oldest.map_or(0, |oldest| oldest.0);
        counters.oldest.store(oldest, Ordering::Relaxed);
        Ok(delivery)
    }
}

impl OutboxWorker {
    async fn deliver_due(
        &self,
        connection: &mut Connection,
        delivery: &mut Delivery,
    ) -> Result<(), ManagementError> {
        let (now, begun) = (self.keyring.now(), self.keyring.monotonic());
        let due = self
            .keyring
            .store()
            .due_mail(now, now.plus(MAX_DELAY), BATCH)
            .await?;
        for row in due {
            let late = self.keyring.monotonic() >= begun.plus(BATCH_TIME);
            if late || self.keyring.tasks().is_closed() || !self.keyring.node().has_database() {
                break;
            }
            let id = row.as_ref().map_or_else(|id| *id, |mail| mail.id);
            let attempted = match row {
                Ok(mail) => self.attempt_tracked(mail, connection).await,
                Err(id) => self.give_up_unreadable(id).await,
            };
            let outcome = match attempted {
                Ok(outcome) => outcome,
                Err(error @ ManagementError::Unavailable(_)) => return Err(error),
                // It is about this mail alone.
                Err(error) => {
                    tracing::error!(mail = %id, %error, "a mail was not sent and will be retried");
                    let failed_attempts = &self.mailer.counters.failed_attempts;
                    failed_attempts.fetch_add(1, Ordering::Relaxed);
                    AttemptOutcome::Deferred
                }
            };
            match outcome {
                AttemptOutcome::Sent => delivery.sent += 1,
                AttemptOutcome::Deferred => delivery.deferred += 1,
                AttemptOutcome::Dropped => delivery.dropped += 1,
                AttemptOutcome::Taken => {}
                AttemptOutcome::Unavailable => {
                    delivery.deferred += 1;
                    let until = self.keyring.monotonic().plus(PAUSE);
                    let paused_until = &self.mailer.counters.paused_until;
                    paused_until.store(until.0, Ordering::Relaxed);
                    break;
                }
            }
        }
        Ok(())
    }

    /// Attempts a mail in a task that [`Keyring::close`] waits for: a mail that was accepted is deleted before the process stops.
    async fn attempt_tracked(
        &self,
        mail: MailRow,
        connection: &mut Connection,
    ) -> Result<AttemptOutcome, ManagementError> {
        let (worker, mut open) = (self.clone(), take(connection));
        let attempt = self.keyring.tasks().spawn(async move {
            let outcome = worker.attempt(&mail, &mut open).await;
            (outcome, open)
        });
        let (outcome, open) = attempt.await.map_err(|error| {
            ManagementError::Unexpected(format!("an attempt was interrupted: {error}"))
        })?;
        *connection = open;
        outcome
    }

    async fn attempt(
        &self,
        mail: &MailRow,
        connection: &mut Connection,
    ) -> Result<AttemptOutcome, ManagementError> {
        let certain = self.keyring.node().certain_now();
        if certain >= mail.expires_at {
            return self.give_up(mail, "it could not be sent in time").await;
        }
        let Some(content) = open(self.keyring.hasher(), mail) else {
            return self.give_up(mail, "its content cannot be read").await;
        };
        // Before anything that can fail: a mail that stops the process, or about which something cannot be read, is not tried again at
        // once.
        let next = self.keyring.now().plus(delay(mail.attempts));
        match self.keyring.store().schedule_mail(mail, next).await {
            Err(StoreError::NotFound) => return Ok(AttemptOutcome::Taken),
            scheduled => scheduled?,
        }
        let Some(content) = wanted(&self.keyring, mail, content, certain).await? else {
            self.keyring.store().delete_mail(mail.id).await?;
            return Ok(AttemptOutcome::Dropped);
        };
        // If the address no longer belongs to anyone, a password is assumed.
        let person = self.keyring.store().person_state(&mail.recipient).await?;
        let has_password = person.is_none_or(|person| person.has_password);
        let text = text::compose(
            &content,
            (&mail.recipient, has_password),
            &self.mailer.origin,
        );
        let fields = HeaderFields {
            id: mail.id,
            to: &mail.recipient,
            // Each attempt sends the same message.
            at: mail.created_at,
        };
        let sent = tokio::select! {
            sent = connection.send(&self.mailer.server, &self.mailer.sender, fields, &text) => sent,
            () = self.stopping() => Err(SendError::new(Failure::Unavailable, "the process stops")),
        };
        let sent = sent.map_err(|error| {
            if connection.is_transmitting() {
                error.unanswered()
            } else {
                error
            }
        });
        match sent {
            Ok(_) => {
                self.mailer.counters.sent.fetch_add(1, Ordering::Relaxed);
                self.keyring.store().delete_mail(mail.id).await?;
                Ok(AttemptOutcome::Sent)
            }
            Err(error) => self.failed(mail, &error).await,
        }
    }

    async fn failed(
        &self,
        mail: &MailRow,
        error: &SendError,
    ) -> Result<AttemptOutcome, ManagementError> {
        let failed_attempts = &self.mailer.counters.failed_attempts;
        failed_attempts.fetch_add(1, Ordering::Relaxed);
        match error.failure {
            Failure::Refused => return self.give_up(mail, &error.reason).await,
            Failure::Unanswered if mail.unanswered + 1 >= MAX_UNANSWERED => {
                let reason = "three attempts had no answer: it may have arrived";
                return self.give_up(mail, reason).await;
            }
            Failure::Unanswered => self.keyring.store().count_unanswered_mail(mail.id).await?,
            Failure::Deferred | Failure::Unavailable => {}
        }
        tracing::warn!(
            mail = %mail.id,
            kind = mail.kind,
            attempt = mail.attempts + 1,
            error = error.reason,
            "a mail was not sent and will be retried"
        );
        Ok(match error.failure {
            Failure::Unavailable | Failure::Unanswered => AttemptOutcome::Unavailable,
            Failure::Deferred | Failure::Refused => AttemptOutcome::Deferred,
        })
    }

    async fn give_up(
        &self,
        mail: &MailRow,
        reason: &str,
    ) -> Result<AttemptOutcome, ManagementError> {
        tracing::error!(
            mail = %mail.id,
            kind = mail.kind,
            attempts = mail.attempts,
            reason,
            "a mail is given up"
        );
        self.mailer
            .counters
            .given_up
            .fetch_add(1, Ordering::Relaxed);
        self.keyring.store().delete_mail(mail.id).await?;
        Ok(AttemptOutcome::Dropped)
    }

    async fn give_up_unreadable(&self, id: MailId) -> Result<AttemptOutcome, ManagementError> {
        tracing::error!(mail = %id, "a mail is given up: its row cannot be read");
        self.mailer
            .counters
            .given_up
            .fetch_add(1, Ordering::Relaxed);
        self.keyring.store().delete_mail(id).await?;
        Ok(AttemptOutcome::Dropped)
    }

    /// Returns some seconds after the keyring was closed or the database was lost.
    async fn stopping(&self) {
        while !self.keyring.tasks().is_closed() && self.keyring.node().has_database() {
            sleep(STOP_CHECK).await;
        }
        sleep(STOP_PATIENCE).await;
    }
}

/// Returns the time until the next attempt after `attempts` earlier ones.
fn delay(attempts: i64) -> i64 {
    let doublings = u32::try_from(attempts).unwrap_or(u32::MAX);
    let factor = 2_i64.checked_pow(doublings).unwrap_or(i64::MAX);
    FIRST_DELAY.saturating_mul(factor).min(MAX_DELAY)
}

#[cfg(test)]
mod tests {
    use super::delay;
    use domain::time::{HOUR, MINUTE, SECOND, Timestamp};

    #[test]
    fn attempts_are_made_less_and_less_often_up_to_once_an_hour() {
        let delays: Vec<i64> = (0..4).map(delay).collect();
        assert_eq!(delays, [30 * SECOND, MINUTE, 2 * MINUTE, 4 * MINUTE]);
        for attempts in [7, 62, 63, 64, i64::MAX] {
            assert_eq!(delay(attempts), HOUR, "{attempts}");
        }
        let mut at = Timestamp(0);
        for attempts in 0..52 {
            at = at.plus(delay(attempts));
        }
        assert!(at.0 < 48 * HOUR, "about 52 attempts in 48 hours");
    }
}
