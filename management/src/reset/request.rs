//! Requesting a password reset at sign-in. The link goes to the person's address; the answer is the same for every address.

use super::{RESET_LASTS, event};
use crate::{Keyring, ManagementError, mail::Content, session::log_without_account};
use domain::{
    account::Email,
    audit::{Action, Actor, AuditEvent},
    id::PersonId,
    origin::Origin,
};
use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};
use store::{NewPasswordReset, ResetMaker, StoreError};
use verification::{TokenPurpose, random_token};

/// Maximum number of requests that wait.
const MAX_WAITING: usize = 1_000;

/// Requests that wait for the worker, in memory: what is done for an address must not delay other requests, which would tell whether
/// it has a person.
#[derive(Default)]
pub(crate) struct ResetRequests(Mutex<VecDeque<ResetRequest>>);

struct ResetRequest {
    email: Email,
    /// The device token of the browser, where the address has had too many requests from others.
    device: Option<String>,
    origin: Origin,
}

impl ResetRequests {
    fn lock(&self) -> MutexGuard<'_, VecDeque<ResetRequest>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Keyring {
    /// Requests a link that resets the password of the person with this address, for [`Keyring::make_requested_links`]. Nothing that
    /// depends on the address's person is done here. `device` is the browser's device token: a browser that has signed the person in
    /// before has requests of its own, so that others cannot use them up.
    ///
    /// # Errors
    /// `NotFound` if no mails are sent; `Throttled`.
    pub fn request_reset(
        &self,
        email: Email,
        device: Option<&str>,
        origin: &Origin,
    ) -> Result<(), ManagementError> {
        if !self.sends_mail() {
            return Err(ManagementError::NotFound);
        }
        let (limits, now) = (&self.sign_ins, self.monotonic());
        let throttled = |retry_after_ms| ManagementError::Throttled { retry_after_ms };
        limits
            .request_reset_from(origin.address, now)
            .map_err(throttled)?;
        // Whether the token is of the address's person is found out later.
        let device = match (limits.request_reset_for(&email, now), device) {
            (Ok(()), _) => None,
            (Err(_), Some(device)) => Some(device.to_owned()),
            (Err(wait), None) => return Err(throttled(wait)),
        };
        let mut waiting = self.reset_requests.lock();
        if waiting.len() >= MAX_WAITING {
            return Err(ManagementError::BUSY);
        }
        waiting.push_back(ResetRequest {
            email,
            device,
            origin: origin.clone(),
        });
        Ok(())
    }

    /// Mails the links that were requested, if their addresses have people who may have one. The worker calls it every second.
    pub async fn make_requested_links(&self) {
        loop {
            let Some(request) = self.next_request() else {
                return;
            };
            let made = self.mail_requested_link(&request).await;
            match made {
                Ok(()) => {}
                Err(ManagementError::Unavailable(cause)) => {
                    tracing::debug!(cause, "requested password reset links wait");
                    self.reset_requests.lock().push_front(request);
                    return;
                }
                Err(error) => {
                    tracing::error!(%error, "a requested password reset link was not made");
                }
            }
        }
    }

    fn next_request(&self) -> Option<ResetRequest> {
        let mut waiting = self.reset_requests.lock();
        waiting.front()?;
        self.sign_ins.make_reset(self.monotonic()).ok()?;
        waiting.pop_front()
    }

    async fn mail_requested_link(&self, request: &ResetRequest) -> Result<(), ManagementError> {
        let (email, origin) = (&request.email, &request.origin);
        let Some(person) = self.store.person_state(email).await? else {
            return Ok(());
        };
        // Support staff can read every account: only the operator resets their passwords. Without a password, a link would give a way
        // in past the identity provider, and past the end of the access there.
        if person.is_support || !person.has_password || !self.may_request(request, person.id) {
            return Ok(());
        }
        let at = self.now();
        let token = random_token(&*self.entropy);
        let stored = self
            .hasher
            .token_digest(TokenPurpose::PasswordReset, &token);
        let new = NewPasswordReset {
            token_hash: &stored.digest,
            pepper: stored.pepper,
            person: person.id,
            made_by: ResetMaker::Anyone,
            at,
            expires_at: at.plus(RESET_LASTS),
        };
        let accounts = self.store.account_ids_of(person.id).await?;
        log_without_account(&accounts, Action::ResetLinkMade, person.id);
        let events: Vec<AuditEvent> = accounts
            .into_iter()
            .map(|account| AuditEvent {
                detail: "requested at sign-in".to_owned(),
                address: origin.address_text(),
                request_id: origin.request_id.clone(),
                ..event(account, Actor::System, Action::ResetLinkMade, email, at)
            })
            .collect();
        let content = Content::PasswordReset {
            made_by: None,
            token: token.into(),
            expires_at: new.expires_at,
        };
        let mail = self.mail(email, &content);
        let made = self.store.make_password_reset(&new, &events, &mail);
        match self.charge_mail(&mail, made.await) {
            // The person is disabled.
            Err(StoreError::NotFound) => Ok(()),
            done => Ok(done?),
        }
    }

    /// Whether a request beyond the limit of its address is one of a known browser, which has a limit of its own.
    fn may_request(&self, request: &ResetRequest, person: PersonId) -> bool {
        let Some(device) = request.device.as_deref() else {
            return true;
        };
        let limits = &self.sign_ins;
        self.is_known(Some(device), person)
            && limits.request_known_reset(person, self.monotonic()).is_ok()
    }
}
