//! The form for a new key, and the fields that it shares with the form for an existing key.

pub const TITLE: &str = "Create API Key";
/// The button that submits the form.
pub const SEND: &str = "Generate API Key";
pub const CANCEL: &str = "Cancel";

pub const NAME: &str = "Name";
pub const NAME_HINT: &str =
    "Where you'll use this key, for example “Checkout server”. Up to 64 characters.";
pub const DESCRIPTION: &str = "Description";
pub const DESCRIPTION_HINT: &str = "Optional. Who owns it and where it runs. Up to 500 characters.";

pub const ENVIRONMENT: &str = "Environment";
pub const LIVE: &str = "Live";
pub const LIVE_HINT: &str = "Real data and real money.";
pub const TEST: &str = "Test";
pub const TEST_HINT: &str = "Sandbox data. No real money moves.";

pub const SCOPES: &str = "Scopes";
pub const SCOPES_HINT: &str = "Grant only what this key needs. You can change this later.";
/// The preset of all `read` scopes.
pub const READ_ONLY: &str = "Read only";
/// The preset of all scopes except `key:verify`.
pub const READ_AND_WRITE: &str = "Read and write";
pub const CUSTOM: &str = "Custom";
pub const SEARCH_SCOPES: &str = "Search scopes";
pub const NO_SCOPE_MATCHES: &str = "No matching scopes. Your selection is kept.";

/// The number of selected scopes.
pub fn chosen(count: u32) -> String {
    format!("{count} selected")
}

pub const EXPIRATION: &str = "Expiration";
/// The label of a custom date.
pub const LAST_DAY: &str = "Expires on";
pub const LAST_DAY_HINT: &str = "The key works through the end of this day (UTC).";
pub const NEVER_WARNING: &str =
    "This key never expires. If it leaks, it works until someone revokes it.";

/// The option that keeps the current expiration.
pub fn keep(present: Option<domain::time::Timestamp>) -> String {
    match present {
        Some(at) => format!("Keep current ({})", at.readable_date()),
        None => "Keep current (never expires)".into(),
    }
}

pub const ADDRESSES: &str = "Allowed IP addresses";
pub const ADDRESSES_HINT: &str =
    "One IP address or CIDR range per line, up to 100. Leave blank to allow any IP.";

pub const RATE: &str = "Rate limit";
pub const RATE_HINT: &str = "Requests above this limit get a 429. Leave blank for no limit.";
pub const WINDOW: &str = "Window";

/// The title of the dialog after the same form was submitted twice.
pub const ALREADY: &str = "This key was already created";
pub const ALREADY_WHY: &str = "Its secret was shown once and can't be shown again.";
pub const LOOK: &str = "View key";

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        key::{
            ip_rule::IpRules,
            name::{Description, KeyName},
        },
        time::Timestamp,
    };

    #[test]
    fn the_hints_state_the_limits_of_the_domain() {
        for (hint, most) in [
            (NAME_HINT, KeyName::MAX_CHARS),
            (DESCRIPTION_HINT, Description::MAX_CHARS),
            (ADDRESSES_HINT, IpRules::MAX_NETWORKS),
        ] {
            assert!(hint.contains(&format!("p to {most}")), "{hint}");
        }
    }

    #[test]
    fn the_option_to_keep_an_expiration_states_its_date() {
        let date = Timestamp::from_date(2027, 7, 31);
        assert_eq!(keep(date), "Keep current (31 Jul 2027)");
        assert_eq!(keep(None), "Keep current (never expires)");
    }
}
