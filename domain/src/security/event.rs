//! Occurrences, stored security events and their pagination.

use super::{EventKind, Severity};
use crate::{
    audit::{Action, AuditEvent},
    decision::DecisionRecord,
    id::{AccountId, ApplicationId},
    key::{name::KeyName, token::KeyId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// An occurrence that opens a security event or is merged into one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct EventOccurrence {
    pub account: AccountId,
    /// The application of the key; `None` for an event of the account.
    pub application: Option<ApplicationId>,
    pub kind: EventKind,
    /// The key's id, or the e-mail address of a person.
    pub subject: String,
    /// Distinguishes events of the same kind and subject: a network, a client or an action; possibly empty.
    pub value: String,
    pub first_at: Timestamp,
    pub last_at: Timestamp,
    /// The number of occurrences.
    pub calls: i64,
    /// The client's address of the last occurrence; possibly empty.
    pub address: String,
    /// Method and path of the last occurrence; possibly empty.
    pub route: String,
    /// The `User-Agent` of the last occurrence; possibly empty.
    pub user_agent: String,
    /// The request id of the last occurrence; possibly empty.
    pub request_id: String,
    /// An additional description for people; possibly empty.
    pub detail: String,
}

impl EventOccurrence {
    /// Returns one occurrence from a call.
    pub fn from_call(kind: EventKind, call: &DecisionRecord) -> Self {
        Self {
            account: call.account,
            application: Some(call.application),
            kind,
            subject: call.key.to_string(),
            value: String::new(),
            first_at: call.at,
            last_at: call.at,
            calls: 1,
            address: call
                .address
                .map(|address| address.to_string())
                .unwrap_or_default(),
            route: call.route.clone(),
            user_agent: call.user_agent.clone(),
            request_id: call.request_id.clone(),
            detail: String::new(),
        }
    }

    /// Returns an occurrence from an audit event, or `None` for most actions.
    pub fn from_change(event: &AuditEvent) -> Option<Self> {
        matches!(
            event.action,
            Action::MemberAdded
                | Action::MemberChanged
                | Action::MemberRemoved
                | Action::MemberLeft
                | Action::MemberInvited
                | Action::MemberJoined
                | Action::ApplicationRoleChanged
                | Action::OwnershipTransferred
        )
        .then(|| Self {
            account: event.account_id,
            application: None,
            kind: EventKind::MembersChanged,
            subject: event.target.clone(),
            value: event.action.as_str().to_owned(),
            first_at: event.at,
            last_at: event.at,
            calls: 1,
            address: event.address.clone(),
            route: String::new(),
            user_agent: String::new(),
            request_id: event.request_id.clone(),
            detail: format!("{} {}", event.actor, event.action.phrase_without_target()),
        })
    }

    /// Merges another occurrence: counts add up, and the details are those of the later one.
    pub fn merge(&mut self, other: Self) {
        let (first_at, calls) = (self.first_at.min(other.first_at), self.calls);
        if other.last_at >= self.last_at {
            *self = other;
            self.calls = self.calls.saturating_add(calls);
        } else {
            self.calls = calls.saturating_add(other.calls);
        }
        self.first_at = first_at;
    }
}

/// The id of a security event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EventId(pub i64);

/// The current state of the key that an event is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct EventKey {
    pub id: KeyId,
    pub name: KeyName,
    /// Whether the key is not revoked.
    pub revocable: bool,
    /// Whether the key was replaced by a regeneration.
    pub replaced: bool,
}

/// The acknowledgement of a security event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Acknowledgement {
    pub at: Timestamp,
    /// The e-mail address of the person.
    pub by: String,
    /// Possibly empty.
    pub note: String,
}

/// A stored security event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct SecurityEvent {
    pub id: EventId,
    pub kind: EventKind,
    /// The key's id, or the e-mail address of a person.
    pub subject: String,
    /// The key, if the event is about one that still exists.
    pub key: Option<EventKey>,
    /// Distinguishes events of the same kind and subject; possibly empty.
    pub value: String,
    pub first_at: Timestamp,
    pub last_at: Timestamp,
    /// The number of occurrences.
    pub calls: i64,
    /// The client's address of the last occurrence; possibly empty.
    pub address: String,
    /// Method and path of the last occurrence; possibly empty.
    pub route: String,
    /// The `User-Agent` of the last occurrence; possibly empty.
    pub user_agent: String,
    /// The request id of the last occurrence; possibly empty.
    pub request_id: String,
    /// An additional description for people; possibly empty.
    pub detail: String,
    /// `None` while the event is open.
    pub acknowledged: Option<Acknowledgement>,
}

/// The numbers of open events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct OpenEventCounts {
    pub all: i64,
    pub critical: i64,
}

/// The open events of a key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenKeyEvents {
    /// Their number.
    pub all: i64,
    /// The critical ones, newest first, one of each kind.
    pub critical: Vec<SecurityEvent>,
}

impl OpenKeyEvents {
    /// Creates it of the number of all events and of some of them, newest first, with all that are critical.
    pub fn new(all: i64, events: Vec<SecurityEvent>) -> Self {
        let mut critical: Vec<SecurityEvent> = Vec::new();
        for event in events {
            let known = critical.iter().any(|known| known.kind == event.kind);
            if event.kind.severity() == Severity::Critical && !known {
                critical.push(event);
            }
        }
        Self { all, critical }
    }
}

/// Maximum characters of a note.
pub const MAX_NOTE_CHARS: usize = 500;

/// A page of security events, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct EventPage {
    pub rows: Vec<SecurityEvent>,
    /// The cursor of the next page, with older events; `None` on the last page.
    pub next: Option<EventCursor>,
}

/// A cursor of the security events: the page starts after this event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventCursor {
    /// The time of the event's last occurrence.
    pub at: Timestamp,
    /// The event's id, which breaks ties.
    pub id: EventId,
}

impl EventCursor {
    /// Formats the cursor for a link. [`EventCursor::parse`] parses it.
    pub fn to_param(self) -> String {
        format!("{}.{}", self.at.0, self.id.0)
    }

    /// Parses the output of [`EventCursor::to_param`]. Anything else is `None`.
    pub fn parse(text: &str) -> Option<Self> {
        let (at, id) = text.split_once('.')?;
        Some(Self {
            at: Timestamp(at.parse().ok()?),
            id: EventId(id.parse().ok()?),
        })
    }
}
