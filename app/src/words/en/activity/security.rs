//! Security events.

use crate::words::number::grouped;
use domain::security::{EventKind, OpenEventCounts, Remedy, Severity};

pub const TITLE: &str = crate::words::frame::SECURITY_EVENTS;
pub const LEAD: &str =
    "Unusual activity on your keys and sign-ins. Repeats within 24 hours are grouped.";
pub const SEVERITY: &str = "Severity";
pub const ANY_SEVERITY: &str = "Any severity";
pub const KIND: &str = "Type";
pub const ANY_KIND: &str = "Any type";
pub const STATE: &str = "Status";
pub const OPEN: &str = "Open";
pub const SEEN: &str = "Acknowledged";
pub const ALL: &str = "Open and acknowledged";
pub const CLEAR: &str = "Clear filters";
/// Followed by a key's name.
pub const WITH: &str = "Showing events of ";
pub const ALL_KEYS: &str = "Show all keys";
pub const NO_MATCH: &str = "No matching events";
pub const NO_MATCH_HINT: &str = "Adjust the filters.";
/// Shown if there are no events.
pub const QUIET: &str = "All clear";
pub const QUIET_HINT: &str = "Wrong secrets, revoked keys in use, requests from new networks, failed sign-ins and similar events will appear here.";
/// The accessible name of the page links.
pub const PAGES: &str = "Pages of security events";
pub const NEWEST: &str = "Newest";
pub const OLDER: &str = "Older";
/// The accessible name of the events of a key or a person.
pub fn events_of(name: &str) -> String {
    format!("Events of {name}")
}
/// The number of open events of a key or a person, on this page if there are more pages.
pub fn open_here(count: usize, more_pages: bool) -> String {
    let noun = if count == 1 { "event" } else { "events" };
    let page = if more_pages { " on this page" } else { "" };
    format!("{count} open {noun}{page}")
}
/// The details of an event: when it first occurred, and its last request.
pub const FIRST_SEEN: &str = "First seen";
pub const ADDRESS: &str = "IP address";
pub const ROUTE: &str = "Route";
pub const CLIENT: &str = "Client";
pub const REQUEST: &str = "Request";
pub const ACKNOWLEDGE: &str = "Acknowledge";
/// The bar with what can be done with the selected events.
pub const SELECTED: &str = "Selected events";
pub const ACKNOWLEDGE_SELECTED: &str = "Acknowledge selected";
/// The accessible name of the box of an event.
pub fn select(event: &str) -> String {
    format!("Select {event}")
}
/// The accessible name of the box for all events of a key or a person.
pub fn select_all_of(name: &str) -> String {
    format!("Select all events of {name}")
}
pub const SELECT_SOME: &str = "Select 1 to 50 events.";
/// Opens the field for the note.
pub const ADD_NOTE: &str = "Add note";
pub const NOTE: &str = "Note";
pub const NOTE_HINT: &str = "Optional note, saved to the audit log.";
/// Followed by an email address.
pub const SEEN_BY: &str = "Acknowledged by ";

/// The number of occurrences.
pub fn times(calls: i64) -> String {
    match calls {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        _ => format!("{} times", grouped(calls)),
    }
}

pub const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "Critical",
        Severity::Warning => "Warning",
        Severity::Notice => "Notice",
    }
}

/// What happened, and what to do first.
pub const fn meaning(kind: EventKind) -> &'static str {
    match kind {
        EventKind::WrongSecret => {
            "Someone used this key's ID with a wrong secret: outdated config or guessing. All denied."
        }
        EventKind::RevokedUsed => {
            "Someone still has the secret of this revoked key and uses it. All denied. If the secret leaked, find out where."
        }
        EventKind::ExpiredUsed => {
            "A client still uses this expired key. All denied. Give the client a new key."
        }
        EventKind::RetiredUsed => {
            "A client still uses the old secret. All denied. Give the client the new API key and secret."
        }
        EventKind::InactiveUsed => {
            "A client uses this deactivated key. All denied. Activate the key if the client should have access."
        }
        EventKind::AddressNotAllowed => {
            "The correct secret was used from an IP that isn't allowed. If you didn't move a server, treat it as stolen."
        }
        EventKind::ScopeNotHeld => {
            "A client requested a scope this key doesn't have. All denied. If a new version of your app needs the scope, grant it."
        }
        EventKind::NewNetwork => {
            "First request from this network. If you don't recognize it, add an IP allowlist to the key."
        }
        EventKind::AgentChanged => {
            "First request from this client. If you don't recognize it, view its requests."
        }
        EventKind::DormantWoke => {
            "First request in more than 30 days. If nothing should use this key, deactivate it."
        }
        EventKind::RefusalsRose => {
            "At least 20% of this key's requests within 10 minutes were denied, 5 times its usual share of the last 7 days or more."
        }
        EventKind::InQuery => {
            "This key's ID and a secret were sent in a URL, which ends up in logs. The request was denied without checking the secret. Treat the secret as exposed."
        }
        EventKind::FromBrowser => {
            "A browser sent this key's secret, so everyone who opens the page can read it. Use the key only on a server."
        }
        EventKind::SignInFailed => "Someone entered wrong passwords for this person.",
        EventKind::WrongCode => {
            "Someone entered this person's password and then wrong verification codes. If it wasn't them, they should change their password now."
        }
        EventKind::PasskeyCopied => {
            "A passkey of this person was rejected because its counter went back: there may be two copies of it. It can't be used without the password any more. Ask them to remove it and to add a new one."
        }
        EventKind::SignInThrottled => {
            "Too many wrong passwords or codes for this person. Further attempts are throttled; browsers they have used before can still sign in."
        }
        EventKind::MembersChanged => {
            "A member was invited, joined, left, was removed or changed roles."
        }
    }
}

/// The link or button of a remedy.
pub const fn remedy(remedy: Remedy) -> &'static str {
    match remedy {
        Remedy::Requests => "View requests",
        Remedy::RestrictAddresses => "Edit IP allowlist",
        Remedy::Regenerate => "Regenerate secret",
        Remedy::Deactivate => "Deactivate",
        Remedy::Scopes => "Edit scopes",
        Remedy::Members => "View members",
        Remedy::AuditLog => "View audit log",
    }
}

/// The number of open events, followed by [`LOOK`].
pub fn open(events: OpenEventCounts) -> String {
    let OpenEventCounts { all, critical } = events;
    let noun = if all == 1 { "event" } else { "events" };
    if critical == 0 {
        format!("{all} open security {noun}.")
    } else if critical == all {
        format!("{all} critical security {noun}.")
    } else {
        format!("{all} open security {noun}, {critical} critical.")
    }
}
pub const LOOK: &str = "Review";

#[cfg(test)]
mod tests {
    use super::{OpenEventCounts, open};

    #[test]
    fn open_events_are_counted_by_severity() {
        for (critical, all, text) in [
            (1, 1, "1 critical security event."),
            (2, 2, "2 critical security events."),
            (1, 3, "3 open security events, 1 critical."),
            (0, 1, "1 open security event."),
        ] {
            assert_eq!(open(OpenEventCounts { all, critical }), text);
        }
    }
}
