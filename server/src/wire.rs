//! Names in the gate's wire format: headers, media types and codes.

use contract::Code;
pub use contract::{RATE_LIMIT, RATE_LIMIT_POLICY};
use http::HeaderName;

/// Names the request in the response, the log and the audit log.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The instant since which the secret is being retired.
pub const DEPRECATION: HeaderName = HeaderName::from_static("deprecation");
/// The instant at which the secret that is being retired stops working.
pub const SUNSET: HeaderName = HeaderName::from_static("sunset");
/// The key's id, for the service behind a proxy.
pub const KEY_ID: HeaderName = HeaderName::from_static("x-latchkey-key-id");
/// The id of the key's application, for the service behind a proxy.
pub const APPLICATION_ID: HeaderName = HeaderName::from_static("x-latchkey-application-id");
/// The id of the application's account, for the service behind a proxy.
pub const ACCOUNT_ID: HeaderName = HeaderName::from_static("x-latchkey-account-id");
/// The key's scopes, for the service behind a proxy.
pub const SCOPES: HeaderName = HeaderName::from_static("x-latchkey-scopes");
/// The nodes that know a change, all nodes, and the milliseconds until that was known: a dictionary (RFC 9651).
pub const NODES: HeaderName = HeaderName::from_static("x-latchkey-nodes");

/// The media type of responses other than problems.
pub const JSON: &str = "application/json";

/// The codes with which every endpoint that takes a key can refuse it. Endpoints that require a scope add
/// `insufficient_scope`.
pub const CREDENTIAL_REFUSALS: [Code; 11] = [
    Code::MissingCredentials,
    Code::AmbiguousCredentials,
    Code::CredentialsInQuery,
    Code::InvalidCredentials,
    Code::KeyRevoked,
    Code::KeyInactive,
    Code::KeyExpired,
    Code::SecretRetired,
    Code::IpNotAllowed,
    Code::RateLimited,
    Code::VerificationUnavailable,
];
