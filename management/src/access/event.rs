//! The audit event of a change that a person makes with a permission handle.

use super::Viewer;
use domain::audit::{Action, Actor, AuditEvent, FieldValues};

impl Viewer {
    /// Creates the audit event of a change.
    pub(crate) fn event(
        &self,
        action: Action,
        target: &impl ToString,
        detail: impl Into<String>,
    ) -> AuditEvent {
        AuditEvent {
            account_id: self.application.account_id,
            at: self.now(),
            actor: Actor::Person {
                id: self.identity.person_id,
                email: self.identity.email.to_string(),
            },
            action,
            target: target.to_string(),
            detail: detail.into(),
            address: self.origin.address_text(),
            request_id: self.origin.request_id.clone(),
            before: FieldValues::default(),
            after: FieldValues::default(),
        }
    }
}
