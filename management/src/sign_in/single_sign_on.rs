//! Signing in through an identity provider (OpenID Connect).

mod complete;
mod cookie;
mod link;
mod people;

pub(crate) use link::identity_detail;

use crate::{Keyring, ManagementError};
use cookie::ProviderCookie;
use domain::{
    id::SessionId,
    single_sign_on::GroupRoles,
    time::{MINUTE, Timestamp},
};
use oidc::{Challenge, Prompt, Provider, ProviderError, ProviderReport, SEED_BYTES, TokenError};
use std::{fmt, sync::Arc};
use store::Store;

/// How long a browser may take at the provider.
const REQUEST_LIFETIME: i64 = 10 * MINUTE;

/// The identity provider, if there is one, and the sign-ins through it.
#[derive(Clone, Copy)]
pub struct IdentityProvider<'k> {
    pub(crate) keyring: &'k Keyring,
}

/// An identity provider, and what its people may do.
pub struct SingleSignOn {
    /// The provider.
    pub provider: Provider,
    /// Its name on buttons.
    pub name: String,
    /// Whether a member of the provider's account, and of no other, with the same verified e-mail address is linked at the first
    /// sign-in.
    pub link_by_email: bool,
    /// The account whose members the provider determines; `None` if only people who were linked sign in.
    pub members: Option<ProviderMembers>,
}

/// The account whose members the provider's groups determine.
#[derive(Clone, Debug)]
pub struct ProviderMembers {
    /// The account's id, or the name with which it was created, until an owner renames it.
    pub account: String,
    /// The roles of groups.
    pub roles: GroupRoles,
}

impl ProviderMembers {
    /// Returns warnings for the operator about the account; empty without any.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn warnings(&self, store: &Store) -> Result<Vec<String>, ManagementError> {
        let name = &self.account;
        let Some(account) = store.account_by_id_or_name(name).await? else {
            return Ok(vec![format!(
                "LATCHKEY_OIDC_ACCOUNT: there is no account {name:?}, so all sign-ins through the provider are refused; if an owner has renamed it, set its id"
            )]);
        };
        if store.has_local_owner(account).await? {
            return Ok(Vec::new());
        }
        Ok(vec![format!(
            "the account {name:?} has no owner with a password: if the identity provider fails, or its groups change, it has no one left to manage it"
        )])
    }
}

/// The purpose of a visit to the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInGoal {
    /// To start a session.
    SignIn,
    /// To make a session fresh.
    Confirm(SessionId),
    /// To link the identity to the person of a session.
    Link(SessionId),
}

impl SignInGoal {
    /// Returns what the provider asks the person for.
    const fn prompt(self) -> Prompt {
        match self {
            Self::SignIn => Prompt::None,
            Self::Confirm(_) => Prompt::ProvenSignIn,
            // So that the identity is not that of the browser's previous user.
            Self::Link(_) => Prompt::SignIn,
        }
    }
}

/// A browser that goes to the provider.
pub struct BegunSignIn {
    /// The address at the provider.
    pub location: String,
    /// The value of the cookie that binds the response to the browser, for ten minutes.
    pub cookie: String,
}

/// The cookie is redacted.
impl fmt::Debug for BegunSignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BegunSignIn([redacted])")
    }
}

/// The provider's response, as the browser brings it back.
#[derive(Clone, Copy, Default)]
pub struct ProviderResponse<'a> {
    /// The cookie of [`BegunSignIn`].
    pub cookie: Option<&'a str>,
    /// The parameters of the address.
    pub state: Option<&'a str>,
    /// The code; none in a response with an error.
    pub code: Option<&'a str>,
    /// The error.
    pub error: Option<&'a str>,
    /// The issuer.
    pub issuer: Option<&'a str>,
    /// The address that the provider sent the browser to, without the parameters.
    pub redirect_uri: &'a str,
}

/// The result of a response.
#[derive(Debug)]
pub enum ProviderOutcome {
    /// A session was started; where the browser goes on.
    SignedIn(crate::SignedIn, String),
    /// A code of the second factor is required for a session; where the browser goes on afterwards.
    CodeRequired(crate::PendingSignIn, String),
    /// The session is fresh, with a new token; where the browser goes on.
    Confirmed(crate::SignedIn, String),
    /// The identity is linked.
    Linked(String),
    /// The provider's answer does not count.
    Refused(ProviderRefusal),
}

/// Why a person is not signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProviderRefusal {
    /// The response is not that of this browser's request, or the request has expired.
    Unmatched,
    /// The request was used before, or the session has ended.
    Expired,
    /// There were too many failures.
    TooMany,
    /// The person, or the provider, declined.
    Declined,
    /// The provider does not answer, or its configuration cannot be used.
    Unavailable,
    /// The response or the token is invalid.
    Invalid,
    /// The provider does not say when the person signed in, so that nothing is confirmed.
    NoSignInTime,
    /// The person has no access here.
    NoAccess,
    /// A person with the same e-mail address exists and is not linked.
    AddressTaken,
    /// It is not the identity of the session's person.
    OtherPerson,
    /// The identity is another person's, or the person has another one.
    AlreadyLinked,
}

impl<'k> IdentityProvider<'k> {
    /// Sets the identity provider. The first call counts.
    pub fn set(self, single_sign_on: SingleSignOn) {
        self.keyring
            .sign_in_state()
            .set_single_sign_on(single_sign_on);
    }

    /// The identity provider, if there is one.
    pub fn settings(self) -> Option<&'k SingleSignOn> {
        self.keyring.sign_in_state().single_sign_on()
    }

    /// Sends a browser to the provider; `next` is where it goes on afterwards.
    ///
    /// # Errors
    /// `NotFound` without a provider.
    pub async fn begin(
        self,
        goal: SignInGoal,
        next: &str,
        redirect_uri: &str,
    ) -> Result<Result<BegunSignIn, ProviderRefusal>, ManagementError> {
        let single_sign_on = self.settings().ok_or(ManagementError::NotFound)?;
        let mut seed = [0; SEED_BYTES];
        self.keyring.entropy().fill(&mut seed);
        let now = self.keyring.now();
        let prompt = goal.prompt();
        let location = single_sign_on
            .provider
            .authorization_url(Challenge(&seed), redirect_uri, prompt, &self.read_clock())
            .await;
        let location = match location {
            Ok(location) => location,
            Err(error) => return Ok(Err(refusal(&error))),
        };
        let cookie = ProviderCookie {
            seed,
            goal,
            begun_at: now,
            next: next.to_owned(),
        };
        let cookie = cookie.seal(self.keyring);
        Ok(Ok(BegunSignIn { location, cookie }))
    }

    /// Returns warnings for the operator about the provider's account; empty without any.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn warnings(self) -> Result<Vec<String>, ManagementError> {
        let members = self.settings().and_then(|found| found.members.as_ref());
        match members {
            Some(members) => members.warnings(self.keyring.store()).await,
            None => Ok(Vec::new()),
        }
    }

    /// The clock, for the provider's cache.
    fn read_clock(self) -> oidc::Now {
        let clock = Arc::clone(self.keyring.clock());
        Arc::new(move || clock.now())
    }

    /// Reads the provider's configuration and keys anew.
    ///
    /// # Errors
    /// What is wrong with them, for the operator.
    pub async fn check(self) -> Result<Option<ProviderReport>, ProviderError> {
        match self.settings() {
            Some(single_sign_on) => {
                let now = self.read_clock();
                single_sign_on.provider.check(&now).await.map(Some)
            }
            None => Ok(None),
        }
    }
}

impl ProviderCookie {
    fn expires_at(&self) -> Timestamp {
        self.begun_at.plus(REQUEST_LIFETIME)
    }
}

/// Logs an error of the provider, on one line, and returns what the person is told.
fn refusal(error: &ProviderError) -> ProviderRefusal {
    let refusal = match error {
        ProviderError::Unavailable { .. }
        | ProviderError::Unusable { .. }
        | ProviderError::Repeated(_) => ProviderRefusal::Unavailable,
        ProviderError::Refused(_) => ProviderRefusal::Declined,
        ProviderError::Token(TokenError::NoSignInTime) => ProviderRefusal::NoSignInTime,
        ProviderError::OtherIssuer | ProviderError::Token(_) => ProviderRefusal::Invalid,
    };
    // Once per failure, not once per request that it refuses.
    if !error.is_repeated() {
        tracing::warn!(%error, "single sign-on failed");
    }
    refusal
}
