//! May this request pass?

use crate::{
    Caller,
    answer::Verdict,
    builder::Inner,
    cache::Place,
    gate::{Heard, Silence},
    question,
    refusal::Refusal,
};
use contract::{
    Code, Rate,
    credentials::{self, X_CLIENT_SECRET},
};
use domain::key::scope::ScopeSet;
use http::{HeaderMap, header, request::Parts};

/// A request that passed.
#[derive(Debug)]
pub(crate) struct Passed {
    pub caller: Caller,
    /// What is left of the key's rate limit, where it has one.
    pub rate: Option<Rate>,
}

impl Inner {
    /// Asks about the pair of a request, and takes the secret out of one that passes.
    pub(crate) async fn check(
        &self,
        parts: &mut Parts,
        scopes: ScopeSet,
    ) -> Result<Passed, Refusal> {
        let asking = match self.remembered(parts, scopes)? {
            Remembered::Accepted(caller) => {
                hide_secret(&mut parts.headers);
                return Ok(Passed { caller, rate: None });
            }
            Remembered::Ask(asking) => asking,
        };
        let heard = self.gate.ask(asking.body, &asking.key).await;
        let Heard { answer, date } = heard.map_err(|silence| unavailable(silence, scopes))?;
        match answer.verdict {
            Verdict::Accepted(caller) => {
                // Who counts calls has to hear of each.
                if let (Some(cache), Some(place), None) = (&self.cache, &asking.place, answer.rate)
                {
                    cache.keep(place, &caller, date);
                }
                hide_secret(&mut parts.headers);
                Ok(Passed {
                    caller,
                    rate: answer.rate,
                })
            }
            Verdict::Refused(code) => {
                if let Some(cache) = &self.cache {
                    cache.forget(&asking.key);
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

    /// The answer that is remembered, or the question.
    fn remembered(&self, parts: &Parts, scopes: ScopeSet) -> Result<Remembered, Refusal> {
        let presented = credentials::read(&parts.headers, parts.uri.query())
            .map_err(|code| Refusal::of(code, scopes))?;
        let address = (self.address)(parts);
        let place = self
            .cache
            .as_ref()
            .and_then(|cache| cache.place(&presented, scopes, address));
        if let Some(caller) = self
            .cache
            .as_ref()
            .zip(place.as_ref())
            .and_then(|(cache, place)| cache.get(place))
        {
            return Ok(Remembered::Accepted(caller));
        }
        let body = question::body(&presented, parts, scopes, address)
            .ok_or_else(|| Refusal::of(Code::VerificationUnavailable, scopes))?;
        Ok(Remembered::Ask(Question {
            key: presented.key().to_owned(),
            body,
            place,
        }))
    }
}

enum Remembered {
    Accepted(Caller),
    Ask(Question),
}

struct Question {
    key: String,
    body: bytes::Bytes,
    place: Option<Place>,
}

fn unavailable(silence: Silence, scopes: ScopeSet) -> Refusal {
    let cause = silence.to_string();
    let refusal = Refusal::unavailable(scopes, silence.retry_after());
    tracing::error!(
        reference = refusal.request_id(),
        cause,
        "a key cannot be verified"
    );
    refusal
}

/// The service inside has no use for the secret, and may log its headers.
fn hide_secret(headers: &mut HeaderMap) {
    if headers.remove(X_CLIENT_SECRET).is_none() {
        // The pair came by Basic: any other scheme stays where it is.
        headers.remove(header::AUTHORIZATION);
    }
}
