//! Suggestions that make a key safer.

use crate::words::{edit, rotate::length};
use domain::{key::suggestion::Suggestion, time::Timestamp};

pub const REGENERATE: &str = "Regenerate secret";
pub const DEACTIVATE: &str = "Deactivate";
pub const SET_END: &str = "Set expiration";
pub const CHANGE_END: &str = "Change expiration";
pub const LIMIT_ADDRESSES: &str = "Add IP allowlist";
pub const REMOVE_SCOPES: &str = "Remove scopes";

/// The text of a suggestion; `observed_since` is the start of the observation of used scopes.
pub fn sentence(
    suggestion: Suggestion,
    observed_since: Option<Timestamp>,
    now: Timestamp,
) -> String {
    match suggestion {
        Suggestion::NotConfirmed => edit::DISCARD_WHY.into(),
        Suggestion::ExpiresSoon { at } => format!(
            "Expires in {} ({}). Requests will fail after that.",
            length(at.since(now)),
            at.readable_date()
        ),
        Suggestion::Idle { since } => format!(
            "Unused for {}. Deactivate it; you can reactivate it any time.",
            length(now.since(since))
        ),
        Suggestion::Old { since } => format!(
            "This secret is {} old. Rotate it to invalidate old copies.",
            length(now.since(since))
        ),
        Suggestion::NeverExpires => {
            "No expiration set. Add one so forgotten copies stop working.".into()
        }
        Suggestion::AnyAddress => {
            "Works from any IP. Add an allowlist so a stolen secret is useless elsewhere.".into()
        }
        Suggestion::UnusedScopes { scopes } => {
            let names: Vec<_> = scopes.names().collect();
            unused_scopes(&names.join(", "), names.len(), observed_since)
        }
    }
}

/// The text about `count` scopes with these names that no call required.
pub fn unused_scopes(names: &str, count: usize, observed_since: Option<Timestamp>) -> String {
    let (verb, pronoun) = if count == 1 {
        ("hasn't", "it")
    } else {
        ("haven't", "them")
    };
    let since = observed_since.map_or_else(String::new, |since| {
        format!(" since {}", since.readable_date())
    });
    format!("{names} {verb} been used{since}. Consider removing {pronoun}.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::key::scope::ScopeSet;

    #[test]
    fn unused_scopes_are_named_with_the_start_of_the_observation() {
        let now = Timestamp::from_date(2026, 12, 1).expect("a date");
        let text = |names: &[&str]| {
            let scopes = ScopeSet::parse_all(names).expect("scopes");
            let since = Timestamp::from_date(2026, 10, 29);
            sentence(Suggestion::UnusedScopes { scopes }, since, now)
        };
        assert_eq!(
            text(&["tax:read"]),
            "tax:read hasn't been used since 29 Oct 2026. Consider removing it."
        );
        assert!(text(&["tax:read", "invoice:read"]).ends_with("Consider removing them."));
    }
}
