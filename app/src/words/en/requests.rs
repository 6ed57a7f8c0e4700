//! Single calls.

use domain::{
    decision::{CheckResult, GateCheck},
    verdict::Verdict,
};

/// The page's name, and its link's.
pub const TITLE: &str = super::frame::REQUESTS;
/// What it is.
pub const LEAD: &str = "Single calls with the keys of this application, the newest first, for some days. While there are many, not every call that passed is kept: at most 20 a second of a key.";
/// Before a key's name.
pub const WITH: &str = "Only calls with ";
/// Back to the calls of all keys.
pub const ALL: &str = "Show all keys";
/// The field for an id.
pub const ID: &str = "Request id";
/// Where it comes from.
pub const ID_HINT: &str = "From the answer’s X-Request-Id, or request_id in its body.";
/// Its button.
pub const OPEN: &str = "Open";
/// No calls.
pub const NOTHING: &str = "No calls yet. They stand here as soon as one of the keys is used.";
/// No calls that did not pass.
pub const NOTHING_REFUSED: &str = "No refused calls. Everything that was asked has passed.";
/// The choice between the two lists.
pub const OUTCOME: &str = "Outcome";
/// All calls.
pub const EVERY: &str = "All calls";
/// Those that did not pass.
pub const REFUSED: &str = "Refused only";
/// The page anew.
pub const REFRESH: &str = "Refresh";
/// Older ones.
pub const OLDER: &str = "Older";
/// Back to the newest ones.
pub const NEWEST: &str = "Newest";
/// The neighbours of a page.
pub const PAGES: &str = "Pages of requests";
/// Calls appear as they happen.
pub const LIVE: &str = "Live";
/// They do not at the moment.
pub const PAUSED: &str = "Paused";
/// They do not any more.
pub const ENDED: &str = "No longer live: refresh the page, and sign in if you are asked to.";
/// The button while they do.
pub const PAUSE: &str = "Pause";
/// The button while they do not.
pub const RESUME: &str = "Resume";
/// Before an address.
pub const FROM: &str = "from";
/// Sent by a browser.
pub const BROWSER: &str = "From a browser";
/// A name for nothing.
pub const UNKNOWN: &str = "unknown";
/// No scopes.
pub const NO_SCOPE: &str = "none";

/// The facts of a call.
pub const WHEN: &str = "When";
/// Which key.
pub const KEY: &str = "API key";
/// Method and path.
pub const ROUTE: &str = "Route";
/// From where.
pub const ADDRESS: &str = "Address";
/// By what.
pub const USER_AGENT: &str = "User agent";
/// Over the checks.
pub const CHECKS: &str = "Checks, in the order of the gate";
/// Beside them.
pub const AS_IT_IS: &str = "Lists, scopes and limits are shown as they are now.";

/// The question.
pub const SIMULATOR: &str = "Would a call pass?";
/// What it does.
pub const SIMULATOR_LEAD: &str =
    "The gate’s own answer to a call with this key and its right secret. Nothing is counted.";
/// The field for scopes.
pub const SCOPES: &str = "Scopes";
/// What may stand there.
pub const SCOPES_HINT: &str = "Such as invoice:read; empty for none.";
/// What may stand in the field for an address.
pub const ADDRESS_HINT: &str = "Empty for one that is not known.";
/// The field for a time.
pub const AT: &str = "Time (UTC)";
/// What may stand there.
pub const AT_HINT: &str = "Empty for now.";
/// The button.
pub const TRY: &str = "Try it";
/// Over the answer.
pub const ANSWER: &str = "The answer";

/// How many calls are not shown.
pub fn skipped(calls: Option<u64>) -> String {
    match calls {
        Some(1) => "1 call was skipped.".to_owned(),
        Some(calls) => format!("{calls} calls were skipped."),
        None => "Some calls were skipped.".to_owned(),
    }
}

/// A verdict in a few words.
pub const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::CredentialsInQuery => "Credentials in the query",
        Verdict::InvalidCredentials => "Wrong secret",
        Verdict::Throttled { .. } => "Wrong secret, put off",
        Verdict::Unavailable => "Status not known",
        Verdict::Revoked => "Key revoked",
        Verdict::Inactive => "Key deactivated",
        Verdict::Expired { .. } => "Key expired",
        Verdict::Retired { .. } => "Secret retired",
        Verdict::IpNotAllowed => "Address not allowed",
        Verdict::InsufficientScope => "Scope is missing",
        Verdict::RateLimited { .. } => "Rate limited",
        Verdict::Accepted => "Accepted",
    }
}

/// What a check looks at.
pub const fn check(check: GateCheck) -> &'static str {
    match check {
        GateCheck::Credentials => "Credentials are in headers",
        GateCheck::Secret => "The secret is the key’s own",
        GateCheck::Revoked => "The key is not revoked",
        GateCheck::Active => "The key is active",
        GateCheck::Expiry => "The key has not expired",
        GateCheck::Retirement => "The secret is not retired",
        GateCheck::Address => "The address is allowed",
        GateCheck::Scopes => "The scopes are held",
        GateCheck::RateLimit => "The rate limit is not used up",
    }
}

/// What it found.
pub const fn finding(finding: CheckResult) -> &'static str {
    match finding {
        CheckResult::Passed => "Passed",
        CheckResult::Refused => "Refused",
        CheckResult::NotReached => "Not reached",
    }
}

/// An address and the list of the key.
pub fn address_rule(address: &str, allowed: &str) -> String {
    format!("The call came from {address}. Allowed: {allowed}.")
}

/// What was asked for, and what the key holds.
pub fn scope_rule(asked: &str, held: &str) -> String {
    format!("Asked for: {asked}. Held: {held}.")
}

/// The limit of the key.
pub fn limit_rule(limit: &str) -> String {
    format!("Limit: {limit}.")
}

/// No limit.
pub const NO_LIMIT: &str = "The key has no limit.";

/// How long one had to wait.
pub fn put_off(milliseconds: i64) -> String {
    format!(
        "So many wrong secrets had come from there that this one was to wait for {} s.",
        (milliseconds + 999) / 1_000
    )
}

/// How long to wait.
pub fn wait(milliseconds: i64) -> String {
    format!(
        "Another call could pass {} s later.",
        (milliseconds + 999) / 1_000
    )
}
