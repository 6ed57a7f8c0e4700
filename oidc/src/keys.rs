//! The provider's public keys (RFC 7517), and verification of signatures with them (RFC 7515, RFC 7518, RFC 8037).

use crate::{TokenError, json};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    digest,
    signature::{
        ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256,
        RsaPublicKeyComponents, UnparsedPublicKey,
    },
};
use serde::Deserialize;

/// Maximum number of keys that are looked at.
const MAX_KEYS: usize = 100;

/// An algorithm that an ID token may be signed with. `none` and algorithms with a
/// shared secret do not exist here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// RSA PKCS #1 v1.5 with SHA-256.
    Rs256,
    /// RSA PSS with SHA-256.
    Ps256,
    /// ECDSA with P-256 and SHA-256.
    Es256,
    /// Ed25519.
    EdDsa,
}

impl Algorithm {
    /// Parses the header parameter `alg`.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "RS256" => Some(Self::Rs256),
            "PS256" => Some(Self::Ps256),
            "ES256" => Some(Self::Es256),
            "EdDSA" => Some(Self::EdDsa),
            _ => None,
        }
    }

    /// The hash by which a token names an access token (`at_hash`).
    pub(crate) fn hash(self) -> &'static digest::Algorithm {
        match self {
            Self::Rs256 | Self::Ps256 | Self::Es256 => &digest::SHA256,
            Self::EdDsa => &digest::SHA512,
        }
    }
}

/// A key as the provider publishes it. Unknown kinds are left out.
#[derive(Deserialize)]
struct RawJwk {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    key_ops: Option<Vec<String>>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

#[derive(Deserialize)]
struct RawKeySet {
    keys: Vec<serde_json::Value>,
}

/// A key for signatures.
struct PublicKey {
    id: Option<String>,
    /// The only algorithm that the key is for, if it says so.
    only: Option<String>,
    material: Material,
}

enum Material {
    Rsa {
        modulus: Vec<u8>,
        exponent: Vec<u8>,
    },
    /// An uncompressed point.
    P256(Vec<u8>),
    Ed25519(Vec<u8>),
}

/// The keys of a provider.
pub(crate) struct KeySet(Vec<PublicKey>);

impl KeySet {
    /// Parses a key set.
    ///
    /// # Errors
    /// What is wrong with it; if no key can be used.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let set: RawKeySet = serde_json::from_slice(bytes)
            .map_err(|error| format!("no key set: {}", json::describe(&error)))?;
        let keys: Vec<_> = set
            .keys
            .into_iter()
            .take(MAX_KEYS)
            .filter_map(|key| PublicKey::read(serde_json::from_value(key).ok()?))
            .collect();
        if keys.is_empty() {
            return Err("no key there can verify RS256, PS256, ES256 or EdDSA".into());
        }
        Ok(Self(keys))
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Verifies a signature. A token without a key's id is verified if exactly one key is for its algorithm.
    pub(crate) fn verify(
        &self,
        (algorithm, id): (Algorithm, Option<&str>),
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), TokenError> {
        let mut keys = self
            .0
            .iter()
            .filter(|key| id.is_none() || key.id.as_deref() == id)
            .filter(|key| key.is_for(algorithm));
        let key = keys.next().ok_or(TokenError::UnknownKey)?;
        if keys.next().is_some() {
            return Err(TokenError::UnknownKey);
        }
        key.verify(algorithm, message, signature)
            .map_err(|_| TokenError::Signature)
    }
}

impl PublicKey {
    /// `None` for a key that is not for signatures of a known kind.
    fn read(raw: RawJwk) -> Option<Self> {
        if raw.usage.is_some_and(|usage| usage != "sig")
            || raw
                .key_ops
                .is_some_and(|ops| !ops.iter().any(|op| op == "verify"))
        {
            return None;
        }
        let bytes = |text: Option<String>| URL_SAFE_NO_PAD.decode(text?).ok();
        let material = match (raw.kty.as_str(), raw.crv.as_deref()) {
            ("RSA", _) => Material::Rsa {
                modulus: bytes(raw.n)?,
                exponent: bytes(raw.e)?,
            },
            ("EC", Some("P-256")) => {
                let (x, y) = (bytes(raw.x)?, bytes(raw.y)?);
                if (x.len(), y.len()) != (32, 32) {
                    return None;
                }
                Material::P256([vec![4], x, y].concat())
            }
            ("OKP", Some("Ed25519")) => Material::Ed25519(bytes(raw.x)?),
            _ => return None,
        };
        Some(Self {
            id: raw.kid,
            only: raw.alg,
            material,
        })
    }

    fn is_for(&self, algorithm: Algorithm) -> bool {
        let fits = matches!(
            (&self.material, algorithm),
            (Material::Rsa { .. }, Algorithm::Rs256 | Algorithm::Ps256)
                | (Material::P256(_), Algorithm::Es256)
                | (Material::Ed25519(_), Algorithm::EdDsa)
        );
        fits && self
            .only
            .as_deref()
            .is_none_or(|only| Algorithm::parse(only) == Some(algorithm))
    }

    fn verify(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), ring::error::Unspecified> {
        match &self.material {
            Material::Rsa { modulus, exponent } => {
                let key = RsaPublicKeyComponents {
                    n: modulus.as_slice(),
                    e: exponent.as_slice(),
                };
                let scheme = match algorithm {
                    Algorithm::Ps256 => &RSA_PSS_2048_8192_SHA256,
                    _ => &RSA_PKCS1_2048_8192_SHA256,
                };
                key.verify(scheme, message, signature)
            }
            Material::P256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature)
            }
            Material::Ed25519(key) => {
                UnparsedPublicKey::new(&ED25519, key).verify(message, signature)
            }
        }
    }
}
