//! The error codes of the public API with their statuses and texts.

use domain::verdict::Verdict;
use http::StatusCode;

/// An error code of the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// No credentials were presented.
    MissingCredentials,
    /// More than one pair of credentials was presented.
    AmbiguousCredentials,
    /// Credentials were in the query string.
    CredentialsInQuery,
    /// Unknown id, wrong secret or wrong checksum.
    InvalidCredentials,
    /// The key is revoked.
    KeyRevoked,
    /// The key is deactivated.
    KeyInactive,
    /// The key has expired.
    KeyExpired,
    /// The secret was replaced and its grace period has ended.
    SecretRetired,
    /// The key's IP rules do not allow the address.
    IpNotAllowed,
    /// The key lacks a required scope.
    InsufficientScope,
    /// Too many calls, or too many wrong secrets.
    RateLimited,
    /// The key's state is unknown; the gate fails closed.
    VerificationUnavailable,
    /// `?scope=` names an unknown scope: the proxy is misconfigured.
    UnknownScope,
    /// The body is invalid for the endpoint.
    InvalidRequest,
    /// The body is too long.
    BodyTooLarge,
    /// The body did not arrive in time.
    BodyTooSlow,
    /// Unknown path.
    NotFound,
    /// The endpoint does not support the method.
    MethodNotAllowed,
}

impl Code {
    /// All codes.
    pub const ALL: [Self; 18] = [
        Self::MissingCredentials,
        Self::AmbiguousCredentials,
        Self::CredentialsInQuery,
        Self::InvalidCredentials,
        Self::KeyRevoked,
        Self::KeyInactive,
        Self::KeyExpired,
        Self::SecretRetired,
        Self::IpNotAllowed,
        Self::InsufficientScope,
        Self::RateLimited,
        Self::VerificationUnavailable,
        Self::UnknownScope,
        Self::InvalidRequest,
        Self::BodyTooLarge,
        Self::BodyTooSlow,
        Self::NotFound,
        Self::MethodNotAllowed,
    ];

    /// Returns the name in bodies and URLs.
    pub const fn as_str(self) -> &'static str {
        self.row().0
    }

    /// Returns the HTTP status.
    pub const fn status(self) -> StatusCode {
        self.row().1
    }

    /// Returns the title, which is the same for every error with this code.
    pub const fn title(self) -> &'static str {
        self.row().2
    }

    /// Returns the explanation with what to do.
    pub const fn detail(self) -> &'static str {
        self.row().3
    }

    /// Returns the value of `WWW-Authenticate`, for every 401 and for a missing scope.
    pub fn challenge(self) -> Option<&'static str> {
        match (self, self.status()) {
            (Self::InsufficientScope, _) => {
                Some(r#"ApiKey realm="latchkey", error="insufficient_scope""#)
            }
            (_, StatusCode::UNAUTHORIZED) => Some(r#"ApiKey realm="latchkey""#),
            _ => None,
        }
    }

    /// Parses the output of [`Code::as_str`].
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_str() == name)
    }

    #[expect(clippy::too_many_lines, reason = "a table, a row for each code")]
    const fn row(self) -> (&'static str, StatusCode, &'static str, &'static str) {
        use StatusCode as S;
        match self {
            Self::MissingCredentials => (
                "missing_credentials",
                S::UNAUTHORIZED,
                "Missing credentials",
                "Send the API key and secret in the headers x-client-key and x-client-secret, or with HTTP Basic.",
            ),
            Self::AmbiguousCredentials => (
                "ambiguous_credentials",
                S::BAD_REQUEST,
                "More than one pair of credentials",
                "Send only one pair: either x-client-key and x-client-secret, each once, or HTTP Basic.",
            ),
            Self::CredentialsInQuery => (
                "credentials_in_query",
                S::BAD_REQUEST,
                "Credentials in the query string",
                "Query strings end up in logs, so credentials in them are never checked. Send them in headers, and rotate this secret.",
            ),
            Self::InvalidCredentials => (
                "invalid_credentials",
                S::UNAUTHORIZED,
                "Invalid credentials",
                "The API key or the secret is wrong. Check both.",
            ),
            Self::KeyRevoked => (
                "key_revoked",
                S::UNAUTHORIZED,
                "Key revoked",
                "This key was revoked and can't be restored. Use another key.",
            ),
            Self::KeyInactive => (
                "key_inactive",
                S::UNAUTHORIZED,
                "Key deactivated",
                "This key is deactivated. Activate it in the dashboard, or use another key.",
            ),
            Self::KeyExpired => (
                "key_expired",
                S::UNAUTHORIZED,
                "Key expired",
                "This key has expired. Use another key.",
            ),
            Self::SecretRetired => (
                "secret_retired",
                S::UNAUTHORIZED,
                "Secret retired",
                "This key was rotated. Use the new API key and secret.",
            ),
            Self::IpNotAllowed => (
                "ip_not_allowed",
                S::FORBIDDEN,
                "IP address not allowed",
                "This key can't be used from this IP address. Add the address to the key's allowlist, or use another key.",
            ),
            Self::InsufficientScope => (
                "insufficient_scope",
                S::FORBIDDEN,
                "Missing scope",
                "This key doesn't have a scope that the request requires. Grant the scope, or use another key.",
            ),
            Self::RateLimited => (
                "rate_limited",
                S::TOO_MANY_REQUESTS,
                "Too many requests",
                "This key is over its rate limit, or too many wrong credentials came from this IP address. Wait for the time in Retry-After, then try again.",
            ),
            Self::VerificationUnavailable => (
                "verification_unavailable",
                S::SERVICE_UNAVAILABLE,
                "Verification unavailable",
                "This key can't be verified right now. Try again in a moment.",
            ),
            Self::UnknownScope => (
                "unknown_scope",
                S::BAD_REQUEST,
                "Unknown scope",
                "The required scope doesn't exist. Use the format resource:action, for example invoice:read.",
            ),
            Self::InvalidRequest => (
                "invalid_request",
                S::BAD_REQUEST,
                "Invalid request body",
                "Send JSON as described in /openapi.json, within its limits.",
            ),
            Self::BodyTooLarge => (
                "body_too_large",
                S::PAYLOAD_TOO_LARGE,
                "Request body too large",
                "Send at most 256 KiB, in several requests if needed.",
            ),
            Self::BodyTooSlow => (
                "body_too_slow",
                S::REQUEST_TIMEOUT,
                "Request body too slow",
                "The whole body must arrive within 10 seconds. Send it again.",
            ),
            Self::NotFound => (
                "not_found",
                S::NOT_FOUND,
                "Not found",
                "This path doesn't exist. See /openapi.json for all endpoints.",
            ),
            Self::MethodNotAllowed => (
                "method_not_allowed",
                S::METHOD_NOT_ALLOWED,
                "Method not allowed",
                "This path doesn't support this method. See /openapi.json for all endpoints.",
            ),
        }
    }
}

impl From<Verdict> for Code {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::CredentialsInQuery => Self::CredentialsInQuery,
            Verdict::InvalidCredentials => Self::InvalidCredentials,
            Verdict::Revoked => Self::KeyRevoked,
            Verdict::Inactive => Self::KeyInactive,
            Verdict::Expired { .. } => Self::KeyExpired,
            Verdict::Retired { .. } => Self::SecretRetired,
            Verdict::IpNotAllowed => Self::IpNotAllowed,
            Verdict::InsufficientScope => Self::InsufficientScope,
            Verdict::RateLimited { .. } | Verdict::Throttled { .. } => Self::RateLimited,
            // `Accepted` is not an error; mapping it to this code fails closed.
            Verdict::Unavailable | Verdict::Accepted => Self::VerificationUnavailable,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::time::Timestamp;

    #[test]
    fn verdicts_and_error_codes_have_the_same_names() {
        let at = Timestamp(0);
        for verdict in [
            Verdict::CredentialsInQuery,
            Verdict::InvalidCredentials,
            Verdict::Unavailable,
            Verdict::Revoked,
            Verdict::Inactive,
            Verdict::Expired { at },
            Verdict::Retired { at },
            Verdict::IpNotAllowed,
            Verdict::InsufficientScope,
            Verdict::RateLimited { retry_after_ms: 1 },
            Verdict::Throttled { retry_after_ms: 1 },
        ] {
            assert_eq!(Code::from(verdict).as_str(), verdict.code());
        }
    }
}
