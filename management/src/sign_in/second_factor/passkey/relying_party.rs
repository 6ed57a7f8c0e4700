//! The site that passkeys belong to, and the protocol.

use super::{stored, unexpected};
use crate::ManagementError;
use domain::{account::Email, id::PersonId, profile::DisplayName};
use serde_json::{Value, json};
use store::PasskeyRow;
use webauthn_rs::prelude::{
    AuthenticationResult, CredentialID, DiscoverableAuthentication, Passkey as Credential,
    PasskeyAuthentication, PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential,
    Url, Webauthn, WebauthnBuilder, WebauthnError,
};

/// The name that authenticators show.
const NAME: &str = "Latchkey";

/// The relying party: passkeys are bound to its host, and answers to its origin. Both come from the configuration, never from a
/// request.
pub(crate) struct RelyingParty {
    webauthn: Webauthn,
    origin: String,
}

impl RelyingParty {
    /// Returns the relying party at an origin; `None` where browsers refuse `WebAuthn`: the host must be a name, and the origin a
    /// secure context (https, or a name of this machine).
    pub(crate) fn at(origin: &str) -> Option<Self> {
        let url = Url::parse(origin).ok()?;
        let host = url.domain()?;
        let local = host == "localhost" || host.ends_with(".localhost");
        if url.scheme() != "https" && !(url.scheme() == "http" && local) {
            return None;
        }
        let builder = WebauthnBuilder::new(host, &url).ok()?;
        Some(Self {
            webauthn: builder.rp_name(NAME).build().ok()?,
            origin: origin.to_owned(),
        })
    }

    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// Asks for a new passkey. Returns the options for the browser, and the state.
    pub(super) fn enrol(
        &self,
        (person, email, name): (PersonId, &Email, &DisplayName),
        existing: &[PasskeyRow],
    ) -> Result<(String, PasskeyRegistration), ManagementError> {
        let email = email.as_str();
        let exclude: Vec<CredentialID> = existing
            .iter()
            .map(|row| Ok(stored(row)?.cred_id().clone()))
            .collect::<Result<_, ManagementError>>()?;
        let (challenge, state) = self
            .webauthn
            .start_passkey_registration(person.0, email, name.get().unwrap_or(email), Some(exclude))
            .map_err(unexpected)?;
        let mut options = public_key(&challenge)?;
        // Found without the e-mail address, so that it can sign in alone. Not required: a security key may have no room.
        options["authenticatorSelection"]["residentKey"] = json!("preferred");
        Ok((options.to_string(), state))
    }

    pub(super) fn register(
        &self,
        given: &RegisterPublicKeyCredential,
        state: &PasskeyRegistration,
    ) -> Result<Credential, WebauthnError> {
        self.webauthn.finish_passkey_registration(given, state)
    }

    /// Asks for a passkey: any one of this site, or those of a person. Returns the options for the browser, and the state.
    pub(super) fn ask(
        &self,
        of_person: Option<&[PasskeyRow]>,
    ) -> Result<(String, DiscoverableAuthentication), ManagementError> {
        let Some(rows) = of_person else {
            let started = self.webauthn.start_discoverable_authentication();
            let (challenge, state) = started.map_err(unexpected)?;
            return Ok((public_key(&challenge)?.to_string(), state));
        };
        let known: Vec<Credential> = rows.iter().map(stored).collect::<Result<_, _>>()?;
        let started = self.webauthn.start_passkey_authentication(&known);
        let (challenge, state) = started.map_err(unexpected)?;
        Ok((public_key(&challenge)?.to_string(), without_known(&state)?))
    }

    pub(super) fn check(
        &self,
        given: &PublicKeyCredential,
        state: DiscoverableAuthentication,
        credential: &Credential,
    ) -> Result<AuthenticationResult, WebauthnError> {
        self.webauthn
            .finish_discoverable_authentication_v2(given, state, credential)
    }
}

/// Returns the state of a challenge for known passkeys as that of one for any passkey: the answer is checked against the stored passkey,
/// which may have another counter meanwhile. A passkey that has become synchronizable is accepted with this state.
fn without_known(
    state: &PasskeyAuthentication,
) -> Result<DiscoverableAuthentication, ManagementError> {
    let mut state = serde_json::to_value(state).map_err(unexpected)?;
    state["ast"]["credentials"] = json!([]);
    serde_json::from_value(state).map_err(unexpected)
}

/// Returns the options without the wish for autofill, which the pages do not use.
fn public_key(challenge: &impl serde::Serialize) -> Result<Value, ManagementError> {
    let mut whole = serde_json::to_value(challenge).map_err(unexpected)?;
    Ok(whole["publicKey"].take())
}

#[cfg(test)]
mod tests {
    use super::RelyingParty;

    #[test]
    fn passkeys_need_a_host_name_and_a_secure_context() {
        for (origin, offered) in [
            ("https://keys.example.com", true),
            ("https://keys.example.com:8443", true),
            ("http://localhost:3000", true),
            ("http://app.localhost", true),
            ("http://keys.example.com", false),
            ("http://127.0.0.1:3000", false),
            ("https://192.0.2.1", false),
            ("https://[2001:db8::1]", false),
            ("http://localhost.example", false),
            ("", false),
        ] {
            assert_eq!(RelyingParty::at(origin).is_some(), offered, "{origin}");
        }
    }
}
