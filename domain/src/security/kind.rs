//! Kinds, severities and remedies of security events.

use super::MIN_REFUSALS;
use crate::{usage::Outcome, verdict::Verdict};
use serde::{Deserialize, Serialize};

/// The severity of a security event, in ascending order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Severity {
    /// Informational; often caused by the account's own people.
    Notice,
    /// A misconfiguration, or an attempted attack.
    Warning,
    /// A secret is most likely compromised.
    Critical,
}

impl Severity {
    /// All severities, most severe first.
    pub const ALL: [Self; 3] = [Self::Critical, Self::Warning, Self::Notice];

    /// The value in links.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }

    /// Parses the output of [`Severity::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|each| each.as_str() == text)
    }

    /// Returns the stored number, which is greater for more severe events.
    pub const fn rank(self) -> i64 {
        self as i64
    }
}

/// The kind of a security event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum EventKind {
    /// A call with an existing key and a wrong secret.
    WrongSecret,
    /// A call with the correct secret of a revoked key.
    RevokedUsed,
    /// A call with the correct secret of an expired key.
    ExpiredUsed,
    /// A call with a replaced secret after its grace period.
    RetiredUsed,
    /// A call with the correct secret of an inactive key.
    InactiveUsed,
    /// A call with the correct secret from an address that the IP rules do not allow.
    AddressNotAllowed,
    /// A call with the correct secret that required a scope the key lacks.
    ScopeNotHeld,
    /// The first accepted call from a network, see [`is_new`](super::is_new).
    NewNetwork,
    /// The first accepted call from a client with another [`client_name`](super::client_name).
    AgentChanged,
    /// An accepted call after [`DORMANT_AFTER`](super::DORMANT_AFTER) without one.
    DormantWoke,
    /// A share of refusals far above the key's baseline, see [`refusals_rose`](super::refusals_rose).
    RefusalsRose,
    /// Credentials in a query string, where logs record them.
    InQuery,
    /// The correct secret, sent by a browser, where every visitor of the page can read it.
    FromBrowser,
    /// Wrong passwords for a member's e-mail address.
    SignInFailed,
    /// Wrong codes after a member's correct password.
    WrongCode,
    /// A passkey whose signature counter went back: it may have been copied.
    PasskeyCopied,
    /// Too many wrong passwords or codes, so that sign-ins are throttled.
    SignInThrottled,
    /// A person was invited, joined, was removed or has another role.
    MembersChanged,
}

/// A suggested response to a security event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Remedy {
    /// View the requests.
    Requests,
    /// Add IP rules.
    RestrictAddresses,
    /// Regenerate the secret.
    Regenerate,
    /// Deactivate the key.
    Deactivate,
    /// Add the scope, if the key should have it.
    Scopes,
    /// View the members.
    Members,
    /// View the audit log.
    AuditLog,
}

impl EventKind {
    /// All kinds.
    pub const ALL: [Self; 18] = [
        Self::WrongSecret,
        Self::RevokedUsed,
        Self::ExpiredUsed,
        Self::RetiredUsed,
        Self::InactiveUsed,
        Self::AddressNotAllowed,
        Self::ScopeNotHeld,
        Self::NewNetwork,
        Self::AgentChanged,
        Self::DormantWoke,
        Self::RefusalsRose,
        Self::InQuery,
        Self::FromBrowser,
        Self::SignInFailed,
        Self::WrongCode,
        Self::PasskeyCopied,
        Self::SignInThrottled,
        Self::MembersChanged,
    ];

    /// The stored name, which is also the value in links.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WrongSecret => "wrong_secret",
            Self::RevokedUsed => "revoked_used",
            Self::ExpiredUsed => "expired_used",
            Self::RetiredUsed => "retired_used",
            Self::InactiveUsed => "inactive_used",
            Self::AddressNotAllowed => "address_not_allowed",
            Self::ScopeNotHeld => "scope_not_held",
            Self::NewNetwork => "new_network",
            Self::AgentChanged => "agent_changed",
            Self::DormantWoke => "dormant_woke",
            Self::RefusalsRose => "refusals_rose",
            Self::InQuery => "credentials_in_query",
            Self::FromBrowser => "secret_from_browser",
            Self::SignInFailed => "sign_in_failed",
            Self::WrongCode => "wrong_code",
            Self::PasskeyCopied => "passkey_copied",
            Self::SignInThrottled => "sign_in_throttled",
            Self::MembersChanged => "members_changed",
        }
    }

    /// Parses the output of [`EventKind::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// Returns the title on pages.
    pub const fn title(self) -> &'static str {
        match self {
            Self::WrongSecret => "Wrong secret",
            Self::RevokedUsed => "Revoked key used",
            Self::ExpiredUsed => "Expired key used",
            Self::RetiredUsed => "Replaced secret used",
            Self::InactiveUsed => "Inactive key used",
            Self::AddressNotAllowed => "IP address not allowed",
            Self::ScopeNotHeld => "Missing scope",
            Self::NewNetwork => "New network",
            Self::AgentChanged => "New client",
            Self::DormantWoke => "Unused key became active",
            Self::RefusalsRose => "High denial rate",
            Self::InQuery => "Credentials in a URL",
            Self::FromBrowser => "Secret sent by a browser",
            Self::SignInFailed => "Failed sign-ins",
            Self::WrongCode => "Wrong verification codes",
            Self::PasskeyCopied => "Passkey may have been copied",
            Self::SignInThrottled => "Sign-in throttled",
            Self::MembersChanged => "Members or roles changed",
        }
    }

    /// Returns the severity.
    pub const fn severity(self) -> Severity {
        match self {
            Self::RevokedUsed
            | Self::AddressNotAllowed
            | Self::FromBrowser
            | Self::PasskeyCopied => Severity::Critical,
            Self::NewNetwork | Self::AgentChanged | Self::MembersChanged => Severity::Notice,
            _ => Severity::Warning,
        }
    }

    /// Returns the number of occurrences within [`THRESHOLD_WINDOW`](super::THRESHOLD_WINDOW) that open an event. It is
    /// greater than 1 for what a typing error can cause.
    pub const fn threshold(self) -> i64 {
        match self {
            Self::WrongSecret | Self::ScopeNotHeld | Self::SignInFailed => 5,
            Self::WrongCode => 3,
            Self::RefusalsRose => MIN_REFUSALS,
            _ => 1,
        }
    }

    /// Returns the remedies, most suitable first.
    pub const fn remedies(self) -> &'static [Remedy] {
        match self {
            Self::RevokedUsed | Self::RetiredUsed | Self::InactiveUsed | Self::RefusalsRose => {
                &[Remedy::Requests]
            }
            Self::AddressNotAllowed => &[
                Remedy::Regenerate,
                Remedy::RestrictAddresses,
                Remedy::Requests,
            ],
            Self::ScopeNotHeld => &[Remedy::Scopes, Remedy::Requests],
            Self::WrongSecret | Self::NewNetwork | Self::AgentChanged => {
                &[Remedy::RestrictAddresses, Remedy::Requests]
            }
            Self::DormantWoke => &[Remedy::Deactivate, Remedy::Requests],
            Self::ExpiredUsed | Self::InQuery | Self::FromBrowser => {
                &[Remedy::Regenerate, Remedy::Requests]
            }
            Self::SignInFailed | Self::WrongCode | Self::PasskeyCopied | Self::SignInThrottled => {
                &[Remedy::AuditLog]
            }
            Self::MembersChanged => &[Remedy::Members, Remedy::AuditLog],
        }
    }

    /// Returns the kinds of event that a single call is an occurrence of.
    pub fn raised_by_call(verdict: Verdict, from_browser: bool) -> impl Iterator<Item = Self> {
        let refused = match verdict {
            Verdict::CredentialsInQuery => Some(Self::InQuery),
            Verdict::InvalidCredentials | Verdict::Throttled { .. } => Some(Self::WrongSecret),
            Verdict::Revoked => Some(Self::RevokedUsed),
            Verdict::Inactive => Some(Self::InactiveUsed),
            Verdict::Expired { .. } => Some(Self::ExpiredUsed),
            Verdict::Retired { .. } => Some(Self::RetiredUsed),
            Verdict::IpNotAllowed => Some(Self::AddressNotAllowed),
            Verdict::InsufficientScope => Some(Self::ScopeNotHeld),
            Verdict::Unavailable | Verdict::RateLimited { .. } | Verdict::Accepted => None,
        };
        let browser = from_browser && verdict.secret_matched();
        let is_refusal = verdict.outcome() == Outcome::Refused;
        refused
            .into_iter()
            .chain(browser.then_some(Self::FromBrowser))
            .chain(is_refusal.then_some(Self::RefusalsRose))
    }
}
