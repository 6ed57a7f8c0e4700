//! Mails that are not caused by a change: about keys that expire soon, and about critical security events.

use super::{
    ChangeMail, Content, Recipient,
    content::{EventLine, ExpiringKeyLine},
    deliver::ErrorLog,
};
use crate::{Keyring, ManagementError};
use domain::{
    account::{Email, Role},
    id::{ApplicationId, PersonId},
    mail::MailKind,
    security::EventKind,
    time::{HOUR, MINUTE, Timestamp},
};
use std::{collections::BTreeMap, time::Duration};
use store::{
    ExpiringApplication, ExpiringKey, ExpiryStage, MailMember, StoreError, UnreportedEvent,
};
use tokio::time::{MissedTickBehavior, interval};
use uuid::Uuid;

/// The interval at which the worker looks at the time.
const TICK: Duration = Duration::from_secs(1);
/// The notices about the expiry of a key: one seven days before it, and one a day before it.
const STAGES: [ExpiryStage; 2] = [
    ExpiryStage {
        from_days: 1,
        days: 7,
    },
    ExpiryStage {
        from_days: 0,
        days: 1,
    },
];
/// Keys that one mail lists.
const MAX_LISTED: usize = 20;

/// Mails about keys that expire soon, and about critical security events.
#[derive(Clone, Copy)]
pub struct Notices<'k> {
    pub(crate) keyring: &'k Keyring,
}

impl Notices<'_> {
    /// Inserts mails about security events every minute, and about keys that expire every hour, until the keyring is closed or the
    /// database is lost; on one node.
    pub(crate) async fn run(self) {
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut minute, mut hour) = (0, 0);
        let (mut events_log, mut expiry_log) = (ErrorLog::default(), ErrorLog::default());
        while !self.keyring.tasks().is_closed() && self.keyring.node().has_database() {
            tick.tick().await;
            let now = self.keyring.now().0;
            let (this_minute, this_hour) = (now.div_euclid(MINUTE), now.div_euclid(HOUR));
            if this_minute == minute || !self.keyring.node().is_maintainer() {
                continue;
            }
            minute = this_minute;
            let queued = self.queue_event_mail().await;
            events_log.log(queued, "security events are not reported");
            if this_hour != hour {
                let queued = self.queue_expiry_mail().await;
                if queued.is_ok() {
                    hour = this_hour;
                }
                expiry_log.log(queued, "keys that expire are not reported");
            }
        }
    }

    /// Inserts mails about keys that expire within seven days and within one, once each, one a day for each application and recipient:
    /// for the owners of the account or the application, and for the person who created the key, while they may edit keys and want
    /// them. An application waits while one of its recipients has had too many. To be called every hour.
    ///
    /// # Errors
    /// If the database fails: the mails of other applications are inserted nevertheless.
    pub async fn queue_expiry_mail(self) -> Result<(), ManagementError> {
        if !self.keyring.outbox().sends_mail() {
            return Ok(());
        }
        // A notice that a wrong clock causes would prevent the right one.
        let now = self.keyring.node().certain_now();
        let mut result = Ok(());
        for stage in STAGES {
            let mut after = ApplicationId(Uuid::nil());
            loop {
                let applications = self
                    .keyring
                    .store()
                    .expiring_applications(stage, after, now)
                    .await?;
                let Some(last) = applications.last() else {
                    break;
                };
                after = last.id;
                for application in applications {
                    let queued = self.queue_expiry_mail_of(application, stage, now).await;
                    result = result.and(queued);
                }
            }
        }
        self.keyring.store().prune_expiry_notices(now).await?;
        result
    }

    async fn queue_expiry_mail_of(
        self,
        application: ExpiringApplication,
        stage: ExpiryStage,
        now: Timestamp,
    ) -> Result<(), ManagementError> {
        let store = self.keyring.store();
        let keys = store.expiring_keys(application.id, stage, now).await?;
        let members = store
            .mail_members(application.account, Some(application.id))
            .await?;
        let mut mail = ChangeMail::default();
        for member in members.iter().filter(|member| member.key_expiry) {
            // The keys have their notices in a later hour.
            if self
                .keyring
                .outbox()
                .is_flooded(&member.email, MailKind::KeyExpiry)
            {
                return Ok(());
            }
            mail.extend([self.expiry_mail(member, application, &keys)]);
        }
        let inserted = store.insert_expiry_mail(application.id, &keys, stage.days, now, &mail);
        self.keyring
            .outbox()
            .charge(&mail, inserted.await)
            .or_else(is_reported)
    }

    /// Makes the mail to a member about keys of one application; none if none of them concerns the member.
    fn expiry_mail(
        self,
        member: &MailMember,
        application: ExpiringApplication,
        keys: &[ExpiringKey],
    ) -> ChangeMail {
        let as_owner = member.role == Role::Owner;
        let concerns = |key: &&ExpiringKey| {
            as_owner || (member.role.can_edit_keys() && key.created_by == Some(member.id))
        };
        let keys: Vec<&ExpiringKey> = keys.iter().filter(concerns).collect();
        let Some(first) = keys.first() else {
            return ChangeMail::default();
        };
        let content = Content::KeyExpiry {
            application: application.id,
            application_name: first.application_name.clone(),
            as_owner,
            keys: keys
                .iter()
                .take(MAX_LISTED)
                .map(|key| ExpiringKeyLine {
                    id: key.id,
                    name: key.name.clone(),
                    expires_at: key.expires_at,
                })
                .collect(),
            more: keys.len().saturating_sub(MAX_LISTED),
        };
        let to = Recipient {
            email: &member.email,
            person: Some(member.id),
            account: Some(application.account),
        };
        self.keyring.outbox().compose(to, &content)
    }

    /// Inserts mails about critical security events for the owners who want them, of the account about all events, of an application
    /// about those of its keys: at most one an hour for each account and recipient. To be called every minute.
    ///
    /// # Errors
    /// If the database fails: the mails of other accounts are inserted nevertheless.
    pub async fn queue_event_mail(self) -> Result<(), ManagementError> {
        if !self.keyring.outbox().sends_mail() {
            return Ok(());
        }
        let now = self.keyring.now();
        let events = self.keyring.store().unreported_events(now).await?;
        let mut result = Ok(());
        for events in events.chunk_by(|one, next| one.account == next.account) {
            result = result.and(self.queue_event_mail_of(events, now).await);
        }
        result
    }

    /// Inserts the mails about events of one account.
    async fn queue_event_mail_of(
        self,
        events: &[UnreportedEvent],
        now: Timestamp,
    ) -> Result<(), ManagementError> {
        let Some(first) = events.first() else {
            return Ok(());
        };
        let mut applications: Vec<_> = events.iter().map(|event| event.application).collect();
        applications.sort_unstable();
        applications.dedup();
        let mut readers: BTreeMap<Email, (PersonId, Vec<Option<ApplicationId>>)> = BTreeMap::new();
        for application in applications {
            let members = self
                .keyring
                .store()
                .mail_members(first.account, application)
                .await?;
            for owner in members {
                if owner.role == Role::Owner && owner.security_events {
                    let reader = readers.entry(owner.email);
                    let (_, owned) = reader.or_insert_with(|| (owner.id, Vec::new()));
                    owned.push(application);
                }
            }
        }
        let mut mail = ChangeMail::default();
        mail.extend(readers.into_iter().map(|(email, (id, owned))| {
            let to = Recipient {
                email: &email,
                person: Some(id),
                account: Some(first.account),
            };
            self.keyring
                .outbox()
                .compose(to, &event_content(&first.account_name, events, &owned))
        }));
        let ids: Vec<_> = events.iter().map(|event| event.id).collect();
        let inserted = self.keyring.store().insert_event_mail(&ids, now, &mail);
        self.keyring
            .outbox()
            .charge(&mail, inserted.await)
            .or_else(is_reported)
    }
}

/// A conflict means that another process has inserted the mails.
fn is_reported(error: StoreError) -> Result<(), ManagementError> {
    match error {
        StoreError::Conflict => Ok(()),
        error => Err(error.into()),
    }
}

/// Makes the content about the events of some applications.
fn event_content(
    account: &str,
    events: &[UnreportedEvent],
    applications: &[Option<ApplicationId>],
) -> Content {
    Content::SecurityEvents {
        account: account.to_owned(),
        events: events
            .iter()
            .filter(|event| applications.contains(&event.application))
            .map(|event| EventLine {
                application: event.application,
                // Of another release.
                title: event
                    .kind
                    .map_or("Other event", EventKind::title)
                    .to_owned(),
                key: event.key_name.clone(),
            })
            .collect(),
    }
}
