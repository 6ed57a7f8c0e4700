//! The second step of a sign-in.

use crate::{
    Browser, ManagementError, SignIn, SignInResult, SignedIn,
    mail::{ClientDetails, Content, Recipient},
    sign_in::session,
};
use domain::{audit::Action, origin::Origin, second_factor::PENDING_SIGN_IN_LIFETIME};
use std::fmt;
use store::{
    FactorProof, NewPendingSignIn, PendingSignInRow, PersonRow, ProviderSignIn, StoreError,
};
use verification::{TokenPurpose, random_token};

/// The result of a correct password.
#[derive(Clone, Debug)]
pub enum Admission {
    /// A session: the person has no second factor.
    Session(SignedIn),
    /// A code is required.
    CodeRequired(PendingSignIn),
}

impl Admission {
    /// Returns the session; `None` if a code is required.
    pub fn session(self) -> Option<SignedIn> {
        match self {
            Self::Session(signed_in) => Some(signed_in),
            Self::CodeRequired(_) => None,
        }
    }
}

/// The cookie of a sign-in that waits for a code, for five minutes.
#[derive(Clone)]
pub struct PendingSignIn {
    /// 64 hexadecimal digits.
    pub token: String,
}

/// The token is redacted.
impl fmt::Debug for PendingSignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PendingSignIn([redacted])")
    }
}

/// The second factors with which a pending sign-in can continue, beside recovery codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PendingFactors {
    /// An authenticator app.
    pub app: bool,
    /// A passkey.
    pub passkey: bool,
}

impl SignIn<'_> {
    /// Begins to wait for a code of a person whose password was checked, or who has signed in at the identity provider in this way.
    pub(crate) async fn require_code(
        self,
        person: &PersonRow,
        provider: Option<(ProviderSignIn<'_>, &str)>,
        origin: &Origin,
    ) -> Result<PendingSignIn, ManagementError> {
        let token = random_token(self.keyring.entropy());
        let purpose = TokenPurpose::PendingSignIn;
        let stored = self.keyring.hasher().token_digest(purpose, &token);
        let at = self.keyring.now();
        let new = NewPendingSignIn {
            token_hash: &stored.digest,
            pepper: stored.pepper,
            person: person.id,
            password_hash: &person.password_hash,
            at,
            expires_at: at.plus(PENDING_SIGN_IN_LIFETIME),
            provider,
        };
        let action = Action::CodeRequired;
        let events =
            session::events(self.keyring, action, person.id, &person.email, origin).await?;
        self.keyring.store().begin_sign_in(&new, &events).await?;
        self.keyring
            .sign_in_state()
            .counters()
            .count(SignInResult::SecondFactorRequired);
        Ok(PendingSignIn { token })
    }

    /// Returns what a sign-in waits for; `None` if it does not wait.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn pending_factors(
        self,
        token: &str,
    ) -> Result<Option<PendingFactors>, ManagementError> {
        let Some((PendingSignInRow { person, .. }, _)) = self.pending(token).await? else {
            return Ok(None);
        };
        Ok(Some(PendingFactors {
            app: self
                .keyring
                .store()
                .authenticator(person.id)
                .await?
                .is_some(),
            passkey: !self
                .keyring
                .store()
                .passkeys_of(person.id)
                .await?
                .is_empty(),
        }))
    }

    /// Starts the session of a sign-in that waits for a code; `None` if the code is wrong or was used before. The browser's
    /// previous session ends.
    ///
    /// # Errors
    /// `NotFound` if the sign-in is no longer pending: it has expired, or five codes were tried; `Throttled`.
    pub async fn enter_code(
        self,
        token: &str,
        code: &str,
        browser: impl Into<Browser<'_>>,
        origin: &Origin,
    ) -> Result<Option<SignedIn>, ManagementError> {
        let entered = self.start_with_code(token, code, browser.into(), origin);
        self.keyring
            .sign_in_state()
            .counters()
            .count_failed(SignInResult::WrongCode, entered.await)
    }

    async fn start_with_code(
        self,
        token: &str,
        code: &str,
        browser: Browser<'_>,
        origin: &Origin,
    ) -> Result<Option<SignedIn>, ManagementError> {
        let Some((PendingSignInRow { person, provider }, token_hash)) = self.pending(token).await?
        else {
            return Err(ManagementError::NotFound);
        };
        let through_provider = provider.is_some();
        let known = self.knows_device(browser.device, person.id).await?;
        let attempt = self
            .keyring
            .second_factors()
            .begin_code(person.id, &person.email, (code, known), origin)
            .await?;
        let now = self.keyring.now();
        if !self
            .keyring
            .store()
            .count_code_attempt(&token_hash, now)
            .await?
        {
            return Err(ManagementError::NotFound);
        }
        let Some(code) = self
            .keyring
            .second_factors()
            .unused_code(person.id, code)
            .await?
        else {
            self.wrong_code_at_sign_in((&person, known), through_provider, origin)
                .await;
            return Ok(None);
        };
        let proof = FactorProof {
            pending: Some(&token_hash),
            proof: code,
        };
        let replaced = self.replaced(browser.session, person.id, origin).await?;
        let provider = provider
            .as_ref()
            .map(|provider| (provider.sign_in(), provider.detail.clone()));
        let proof = session::SignInProof::Factor(proof, provider);
        match session::insert(self.keyring, &person, (proof, known), replaced, origin).await {
            Ok(signed_in) => {
                self.refund(&attempt).await;
                Ok(Some(signed_in))
            }
            Err(StoreError::Conflict) => {
                self.wrong_code_at_sign_in((&person, known), through_provider, origin)
                    .await;
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Records a wrong code after a right password. If the browser is not known, the person is told once an hour: someone else may have the
    /// password. The answer does not depend on the mail: an error is logged.
    async fn wrong_code_at_sign_in(
        self,
        (person, known): (&PersonRow, bool),
        through_provider: bool,
        origin: &Origin,
    ) {
        self.keyring
            .second_factors()
            .wrong_code(&person.email, origin);
        if let Err(error) = self
            .mail_wrong_code((person, known), through_provider, origin)
            .await
        {
            tracing::warn!(%error, "the mail about a wrong code was not inserted");
        }
    }

    async fn mail_wrong_code(
        self,
        (person, known): (&PersonRow, bool),
        through_provider: bool,
        origin: &Origin,
    ) -> Result<(), StoreError> {
        if known || !self.keyring.outbox().reports_sign_ins(person.id).await? {
            return Ok(());
        }
        let content = Content::WrongCode {
            through_provider,
            client: ClientDetails::new(self.keyring.now(), origin),
        };
        let to = Recipient {
            email: &person.email,
            person: Some(person.id),
            account: None,
        };
        let mail = self.keyring.outbox().compose(to, &content);
        if mail.is_empty() {
            return Ok(());
        }
        self.keyring
            .outbox()
            .charge(&mail, self.keyring.store().insert_mail(&mail).await)
    }

    pub(super) async fn pending(
        self,
        token: &str,
    ) -> Result<Option<(PendingSignInRow, [u8; 32])>, ManagementError> {
        let purpose = TokenPurpose::PendingSignIn;
        for digest in self.keyring.hasher().token_digests(purpose, token) {
            let found = self
                .keyring
                .store()
                .pending_sign_in(&digest, self.keyring.now())
                .await?;
            if let Some(pending) = found {
                return Ok(Some((pending, digest)));
            }
        }
        Ok(None)
    }
}
