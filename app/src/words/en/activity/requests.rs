//! The request log.

use domain::{
    decision::{CheckResult, GateCheck},
    verdict::Verdict,
};

pub const TITLE: &str = crate::words::frame::REQUESTS;
pub const LEAD: &str = "Recent API requests, newest first. Kept for 7 days; busy keys are sampled at 20 requests per second.";
pub const ID: &str = "Request ID";
/// Opens the request with an id.
pub const OPEN: &str = "Find request";
pub const NOTHING: &str = "No requests yet. They'll appear here live.";
pub const NO_MATCH: &str = "No requests match these filters.";
/// The accessible name of the filter.
pub const FILTERS: &str = "Filter requests";
pub const ANY_KEY: &str = "All keys";
pub const OUTCOME: &str = "Result";
pub const EVERY: &str = "Any result";
pub const REFUSED: &str = "Denied";
pub const ANY_TIME: &str = "Any time";
pub const CLEAR: &str = "Clear filters";
pub const CLOSE_PANEL: &str = "Close details";
/// The heading of the details of a request.
pub const DETAILS: &str = "Request";
pub const UNKNOWN_REQUEST: &str =
    "No request with this ID is recorded. Requests are kept for 7 days, and busy keys are sampled.";
pub const REFRESH: &str = "Refresh";
pub const OLDER: &str = "Older";
pub const NEWEST: &str = "Newest";
/// The accessible name of the page links.
pub const PAGES: &str = "Pages of requests";
pub const LIVE: &str = "Live";
pub const PAUSED: &str = "Paused";
/// Shown if the server closed the event stream.
pub const ENDED: &str = "Live updates stopped. Reload the page.";
pub const PAUSE: &str = "Pause";
pub const RESUME: &str = "Resume";
/// Followed by an IP address.
pub const FROM: &str = "from";
pub const BROWSER: &str = "Sent by a browser";
pub const UNKNOWN: &str = "unknown";
/// Shown in place of an empty list of scopes.
pub const NO_SCOPE: &str = "none";

pub const WHEN: &str = "Time";
pub const KEY: &str = "API key";
pub const ROUTE: &str = "Route";
pub const ADDRESS: &str = "IP address";
pub const USER_AGENT: &str = "User agent";
/// The accessible name of the checks.
pub const CHECKS: &str = "Checks, in order";
pub const AS_IT_IS: &str = "The IP allowlist, scopes and rate limit are the key's current ones.";

pub const SIMULATOR: &str = "Test a request";
pub const SIMULATOR_LEAD: &str = "Check whether a key would be allowed. Nothing is recorded.";
pub const SCOPES: &str = "Scopes";
pub const SCOPES_HINT: &str = "Optional, for example invoice:read";
pub const ADDRESS_HINT: &str = "Optional";
pub const AT: &str = "Time (UTC)";
pub const AT_HINT: &str = "Optional. Leave blank for now.";
pub const TRY: &str = "Run test";
/// The accessible name of the simulated decision.
pub const ANSWER: &str = "Result";

/// The number of live requests that are not shown; `None` if it is unknown.
pub fn skipped(calls: Option<u64>) -> String {
    match calls {
        Some(1) => "1 request not shown".to_owned(),
        Some(calls) => format!("{calls} requests not shown"),
        None => "Some requests not shown".to_owned(),
    }
}

/// The result of a request.
pub const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::CredentialsInQuery => "Credentials in a URL",
        Verdict::InvalidCredentials => "Wrong secret",
        Verdict::Throttled { .. } => "Wrong secret (throttled)",
        Verdict::Unavailable => "Verification unavailable",
        Verdict::Revoked => "Key revoked",
        Verdict::Inactive => "Key deactivated",
        Verdict::Expired { .. } => "Key expired",
        Verdict::Retired { .. } => "Secret retired",
        Verdict::IpNotAllowed => "IP address not allowed",
        Verdict::InsufficientScope => "Missing scope",
        Verdict::RateLimited { .. } => "Rate limited",
        Verdict::Accepted => "Accepted",
    }
}

/// The condition that a check requires.
pub const fn check(check: GateCheck) -> &'static str {
    match check {
        GateCheck::Credentials => "Credentials sent in headers",
        GateCheck::Secret => "Secret is valid",
        GateCheck::Revoked => "Key is not revoked",
        GateCheck::Active => "Key is active",
        GateCheck::Expiry => "Key has not expired",
        GateCheck::Retirement => "Secret is not retired",
        GateCheck::Address => "IP address is allowed",
        GateCheck::Scopes => "Required scopes granted",
        GateCheck::RateLimit => "Within rate limit",
    }
}

/// The result of a check.
pub const fn finding(finding: CheckResult) -> &'static str {
    match finding {
        CheckResult::Passed => "Passed",
        CheckResult::Refused => "Failed",
        CheckResult::NotReached => "Not checked",
    }
}

/// The IP address of a request, and the key's allowlist.
pub fn address_rule(address: &str, allowed: &str) -> String {
    format!("Request from {address}. Allowed: {allowed}.")
}

/// The scopes that a request required, and those of the key.
pub fn scope_rule(required: &str, granted: &str) -> String {
    format!("Required: {required}. Granted: {granted}.")
}

/// The key's rate limit.
pub fn limit_rule(limit: &str) -> String {
    format!("Limit: {limit}.")
}

pub const NO_LIMIT: &str = "This key has no rate limit.";

/// The delay of a request after too many wrong secrets.
pub fn put_off(milliseconds: i64) -> String {
    format!(
        "Too many wrong secrets from this IP. Throttled for {} s.",
        (milliseconds + 999) / 1_000
    )
}

/// The delay after which a request would be within the rate limit.
pub fn wait(milliseconds: i64) -> String {
    format!("Retry after {} s.", (milliseconds + 999) / 1_000)
}

/// A time span of the filter.
pub fn within(span: &str) -> &'static str {
    match span {
        "1h" => "Last hour",
        "24h" => "Last 24 hours",
        _ => "Last 7 days",
    }
}
