//! The form for a new key, and the fields that it shares with the form for an existing key.

use domain::{
    key::{Environment, name::KeyName},
    time::Timestamp,
};

pub const TITLE: &str = "Create API Key";
/// The button that submits the form.
pub const SEND: &str = "Generate API Key";

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
pub const LAST_DAY_HINT: &str =
    "The key works through the end of this day in the dashboard's time zone.";
pub const NEVER_WARNING: &str =
    "This key never expires. If it leaks, it works until someone revokes it.";

/// The option that keeps the current expiration.
pub fn keep(present: Option<Timestamp>) -> String {
    match present {
        Some(at) => format!("Keep current ({})", at.readable_date()),
        None => "Keep current (never expires)".into(),
    }
}

/// The expiration that an option means.
pub fn expires(at: Timestamp) -> String {
    format!("Expires {}", at.readable_date())
}

/// The folded fields: [`ADDRESSES`] and [`RATE`].
pub const RESTRICTIONS: &str = "Restrictions";
pub const ANY_IP: &str = "Any IP";
pub const NO_RATE_LIMIT: &str = "no rate limit";

pub const ADDRESSES: &str = "Allowed IP addresses";
pub const ADDRESSES_HINT: &str =
    "One IP address or CIDR range per line, up to 100. Leave blank to allow any IP.";

pub const RATE: &str = "Rate limit";
pub const RATE_HINT: &str = "Requests above this limit get a 429. Leave blank for no limit.";
pub const WINDOW: &str = "Window";

/// Parts of the summary beside the button: “Test key, 14 read scopes, expires 26 Feb 2027”.
pub fn kind(environment: Option<Environment>) -> &'static str {
    match environment {
        Some(Environment::Live) => "Live key",
        Some(Environment::Test) => "Test key",
        None => "Key",
    }
}
/// The number of scopes; `read_only` if all of them are `read` scopes.
pub fn scopes(count: u32, read_only: bool) -> String {
    let kind = if read_only { "read " } else { "" };
    match count {
        0 => "no scopes yet".to_owned(),
        1 => format!("1 {kind}scope"),
        _ => format!("{count} {kind}scopes"),
    }
}
pub fn will_expire(at: Timestamp) -> String {
    format!("expires {}", at.readable_date())
}
pub const NEVER_EXPIRES: &str = "never expires";

/// Followed by the name, which links to that key.
pub const SAME_NAME: &str = "Another key is named ";
pub const NEW_TAB: &str = " (opens in a new tab)";

/// Starts the form with the fields of an existing key.
pub const DUPLICATE: &str = "Duplicate";

/// The name of a duplicate, cut to the length of a name.
pub fn copy_of(name: &KeyName) -> String {
    const ENDING: &str = " (copy)";
    let start: String = name
        .as_str()
        .chars()
        .take(KeyName::MAX_CHARS - ENDING.len())
        .collect();
    format!("{}{ENDING}", start.trim_end())
}

/// The title of the dialog after the same form was submitted twice.
pub const ALREADY: &str = "This key was already created";
pub const ALREADY_WHY: &str = "Its secret was shown once and can't be shown again.";
pub const LOOK: &str = "View key";

#[cfg(test)]
mod tests {
    use super::*;
    use domain::key::{ip_rule::IpRules, name::Description};

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

    #[test]
    fn the_name_of_a_duplicate_is_a_valid_name() {
        let copy = |name: &str| copy_of(&KeyName::parse(name).expect("valid"));
        assert_eq!(copy("Checkout service"), "Checkout service (copy)");
        assert_eq!(copy(&"ü".repeat(64)), format!("{} (copy)", "ü".repeat(57)));
        let cut_at_a_space = copy(&format!("{} ending", "n".repeat(56)));
        assert_eq!(cut_at_a_space, format!("{} (copy)", "n".repeat(56)));
        for name in ["Checkout", &"ü".repeat(64)] {
            assert!(KeyName::parse(&copy(name)).is_ok(), "{name}");
        }
    }
}
