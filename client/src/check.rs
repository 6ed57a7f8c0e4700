//! Verifies a request.

use crate::{
    Caller,
    answer::Verdict,
    builder::Inner,
    cache::CacheSlot,
    gate::{GateError, GateResponse},
    question,
    refusal::Refusal,
};
use contract::{
    Code, RateLimitStatus,
    credentials::{self, X_CLIENT_SECRET},
};
use domain::key::scope::ScopeSet;
use http::{HeaderMap, header, request::Parts};

/// An accepted request.
#[derive(Debug)]
pub(crate) struct Passed {
    pub caller: Caller,
    /// The state of the key's rate limit, if it has one.
    pub rate: Option<RateLimitStatus>,
}

impl Inner {
    /// Verifies the credentials of a request, and removes the secret from an accepted one.
    pub(crate) async fn check(
        &self,
        parts: &mut Parts,
        scopes: ScopeSet,
    ) -> Result<Passed, Refusal> {
        let question = match self.look_up(parts, scopes)? {
            Lookup::Accepted(caller) => {
                hide_secret(&mut parts.headers);
                return Ok(Passed { caller, rate: None });
            }
            Lookup::Verify(question) => question,
        };
        let response = self.gate.ask(question.body, &question.key).await;
        let GateResponse { answer, date } = response.map_err(|error| unavailable(error, scopes))?;
        match answer.verdict {
            Verdict::Accepted(caller) => {
                // Answers of keys with a rate limit are not cached: the gate counts each call.
                if let (Some(cache), Some(slot), None) = (&self.cache, &question.slot, answer.rate)
                {
                    cache.insert(slot, &caller, date);
                }
                hide_secret(&mut parts.headers);
                Ok(Passed {
                    caller,
                    rate: answer.rate,
                })
            }
            Verdict::Refused(code) => {
                if let Some(cache) = &self.cache {
                    cache.remove(&question.key);
                }
                Err(Refusal::of_gate(
                    code,
                    scopes,
                    answer.request_id,
                    answer.rate,
                ))
            }
        }
    }

    /// Returns the cached answer, or the question for the gate.
    fn look_up(&self, parts: &Parts, scopes: ScopeSet) -> Result<Lookup, Refusal> {
        let presented = credentials::read(&parts.headers, parts.uri.query())
            .map_err(|code| Refusal::of(code, scopes))?;
        let address = (self.address)(parts);
        let slot = self
            .cache
            .as_ref()
            .and_then(|cache| cache.slot(&presented, scopes, address));
        if let Some(caller) = self
            .cache
            .as_ref()
            .zip(slot.as_ref())
            .and_then(|(cache, slot)| cache.get(slot))
        {
            return Ok(Lookup::Accepted(caller));
        }
        let body = question::body(&presented, parts, scopes, address)
            .ok_or_else(|| Refusal::of(Code::VerificationUnavailable, scopes))?;
        Ok(Lookup::Verify(PendingCheck {
            key: presented.key().to_owned(),
            body,
            slot,
        }))
    }
}

enum Lookup {
    Accepted(Caller),
    Verify(PendingCheck),
}

struct PendingCheck {
    key: String,
    body: bytes::Bytes,
    slot: Option<CacheSlot>,
}

fn unavailable(error: GateError, scopes: ScopeSet) -> Refusal {
    let cause = error.to_string();
    let refusal = Refusal::unavailable(scopes, error.retry_after());
    tracing::error!(
        reference = refusal.request_id(),
        cause,
        "a key cannot be verified"
    );
    refusal
}

/// Removes the secret, because the inner service does not need it and may log headers.
fn hide_secret(headers: &mut HeaderMap) {
    if headers.remove(X_CLIENT_SECRET).is_none() {
        // The credentials were in `Basic`; another scheme is kept.
        headers.remove(header::AUTHORIZATION);
    }
}
