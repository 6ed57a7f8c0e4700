//! Security events.

use crate::chart::scale::grouped;
use domain::security::{EventKind, OpenEventCounts, Remedy, Severity};

/// The page's name, and its link's.
pub const TITLE: &str = super::frame::SECURITY_EVENTS;
/// What it is.
pub const LEAD: &str = "What is out of the ordinary about your keys and sign-ins, each with what can be done. What happens again within a day adds to the event that is there.";
/// The filter by gravity.
pub const SEVERITY: &str = "Severity";
/// None.
pub const ANY_SEVERITY: &str = "Any severity";
/// The filter by kind.
pub const KIND: &str = "What happened";
/// None.
pub const ANY_KIND: &str = "Anything";
/// The filter by state.
pub const STATE: &str = "State";
/// Those that nobody has acknowledged.
pub const OPEN: &str = "Open";
/// The others.
pub const SEEN: &str = "Acknowledged";
/// Both.
pub const ALL: &str = "Open and acknowledged";
/// The button.
pub const FILTER: &str = "Filter";
/// Back to all of it.
pub const CLEAR: &str = "Clear filters";
/// Before a key's name.
pub const WITH: &str = "Only events of ";
/// Back to the events of all keys.
pub const ALL_KEYS: &str = "Show all keys";
/// Nothing found.
pub const NO_MATCH: &str = "No event like that";
/// What to do.
pub const NO_MATCH_HINT: &str = "Another kind, another state or another key may have some.";
/// Nothing at all.
pub const QUIET: &str = "Nothing out of the ordinary";
/// What would be here.
pub const QUIET_HINT: &str = "Wrong secrets, revoked keys in use, calls from new networks, failed sign-ins and the like stand here as soon as they happen.";
/// The neighbours of a page.
pub const PAGES: &str = "Pages of security events";
/// The first page.
pub const NEWEST: &str = "Newest";
/// Older ones.
pub const OLDER: &str = "Older";
/// Before the first time.
pub const SINCE: &str = "since";
/// Before an address.
pub const FROM: &str = "from";
/// Before a request id.
pub const REQUEST: &str = "Request";
/// What opens the form.
pub const ACKNOWLEDGE: &str = "Acknowledge";
/// The field in it.
pub const NOTE: &str = "Note";
/// Nobody has to.
pub const OPTIONAL: &str = "(optional)";
/// What helps to fill it in.
pub const NOTE_HINT: &str = "What it was, or what you did. It stands here and in the audit log.";
/// Before somebody's address.
pub const SEEN_BY: &str = "Acknowledged by ";

/// How often it happened.
pub fn times(calls: i64) -> String {
    match calls {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        _ => format!("{} times", grouped(calls)),
    }
}

/// The gravity.
pub const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "Critical",
        Severity::Warning => "Warning",
        Severity::Notice => "Notice",
    }
}

/// What it means, and what to think of first.
pub const fn meaning(kind: EventKind) -> &'static str {
    match kind {
        EventKind::WrongSecret => {
            "This key’s id was presented with secrets that are not its own: an old secret in somebody’s settings, or a guess. None of them passed."
        }
        EventKind::RevokedUsed => {
            "Somebody still holds the secret of this key and uses it. It is refused. If it leaked, whoever has it is still trying."
        }
        EventKind::ExpiredUsed => "A client still uses this key after its end. It is refused.",
        EventKind::RetiredUsed => {
            "A client still uses the secret that was replaced. It is refused."
        }
        EventKind::InactiveUsed => {
            "A client uses this key while it is switched off. It is refused."
        }
        EventKind::AddressNotAllowed => {
            "The right secret came from an address that the key’s rules leave out. It was refused. Unless you have moved a server, take the secret for stolen."
        }
        EventKind::ScopeNotHeld => {
            "A client asks for what this key may not do. It is refused: a deploy needs another scope, or somebody tries what the key opens."
        }
        EventKind::NewNetwork => {
            "The key passed from a network that it had not been used from before. If you do not know it, limit the key to your own addresses."
        }
        EventKind::AgentChanged => {
            "The key passed by a client with a name that it had not been used by before."
        }
        EventKind::DormantWoke => {
            "The key passed for the first time after more than 30 days. If nobody should need it, switch it off."
        }
        EventKind::RefusalsRose => {
            "Within ten minutes a fifth or more of this key’s calls were refused, at least five times its usual share of the last seven days."
        }
        EventKind::InQuery => {
            "This key’s id and a secret stood in a URL, where logs and histories keep them. The call was refused unread; take the secret for known."
        }
        EventKind::FromBrowser => {
            "A browser sent the secret of this key. Whoever opens that page can read it: a secret belongs on a server."
        }
        EventKind::SignInFailed => "Somebody entered wrong passwords for this person.",
        EventKind::SignInThrottled => {
            "So many wrong passwords came for this person that further ones were not looked at for a while. Browsers that this person has used still get in."
        }
        EventKind::MembersChanged => {
            "Who belongs to the account, or what they may do, has changed."
        }
    }
}

/// What can be done.
pub const fn remedy(remedy: Remedy) -> &'static str {
    match remedy {
        Remedy::Requests => "See the calls",
        Remedy::RestrictAddresses => "Limit addresses",
        Remedy::Regenerate => "Regenerate secret",
        Remedy::Deactivate => "Deactivate",
        Remedy::Scopes => "Change scopes",
        Remedy::Members => "See the members",
        Remedy::AuditLog => "See the audit log",
    }
}

/// That some are open.
pub fn open(events: OpenEventCounts) -> String {
    let some = match events.all {
        1 => "One security event is open".to_owned(),
        all => format!("{all} security events are open"),
    };
    match (events.critical, events.all) {
        (0, _) => format!("{some}."),
        (1, 1) => format!("{some}, and it is critical."),
        (critical, all) if critical == all => format!("{some}, all of them critical."),
        (critical, _) => format!("{some}, {critical} of them critical."),
    }
}
/// The way to them.
pub const LOOK: &str = "Look at them";
