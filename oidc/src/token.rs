//! Verification of ID tokens (OpenID Connect Core 1.0, 3.1.3.7).

use crate::{
    Claims, TokenError, json,
    keys::{Algorithm, KeySet},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::time::{MINUTE, SECOND, Timestamp};
use ring::digest::digest;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use subtle::ConstantTimeEq;

/// Maximum length of a token.
const MAX_BYTES: usize = 16 * 1024;
/// Maximum length of a subject (OpenID Connect Core 1.0, 2).
const MAX_SUBJECT_BYTES: usize = 255;
/// How far the clocks of the provider and this server may be apart.
const SKEW: i64 = MINUTE;
/// How long before the sign-in began a token may say that it was issued: some providers date it back by five minutes.
const DATED_BACK: i64 = 10 * MINUTE;

/// The values that a token must have.
pub(crate) struct Expected<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    pub nonce: &'a str,
    pub access_token: Option<&'a str>,
    /// The claim with the groups.
    pub groups: &'a str,
    /// When the sign-in began.
    pub begun_at: Timestamp,
    /// Whether the person had to sign in at the provider since then.
    pub again: bool,
    /// Whether the token has to say when that was.
    pub says_when: bool,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    #[serde(default, deserialize_with = "present")]
    crit: bool,
}

/// Whether the parameter is there, whatever its value.
fn present<'de, D: serde::Deserializer<'de>>(value: D) -> Result<bool, D::Error> {
    serde::de::IgnoredAny::deserialize(value).map(|_| true)
}

#[derive(Deserialize)]
struct Payload {
    iss: String,
    sub: String,
    aud: Audience,
    azp: Option<String>,
    exp: f64,
    iat: f64,
    nbf: Option<f64>,
    nonce: Option<String>,
    at_hash: Option<String>,
    auth_time: Option<f64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// Verifies a token with the provider's keys, and returns what it says about the person.
pub(crate) fn verify(
    token: &str,
    keys: &KeySet,
    expected: &Expected<'_>,
    now: Timestamp,
) -> Result<Claims, TokenError> {
    if token.len() > MAX_BYTES {
        return Err(TokenError::TooLong);
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(TokenError::Malformed)?;
    let (header, payload) = signed.split_once('.').ok_or(TokenError::Malformed)?;
    let header = json::object(&decoded(header)?).ok_or(TokenError::Malformed)?;
    let header: Header = typed(&header).ok_or(TokenError::Malformed)?;
    let algorithm = Algorithm::parse(&header.alg).ok_or(TokenError::Algorithm)?;
    if header.crit {
        return Err(TokenError::Critical);
    }
    let signature = decoded(signature)?;
    let key = (algorithm, header.kid.as_deref());
    keys.verify(key, signed.as_bytes(), &signature)?;
    // The claims are not used before this line.
    let claims = json::object(&decoded(payload)?).ok_or(TokenError::Claims)?;
    let payload: Payload = typed(&claims).ok_or(TokenError::Claims)?;
    payload.check(algorithm, expected, now)?;
    let authenticated_at = payload.auth_time.map(instant).transpose()?;
    Ok(Claims {
        authenticated_at,
        ..Claims::read(payload.sub, &claims, expected.groups)
    })
}

fn decoded(part: &str) -> Result<Vec<u8>, TokenError> {
    URL_SAFE_NO_PAD
        .decode(part)
        .map_err(|_| TokenError::Malformed)
}

fn typed<T: DeserializeOwned>(object: &Map<String, Value>) -> Option<T> {
    serde_json::from_value(Value::Object(object.clone())).ok()
}

impl Payload {
    fn check(
        &self,
        algorithm: Algorithm,
        expected: &Expected<'_>,
        now: Timestamp,
    ) -> Result<(), TokenError> {
        if self.iss != expected.issuer {
            return Err(TokenError::Issuer);
        }
        let plain = self.sub.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        if self.sub.is_empty() || self.sub.len() > MAX_SUBJECT_BYTES || !plain {
            return Err(TokenError::Claims);
        }
        self.check_audience(expected.client_id)?;
        self.check_times(expected, now)?;
        let nonce = self.nonce.as_deref().unwrap_or_default();
        if !same(nonce, expected.nonce) {
            return Err(TokenError::Nonce);
        }
        if let Some(hash) = &self.at_hash {
            let token = expected.access_token.ok_or(TokenError::AccessToken)?;
            let whole = digest(algorithm.hash(), token.as_bytes());
            let (half, _) = whole.as_ref().split_at(whole.as_ref().len() / 2);
            if !same(hash, &URL_SAFE_NO_PAD.encode(half)) {
                return Err(TokenError::AccessToken);
            }
        }
        Ok(())
    }

    fn check_audience(&self, client: &str) -> Result<(), TokenError> {
        let audiences = match &self.aud {
            Audience::One(audience) => std::slice::from_ref(audience),
            Audience::Many(audiences) => audiences.as_slice(),
        };
        if !audiences.iter().any(|audience| audience == client) {
            return Err(TokenError::Audience);
        }
        match self.azp.as_deref() {
            Some(party) if party != client => Err(TokenError::AuthorizedParty),
            // With several audiences the provider names the one that it was issued to.
            None if audiences.len() > 1 => Err(TokenError::AuthorizedParty),
            _ => Ok(()),
        }
    }

    fn check_times(&self, expected: &Expected<'_>, now: Timestamp) -> Result<(), TokenError> {
        let expires_at = instant(self.exp)?;
        if now >= expires_at.plus(SKEW) {
            return Err(TokenError::Expired);
        }
        let issued_at = instant(self.iat)?;
        let oldest = expected.begun_at.plus(-DATED_BACK);
        if issued_at > now.plus(SKEW) || issued_at < oldest {
            return Err(TokenError::IssuedAt);
        }
        if let Some(begin) = self.nbf
            && instant(begin)? > now.plus(SKEW)
        {
            return Err(TokenError::NotYetValid);
        }
        if expected.says_when && self.auth_time.is_none() {
            return Err(TokenError::NoSignInTime);
        }
        if let Some(at) = self.auth_time.filter(|_| expected.again) {
            let at = instant(at)?;
            if at < expected.begun_at.plus(-SKEW) || at > now.plus(SKEW) {
                return Err(TokenError::NotReauthenticated);
            }
        }
        Ok(())
    }
}

/// Reads seconds since 1970 (RFC 7519, `NumericDate`), which may have a fraction.
fn instant(seconds: f64) -> Result<Timestamp, TokenError> {
    // The year 9999: beyond, whole milliseconds are not exact.
    const MAX_SECONDS: f64 = 253_402_300_799.0;
    if !(0.0..=MAX_SECONDS).contains(&seconds) {
        return Err(TokenError::Claims);
    }
    // `Display` writes no exponent.
    let whole = seconds.floor().to_string().parse::<i64>();
    let whole = whole.map_err(|_| TokenError::Claims)?;
    Ok(Timestamp(whole.saturating_mul(SECOND)))
}

fn same(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}
