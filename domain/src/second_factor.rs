//! Second factors: codes of authenticator apps, recovery codes, and which members need one.

use crate::{
    Invalid,
    account::Role,
    passkey::Passkey,
    time::{DAY, MINUTE, Timestamp},
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// How long a sign-in waits for a code after the password: 5 minutes in milliseconds.
pub const PENDING_SIGN_IN_LIFETIME: i64 = 5 * MINUTE;
/// Codes that may be tried in one sign-in.
pub const MAX_CODE_ATTEMPTS: i64 = 5;
/// How long a required member may work without a second factor: 7 days in milliseconds.
pub const ENROLMENT_GRACE: i64 = 7 * DAY;
/// The number of recovery codes that are made together.
pub const RECOVERY_CODES: usize = 10;
/// The random bytes of a recovery code.
pub const RECOVERY_CODE_BYTES: usize = 10;

/// The characters of a recovery code in groups of four, without separators.
const RECOVERY_CODE_CHARS: usize = 16;
/// The digits of an authenticator app's code.
const APP_CODE_DIGITS: usize = 6;
/// RFC 4648, 6.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// Crockford's base 32 in lower case: no two characters are easily confused.
const UNAMBIGUOUS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Which members of an account need a second factor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum FactorPolicy {
    /// No member is required to have one.
    #[default]
    Optional,
    /// Those who can change keys.
    Editors,
    /// All members.
    Everybody,
}

impl FactorPolicy {
    /// All policies, the least strict first.
    pub const ALL: [Self; 3] = [Self::Optional, Self::Editors, Self::Everybody];

    /// The stored name, which is also the value in forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Optional => "optional",
            Self::Editors => "editors",
            Self::Everybody => "everybody",
        }
    }

    /// Parses the output of [`FactorPolicy::as_str`].
    ///
    /// # Errors
    /// If it is none.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        Self::ALL
            .into_iter()
            .find(|policy| policy.as_str() == text)
            .ok_or_else(|| Invalid::new("Choose who needs two-factor authentication."))
    }

    /// Whether a member with this role needs a second factor.
    pub const fn requires(self, role: Role) -> bool {
        match self {
            Self::Optional => false,
            Self::Editors => role.can_edit_keys(),
            Self::Everybody => true,
        }
    }
}

impl fmt::Display for FactorPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Until when a person who needs a second factor and has none may work without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolmentDeadline(pub Timestamp);

impl EnrolmentDeadline {
    /// `since` is when the policy began to require it of the person's role or the person joined, whichever is later.
    pub const fn after(since: Timestamp) -> Self {
        Self(since.plus(ENROLMENT_GRACE))
    }

    /// Whether the person must enrol before anything else.
    pub fn has_passed(self, now: Timestamp) -> bool {
        now >= self.0
    }
}

/// A person's second factor, as its page shows it: an authenticator app, passkeys, or both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecondFactor {
    /// When the first of them was added.
    pub since: Timestamp,
    /// When the authenticator app was added, if there is one.
    pub app_since: Option<Timestamp>,
    /// The passkeys, in the order in which they were added.
    pub passkeys: Vec<Passkey>,
    /// Recovery codes that still work.
    pub recovery_codes: usize,
}

/// A code as a person entered it, in its normal form.
#[derive(Clone, PartialEq, Eq)]
pub enum EnteredCode {
    /// Six digits of an authenticator app.
    App(String),
    /// A recovery code without separators.
    Recovery(String),
}

/// Redacted.
impl fmt::Debug for EnteredCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::App(_) => "App([redacted])",
            Self::Recovery(_) => "Recovery([redacted])",
        })
    }
}

impl EnteredCode {
    /// Parses a code of either kind; `None` if it is neither. Blanks, hyphens and the case of letters do not matter.
    pub fn parse(raw: &str) -> Option<Self> {
        let plain: String = raw
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
            .take(RECOVERY_CODE_CHARS + 1)
            .collect();
        if plain.len() == APP_CODE_DIGITS && plain.bytes().all(|byte| byte.is_ascii_digit()) {
            return Some(Self::App(plain));
        }
        let read: String = plain.chars().map(unambiguous).collect::<Option<_>>()?;
        (read.len() == RECOVERY_CODE_CHARS).then_some(Self::Recovery(read))
    }
}

/// Reads a character of a recovery code: the letters that look like digits count as those.
fn unambiguous(c: char) -> Option<char> {
    let lower = match c.to_ascii_lowercase() {
        'o' => '0',
        'i' | 'l' => '1',
        other => other,
    };
    let byte = u8::try_from(lower).ok()?;
    UNAMBIGUOUS.contains(&byte).then_some(lower)
}

/// Returns a recovery code of 80 random bits, such as `4f7q-2m9x-k0tc-8wze`.
pub fn recovery_code(random: [u8; RECOVERY_CODE_BYTES]) -> String {
    grouped(&in_base(random.as_slice(), UNAMBIGUOUS), "-")
}

/// Returns bytes in base 32 (RFC 4648, 6). Their number is a multiple of five, so that there is no padding.
pub fn base32(bytes: &[u8]) -> String {
    in_base(bytes, BASE32)
}

/// Returns a text in groups of four characters.
pub fn grouped(text: &str, separator: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let groups: Vec<String> = chars
        .chunks(4)
        .map(|group| group.iter().collect())
        .collect();
    groups.join(separator)
}

fn in_base(bytes: &[u8], alphabet: &[u8; 32]) -> String {
    let mut text = String::with_capacity(bytes.len() * 8 / 5);
    let (mut bits, mut pending) = (0_u32, 0_u32);
    for byte in bytes {
        pending = (pending << 8) + u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            let index = usize::try_from((pending >> bits) & 31).unwrap_or_default();
            text.push(char::from(alphabet[index]));
        }
        pending &= (1 << bits) - 1;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_written_in_base_32() {
        // RFC 4648, 10.
        assert_eq!(base32(b"fooba"), "MZXW6YTB");
        assert_eq!(
            base32(b"12345678901234567890"),
            "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
        );
        assert_eq!(grouped("GEZDGNBVGY", " "), "GEZD GNBV GY");
    }

    #[test]
    fn a_recovery_code_is_read_as_it_was_written_and_with_likely_mistakes() {
        let code = recovery_code([0x00, 0x44, 0x32, 0x14, 0xc7, 0x42, 0x54, 0xb6, 0x35, 0xcf]);
        assert_eq!(code, "0123-4567-89ab-cdef");
        let plain = EnteredCode::Recovery("0123456789abcdef".into());
        for typed in [
            code.as_str(),
            " 0123 4567 89AB CDEF ",
            "oi23456789abcdef",
            "OL23-4567-89ab-cdef",
        ] {
            assert_eq!(EnteredCode::parse(typed), Some(plain.clone()), "{typed}");
        }
    }

    #[test]
    fn six_digits_are_a_code_of_an_app_and_everything_else_is_none() {
        let app = EnteredCode::App("094287".into());
        assert_eq!(EnteredCode::parse(" 094 287 "), Some(app));
        for typed in [
            "",
            "12345",
            "1234567",
            "12345u",
            "１２３４５６",
            "0123-4567-89ab-cdeu",
            "0123-4567-89ab-cde",
            "0123-4567-89ab-cdef-0",
        ] {
            assert_eq!(EnteredCode::parse(typed), None, "{typed}");
        }
        assert_eq!(
            format!("{:?}", EnteredCode::parse("123456")),
            "Some(App([redacted]))"
        );
    }

    #[test]
    fn a_policy_requires_a_factor_of_the_roles_that_it_names() {
        for (policy, required) in [
            (FactorPolicy::Optional, [false, false, false]),
            (FactorPolicy::Editors, [true, true, false]),
            (FactorPolicy::Everybody, [true, true, true]),
        ] {
            let roles = [Role::Owner, Role::Developer, Role::Viewer];
            assert_eq!(roles.map(|role| policy.requires(role)), required);
            assert_eq!(FactorPolicy::parse(policy.as_str()), Ok(policy));
            assert_eq!(policy.to_string(), policy.as_str());
        }
        assert!(FactorPolicy::parse("").is_err());
    }

    #[test]
    fn a_code_is_awaited_for_5_minutes() {
        assert_eq!(PENDING_SIGN_IN_LIFETIME, 300_000);
    }

    #[test]
    fn the_grace_period_ends_after_7_days() {
        let deadline = EnrolmentDeadline::after(Timestamp(1));
        assert!(!deadline.has_passed(Timestamp(604_800_000)));
        assert!(deadline.has_passed(Timestamp(604_800_001)));
    }
}
