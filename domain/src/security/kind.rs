//! What happened, how grave it is, and what can be done about it.

use super::MANY_REFUSALS;
use crate::{usage::Outcome, verdict::Verdict};
use serde::{Deserialize, Serialize};

/// How grave an event is; the order is that of gravity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Severity {
    /// Good to know; often it was oneself.
    Notice,
    /// Something is set up wrongly, or somebody tries.
    Warning,
    /// A secret is most likely in somebody else's hands.
    Critical,
}

impl Severity {
    /// All of them, the gravest first.
    pub const ALL: [Self; 3] = [Self::Critical, Self::Warning, Self::Notice];

    /// As it stands in links.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }

    /// Reads [`Severity::as_str`] back.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|each| each.as_str() == text)
    }

    /// The number that is stored: the graver, the greater.
    pub const fn rank(self) -> i64 {
        self as i64
    }
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// A key that exists was presented with a secret that is not its own.
    WrongSecret,
    /// The right secret of a revoked key.
    RevokedUsed,
    /// The right secret of a key whose time is over.
    ExpiredUsed,
    /// A secret that was replaced, after its grace.
    RetiredUsed,
    /// The right secret of a key that is switched off.
    InactiveUsed,
    /// The right secret from where the key's rules let nobody in.
    AddressNotAllowed,
    /// The right secret, for what the key may not do.
    ScopeNotHeld,
    /// The first accepted call from a network, see [`is_new`].
    NewNetwork,
    /// The first accepted call by a client of another name.
    AgentChanged,
    /// An accepted call after [`DORMANT`] without one.
    DormantWoke,
    /// Far more refusals than the key's own usual share, see [`rose`].
    RefusalsRose,
    /// Credentials in a query string, where logs keep them.
    InQuery,
    /// The right secret, sent by a browser: whoever opens the page can read it.
    FromBrowser,
    /// Wrong passwords for a member of the account.
    SignInFailed,
    /// So many that further ones are not looked at for a while.
    SignInThrottled,
    /// Somebody was invited, joined, left or has another role.
    MembersChanged,
}

/// What can be done about an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Remedy {
    /// See the calls.
    Requests,
    /// Let the key in from its own addresses alone.
    RestrictAddresses,
    /// Give the key a new secret.
    Regenerate,
    /// Switch the key off for now.
    Deactivate,
    /// Give the key the scope, if it is to have it.
    Scopes,
    /// See who belongs to the account.
    Members,
    /// See what was done in the account.
    AuditLog,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 16] = [
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
        Self::SignInThrottled,
        Self::MembersChanged,
    ];

    /// The word that is stored, and stands in links.
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
            Self::SignInThrottled => "sign_in_throttled",
            Self::MembersChanged => "members_changed",
        }
    }

    /// Reads [`Kind::as_str`] back.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// What people call it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::WrongSecret => "Wrong secret",
            Self::RevokedUsed => "Revoked key used",
            Self::ExpiredUsed => "Expired key used",
            Self::RetiredUsed => "Replaced secret used",
            Self::InactiveUsed => "Inactive key used",
            Self::AddressNotAllowed => "Address not allowed",
            Self::ScopeNotHeld => "Scope not held",
            Self::NewNetwork => "First call from a network",
            Self::AgentChanged => "First call by a client",
            Self::DormantWoke => "Dormant key woke",
            Self::RefusalsRose => "Far more refusals than usual",
            Self::InQuery => "Credentials in a URL",
            Self::FromBrowser => "Secret sent by a browser",
            Self::SignInFailed => "Failed sign-ins",
            Self::SignInThrottled => "Sign-ins held back",
            Self::MembersChanged => "Members or roles changed",
        }
    }

    /// How grave it is.
    pub const fn severity(self) -> Severity {
        match self {
            Self::RevokedUsed | Self::AddressNotAllowed | Self::FromBrowser => Severity::Critical,
            Self::NewNetwork | Self::AgentChanged | Self::MembersChanged => Severity::Notice,
            _ => Severity::Warning,
        }
    }

    /// How many times within [`WINDOW`] it happens before anybody is told. Once is an accident where it costs a caller
    /// nothing but a typo.
    pub const fn threshold(self) -> i64 {
        match self {
            Self::WrongSecret | Self::ScopeNotHeld | Self::SignInFailed => 5,
            Self::RefusalsRose => MANY_REFUSALS,
            _ => 1,
        }
    }

    /// What can be done, the most fitting first.
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
            Self::SignInFailed | Self::SignInThrottled => &[Remedy::AuditLog],
            Self::MembersChanged => &[Remedy::Members, Remedy::AuditLog],
        }
    }

    /// What a call shows by itself: what became of it, and whether a browser sent it.
    pub fn of_call(verdict: Verdict, from_browser: bool) -> impl Iterator<Item = Self> {
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
        let browser = from_browser && verdict.is_proven();
        let more = verdict.outcome() == Outcome::Refused;
        refused
            .into_iter()
            .chain(browser.then_some(Self::FromBrowser))
            .chain(more.then_some(Self::RefusalsRose))
    }
}
