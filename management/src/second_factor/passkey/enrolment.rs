//! Adding, renaming and removing passkeys.

use super::{
    super::{FirstFactor, ProvenSession},
    CeremonyOf, PasskeyAnswer, PasskeyChallenge, needs_password, unexpected, with_detail,
};
use crate::{FreshSession, ManagementError, RecoveryCodes, Session};
use domain::{
    Invalid,
    audit::{Action, FieldValues},
    id::PasskeyId,
    mail::SignInChange,
    origin::Origin,
    passkey::{MAX_PASSKEYS, PasskeyName},
};
use store::{NewPasskey, StoreError};
use webauthn_rs::prelude::{PasskeyRegistration, RegisterPublicKeyCredential};

/// A passkey was added.
#[derive(Debug)]
pub enum AddedPasskey {
    /// It is the person's first factor, with recovery codes.
    First(RecoveryCodes),
    /// The person had a second factor before.
    Another,
}

impl FreshSession {
    /// Makes the challenge for a new passkey, as the first factor.
    ///
    /// # Errors
    /// `Invalid` if passkeys are not offered, or the person has a second factor or no password.
    pub async fn begin_passkey(&self) -> Result<PasskeyChallenge, ManagementError> {
        self.require_no_factor().await?;
        self.ask_for_passkey(false).await
    }

    async fn ask_for_passkey(&self, proven: bool) -> Result<PasskeyChallenge, ManagementError> {
        if !self.has_password() {
            return Err(needs_password().into());
        }
        let keyring = self.keyring();
        let existing = keyring.store.passkeys_of(self.person_id()).await?;
        if existing.len() >= MAX_PASSKEYS {
            return Err(Invalid::new(format!(
                "You have {MAX_PASSKEYS} passkeys. Remove one to add another."
            ))
            .into());
        }
        let whose = (self.person_id(), self.email(), &self.profile().name);
        let (options, state) = keyring.party()?.enrol(whose, &existing)?;
        let of = CeremonyOf::Enrolment(self.id());
        Ok(PasskeyChallenge {
            options,
            state: keyring.seal_state(of, &(proven, state))?,
        })
    }
}

impl ProvenSession {
    /// Makes the challenge for a new passkey, beside another factor.
    ///
    /// # Errors
    /// `Invalid` if passkeys are not offered, or the person has ten or no password.
    pub async fn begin_passkey(&self) -> Result<PasskeyChallenge, ManagementError> {
        self.ask_for_passkey(true).await
    }
}

impl Session {
    /// Adds the passkey that an authenticator made for a challenge of this session, which was fresh then. If it is the person's first
    /// factor, the person's other sessions end.
    ///
    /// # Errors
    /// `Invalid` if the answer is not accepted, or the person has added another factor since the challenge was made without a proof of
    /// it; `NotFound` if the challenge has expired, or the session has ended.
    pub async fn add_passkey(
        &self,
        answer: PasskeyAnswer<'_>,
        name: PasskeyName,
        origin: &Origin,
    ) -> Result<AddedPasskey, ManagementError> {
        let (keyring, person) = (self.keyring().clone(), self.person_id());
        let of = CeremonyOf::Enrolment(self.id());
        let opened = keyring.open_state::<(bool, PasskeyRegistration)>(of, answer.state);
        let ((proven, state), challenge) = opened.ok_or(ManagementError::NotFound)?;
        let given: RegisterPublicKeyCredential =
            serde_json::from_str(answer.credential).map_err(|_| refused())?;
        let credential = keyring.party()?.register(&given, &state).map_err(|error| {
            tracing::warn!(%person, %error, "a new passkey was refused");
            refused()
        })?;
        let json = serde_json::to_string(&credential).map_err(unexpected)?;
        let first = (!proven).then(|| keyring.first_factor(person));
        let (action, change, detail) = if first.is_some() {
            let detail = format!("with the passkey {name}");
            (Action::FactorAdded, SignInChange::FactorAdded, detail)
        } else {
            let detail = name.to_string();
            (Action::PasskeyAdded, SignInChange::PasskeyAdded, detail)
        };
        let events = with_detail(self.events(action, origin).await?, &detail);
        keyring.prune_challenges().await?;
        let mail = keyring.sign_in_change(self.email(), change, origin);
        let acting = (person, self.id());
        let store = keyring.clone();
        keyring
            .run_to_completion(async move {
                let new = NewPasskey {
                    id: PasskeyId(store.new_id()),
                    credential_id: credential.cred_id(),
                    credential: &json,
                    name: &name,
                    at: store.now(),
                };
                let (rows, addition) = (&store.store, FirstFactor::addition(first.as_ref()));
                let added = rows.add_passkey(acting, &new, challenge, &addition, &events, &mail);
                match store.charge_mail(&mail, added.await) {
                    Ok(()) => Ok(match first {
                        Some(first) => AddedPasskey::First(first.codes),
                        None => AddedPasskey::Another,
                    }),
                    Err(StoreError::Conflict) => Err(refused().into()),
                    Err(error) => Err(error.into()),
                }
            })
            .await
    }
}

impl FreshSession {
    /// Removes one of several factors: a passkey. The person's other sessions end.
    ///
    /// # Errors
    /// `NotFound` if the person has no such passkey; `Invalid` if it is the only factor: turning two-factor authentication off asks
    /// for a proof.
    pub async fn remove_passkey(
        &self,
        id: PasskeyId,
        origin: &Origin,
    ) -> Result<(), ManagementError> {
        let (keyring, acting) = (self.keyring().clone(), (self.person_id(), self.id()));
        let name = self.passkey_name(id).await?;
        let events = self.events(Action::PasskeyRemoved, origin).await?;
        let events = with_detail(events, name.as_str());
        let change = SignInChange::PasskeyRemoved;
        let mail = keyring.sign_in_change(self.email(), change, origin);
        let store = keyring.clone();
        keyring
            .run_to_completion(async move {
                let removed = store.store.remove_passkey(acting, id, &events, &mail);
                match store.charge_mail(&mail, removed.await) {
                    Err(StoreError::Conflict) => Err(only_factor().into()),
                    done => Ok(done?),
                }
            })
            .await
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
        let mail = keyring.sign_in_change(self.email(), change, origin);
        let store = keyring.clone();
        keyring
            .run_to_completion(async move {
                let removed = store.store.remove_authenticator(acting, &events, &mail);
                match store.charge_mail(&mail, removed.await) {
                    Err(StoreError::Conflict) => Err(only_factor().into()),
                    done => Ok(done?),
                }
            })
            .await
    }
}

impl Session {
    /// Gives a passkey of the person another name.
    ///
    /// # Errors
    /// `NotFound` if the person has no such passkey.
    pub async fn rename_passkey(
        &self,
        id: PasskeyId,
        name: PasskeyName,
        origin: &Origin,
    ) -> Result<(), ManagementError> {
        let before = self.passkey_name(id).await?;
        if before == name {
            return Ok(());
        }
        let (keyring, person) = (self.keyring().clone(), self.person_id());
        let events: Vec<_> = self
            .events(Action::PasskeyRenamed, origin)
            .await?
            .into_iter()
            .map(|event| {
                let of = |name| FieldValues::of("name", name);
                event.with_changes(of(&before), of(&name))
            })
            .collect();
        let store = keyring.clone();
        keyring
            .run_to_completion(async move {
                let renamed = store.store.rename_passkey(person, id, &name, &events);
                Ok(renamed.await?)
            })
            .await
    }

    async fn passkey_name(&self, id: PasskeyId) -> Result<PasskeyName, ManagementError> {
        let all = self.keyring().store.passkeys_of(self.person_id()).await?;
        all.into_iter()
            .find(|row| row.passkey.id == id)
            .map(|row| row.passkey.name)
            .ok_or(ManagementError::NotFound)
    }
}

fn refused() -> Invalid {
    Invalid::new("This passkey wasn't accepted. Try again, or use another device.")
}

fn only_factor() -> Invalid {
    Invalid::new(
        "This is your only second factor. To remove it, turn off two-factor authentication.",
    )
}
