//! The audit log: actions, actors, events to record and stored records.

mod action;
mod filter;

pub use crate::field_values::FieldValues;
pub use action::Action;
pub use filter::{AuditCursor, AuditFilter, AuditPage};

use crate::{
    id::{AccountId, PersonId},
    key::token::KeyId,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The actor of an audited action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Actor {
    /// A signed-in person.
    Person {
        /// The person's id.
        id: PersonId,
        /// The person's e-mail address at that time.
        email: String,
    },
    /// A key that acts on itself.
    Key(KeyId),
    /// The server or its command line.
    System,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Person { email, .. } => email,
            Self::Key(id) => return id.fmt(f),
            Self::System => "Latchkey",
        })
    }
}

/// An event to be appended to the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct AuditEvent {
    pub account_id: AccountId,
    pub at: Timestamp,
    pub actor: Actor,
    pub action: Action,
    /// A key id, an e-mail address or an application's id; possibly empty.
    pub target: String,
    /// A description for people; possibly empty; never a secret.
    pub detail: String,
    /// The client's address; empty if there was none.
    pub address: String,
    /// The request id; empty if there was none.
    pub request_id: String,
    /// The old values of the changed fields.
    pub before: FieldValues,
    /// The new values of the changed fields.
    pub after: FieldValues,
}

impl AuditEvent {
    /// Sets `before` and `after` to the fields that differ.
    #[must_use]
    pub fn with_changes(self, before: FieldValues, after: FieldValues) -> Self {
        let (before, after) = FieldValues::changed(before, after);
        Self {
            before,
            after,
            ..self
        }
    }
}

/// A stored event of the audit log, as pages show it: without its hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct AuditRecord {
    /// The sequence number within the account, starting at 1.
    pub seq: i64,
    pub at: Timestamp,
    /// The displayed name of the actor.
    pub actor: String,
    pub action: Action,
    pub target: String,
    pub detail: String,
    pub address: String,
    pub request_id: String,
    /// The old values of the changed fields.
    pub before: FieldValues,
    /// The new values of the changed fields.
    pub after: FieldValues,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Environment;
    use uuid::Uuid;

    #[test]
    fn an_actor_is_displayed_by_its_address_its_key_id_or_the_product() {
        let key = KeyId::from_number(Environment::Live, 1);
        for (actor, name) in [
            (
                Actor::Person {
                    id: PersonId(Uuid::nil()),
                    email: "ada@example.com".into(),
                },
                "ada@example.com".to_owned(),
            ),
            (Actor::Key(key), key.to_string()),
            (Actor::System, "Latchkey".to_owned()),
        ] {
            assert_eq!(actor.to_string(), name);
        }
    }

    #[test]
    fn an_event_records_the_fields_that_a_change_altered() {
        let event = AuditEvent {
            account_id: AccountId(Uuid::nil()),
            at: Timestamp(1),
            actor: Actor::System,
            action: Action::KeyChanged,
            target: "target".into(),
            detail: String::new(),
            address: String::new(),
            request_id: String::new(),
            before: FieldValues::default(),
            after: FieldValues::default(),
        };
        let with = |name: &str| FieldValues::of("name", name).and("scopes", "invoice:read");
        let changed = event.clone().with_changes(with("A"), with("B"));
        let expected = AuditEvent {
            before: FieldValues::of("name", "A"),
            after: FieldValues::of("name", "B"),
            ..event
        };
        assert_eq!(changed, expected);
    }
}
