//! Signing in with a passkey: after the password, or in place of it.

use super::{CorrectAnswer, PasskeyAnswer, PasskeyChallenge, digest};
use crate::{Browser, ManagementError, SignIn, SignInResult, SignedIn, sign_in::session};
use domain::{Invalid, origin::Origin};
use std::fmt;
use store::{
    ChallengeOf, FactorProof, PasskeyUse, PendingProviderSignIn, PersonRow, StoreError, UnusedProof,
};
use verification::random_token;

/// A challenge for a sign-in without a password.
#[derive(Clone)]
pub struct PasskeySignIn {
    /// The challenge.
    pub challenge: PasskeyChallenge,
    /// The token of the browser that may answer it: 64 hexadecimal digits, for a cookie.
    pub browser: String,
}

/// The token is redacted.
impl fmt::Debug for PasskeySignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasskeySignIn([redacted])")
    }
}

impl SignIn<'_> {
    /// Makes a challenge for any passkey of this site, which a browser with this token may answer. A browser without one gets one.
    ///
    /// # Errors
    /// `Invalid` if passkeys are not offered; `Throttled`.
    pub async fn begin_with_passkey(
        self,
        browser: Option<&str>,
        origin: &Origin,
    ) -> Result<PasskeySignIn, ManagementError> {
        _ = self.keyring.sign_in_state().relying_party()?;
        self.keyring
            .sign_in_state()
            .limits()
            .ask_passkey(origin.address, self.keyring.monotonic())
            .map_err(|retry_after_ms| ManagementError::Throttled { retry_after_ms })?;
        let browser = browser
            .filter(|token| is_token(token))
            .map_or_else(|| random_token(self.keyring.entropy()), str::to_owned);
        let of = ChallengeOf::SignIn(digest(&browser));
        Ok(PasskeySignIn {
            challenge: self.keyring.passkeys().ask(of, None).await?,
            browser,
        })
    }

    /// Starts a session with a passkey alone, whose authenticator has verified the person; `None` if the answer is not correct, the
    /// challenge was another browser's, or the person is disabled. The browser's previous session ends.
    ///
    /// # Errors
    /// `Invalid` if the person has another password since the passkey was used last: it must be used after that first.
    pub async fn with_passkey(
        self,
        answer: PasskeyAnswer<'_>,
        browser: impl Into<Browser<'_>>,
        origin: &Origin,
    ) -> Result<Option<SignedIn>, ManagementError> {
        let answered = self.start_alone(answer, browser.into(), origin).await;
        self.keyring
            .sign_in_state()
            .counters()
            .count_failed(SignInResult::WrongPasskey, answered)
    }

    async fn start_alone(
        self,
        answer: PasskeyAnswer<'_>,
        browser: Browser<'_>,
        origin: &Origin,
    ) -> Result<Option<SignedIn>, ManagementError> {
        let Some(token) = browser.passkey else {
            return Ok(None);
        };
        let of = ChallengeOf::SignIn(digest(token));
        let checked = self
            .keyring
            .passkeys()
            .check_answer(answer, of, None, origin);
        let Some(answer) = checked.await? else {
            return Ok(None);
        };
        let CorrectAnswer { person, used, .. } = answer;
        // The identity provider decides at each sign-in whether a person without a password may still come in.
        if person.password_hash.is_empty() {
            return Ok(None);
        }
        if !answer.signs_in_alone {
            return Err(password_first().into());
        }
        self.start_with_passkey(&person, None, used, browser, origin)
            .await
    }

    /// Makes a challenge for the passkeys of the person whose sign-in waits for the second factor.
    ///
    /// # Errors
    /// `NotFound` if the sign-in is no longer pending; `Invalid` if passkeys are not offered.
    pub async fn begin_passkey_step(
        self,
        token: &str,
    ) -> Result<PasskeyChallenge, ManagementError> {
        let pending = self.pending(token).await?;
        let (pending, token_hash) = pending.ok_or(ManagementError::NotFound)?;
        let rows = self.keyring.store().passkeys_of(pending.person.id).await?;
        self.keyring
            .passkeys()
            .ask(ChallengeOf::SecondStep(token_hash), Some(&rows))
            .await
    }

    /// Starts the session of a sign-in that waits for the second factor; `None` if the answer is not correct. The browser's previous
    /// session ends.
    ///
    /// # Errors
    /// `NotFound` if the sign-in is no longer pending.
    pub async fn answer_passkey_step(
        self,
        token: &str,
        answer: PasskeyAnswer<'_>,
        browser: impl Into<Browser<'_>>,
        origin: &Origin,
    ) -> Result<Option<SignedIn>, ManagementError> {
        let answered = self.start_step(token, answer, browser.into(), origin).await;
        self.keyring
            .sign_in_state()
            .counters()
            .count_failed(SignInResult::WrongPasskey, answered)
    }

    async fn start_step(
        self,
        token: &str,
        answer: PasskeyAnswer<'_>,
        browser: Browser<'_>,
        origin: &Origin,
    ) -> Result<Option<SignedIn>, ManagementError> {
        let pending = self.pending(token).await?;
        let (pending, token_hash) = pending.ok_or(ManagementError::NotFound)?;
        let of = ChallengeOf::SecondStep(token_hash);
        let checked =
            self.keyring
                .passkeys()
                .check_answer(answer, of, Some(pending.person.id), origin);
        let Some(CorrectAnswer { used, .. }) = checked.await? else {
            return Ok(None);
        };
        let step = Some((&token_hash, pending.provider.as_ref()));
        self.start_with_passkey(&pending.person, step, used, browser, origin)
            .await
    }

    async fn start_with_passkey(
        self,
        person: &PersonRow,
        step: Option<(&[u8; 32], Option<&PendingProviderSignIn>)>,
        used: PasskeyUse,
        browser: Browser<'_>,
        origin: &Origin,
    ) -> Result<Option<SignedIn>, ManagementError> {
        let (pending, provider) = step.unzip();
        let proof = FactorProof {
            pending,
            proof: UnusedProof::Passkey(used),
        };
        let provider = provider
            .flatten()
            .map(|provider| (provider.sign_in(), provider.detail.clone()));
        let replaced = self.replaced(browser.session, person.id, origin).await?;
        let proof = session::SignInProof::Factor(proof, provider);
        let known = self.knows_device(browser.device, person.id).await?;
        match session::insert(self.keyring, person, (proof, known), replaced, origin).await {
            Ok(signed_in) => Ok(Some(signed_in)),
            // Answered before; or the person was disabled, or has another password, since the check.
            Err(StoreError::Conflict) => Ok(None),
            Err(StoreError::NotFound) if pending.is_none() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// Whether a text has the form of a token: 64 hexadecimal digits.
fn is_token(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn password_first() -> Invalid {
    Invalid::new(
        "Your password was changed since you last used this passkey. Sign in with your password first, then use the passkey.",
    )
}
