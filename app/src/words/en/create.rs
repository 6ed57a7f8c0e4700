//! A new key's form, and the fields that the form of an existing key has as well.

/// The name of the dialog.
pub const TITLE: &str = "Create API Key";
/// What sends the form.
pub const SEND: &str = "Generate API Key";
/// What leaves it.
pub const CANCEL: &str = "Cancel";

/// The name's label.
pub const NAME: &str = "Name";
/// What makes a good one.
pub const NAME_HINT: &str =
    "The program that will use the key, such as “Checkout server”. Up to 64 characters.";
/// The description's label.
pub const DESCRIPTION: &str = "Description";
/// What may stand there.
pub const DESCRIPTION_HINT: &str =
    "Optional: who looks after the program, where it runs. Up to 500 characters.";

/// The name of the choice between the two below.
pub const ENVIRONMENT: &str = "Environment";
/// The one.
pub const LIVE: &str = "Live";
/// What it is about.
pub const LIVE_HINT: &str = "Real data and real money.";
/// The other.
pub const TEST: &str = "Test";
/// What it is about.
pub const TEST_HINT: &str = "Data that may be thrown away.";

/// The name of the boxes.
pub const SCOPES: &str = "Scopes";
/// How to choose among them.
pub const SCOPES_HINT: &str =
    "Choose only what the program needs: a scope allows exactly what it says.";
/// A preset: every `read`.
pub const READ_ONLY: &str = "Read only";
/// A preset: everything but verifying other keys.
pub const READ_AND_WRITE: &str = "Read and write";
/// No preset.
pub const CUSTOM: &str = "Custom";
/// The box above the scopes.
pub const SEARCH_SCOPES: &str = "Search scopes";
/// A search that leaves no scope.
pub const NO_SCOPE_MATCHES: &str = "No scope matches. What is ticked stays ticked.";

/// How many boxes are ticked.
pub fn chosen(count: u32) -> String {
    format!("{count} chosen")
}

/// The label of the end.
pub const EXPIRATION: &str = "Expiration";
/// The label of the date.
pub const LAST_DAY: &str = "Last day";
/// What the date means.
pub const LAST_DAY_HINT: &str = "The key works until the end of this day, in UTC.";
/// What no end means.
pub const NEVER_WARNING: &str = "A key without an end works until somebody revokes it. If it leaks, nothing stops it by itself.";

/// The choice that changes nothing.
pub fn keep(present: Option<domain::time::Timestamp>) -> String {
    match present {
        Some(at) => format!("As it is: {}", at.readable()),
        None => "As it is: never".into(),
    }
}

/// The label of the networks.
pub const ADDRESSES: &str = "Allowed IP addresses";
/// How they are written.
pub const ADDRESSES_HINT: &str = "Addresses or networks, one a line, such as 203.0.113.7 or 10.0.0.0/8; up to 100. Leave it empty to allow any.";

/// The label of the number.
pub const RATE: &str = "Rate limit";
/// What it means.
pub const RATE_HINT: &str =
    "Requests that may pass in one window; more are told to wait. Leave it empty for no limit.";
/// The label of the window.
pub const WINDOW: &str = "Window";

/// The name of the dialog about a form that was sent before.
pub const ALREADY: &str = "This key exists already";
/// What happened then.
pub const ALREADY_WHY: &str = "This form had been sent before, and made one key. Its secret was shown then, and cannot be shown again.";
/// The way to that key.
pub const LOOK: &str = "Look at the key";

#[cfg(test)]
mod tests {
    use super::*;
    use domain::key::{
        ip_rule::IpRules,
        name::{Description, KeyName},
    };

    #[test]
    fn the_hints_promise_what_the_rules_hold() {
        for (hint, most) in [
            (NAME_HINT, KeyName::MAX_CHARS),
            (DESCRIPTION_HINT, Description::MAX_CHARS),
            (ADDRESSES_HINT, IpRules::MAX_NETWORKS),
        ] {
            assert!(hint.contains(&format!("p to {most}")), "{hint}");
        }
    }
}
