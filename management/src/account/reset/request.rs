//! Requesting a password reset at sign-in. The link goes to the person's address; the answer is the same for every address.

use super::{RESET_LASTS, event};
use crate::{
    ManagementError, PasswordResets, mail::Content, sign_in::session::log_without_account,
};
use domain::{
    account::Email,
    audit::{Action, Actor, AuditEvent},
    origin::Origin,
};
use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};
use store::{NewPasswordReset, ResetMaker, StoreError};
use verification::{TokenPurpose, random_token};

/// Maximum number of requests that wait for the worker, and of those that wait for the limit on links.
const MAX_WAITING: usize = 1_000;

/// Requests that wait for the worker, in memory: what is done for an address must not delay other requests, which would tell whether
/// it has a person.
#[derive(Default)]
pub(crate) struct ResetRequests(Mutex<Queues>);

#[derive(Default)]
struct Queues {
    new: VecDeque<ResetRequest>,
    /// Requests for people that exceed the limit on links. Those for other addresses do not wait here.
    postponed: VecDeque<ResetRequest>,
}

struct ResetRequest {
    email: Email,
    /// The device token of the browser.
    device: Option<String>,
    /// Whether the address has had too many requests: then only a known browser gets a link.
    over_limit: bool,
    origin: Origin,
}

impl ResetRequests {
    fn lock(&self) -> MutexGuard<'_, Queues> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The result of a request.
#[derive(PartialEq, Eq)]
enum Handled {
    Done,
    /// The limit on links is exhausted.
    Postponed,
}

impl PasswordResets<'_> {
    /// Requests a link that resets the password of the person with this address, for [`PasswordResets::make_requested_links`]. Nothing
    /// that depends on the address's person is done here. `device` is the browser's device token: a browser that has signed the person
    /// in before has requests of its own, so that others cannot use them up.
    ///
    /// # Errors
    /// `NotFound` if no mails are sent; `Throttled`.
    pub fn request(
        self,
        email: Email,
        device: Option<&str>,
        origin: &Origin,
    ) -> Result<(), ManagementError> {
        if !self.keyring.outbox().sends_mail() {
            return Err(ManagementError::NotFound);
        }
        let mut queues = self.keyring.account_state().reset_requests.lock();
        // Before the limits: a request that is refused uses up none.
        if queues.new.len() >= MAX_WAITING {
            return Err(ManagementError::Busy);
        }
        let (limits, now) = (
            self.keyring.sign_in_state().limits(),
            self.keyring.monotonic(),
        );
        let throttled = |retry_after_ms| ManagementError::Throttled { retry_after_ms };
        limits
            .request_reset_from(origin.address, now)
            .map_err(throttled)?;
        // Whether the token is of the address's person is found out later.
        let over_limit = match (limits.request_reset_for(&email, now), device) {
            (Ok(()), _) => false,
            (Err(_), Some(_)) => true,
            (Err(wait), None) => return Err(throttled(wait)),
        };
        queues.new.push_back(ResetRequest {
            email,
            device: device.map(ToOwned::to_owned),
            over_limit,
            origin: origin.clone(),
        });
        Ok(())
    }

    /// Mails the links that were requested, if their addresses have people who may have one. The worker calls it every second.
    pub async fn make_requested_links(self) {
        // Requests that come meanwhile may wait: mails are sent in between.
        for _ in 0..2 * MAX_WAITING {
            let Some((request, postponed)) = self.next_request() else {
                return;
            };
            match self.mail_requested_link(&request).await {
                Ok(Handled::Done) => {}
                Ok(Handled::Postponed) => {
                    let waiting = &mut self.keyring.account_state().reset_requests.lock().postponed;
                    if postponed {
                        waiting.push_front(request);
                    } else if waiting.len() < MAX_WAITING {
                        waiting.push_back(request);
                    } else {
                        tracing::warn!(
                            "a requested password reset link is not created: too many requests are waiting"
                        );
                    }
                }
                Err(ManagementError::Unavailable(cause)) => {
                    tracing::debug!(cause, "requested password reset links are waiting");
                    let mut queues = self.keyring.account_state().reset_requests.lock();
                    if postponed {
                        queues.postponed.push_front(request);
                    } else {
                        queues.new.push_front(request);
                    }
                    return;
                }
                Err(error) => {
                    tracing::error!(%error, "a requested password reset link was not created");
                }
            }
        }
    }

    /// Takes the next request; whether it was postponed. Those that were are first, once another link may be made.
    fn next_request(self) -> Option<(ResetRequest, bool)> {
        let mut queues = self.keyring.account_state().reset_requests.lock();
        let limits = self.keyring.sign_in_state().limits();
        if !limits.is_exhausted(limits.reset_limit(), self.keyring.monotonic())
            && let Some(request) = queues.postponed.pop_front()
        {
            return Some((request, true));
        }
        Some((queues.new.pop_front()?, false))
    }

    async fn mail_requested_link(self, request: &ResetRequest) -> Result<Handled, ManagementError> {
        let (email, origin) = (&request.email, &request.origin);
        let Some(person) = self.keyring.store().person_state(email).await? else {
            return Ok(Handled::Done);
        };
        // Support staff can read every account: only the operator resets their passwords. Without a password, a link would give a way
        // in past the identity provider, and past the end of the access there.
        if person.is_support || !person.has_password || person.disabled_at.is_some() {
            return Ok(Handled::Done);
        }
        let (limits, now) = (
            self.keyring.sign_in_state().limits(),
            self.keyring.monotonic(),
        );
        let known = self
            .keyring
            .sign_in()
            .knows_device(request.device.as_deref(), person.id)
            .await?;
        let (common, own) = (limits.reset_limit(), limits.known_reset_limit(person.id));
        let limit = if !request.over_limit && !limits.is_exhausted(common, now) {
            common
        } else if known && !limits.is_exhausted(own, now) {
            own
        } else if request.over_limit {
            return Ok(Handled::Done);
        } else {
            return Ok(Handled::Postponed);
        };
        let at = self.keyring.now();
        let token = random_token(self.keyring.entropy());
        let stored = self
            .keyring
            .hasher()
            .token_digest(TokenPurpose::PasswordReset, &token);
        let new = NewPasswordReset {
            token_hash: &stored.digest,
            pepper: stored.pepper,
            person: person.id,
            made_by: ResetMaker::Anyone,
            at,
            expires_at: at.plus(RESET_LASTS),
        };
        let accounts = self.keyring.store().account_ids_of(person.id).await?;
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
        let mail = self.keyring.outbox().compose(email, &content);
        if mail.is_empty() {
            // The link would be lost.
            return Ok(Handled::Done);
        }
        let made = self
            .keyring
            .store()
            .make_password_reset(&new, &events, &mail);
        let made = self.keyring.outbox().charge(&mail, made.await);
        if made.is_ok() {
            limits.charge(&[limit], now);
        }
        match made {
            // The person is disabled.
            Ok(_) | Err(StoreError::NotFound) => Ok(Handled::Done),
            Err(error) => Err(error.into()),
        }
    }
}
