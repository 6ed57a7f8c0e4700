//! Turning a second factor on and off.

use super::{AuthenticatorSecret, totp};
use crate::{FreshSession, ManagementError, Session, session};
use domain::{
    Invalid,
    account::Email,
    audit::Action,
    mail::SignInChange,
    origin::Origin,
    second_factor::{
        EnteredCode, RECOVERY_CODE_BYTES, RECOVERY_CODES, SecondFactor, base32, grouped,
        recovery_code,
    },
    text::percent_encoded,
    time::{MINUTE, Timestamp},
};
use std::fmt;
use store::{AuthenticatorRow, NewRecoveryCodes, PepperName, StoreError, UnusedCode};
use verification::{CipherPurpose, Encrypted};
use zeroize::Zeroizing;

/// How long a new secret can be confirmed.
const SETUP_LIFETIME: i64 = 10 * MINUTE;
/// The pepper's name before an encrypted setup.
const NAME_BYTES: usize = 4;

/// A new secret that is not stored until it is confirmed by a code.
pub struct AuthenticatorSetup {
    secret: AuthenticatorSecret,
    email: Email,
    /// The encrypted secret, for the form that confirms it: only the same session can use it, for ten minutes.
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

/// New recovery codes, which are shown once.
pub struct RecoveryCodes(pub Vec<String>);

/// Redacted.
impl fmt::Debug for RecoveryCodes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCodes([redacted])")
    }
}

impl Session {
    /// Returns the person's second factor.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn second_factor(&self) -> Result<Option<SecondFactor>, ManagementError> {
        self.keyring().second_factor(self.person_id()).await
    }
}

impl FreshSession {
    /// Generates the secret for an authenticator app.
    ///
    /// # Errors
    /// `Invalid` if the person has a second factor.
    pub async fn begin_enrolment(&self) -> Result<AuthenticatorSetup, ManagementError> {
        if self.second_factor().await?.is_some() {
            return Err(already().into());
        }
        let keyring = self.keyring();
        let secret = AuthenticatorSecret::generate(&*keyring.entropy);
        let mut plain = Zeroizing::new(secret.0.to_vec());
        let end = keyring.now().plus(SETUP_LIFETIME);
        plain.extend(end.0.to_be_bytes());
        let (purpose, owner) = (CipherPurpose::Enrolment, self.id().0);
        let sealed = keyring
            .hasher
            .encrypt(purpose, owner, &plain, &*keyring.entropy);
        let mut form = sealed.pepper.0.to_be_bytes().to_vec();
        form.extend(sealed.bytes);
        Ok(AuthenticatorSetup {
            secret,
            email: self.email().clone(),
            form: hex::encode(form),
        })
    }

    /// Returns the secret of a form that this session was given less than ten minutes ago; `None` for any other text.
    pub fn open_setup(&self, form: &str) -> Option<AuthenticatorSetup> {
        let bytes = hex::decode(form).ok()?;
        let (name, sealed) = bytes.split_first_chunk::<NAME_BYTES>()?;
        let encrypted = Encrypted {
            bytes: sealed.to_vec(),
            pepper: PepperName(u32::from_be_bytes(*name)),
        };
        let keyring = self.keyring();
        let (purpose, owner) = (CipherPurpose::Enrolment, self.id().0);
        let plain = keyring.hasher.decrypt(purpose, owner, &encrypted)?;
        let (secret, end) = plain.split_at_checked(totp::SECRET_BYTES)?;
        let end = i64::from_be_bytes(end.try_into().ok()?);
        (keyring.now() < Timestamp(end)).then_some(())?;
        Some(AuthenticatorSetup {
            secret: AuthenticatorSecret::from_bytes(secret)?,
            email: self.email().clone(),
            form: form.to_owned(),
        })
    }

    /// Turns the second factor on, if the app shows the right code, and ends the person's other sessions; `None` if the code is wrong.
    ///
    /// # Errors
    /// `Invalid` if the person has a second factor; `NotFound` if the form has expired or is another session's, or this session has
    /// ended; `Throttled`.
    pub async fn confirm_enrolment(
        &self,
        form: &str,
        code: &str,
        origin: &Origin,
    ) -> Result<Option<RecoveryCodes>, ManagementError> {
        let setup = self.open_setup(form).ok_or(ManagementError::NotFound)?;
        let (keyring, person) = (self.keyring().clone(), self.person_id());
        let attempt = keyring.begin_code(person, self.email(), (code, true), origin)?;
        let now = keyring.now();
        let step = match EnteredCode::parse(code) {
            Some(EnteredCode::App(code)) => totp::matching_step(&setup.secret.0, &code, now, 0),
            _ => None,
        };
        // Not counted as a security event: it is the person's own new app.
        let Some(last_step) = step else {
            return Ok(None);
        };
        keyring.sign_ins.refund_code(&attempt);
        let (codes, hashes) = self.new_codes(&setup.secret);
        let purpose = CipherPurpose::Authenticator;
        let secret = setup.secret.0.as_slice();
        let encrypted = keyring
            .hasher
            .encrypt(purpose, person.0, secret, &*keyring.entropy);
        let app = AuthenticatorRow {
            secret: encrypted.bytes,
            pepper: encrypted.pepper,
            since: now,
            last_step,
        };
        let acting = (person, self.id());
        let action = Action::FactorAdded;
        let events = session::events(&keyring, action, person, self.email(), origin).await?;
        let mail = keyring.sign_in_change(self.email(), SignInChange::FactorAdded, origin);
        let completion = keyring.clone();
        completion
            .run_to_completion(async move {
                let new = NewRecoveryCodes {
                    hashes: &hashes,
                    at: now,
                };
                let store = &keyring.store;
                let added = store.add_authenticator(acting, &app, &new, &events, &mail);
                match keyring.charge_mail(&mail, added.await) {
                    Ok(()) => Ok(Some(codes)),
                    Err(StoreError::Conflict) => Err(already().into()),
                    Err(error) => Err(error.into()),
                }
            })
            .await
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
        let (keyring, person) = (self.keyring().clone(), self.person_id());
        let app = keyring.store.authenticator(person).await?;
        let app = app.ok_or(ManagementError::NotFound)?;
        let secret = keyring.authenticator_secret(person, &app)?;
        let (codes, hashes) = self.new_codes(&secret);
        let action = Action::RecoveryCodesRenewed;
        let events = session::events(&keyring, action, person, self.email(), origin).await?;
        let (email, at) = (self.email(), keyring.now());
        let done = self
            .with_code(code, origin, async move |code| {
                let change = SignInChange::RecoveryCodesRenewed;
                let mail = keyring.sign_in_change(email, change, origin);
                let new = NewRecoveryCodes {
                    hashes: &hashes,
                    at,
                };
                let store = &keyring.store;
                let renewed = store.renew_recovery_codes(person, &code, &new, &events, &mail);
                keyring.charge_mail(&mail, renewed.await)
            })
            .await?;
        Ok(done.then_some(codes))
    }

    /// Turns the second factor off; whether the code was right.
    ///
    /// # Errors
    /// `NotFound` if the person has no second factor; `Throttled`.
    pub async fn remove_second_factor(
        &self,
        code: &str,
        origin: &Origin,
    ) -> Result<bool, ManagementError> {
        let (keyring, person) = (self.keyring().clone(), self.person_id());
        if keyring.store.authenticator(person).await?.is_none() {
            return Err(ManagementError::NotFound);
        }
        let acting = (person, self.id());
        let action = Action::FactorRemoved;
        let events = session::events(&keyring, action, person, self.email(), origin).await?;
        let (email, at) = (self.email(), keyring.now());
        self.with_code(code, origin, async move |code| {
            let mail = keyring.sign_in_change(email, SignInChange::FactorRemoved, origin);
            let store = &keyring.store;
            let removed = store.remove_second_factor(acting, &code, at, &events, &mail);
            keyring.charge_mail(&mail, removed.await)
        })
        .await
    }

    /// Makes a change that uses a code; whether the code was right. Wrong ones are counted.
    async fn with_code(
        &self,
        code: &str,
        origin: &Origin,
        change: impl AsyncFnOnce(UnusedCode) -> Result<(), StoreError>,
    ) -> Result<bool, ManagementError> {
        let (keyring, person) = (self.keyring(), self.person_id());
        let attempt = keyring.begin_code(person, self.email(), (code, true), origin)?;
        let done = match keyring.unused_code(person, code).await? {
            Some(code) => change(code).await,
            None => Err(StoreError::Conflict),
        };
        match done {
            Ok(()) => {
                keyring.sign_ins.refund_code(&attempt);
                Ok(true)
            }
            Err(StoreError::Conflict) => {
                keyring.wrong_code(self.email(), origin);
                Ok(false)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Generates recovery codes, with their digests.
    fn new_codes(&self, secret: &AuthenticatorSecret) -> (RecoveryCodes, Vec<[u8; 32]>) {
        let entropy = &*self.keyring().entropy;
        let codes: Vec<String> = (0..RECOVERY_CODES)
            .map(|_| {
                let mut random = [0; RECOVERY_CODE_BYTES];
                entropy.fill(&mut random);
                recovery_code(random)
            })
            .collect();
        let hashes = codes
            .iter()
            .map(|code| secret.recovery_digest(&code.replace('-', "")))
            .collect();
        (RecoveryCodes(codes), hashes)
    }
}

fn already() -> Invalid {
    Invalid::new("Two-factor authentication is already on. Reload the page.")
}
