//! Turning a second factor on and off.

use super::{
    AuthenticatorSecret, FirstFactor, PasskeyAnswer, Proof, ProvenSession, RecoveryCodes,
    passkey::only_factor, totp,
};
use crate::{FreshSession, ManagementError, Session};
use domain::{
    Invalid,
    account::Email,
    audit::Action,
    mail::SignInChange,
    origin::Origin,
    second_factor::{EnteredCode, SecondFactor, base32, grouped},
    text::percent_encoded,
    time::MINUTE,
};
use std::fmt;
use store::{AuthenticatorRow, NewRecoveryCodes, StoreError};
use verification::CipherPurpose;
use zeroize::Zeroizing;

/// How long a new secret can be confirmed.
const SETUP_LIFETIME: i64 = 10 * MINUTE;

/// A new secret that is not stored until it is confirmed by a code.
pub struct AuthenticatorSetup {
    secret: AuthenticatorSecret,
    email: Email,
    /// Whether it is added to a second factor of which the person has given a proof.
    proven: bool,
    /// All of it, encrypted, for the form that confirms it: only the same session can use it, for ten minutes.
    pub form: String,
}

/// Redacted.
impl fmt::Debug for AuthenticatorSetup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AuthenticatorSetup({}, [redacted])", self.email)
    }
}

impl AuthenticatorSetup {
    /// The secret itself.
    pub fn secret(&self) -> &AuthenticatorSecret {
        &self.secret
    }

    /// The secret in base 32, in groups of four characters, to be typed into an app.
    pub fn text(&self) -> Zeroizing<String> {
        let plain = Zeroizing::new(base32(self.secret.0.as_slice()));
        Zeroizing::new(grouped(&plain, " "))
    }

    /// The secret as a link that an app opens or scans.
    pub fn link(&self) -> Zeroizing<String> {
        let plain = Zeroizing::new(base32(self.secret.0.as_slice()));
        Zeroizing::new(format!(
            "otpauth://totp/Latchkey:{}?secret={}&issuer=Latchkey&algorithm=SHA1&digits=6&period=30",
            percent_encoded(self.email.as_str(), ""),
            *plain
        ))
    }
}

impl Session {
    /// Returns the person's second factor.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn second_factor(&self) -> Result<Option<SecondFactor>, ManagementError> {
        self.keyring().second_factors().of(self.person_id()).await
    }

    /// Returns the secret of a form that this session was given less than ten minutes ago; `None` for any other text.
    pub fn open_setup(&self, form: &str) -> Option<AuthenticatorSetup> {
        let (purpose, owner) = (CipherPurpose::Enrolment, self.id().0);
        let plain = self
            .keyring()
            .second_factors()
            .unseal(purpose, owner, form)?;
        let (proven, secret) = plain.split_first()?;
        Some(AuthenticatorSetup {
            secret: AuthenticatorSecret::from_bytes(secret)?,
            proven: *proven == 1,
            email: self.email().clone(),
            form: form.to_owned(),
        })
    }

    /// Adds the authenticator app of a form that this session was given when it was fresh, if the app shows the right code; `None` if
    /// the code is wrong. If it is the person's first factor, the
    /// person's other sessions end, and there are recovery codes.
    ///
    /// # Errors
    /// `Invalid` if the person has an authenticator app, or has added another factor since the form was made without a proof of it;
    /// `NotFound` if the form has expired or is another session's, or this session has ended; `Throttled`.
    pub async fn confirm_enrolment(
        &self,
        form: &str,
        code: &str,
        origin: &Origin,
    ) -> Result<Option<Option<RecoveryCodes>>, ManagementError> {
        let setup = self.open_setup(form).ok_or(ManagementError::NotFound)?;
        let (keyring, person) = (self.keyring().clone(), self.person_id());
        let attempt = keyring
            .second_factors()
            .begin_code(person, self.email(), (code, true), origin)
            .await?;
        let now = keyring.now();
        let step = match EnteredCode::parse(code) {
            Some(EnteredCode::App(code)) => totp::check_code(&setup.secret.0, &code, now, 0),
            _ => None,
        };
        // Not counted as a security event: it is the person's own new app.
        let Some(last_step) = step else {
            return Ok(None);
        };
        keyring.sign_in().refund(&attempt).await;
        let first = (!setup.proven).then(|| keyring.second_factors().first_factor(person));
        let purpose = CipherPurpose::Authenticator;
        let secret = setup.secret.0.as_slice();
        let encrypted = keyring
            .hasher()
            .encrypt(purpose, person.0, secret, keyring.entropy());
        let app = AuthenticatorRow {
            secret: encrypted.bytes,
            pepper: encrypted.pepper,
            since: now,
            last_step,
        };
        let acting = (person, self.id());
        let (action, change) = match first {
            Some(_) => (Action::FactorAdded, SignInChange::FactorAdded),
            None => (Action::AuthenticatorAdded, SignInChange::AuthenticatorAdded),
        };
        let events = self.events(action, origin).await?;
        let mail = keyring
            .outbox()
            .sign_in_change(self.email(), change, origin);
        let completion = keyring.clone();
        completion
            .run_to_completion(async move {
                let addition = FirstFactor::addition(first.as_ref());
                let store = keyring.store();
                let added = store.add_authenticator(acting, &app, &addition, &events, &mail);
                match keyring.outbox().charge(&mail, added.await) {
                    Ok(()) => Ok(Some(first.map(|first| first.codes))),
                    Err(StoreError::Conflict) => Err(already().into()),
                    Err(error) => Err(error.into()),
                }
            })
            .await
    }
}

impl FreshSession {
    /// Generates the secret for an authenticator app, as the first factor.
    ///
    /// # Errors
    /// `Invalid` if the person has a second factor.
    pub async fn begin_enrolment(&self) -> Result<AuthenticatorSetup, ManagementError> {
        self.require_no_factor().await?;
        self.begin_app(false).await
    }

    async fn require_no_app(&self) -> Result<(), ManagementError> {
        let store = self.keyring().store();
        if store.authenticator(self.person_id()).await?.is_some() {
            return Err(already().into());
        }
        Ok(())
    }

    /// [`FreshSession::prove_by_code`], to add an authenticator app.
    ///
    /// # Errors
    /// As that; `Invalid` if the person has an app: the code stays unused.
    pub async fn prove_for_app(
        &self,
        code: &str,
        origin: &Origin,
    ) -> Result<Option<ProvenSession>, ManagementError> {
        self.require_no_app().await?;
        self.prove_by_code(code, origin).await
    }

    async fn begin_app(&self, proven: bool) -> Result<AuthenticatorSetup, ManagementError> {
        self.require_no_app().await?;
        let keyring = self.keyring();
        let secret = AuthenticatorSecret::generate(keyring.entropy());
        let end = keyring.now().plus(SETUP_LIFETIME);
        let (purpose, owner) = (CipherPurpose::Enrolment, self.id().0);
        let mut plain = Zeroizing::new(vec![u8::from(proven)]);
        plain.extend(secret.0.as_slice());
        Ok(AuthenticatorSetup {
            form: keyring.second_factors().seal(purpose, owner, &plain, end),
            proven,
            secret,
            email: self.email().clone(),
        })
    }

    /// Replaces the recovery codes; `None` if the code is wrong or was used before.
    ///
    /// # Errors
    /// `NotFound` if the person has no second factor; `Throttled`.
    pub async fn renew_recovery_codes(
        &self,
        code: &str,
        origin: &Origin,
    ) -> Result<Option<RecoveryCodes>, ManagementError> {
        self.renew_with(Proof::Code(code), origin).await
    }

    /// Removes one of several factors: the authenticator app. The person's other sessions end.
    ///
    /// # Errors
    /// `Invalid` if there is no app, or no passkey beside it.
    pub async fn remove_authenticator(&self, origin: &Origin) -> Result<(), ManagementError> {
        let (keyring, acting) = (self.keyring().clone(), (self.person_id(), self.id()));
        let action = Action::AuthenticatorRemoved;
        let events = self.events(action, origin).await?;
        let change = SignInChange::AuthenticatorRemoved;
        let mail = keyring
            .outbox()
            .sign_in_change(self.email(), change, origin);
        let store = keyring.clone();
        keyring
            .run_to_completion(async move {
                let removed = store.store().remove_authenticator(acting, &events, &mail);
                match store.outbox().charge(&mail, removed.await) {
                    Err(StoreError::Conflict) => Err(only_factor().into()),
                    done => Ok(done?),
                }
            })
            .await
    }

    /// Turns the second factor off, with the app and all passkeys; whether the code was right.
    ///
    /// # Errors
    /// `NotFound` if the person has no second factor; `Throttled`.
    pub async fn remove_second_factor(
        &self,
        code: &str,
        origin: &Origin,
    ) -> Result<bool, ManagementError> {
        self.turn_off_with(Proof::Code(code), origin).await
    }
}

impl ProvenSession {
    /// Generates the secret for an authenticator app, beside another factor.
    ///
    /// # Errors
    /// `Invalid` if the person has an authenticator app.
    pub async fn begin_enrolment(&self) -> Result<AuthenticatorSetup, ManagementError> {
        self.begin_app(true).await
    }
}

impl Session {
    /// [`FreshSession::renew_recovery_codes`] with a passkey, whose answer stands for the recent password too.
    ///
    /// # Errors
    /// `NotFound` if the person has no second factor.
    pub async fn renew_recovery_codes_with_passkey(
        &self,
        answer: PasskeyAnswer<'_>,
        origin: &Origin,
    ) -> Result<Option<RecoveryCodes>, ManagementError> {
        self.renew_with(Proof::Passkey(answer), origin).await
    }

    /// [`FreshSession::remove_second_factor`] with a passkey, whose answer stands for the recent password too.
    ///
    /// # Errors
    /// `NotFound` if the person has no second factor.
    pub async fn remove_second_factor_with_passkey(
        &self,
        answer: PasskeyAnswer<'_>,
        origin: &Origin,
    ) -> Result<bool, ManagementError> {
        self.turn_off_with(Proof::Passkey(answer), origin).await
    }

    async fn renew_with(
        &self,
        proof: Proof<'_>,
        origin: &Origin,
    ) -> Result<Option<RecoveryCodes>, ManagementError> {
        let (keyring, person) = (self.keyring().clone(), self.person_id());
        let factor = keyring.store().second_factor(person).await?;
        let factor = factor.ok_or(ManagementError::NotFound)?;
        let secret = keyring.second_factors().recovery_secret(person, &factor)?;
        let (codes, hashes) = secret.new_codes(keyring.entropy());
        let action = Action::RecoveryCodesRenewed;
        let events = self.events(action, origin).await?;
        let (email, at) = (self.email(), keyring.now());
        let acting = (person, self.id());
        let done = self
            .with_proof(proof, origin, async move |proof| {
                let change = SignInChange::RecoveryCodesRenewed;
                let mail = keyring.outbox().sign_in_change(email, change, origin);
                let new = NewRecoveryCodes {
                    hashes: &hashes,
                    at,
                };
                let store = keyring.store();
                let by = (&factor, &proof);
                let renewed = store.renew_recovery_codes(acting, by, &new, &events, &mail);
                keyring.outbox().charge(&mail, renewed.await)
            })
            .await?;
        Ok(done.then_some(codes))
    }

    async fn turn_off_with(
        &self,
        proof: Proof<'_>,
        origin: &Origin,
    ) -> Result<bool, ManagementError> {
        let (keyring, person) = (self.keyring().clone(), self.person_id());
        if keyring.store().second_factor(person).await?.is_none() {
            return Err(ManagementError::NotFound);
        }
        let acting = (person, self.id());
        let action = Action::FactorRemoved;
        let events = self.events(action, origin).await?;
        let (email, at) = (self.email(), keyring.now());
        self.with_proof(proof, origin, async move |proof| {
            let mail = keyring
                .outbox()
                .sign_in_change(email, SignInChange::FactorRemoved, origin);
            let store = keyring.store();
            let removed = store.remove_second_factor(acting, &proof, at, &events, &mail);
            keyring.outbox().charge(&mail, removed.await)
        })
        .await
    }
}

fn already() -> Invalid {
    Invalid::new(
        "Your second factor has changed, or you have an authenticator app already. Reload the page.",
    )
}
