//! Parses the gate's answers.

use crate::Caller;
use contract::{Code, RateLimitStatus};
use domain::{
    id::{AccountId, ApplicationId},
    key::{Environment, scope::ScopeSet, token::KeyId},
    time::Timestamp,
};
use http::StatusCode;
use serde::Deserialize;

/// The body of an answer. Unknown fields are ignored.
#[derive(Deserialize)]
struct Body {
    valid: bool,
    code: String,
    key_id: Option<KeyId>,
    application_id: Option<ApplicationId>,
    account_id: Option<AccountId>,
    environment: Option<Environment>,
    #[serde(default)]
    scopes: Vec<String>,
    expires_at: Option<String>,
    ratelimit: Option<RateLimitStatus>,
    request_id: String,
}

/// A verdict with the gate's request id.
#[derive(Debug)]
pub(crate) struct Answer {
    pub verdict: Verdict,
    pub request_id: String,
    /// The state of the key's rate limit, if it has one and was checked.
    pub rate: Option<RateLimitStatus>,
}

/// The gate's verdict.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Accepted(Caller),
    Refused(Code),
}

impl Answer {
    /// Parses the answer about the key `presented`. An accepted answer with missing or inconsistent fields is an error.
    pub(crate) fn read(bytes: &[u8], presented: &str) -> Result<Self, String> {
        let body: Body = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        let code = body.code.clone();
        let request_id = body.request_id.clone();
        let rate = body.ratelimit;
        let verdict = match (body.valid, code.as_str()) {
            (true, "valid") => Verdict::Accepted(accepted(body, presented)?),
            (false, word) => Code::parse(word)
                .filter(|code| is_verdict(*code))
                .map(Verdict::Refused)
                .ok_or("the code of the refusal is unknown")?,
            (true, _) => return Err("it is valid and has the code of an error".into()),
        };
        Ok(Self {
            verdict,
            request_id,
            rate,
        })
    }
}

/// Whether a code can be the verdict about credentials.
fn is_verdict(code: Code) -> bool {
    matches!(
        code.status(),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS
    )
}

fn accepted(body: Body, presented: &str) -> Result<Caller, String> {
    let missing = |what: &str| format!("it is valid and lacks the {what}");
    let key_id = body.key_id.ok_or_else(|| missing("key"))?;
    if key_id.to_string() != presented {
        return Err("it is about another key".into());
    }
    let expires_at = body
        .expires_at
        .map(|text| Timestamp::parse(&text).ok_or("its expiry is not an instant"))
        .transpose()?;
    Ok(Caller {
        key_id,
        application_id: body.application_id.ok_or_else(|| missing("application"))?,
        account_id: body.account_id.ok_or_else(|| missing("account"))?,
        environment: body.environment.ok_or_else(|| missing("environment"))?,
        scopes: body
            .scopes
            .iter()
            .filter_map(|name| ScopeSet::one(name).ok())
            .fold(ScopeSet::default(), ScopeSet::union),
        expires_at,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "akl_0000000000000001";

    fn answer(change: impl Fn(&mut serde_json::Value)) -> Result<Answer, String> {
        let mut body = serde_json::json!({
            "valid": true, "code": "valid", "key_id": KEY,
            "application_id": "00000000-0000-7000-8000-000000000001",
            "account_id": "00000000-0000-7000-8000-000000000002",
            "environment": "live", "scopes": ["invoice:read", "moon:visit"],
            "expires_at": "2026-11-23T14:05:09.123Z", "ratelimit": null, "request_id": "r", "new": 1,
        });
        change(&mut body);
        Answer::read(body.to_string().as_bytes(), KEY)
    }

    #[test]
    fn unknown_fields_and_scopes_of_an_answer_are_ignored() {
        let Ok(Answer {
            verdict: Verdict::Accepted(caller),
            ..
        }) = answer(|_| {})
        else {
            panic!("not accepted");
        };
        assert_eq!(caller.key_id.to_string(), KEY);
        assert_eq!(caller.scopes.to_string(), "invoice:read");
        assert_eq!(caller.expires_at, Some(Timestamp(1_795_442_709_123)));
    }

    #[test]
    fn an_inconsistent_answer_is_an_error() {
        let inconsistent: [(&str, serde_json::Value); 9] = [
            ("key_id", "akl_0000000000000002".into()),
            ("key_id", serde_json::Value::Null),
            ("application_id", serde_json::Value::Null),
            ("account_id", "x".into()),
            ("environment", serde_json::Value::Null),
            ("expires_at", "tomorrow".into()),
            ("code", "key_revoked".into()),
            ("valid", false.into()),
            ("valid", "true".into()),
        ];
        for (field, value) in inconsistent {
            let read = answer(|body| body[field] = value.clone());
            assert!(read.is_err(), "{field}: {value}");
        }
        for code in ["not_found", "verification_unavailable", "who_knows"] {
            let read = answer(|body| {
                body["valid"] = false.into();
                body["code"] = code.into();
            });
            assert!(read.is_err(), "{code}");
        }
        assert!(Answer::read(b"{}", KEY).is_err());
        assert!(Answer::read(b"<html>", KEY).is_err());
    }

    #[test]
    fn a_refusal_keeps_its_code() {
        let read = answer(|body| {
            body["valid"] = false.into();
            body["code"] = "key_revoked".into();
        });
        let verdict = read.map(|answer| answer.verdict);
        assert_eq!(verdict, Ok(Verdict::Refused(Code::KeyRevoked)));
    }
}
