//! Events: what makes one, as it is kept, and pages of them.

use super::Kind;
use crate::{
    audit::{Action, Event},
    decision::Decided,
    id::{AccountId, ApplicationId},
    key::{name::KeyName, token::KeyId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// What makes an event, or adds to one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raised {
    /// Whose.
    pub account: AccountId,
    /// The application of the key; none for what concerns the account.
    pub application: Option<ApplicationId>,
    /// What.
    pub kind: Kind,
    /// The key's id, or the e-mail address of a person.
    pub subject: String,
    /// What sets it apart from others of its kind: a network, a client, what was done; may be empty.
    pub value: String,
    /// The first time.
    pub first_at: Timestamp,
    /// The last time.
    pub last_at: Timestamp,
    /// How often.
    pub calls: i64,
    /// Where the last one came from; may be empty.
    pub address: String,
    /// What the last one wanted; may be empty.
    pub route: String,
    /// What the last one's client calls itself; may be empty.
    pub user_agent: String,
    /// The last one's request id; may be empty.
    pub request_id: String,
    /// In words, where there is more to say.
    pub detail: String,
}

impl Raised {
    /// What a call shows, once.
    pub fn by_call(kind: Kind, call: &Decided) -> Self {
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

    /// What a change of an account shows by itself; most show nothing.
    pub fn by_change(event: &Event) -> Option<Self> {
        matches!(
            event.action,
            Action::MemberAdded
                | Action::MemberChanged
                | Action::MemberRemoved
                | Action::MemberInvited
                | Action::MemberJoined
        )
        .then(|| Self {
            account: event.account_id,
            application: None,
            kind: Kind::MembersChanged,
            subject: event.target.clone(),
            value: event.action.as_str().to_owned(),
            first_at: event.at,
            last_at: event.at,
            calls: 1,
            address: event.address.clone(),
            route: String::new(),
            user_agent: String::new(),
            request_id: event.request_id.clone(),
            detail: format!("{} {}", event.actor, event.action.phrase()),
        })
    }

    /// Takes in what happened again, or before.
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

/// The number of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EventId(pub i64);

/// The key that an event is about, as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventKey {
    /// Its public id.
    pub id: KeyId,
    /// Its name.
    pub name: KeyName,
    /// Whether it can be changed: it has not been revoked.
    pub alive: bool,
    /// Whether another one stands in its place.
    pub replaced: bool,
}

/// That somebody has seen to an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledged {
    /// When.
    pub at: Timestamp,
    /// Who: an e-mail address.
    pub by: String,
    /// What they wrote; may be empty.
    pub note: String,
}

/// Something that somebody ought to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityEvent {
    /// Its number.
    pub id: EventId,
    /// What happened.
    pub kind: Kind,
    /// The key's id, or the e-mail address of a person.
    pub subject: String,
    /// The key, where it is about one that still exists.
    pub key: Option<EventKey>,
    /// What sets it apart from others of its kind.
    pub value: String,
    /// The first time.
    pub first_at: Timestamp,
    /// The last time.
    pub last_at: Timestamp,
    /// How often.
    pub calls: i64,
    /// Where the last one came from; may be empty.
    pub address: String,
    /// What the last one wanted; may be empty.
    pub route: String,
    /// What the last one's client calls itself; may be empty.
    pub user_agent: String,
    /// The last one's request id; may be empty.
    pub request_id: String,
    /// In words, where there is more to say.
    pub detail: String,
    /// Who has seen to it, once somebody has.
    pub acknowledged: Option<Acknowledged>,
}

/// Events that nobody has acknowledged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenEvents {
    /// How many.
    pub all: i64,
    /// How many of them are critical.
    pub critical: i64,
}

/// The characters that a note may have.
pub const LONGEST_NOTE: usize = 500;

/// One page of events, the newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventPage {
    /// The events.
    pub rows: Vec<SecurityEvent>,
    /// The cursor of the older ones, where there are some.
    pub next: Option<EventCursor>,
}

/// Where a page begins: behind the event with this instant and number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventCursor {
    /// The event's last time.
    pub at: Timestamp,
    /// Its number, which settles ties.
    pub id: EventId,
}

impl EventCursor {
    /// The text that stands in a link; [`EventCursor::parse`] reads it.
    pub fn to_param(self) -> String {
        format!("{}.{}", self.at.0, self.id.0)
    }

    /// Reads what [`EventCursor::to_param`] wrote; anything else is no cursor.
    pub fn parse(text: &str) -> Option<Self> {
        let (at, id) = text.split_once('.')?;
        Some(Self {
            at: Timestamp(at.parse().ok()?),
            id: EventId(id.parse().ok()?),
        })
    }
}
