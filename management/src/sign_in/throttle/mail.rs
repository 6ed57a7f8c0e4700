//! Limits on mails, and on what sends them.

use super::{SignInLimits, an_hour};
use domain::{
    account::Email,
    id::{AccountId, PersonId},
    key::rate_limit::RateLimit,
    mail::MailKind,
};
use std::net::IpAddr;
use verification::{Monotonic, ThrottleBucket};

/// Mails of one kind to one address: its person may not have confirmed it, and gets others than those that flood it.
const PER_RECIPIENT: RateLimit = an_hour(10);
/// Mails to one address about changes of the sign-in, which can only be made in turn.
const CHANGES_PER_RECIPIENT: RateLimit = an_hour(20);
/// Mails to one address about wrong codes at the sign-in.
const WRONG_CODES_PER_RECIPIENT: RateLimit = an_hour(1);
/// Mails to one address about keys that expire: others wait.
const KEYS_PER_RECIPIENT: RateLimit = an_hour(20);
/// Invitations, new and again, by one owner of an account.
const INVITATIONS: RateLimit = an_hour(30);
/// Password resets requested at sign-in for one e-mail address, and as many again from known browsers of its person, which do not
/// count as the others do.
const RESETS_PER_EMAIL: RateLimit = an_hour(3);
/// Password resets requested from one IPv4 address or one IPv6 /64.
const RESETS_PER_NETWORK: RateLimit = an_hour(20);
/// Password resets requested from one IPv6 /48.
const RESETS_PER_SITE: RateLimit = an_hour(100);
/// Links that are requested and made, for all people: others wait, except those that known browsers request.
const RESETS: RateLimit = an_hour(600);

impl SignInLimits {
    /// Returns the limit on mails of a kind to an address; `None` for a kind without one. Reset links that owners make have a limit of
    /// their own, so that they use up none of those that the person requests.
    pub(crate) fn mail_limit(
        &self,
        to: &Email,
        kind: MailKind,
        by_owner: bool,
    ) -> Option<ThrottleBucket> {
        let limit = match kind {
            MailKind::Invitation | MailKind::PasswordReset | MailKind::NewSignIn => PER_RECIPIENT,
            MailKind::SignInChange => CHANGES_PER_RECIPIENT,
            MailKind::WrongCode => WRONG_CODES_PER_RECIPIENT,
            MailKind::KeyExpiry => KEYS_PER_RECIPIENT,
            // They are limited by the time between two of an account.
            MailKind::SecurityEvents | MailKind::Test => return None,
        };
        let key = ("mail", to.as_str(), kind, by_owner);
        Some(self.0.bucket(key, limit))
    }

    /// Whether another mail or link would exceed its limit. Nothing is charged.
    pub(crate) fn is_exhausted(&self, limit: ThrottleBucket, now: Monotonic) -> bool {
        self.0.is_exhausted(limit, now)
    }

    /// Charges what was made. What is made at the same time may exceed a limit.
    pub(crate) fn charge(&self, limits: &[ThrottleBucket], now: Monotonic) {
        for limit in limits {
            let _ = self.0.take(&[*limit], now);
        }
    }

    /// Charges an invitation by an owner of an account.
    ///
    /// # Errors
    /// The milliseconds to wait, if there have been too many.
    pub(crate) fn invite(
        &self,
        owner: PersonId,
        account: AccountId,
        now: Monotonic,
    ) -> Result<(), i64> {
        self.take_one(("invite", owner, account), INVITATIONS, now)
    }

    /// Charges the request of a password reset to the client.
    ///
    /// # Errors
    /// The milliseconds to wait, if there have been too many.
    pub(crate) fn request_reset_from(
        &self,
        client: Option<IpAddr>,
        now: Monotonic,
    ) -> Result<(), i64> {
        self.take_from("reset", client, (RESETS_PER_NETWORK, RESETS_PER_SITE), now)
    }

    /// Charges the request of a password reset to the address, whether it has a person or not.
    ///
    /// # Errors
    /// The milliseconds to wait, if there have been too many.
    pub(crate) fn request_reset_for(&self, email: &Email, now: Monotonic) -> Result<(), i64> {
        self.take_one(("reset", email.as_str()), RESETS_PER_EMAIL, now)
    }

    /// Returns the limit on links that known browsers of a person request, beyond those that others can use up.
    pub(crate) fn known_reset_limit(&self, person: PersonId) -> ThrottleBucket {
        self.0.bucket(("known reset", person), RESETS_PER_EMAIL)
    }

    /// Returns the limit on requested links for all people.
    pub(crate) fn reset_limit(&self) -> ThrottleBucket {
        self.0.bucket("resets", RESETS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv6Addr;

    const NOW: Monotonic = Monotonic(5);

    fn email(n: u32) -> Email {
        Email::parse(&format!("p{n}@example.com")).expect("valid")
    }

    #[test]
    fn resets_are_limited_for_each_address_and_from_each_client() {
        let throttle = SignInLimits::default();
        let asked = (0..9).filter(|_| throttle.request_reset_for(&email(1), NOW).is_ok());
        assert_eq!(asked.count(), 3);
        assert_eq!(throttle.request_reset_for(&email(2), NOW), Ok(()));
        let client = |n: u8| Some(IpAddr::from([192, 0, 2, n]));
        let from = |client| throttle.request_reset_from(client, NOW).is_ok();
        assert_eq!((0..99).filter(|_| from(client(1))).count(), 20);
        assert!(from(client(2)));
        let networks = (0..999).map(|n| Ipv6Addr::from_bits((0x2001_0db8_0001 << 80) | (n << 64)));
        let accepted = networks.filter(|network| from(Some(IpAddr::V6(*network))));
        assert_eq!(accepted.count(), 100);
    }

    #[test]
    fn an_address_that_is_flooded_with_one_kind_gets_the_others() {
        let throttle = SignInLimits::default();
        let mailed = |to: &Email, kind, by_owner| {
            let Some(limit) = throttle.mail_limit(to, kind, by_owner) else {
                return true;
            };
            let mailed = !throttle.is_exhausted(limit, NOW);
            if mailed {
                throttle.charge(&[limit], NOW);
            }
            mailed
        };
        let taken = |kind| (0..99).filter(|_| mailed(&email(1), kind, false)).count();
        assert_eq!(taken(MailKind::NewSignIn), 10);
        assert_eq!(taken(MailKind::Invitation), 10);
        assert_eq!(taken(MailKind::SignInChange), 20);
        assert_eq!(taken(MailKind::SecurityEvents), 99);
        assert!(mailed(&email(2), MailKind::NewSignIn, false));
        let by_owner = (0..99).filter(|_| mailed(&email(1), MailKind::PasswordReset, true));
        assert_eq!(by_owner.count(), 10);
        assert!(mailed(&email(1), MailKind::PasswordReset, false));
    }
}
