//! Reading and acknowledging of security events.

use crate::{Editor, ManagementError, Viewer};
use domain::{
    Invalid,
    account::Role,
    audit::Action,
    key::token::KeyId,
    security::{
        Acknowledgement, EventCursor, EventFilter, EventId, EventKind, EventPage, MAX_NOTE_CHARS,
        OpenEventCounts,
    },
};
use std::collections::{BTreeSet, HashMap};
use store::EventScope;

/// Events on one page.
const PAGE: usize = 50;

impl Viewer {
    /// Returns a page of events about the application's keys, and for an owner of the account about that too, ordered by their
    /// latest call.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn security_events(
        &self,
        filter: &EventFilter,
        cursor: Option<EventCursor>,
    ) -> Result<EventPage, ManagementError> {
        self.telemetry().write_events_before_read().await;
        let one_more = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
        let _permit = self.long_read().await?;
        let store = self.keyring().store();
        let mut rows = store
            .security_events(self.sight(), filter, cursor, one_more)
            .await?;
        let more = rows.len() > PAGE;
        rows.truncate(PAGE);
        let next = rows.last().map(|row| EventCursor {
            at: row.last_at,
            id: row.id,
        });
        Ok(EventPage {
            next: next.filter(|_| more),
            rows,
        })
    }

    /// Counts unacknowledged events: all that the person may read, or those of one key.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn open_events(
        &self,
        key: Option<KeyId>,
    ) -> Result<OpenEventCounts, ManagementError> {
        self.telemetry().write_events_before_read().await;
        let store = self.keyring().store();
        Ok(store.count_open_events(self.sight(), key).await?)
    }

    /// Returns the kind of the newest open critical event of each of at most a page of keys; keys without one are left out.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn critical_events_of_keys(
        &self,
        ids: &[KeyId],
    ) -> Result<HashMap<KeyId, EventKind>, ManagementError> {
        let store = self.keyring().store();
        Ok(store
            .critical_events_of_keys(self.application().id, ids)
            .await?)
    }

    fn sight(&self) -> EventScope {
        EventScope {
            account: self.application().account_id,
            application: self.application().id,
            whole_account: self.identity().account_role == Role::Owner,
        }
    }
}

impl Editor {
    /// Acknowledges an event, with a note. One that is acknowledged already keeps its acknowledgement. A repetition is a new
    /// event.
    ///
    /// # Errors
    /// `NotFound` if the person may not read it; `Invalid` if the note is too long.
    pub async fn acknowledge(&self, id: EventId, note: &str) -> Result<(), ManagementError> {
        let note: String = note
            .trim()
            .chars()
            .filter(|c| *c == '\n' || !c.is_control())
            .collect();
        if note.chars().count() > MAX_NOTE_CHARS {
            let sentence = format!("Use at most {MAX_NOTE_CHARS} characters for the note.");
            return Err(Invalid::new(sentence).into());
        }
        self.acknowledge_open(&BTreeSet::from([id]), note).await
    }

    /// Acknowledges several events without a note: all of them, or none. Those that are acknowledged already keep their
    /// acknowledgement. A repetition is a new event.
    ///
    /// # Errors
    /// `NotFound` if the person may not read one of them.
    pub async fn acknowledge_all(&self, ids: &BTreeSet<EventId>) -> Result<(), ManagementError> {
        self.acknowledge_open(ids, String::new()).await
    }

    /// Acknowledges those that are not acknowledged yet.
    async fn acknowledge_open(
        &self,
        ids: &BTreeSet<EventId>,
        note: String,
    ) -> Result<(), ManagementError> {
        let keyring = self.keyring();
        // Observations until now belong to the acknowledged events.
        keyring.telemetry().write_events_before_read().await;
        let mut open = Vec::with_capacity(ids.len());
        for id in ids {
            let event = keyring.store().security_event(self.sight(), *id).await?;
            if event.acknowledged.is_some() {
                continue;
            }
            let detail = match note.as_str() {
                "" => event.kind.title().to_owned(),
                note => format!("{}. {note}", event.kind.title()),
            };
            let record = self.event(Action::EventAcknowledged, &event.subject, detail);
            open.push((*id, record));
        }
        if open.is_empty() {
            return Ok(());
        }
        let how = Acknowledgement {
            at: self.now(),
            by: self.identity().email.to_string(),
            note,
        };
        let editor = self.clone();
        keyring
            .run_to_completion(async move {
                let store = editor.keyring().store();
                let by = (editor.sight(), editor.identity().person_id);
                Ok(store.acknowledge_events(by, &how, &open).await?)
            })
            .await
    }
}
