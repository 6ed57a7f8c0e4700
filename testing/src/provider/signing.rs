//! The keys of the provider, and those of an attacker.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    digest, hmac,
    rand::SystemRandom,
    rsa::PublicKeyComponents,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256,
        RSA_PSS_SHA256, RsaKeyPair,
    },
};
use serde_json::{Value, json};

use super::CLIENT_SECRET;

/// Keys for tests, used for nothing else.
const RSA: &[u8] = include_bytes!("key.pk8");
const OTHER_RSA: &[u8] = include_bytes!("other.pk8");

/// The key and the algorithm that sign a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signing {
    /// The provider's RSA key, PKCS #1 v1.5.
    Rs256,
    /// The provider's RSA key, PSS.
    Ps256,
    /// The provider's P-256 key.
    Es256,
    /// The provider's Ed25519 key.
    EdDsa,
    /// An attacker's RSA key under the id of the provider's.
    AttackerRsa,
    /// No signature, `alg` is `none`.
    None,
    /// HMAC with the client's secret.
    ClientSecret,
    /// HMAC with the provider's public key.
    PublicKey,
    /// HMAC with an empty secret.
    EmptySecret,
}

impl Signing {
    pub(super) fn algorithm(self) -> &'static str {
        match self {
            Self::Rs256 | Self::AttackerRsa => "RS256",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
            Self::None => "none",
            Self::ClientSecret | Self::PublicKey | Self::EmptySecret => "HS256",
        }
    }

    pub(super) fn key_id(self) -> &'static str {
        match self {
            Self::Es256 => "ec",
            Self::EdDsa => "ed",
            _ => "rsa",
        }
    }

    /// The claim `at_hash`.
    pub(super) fn access_token_hash(self, token: &str) -> String {
        let algorithm = match self {
            Self::EdDsa => &digest::SHA512,
            _ => &digest::SHA256,
        };
        let whole = digest::digest(algorithm, token.as_bytes());
        URL_SAFE_NO_PAD.encode(&whole.as_ref()[..whole.as_ref().len() / 2])
    }
}

pub(super) struct Keys {
    rsa: RsaKeyPair,
    other: RsaKeyPair,
    ec: EcdsaKeyPair,
    ed: Ed25519KeyPair,
    random: SystemRandom,
}

impl Keys {
    pub(super) fn new() -> Self {
        let random = SystemRandom::new();
        let ec = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random)
            .expect("a P-256 key");
        let ed = Ed25519KeyPair::generate_pkcs8(&random).expect("an Ed25519 key");
        Self {
            rsa: RsaKeyPair::from_pkcs8(RSA).expect("an RSA key"),
            other: RsaKeyPair::from_pkcs8(OTHER_RSA).expect("an RSA key"),
            ec: EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, ec.as_ref(), &random)
                .expect("a P-256 key"),
            ed: Ed25519KeyPair::from_pkcs8(ed.as_ref()).expect("an Ed25519 key"),
            random,
        }
    }

    /// The published key set, with a key of an unknown kind and one for encryption.
    pub(super) fn public(&self) -> Value {
        let (x, y) = self.ec.public_key().as_ref()[1..].split_at(32);
        let mut encryption = rsa_key(&self.other, "encryption");
        encryption["use"] = json!("enc");
        json!({"keys": [
            rsa_key(&self.rsa, "rsa"),
            encryption,
            {"kty": "EC", "crv": "P-256", "kid": "ec", "use": "sig", "x": encoded(x), "y": encoded(y)},
            {"kty": "OKP", "crv": "Ed25519", "kid": "ed", "x": encoded(self.ed.public_key().as_ref())},
            {"kty": "AKP", "kid": "later", "alg": "ML-DSA-65"},
        ]})
    }

    pub(super) fn sign(&self, signing: Signing, message: &[u8]) -> Vec<u8> {
        let rsa = |key: &RsaKeyPair, scheme| {
            let mut signature = vec![0; key.public().modulus_len()];
            key.sign(scheme, &self.random, message, &mut signature)
                .expect("a signature");
            signature
        };
        let mac = |secret: &[u8]| {
            let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
            hmac::sign(&key, message).as_ref().to_vec()
        };
        match signing {
            Signing::Rs256 => rsa(&self.rsa, &RSA_PKCS1_SHA256),
            Signing::Ps256 => rsa(&self.rsa, &RSA_PSS_SHA256),
            Signing::AttackerRsa => rsa(&self.other, &RSA_PKCS1_SHA256),
            Signing::Es256 => {
                let signature = self.ec.sign(&self.random, message).expect("a signature");
                signature.as_ref().to_vec()
            }
            Signing::EdDsa => self.ed.sign(message).as_ref().to_vec(),
            Signing::None => Vec::new(),
            Signing::ClientSecret => mac(CLIENT_SECRET.as_bytes()),
            Signing::PublicKey => mac(self.rsa.public().as_ref()),
            Signing::EmptySecret => mac(b""),
        }
    }
}

/// The attacker's public key, as it may stand in a token's header.
pub(super) fn attacker_key() -> Value {
    let key = RsaKeyPair::from_pkcs8(OTHER_RSA).expect("an RSA key");
    rsa_key(&key, "rsa")
}

fn rsa_key(key: &RsaKeyPair, id: &str) -> Value {
    let parts: PublicKeyComponents<Vec<u8>> = key.public().into();
    json!({"kty": "RSA", "kid": id, "use": "sig", "n": encoded(&parts.n), "e": encoded(&parts.e)})
}

fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
