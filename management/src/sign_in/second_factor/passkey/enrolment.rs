//! Adding, renaming and removing passkeys.

use super::{
    super::{FirstFactor, ProvenSession},
    PasskeyAnswer, PasskeyChallenge, needs_password, unexpected, with_detail,
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
use std::collections::HashMap;
use store::{ChallengeOf, NewPasskey, PasskeyRow, StoreError};
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

    /// Returns the person's passkeys, if another one can be added.
    async fn check_room_for_passkey(&self) -> Result<Vec<PasskeyRow>, ManagementError> {
        let existing = self.keyring().store().passkeys_of(self.person_id()).await?;
        if existing.len() >= MAX_PASSKEYS {
            return Err(Invalid::new(format!(
                "You have {MAX_PASSKEYS} passkeys. Remove one to add another."
            ))
            .into());
        }
        Ok(existing)
    }

    /// [`FreshSession::prove_by_code`], to add a passkey.
    ///
    /// # Errors
    /// As that; `Invalid` if the person has ten passkeys: the code stays unused.
    pub async fn prove_for_passkey(
        &self,
        code: &str,
        origin: &Origin,
    ) -> Result<Option<ProvenSession>, ManagementError> {
        self.check_room_for_passkey().await?;
        self.prove_by_code(code, origin).await
    }

    async fn ask_for_passkey(&self, proven: bool) -> Result<PasskeyChallenge, ManagementError> {
        if !self.has_password() {
            return Err(needs_password().into());
        }
        let keyring = self.keyring();
        let existing = self.check_room_for_passkey().await?;
        let whose = (self.person_id(), self.email(), &self.profile().name);
        let (options, state) = keyring
            .sign_in_state()
            .relying_party()?
            .enrol(whose, &existing)?;
        let of = ChallengeOf::Enrolment(self.id());
        keyring
            .passkeys()
            .keep_challenge(of, (options, &(proven, state)))
            .await
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
    /// factor, the person's other sessions end. A name that another passkey of the person has gets a number.
    ///
    /// # Errors
    /// `Invalid` if the answer is not accepted, or the person has added another factor since the challenge was made without a proof of
    /// it; `NotFound` if the challenge was answered or has expired, or the session has ended.
    pub async fn add_passkey(
        &self,
        answer: PasskeyAnswer<'_>,
        name: PasskeyName,
        origin: &Origin,
    ) -> Result<AddedPasskey, ManagementError> {
        let (keyring, person) = (self.keyring().clone(), self.person_id());
        let of = ChallengeOf::Enrolment(self.id());
        let kept = keyring
            .passkeys()
            .kept_challenge::<(bool, PasskeyRegistration)>(of, answer.handle);
        let ((proven, state), challenge) = kept.await?.ok_or(ManagementError::NotFound)?;
        let given: RegisterPublicKeyCredential =
            serde_json::from_str(answer.credential).map_err(|_| refused())?;
        let credential = keyring
            .sign_in_state()
            .relying_party()?
            .register(&given, &state)
            .map_err(|error| {
                tracing::warn!(%person, %error, "a new passkey was refused");
                refused()
            })?;
        let json = serde_json::to_string(&credential).map_err(unexpected)?;
        let others: Vec<_> = self.passkey_names().await?.into_values().collect();
        let name = name.unique_among(&others);
        let first = (!proven).then(|| keyring.second_factors().first_factor(person));
        let (action, change, detail) = if first.is_some() {
            let detail = format!("with the passkey {name}");
            (Action::FactorAdded, SignInChange::FactorAdded, detail)
        } else {
            let detail = name.to_string();
            (Action::PasskeyAdded, SignInChange::PasskeyAdded, detail)
        };
        let events = with_detail(self.events(action, origin).await?, &detail);
        let mail = keyring
            .outbox()
            .sign_in_change(self.email(), change, origin);
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
                let (rows, addition) = (store.store(), FirstFactor::addition(first.as_ref()));
                let added = rows.add_passkey(acting, &new, &challenge, &addition, &events, &mail);
                match store.outbox().charge(&mail, added.await) {
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
        let name = self.passkey_names().await?.remove(&id);
        let name = name.ok_or(ManagementError::NotFound)?;
        let events = self.events(Action::PasskeyRemoved, origin).await?;
        let events = with_detail(events, name.as_str());
        let change = SignInChange::PasskeyRemoved;
        let mail = keyring
            .outbox()
            .sign_in_change(self.email(), change, origin);
        let store = keyring.clone();
        keyring
            .run_to_completion(async move {
                let removed = store.store().remove_passkey(acting, id, &events, &mail);
                match store.outbox().charge(&mail, removed.await) {
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
    /// `NotFound` if the person has no such passkey; `Invalid` if another one has this name.
    pub async fn rename_passkey(
        &self,
        id: PasskeyId,
        name: PasskeyName,
        origin: &Origin,
    ) -> Result<(), ManagementError> {
        let mut names = self.passkey_names().await?;
        let before = names.remove(&id).ok_or(ManagementError::NotFound)?;
        if before == name {
            return Ok(());
        }
        if names.values().any(|other| other.is_same(&name)) {
            return Err(Invalid::new("Another passkey has this name. Choose another one.").into());
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
                let renamed = store.store().rename_passkey(person, id, &name, &events);
                Ok(renamed.await?)
            })
            .await
    }

    async fn passkey_names(&self) -> Result<HashMap<PasskeyId, PasskeyName>, ManagementError> {
        let all = self.keyring().store().passkeys_of(self.person_id()).await?;
        let names = all.into_iter().map(|row| row.passkey);
        Ok(names.map(|passkey| (passkey.id, passkey.name)).collect())
    }
}

fn refused() -> Invalid {
    Invalid::new("This passkey wasn't accepted. Try again, or use another device.")
}

pub fn only_factor() -> Invalid {
    Invalid::new(
        "This is your only second factor. To remove it, turn off two-factor authentication.",
    )
}
