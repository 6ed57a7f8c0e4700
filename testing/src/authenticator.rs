//! An authenticator in software: it makes and uses passkeys as a browser does, with real keys and signatures, and can be told to do it
//! wrong.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use p256::ecdsa::{Signature, SigningKey, signature::Signer};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The flags of authenticator data (`WebAuthn`, 6.1).
const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const BACKUP_ELIGIBLE: u8 = 0x08;
const ATTESTED_CREDENTIAL: u8 = 0x40;
/// The flags come after the hash of the relying party.
const FLAGS_AT: usize = 32;

/// A passkey in software. Its fields say how the next answer is made.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one way to answer wrongly"
)]
pub struct SoftAuthenticator {
    key: SigningKey,
    /// The credential's id.
    pub credential_id: Vec<u8>,
    /// The origin of the page that asks.
    pub origin: String,
    /// The relying party that the authenticator answers for; that of the challenge unless it is set.
    pub rp_id: Option<String>,
    /// Whether the person was verified, by a PIN or a fingerprint.
    pub verified: bool,
    /// The signature counter of the last answer.
    pub counter: u32,
    /// Whether answers name the person.
    pub names_user: bool,
    /// Whether the passkey can be synchronized.
    pub backup_eligible: bool,
    /// Whether the flag of a verified person is set after the signature was made.
    pub claims_verified: bool,
    /// Whether a bit of the signature is flipped.
    pub flips_signature: bool,
    user_handle: String,
}

impl SoftAuthenticator {
    /// Creates an authenticator with one key, which `seed` determines, for pages at an origin.
    ///
    /// # Panics
    /// If `seed` is 0, which is not a valid key.
    pub fn new(seed: u8, origin: &str) -> Self {
        Self {
            key: SigningKey::from_slice(&[seed; 32]).expect("a key"),
            credential_id: vec![seed; 16],
            origin: origin.to_owned(),
            rp_id: None,
            verified: true,
            counter: 0,
            names_user: true,
            backup_eligible: false,
            claims_verified: false,
            flips_signature: false,
            user_handle: String::new(),
        }
    }

    /// Signs with the key that another `seed` determines, as an authenticator does that has another key for the same credential.
    ///
    /// # Panics
    /// If `seed` is 0, which is not a valid key.
    pub fn use_key(&mut self, seed: u8) {
        self.key = SigningKey::from_slice(&[seed; 32]).expect("a key");
    }

    /// Lets another authenticator name the person of this passkey.
    pub fn lend_name(&self, other: &mut Self) {
        other.user_handle.clone_from(&self.user_handle);
    }

    /// Makes the passkey for the options of a page, and returns the credential as the browser sends it.
    ///
    /// # Panics
    /// If the options are none.
    pub fn create(&mut self, options: &str) -> String {
        let options: Value = serde_json::from_str(options).expect("options");
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        self.user_handle = text(&options["user"]["id"]);
        let rp_id = self
            .rp_id
            .clone()
            .unwrap_or_else(|| text(&options["rp"]["id"]));
        let mut data = self.data(&rp_id, ATTESTED_CREDENTIAL);
        // The model of the authenticator: none.
        data.extend([0; 16]);
        let length = u16::try_from(self.credential_id.len()).expect("short");
        data.extend(length.to_be_bytes());
        data.extend(&self.credential_id);
        data.extend(self.public_key());
        let mut object = vec![0xa3];
        object.extend(cbor_text("fmt"));
        object.extend(cbor_text("none"));
        object.extend(cbor_text("attStmt"));
        object.push(0xa0);
        object.extend(cbor_text("authData"));
        object.extend(cbor_bytes(&data));
        let id = encode(&self.credential_id);
        json!({
            "id": id,
            "rawId": id,
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": { "credProps": { "rk": true } },
            "response": {
                "clientDataJSON": encode(&self.client_data("webauthn.create", &options)),
                "attestationObject": encode(&object),
                "transports": ["internal", "hybrid"],
            },
        })
        .to_string()
    }

    /// Answers the options of a page, and returns the credential as the browser sends it.
    ///
    /// # Panics
    /// If the options are none.
    pub fn get(&mut self, options: &str) -> String {
        let options: Value = serde_json::from_str(options).expect("options");
        let asked = options["rpId"].as_str().expect("a relying party");
        let rp_id = self.rp_id.clone().unwrap_or_else(|| asked.to_owned());
        let mut data = self.data(&rp_id, 0);
        let client_data = self.client_data("webauthn.get", &options);
        let mut signed = data.clone();
        signed.extend(Sha256::digest(&client_data));
        let signature: Signature = self.key.sign(&signed);
        let mut signature = signature.to_der().as_bytes().to_vec();
        if self.flips_signature
            && let Some(last) = signature.last_mut()
        {
            *last ^= 1;
        }
        if self.claims_verified {
            data[FLAGS_AT] |= USER_VERIFIED;
        }
        let id = encode(&self.credential_id);
        let mut response = json!({
            "clientDataJSON": encode(&client_data),
            "authenticatorData": encode(&data),
            "signature": encode(&signature),
        });
        if self.names_user {
            response["userHandle"] = json!(self.user_handle);
        }
        json!({
            "id": id,
            "rawId": id,
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": response,
        })
        .to_string()
    }

    /// Authenticator data without a credential (`WebAuthn`, 6.1).
    fn data(&self, rp_id: &str, more: u8) -> Vec<u8> {
        let verified = if self.verified { USER_VERIFIED } else { 0 };
        let synchronizable = if self.backup_eligible {
            BACKUP_ELIGIBLE
        } else {
            0
        };
        let mut data = Sha256::digest(rp_id).to_vec();
        data.push(USER_PRESENT | verified | synchronizable | more);
        data.extend(self.counter.to_be_bytes());
        data
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        let data = json!({
            "type": kind,
            "challenge": options["challenge"],
            "origin": self.origin,
            "crossOrigin": false,
        });
        data.to_string().into_bytes()
    }

    /// The public key as `COSE_Key` (RFC 9053, 7.1.1): ES256 on P-256.
    fn public_key(&self) -> Vec<u8> {
        let point = self.key.verifying_key().to_sec1_point(false);
        let (x, y) = (point.x().expect("a point"), point.y().expect("a point"));
        let mut key = vec![0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21];
        key.extend(cbor_bytes(x));
        key.push(0x22);
        key.extend(cbor_bytes(y));
        key
    }
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A text of up to 23 bytes (RFC 8949, 3.1).
fn cbor_text(text: &str) -> Vec<u8> {
    let mut all = vec![0x60 + u8::try_from(text.len()).expect("short")];
    all.extend(text.as_bytes());
    all
}

/// Up to 65,535 bytes.
fn cbor_bytes(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).expect("short");
    let mut all = vec![0x59];
    all.extend(length.to_be_bytes());
    all.extend(bytes);
    all
}
