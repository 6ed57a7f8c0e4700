//! The sessions of a person, and ending them.

use super::{ABSOLUTE_TIMEOUT, IDLE_TIMEOUT, Session};
use crate::ManagementError;
use domain::{
    audit::{Action, AuditEvent},
    device,
    id::SessionId,
    origin::Origin,
    time::Timestamp,
};
use store::OpenSession;

/// A session as its person sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionSummary {
    /// Names it in forms. It gives no access.
    pub id: SessionId,
    /// The browser and the system at the sign-in, for example `Firefox on Linux`.
    pub device: String,
    /// The client's address at the sign-in; empty if it was unknown.
    pub address: String,
    /// The last request, to the minute.
    pub seen_at: Timestamp,
    /// The sign-in.
    pub signed_in_at: Timestamp,
    /// Whether it is the session that asks.
    pub current: bool,
}

impl Session {
    /// Returns the person's sessions that have not ended: this one first, then the last used one.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn sessions(&self) -> Result<Vec<SessionSummary>, ManagementError> {
        let now = self.keyring.now();
        let ended = (now.plus(-IDLE_TIMEOUT), now.plus(-ABSOLUTE_TIMEOUT));
        let open = self
            .keyring
            .store()
            .sessions_of(self.row.person, ended)
            .await?;
        let mut sessions: Vec<_> = open.into_iter().map(|open| self.summary(open)).collect();
        sessions.sort_by_key(|session| !session.current);
        Ok(sessions)
    }

    fn summary(&self, open: OpenSession) -> SessionSummary {
        SessionSummary {
            id: open.id,
            device: device::describe(&open.user_agent),
            address: open.address,
            seen_at: open.seen_at,
            signed_in_at: open.created_at,
            current: open.id == self.row.id,
        }
    }

    /// Ends one of the person's sessions, for requests in progress too. Returns whether it was this one.
    ///
    /// # Errors
    /// `NotFound` if the person has no such session.
    pub async fn end(&self, id: SessionId, origin: &Origin) -> Result<bool, ManagementError> {
        let sessions = self.sessions().await?;
        let session = sessions.iter().find(|session| session.id == id);
        let session = session.ok_or(ManagementError::NotFound)?;
        if session.current {
            self.sign_out(origin).await?;
            return Ok(true);
        }
        let detail = match session.address.as_str() {
            "" => session.device.clone(),
            address => format!("{}, {address}", session.device),
        };
        let events = self.ending(detail, origin).await?;
        let (session, person) = (self.clone(), self.row.person);
        self.keyring
            .run_to_completion(async move {
                let store = session.keyring.store();
                Ok(store.end_session_of(person, id, &events).await?)
            })
            .await?;
        Ok(false)
    }

    /// Ends all other sessions of the person.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn end_others(&self, origin: &Origin) -> Result<(), ManagementError> {
        let events = self.ending("all others".to_owned(), origin).await?;
        self.end_all_except(Some(self.row.id), events).await
    }

    /// Ends all sessions of the person, this one too.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn sign_out_everywhere(&self, origin: &Origin) -> Result<(), ManagementError> {
        let events = self.ending("all".to_owned(), origin).await?;
        self.end_all_except(None, events).await
    }

    async fn end_all_except(
        &self,
        kept: Option<SessionId>,
        events: Vec<AuditEvent>,
    ) -> Result<(), ManagementError> {
        let (session, person) = (self.clone(), self.row.person);
        self.keyring
            .run_to_completion(async move {
                let store = session.keyring.store();
                let at = session.keyring.now();
                Ok(store.end_sessions_of(person, kept, at, &events).await?)
            })
            .await
    }

    async fn ending(
        &self,
        detail: String,
        origin: &Origin,
    ) -> Result<Vec<AuditEvent>, ManagementError> {
        let mut events = self.events(Action::SessionsEnded, origin).await?;
        for event in &mut events {
            event.detail.clone_from(&detail);
        }
        Ok(events)
    }
}
