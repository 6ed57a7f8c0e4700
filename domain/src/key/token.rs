//! The text formats of a public key id and a secret.

use super::Environment;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const ID_CHARACTERS: usize = 16;
const SECRET_CHARACTERS: usize = 43;
const CHECKSUM_CHARACTERS: usize = 6;
const SECRET_LENGTH: usize = 4 + SECRET_CHARACTERS + CHECKSUM_CHARACTERS;

/// The error for text that is not a public key id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed credential")]
pub struct Malformed;

/// A public key id: `akl_` or `akt_` and 16 base62 characters (95 random bits). It identifies a key and is not a secret.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(u128);

/// The number of values of half of an id's characters.
const HALF_RANGE: u128 = 62_u128.pow(8);

/// The bit that is set in ids of live keys, above the range of numbers.
const LIVE_BIT: u128 = 1 << 127;

impl KeyId {
    /// The number of possible ids of an environment: 62^16.
    pub const COUNT: u128 = 62_u128.pow(16);

    /// Returns the id for `number`, which is reduced modulo [`KeyId::COUNT`].
    pub const fn from_number(environment: Environment, number: u128) -> Self {
        Self::of(environment, number % Self::COUNT)
    }

    const fn of(environment: Environment, number: u128) -> Self {
        match environment {
            Environment::Live => Self(number | LIVE_BIT),
            Environment::Test => Self(number),
        }
    }

    /// Returns the environment of the key.
    pub const fn environment(self) -> Environment {
        if self.0 & LIVE_BIT == 0 {
            Environment::Test
        } else {
            Environment::Live
        }
    }

    /// Returns the id's text, which is ASCII.
    pub fn to_ascii(self) -> [u8; 4 + ID_CHARACTERS] {
        let mut text = [b'0'; 4 + ID_CHARACTERS];
        let (prefix, random) = text.split_at_mut(4);
        prefix.copy_from_slice(match self.environment() {
            Environment::Live => b"akl_",
            Environment::Test => b"akt_",
        });
        // Each half fits into 64 bits; 128-bit division is slow.
        let number = self.0 & !LIVE_BIT;
        let halves = [number / HALF_RANGE, number % HALF_RANGE];
        for (half, digits) in halves.into_iter().zip(random.chunks_mut(ID_CHARACTERS / 2)) {
            let mut rest = u64::try_from(half).unwrap_or_default();
            for slot in digits.iter_mut().rev() {
                *slot = digit(rest);
                rest /= 62;
            }
        }
        text
    }

    /// Encodes the id in 16 bytes for internal storage. [`KeyId::from_bytes`] decodes them.
    pub const fn to_bytes(self) -> [u8; 16] {
        self.0.to_le_bytes()
    }

    /// Decodes the output of [`KeyId::to_bytes`]. Other bytes are reduced to the range of ids.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        let id = Self(u128::from_le_bytes(bytes));
        Self::from_number(id.environment(), id.0 & !LIVE_BIT)
    }

    /// Returns the mask: the first 8 characters, eight bullets and the last 4 characters.
    pub fn mask(self) -> String {
        let text = self.to_string();
        format!("{}••••••••{}", &text[..8], &text[16..])
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.to_ascii()).unwrap_or_default())
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for KeyId {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let (prefix, random) = text.as_bytes().split_at_checked(4).ok_or(Malformed)?;
        let environment = match prefix {
            b"akl_" => Environment::Live,
            b"akt_" => Environment::Test,
            _ => return Err(Malformed),
        };
        if random.len() != ID_CHARACTERS {
            return Err(Malformed);
        }
        let (high, low) = random.split_at(ID_CHARACTERS / 2);
        let number = |digits: &[u8]| {
            digits
                .iter()
                .try_fold(0_u64, |sum, byte| Some(sum * 62 + u64::from(value(*byte)?)))
                .ok_or(Malformed)
        };
        let number = u128::from(number(high)?) * HALF_RANGE + u128::from(number(low)?);
        Ok(Self::of(environment, number))
    }
}

impl Serialize for KeyId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for KeyId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// Formats a secret: `asl_` or `ast_`, 43 base62 characters of `random`, and 6 of the CRC-32 of all preceding characters.
pub fn format_secret(environment: Environment, random: &[u8; 32]) -> String {
    let mut text = String::with_capacity(SECRET_LENGTH);
    text.push_str(secret_prefix(environment));
    push_base62(&mut text, random);
    let sum = checksum(text.as_bytes());
    text.extend(sum.iter().map(|byte| char::from(*byte)));
    text
}

/// Whether a text has the prefix, length, alphabet and checksum of a secret. The checksum is not a security measure.
pub fn is_secret(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == SECRET_LENGTH
        && (bytes.starts_with(b"asl_") || bytes.starts_with(b"ast_"))
        && bytes[4..].iter().all(|byte| value(*byte).is_some())
        && checksum(&bytes[..4 + SECRET_CHARACTERS]) == bytes[4 + SECRET_CHARACTERS..]
}

/// Whether a text contains a secret in the sense of [`is_secret`].
pub fn contains_secret(text: &str) -> bool {
    text.match_indices("as").any(|(start, _)| {
        text.get(start..start + SECRET_LENGTH)
            .is_some_and(is_secret)
    })
}

const fn secret_prefix(environment: Environment) -> &'static str {
    match environment {
        Environment::Live => "asl_",
        Environment::Test => "ast_",
    }
}

/// Appends the 256-bit number in base 62, most significant digit first. 62^43 is slightly greater than 2^256.
fn push_base62(text: &mut String, random: &[u8; 32]) {
    let mut number = *random;
    let mut digits = [0_u8; SECRET_CHARACTERS];
    for slot in digits.iter_mut().rev() {
        let mut remainder = 0_u64;
        for byte in &mut number {
            let part = remainder * 256 + u64::from(*byte);
            *byte = u8::try_from(part / 62).unwrap_or_default();
            remainder = part % 62;
        }
        *slot = digit(remainder);
    }
    text.extend(digits.iter().map(|byte| char::from(*byte)));
}

fn checksum(bytes: &[u8]) -> [u8; CHECKSUM_CHARACTERS] {
    let mut rest = u64::from(crc32fast::hash(bytes));
    let mut text = [b'0'; CHECKSUM_CHARACTERS];
    for slot in text.iter_mut().rev() {
        *slot = digit(rest);
        rest /= 62;
    }
    text
}

/// Returns the last digit of a number in base 62.
const fn digit(number: u64) -> u8 {
    ALPHABET[(number % 62) as usize]
}

const fn value(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'A'..=b'Z' => Some(byte - b'A' + 10),
        b'a'..=b'z' => Some(byte - b'a' + 36),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_mask_shows_the_first_8_and_the_last_4_characters() {
        let id = KeyId::from_number(Environment::Live, 1);
        assert_eq!(id.mask(), "akl_0000••••••••0001");
    }

    #[test]
    fn the_smallest_and_greatest_values_have_the_fixed_length() {
        assert_eq!(format_secret(Environment::Test, &[0; 32]).len(), 53);
        assert!(is_secret(&format_secret(Environment::Test, &[255; 32])));
        let last = KeyId::from_number(Environment::Test, KeyId::COUNT - 1);
        assert_eq!(last.to_string(), "akt_zzzzzzzzzzzzzzzz");
    }

    proptest! {
        #[test]
        fn an_id_is_parsed_back(number: u128, live: bool) {
            let environment = if live { Environment::Live } else { Environment::Test };
            let id = KeyId::from_number(environment, number);
            prop_assert_eq!(id.to_string().parse(), Ok(id));
            prop_assert_eq!(KeyId::from_bytes(id.to_bytes()), id);
            prop_assert_eq!(id.environment(), environment);
        }

        #[test]
        fn the_checksum_detects_one_changed_character(random: [u8; 32], place in 0_usize..53, other in 0_usize..62) {
            let secret = format_secret(Environment::Live, &random);
            prop_assert!(is_secret(&secret));
            let mut bytes = secret.clone().into_bytes();
            bytes[place] = ALPHABET[other];
            let changed = String::from_utf8(bytes).expect("ascii");
            prop_assert_eq!(is_secret(&changed), changed == secret);
        }

        #[test]
        fn a_secret_is_found_at_any_position(random: [u8; 32], before in "\\PC{0,9}", after in "\\PC{0,9}") {
            let secret = format_secret(Environment::Test, &random);
            let text = format!("{before}{secret}{after}");
            prop_assert!(contains_secret(&text));
            let broken = text.replace("ast_", "asx_");
            prop_assert!(!contains_secret(&broken));
        }

        #[test]
        fn any_text_is_parsed_without_a_panic(text in "\\PC{0,80}") {
            let _ = contains_secret(&text);
            let _ = text.parse::<KeyId>();
        }
    }

    #[test]
    fn an_id_is_serialized_as_text() {
        let id = KeyId::from_number(Environment::Test, 1);
        let json = serde_json::to_string(&id).expect("serialized");
        assert_eq!(json, "\"akt_0000000000000001\"");
        assert_eq!(serde_json::from_str::<KeyId>(&json).expect("an id"), id);
        assert!(serde_json::from_str::<KeyId>("\"akt_1\"").is_err());
        assert_eq!(format!("{id:?}"), id.to_string());
    }

    #[test]
    fn ids_and_secrets_have_fixed_prefixes_and_known_values() {
        let id = KeyId::from_number(Environment::Live, KeyId::COUNT + 61);
        assert_eq!(id.to_string(), "akl_000000000000000z");
        let big = KeyId::from_number(Environment::Live, 62_u128.pow(8));
        assert_eq!(big.to_string(), "akl_0000000100000000");
        assert!("akx_000000000000000z".parse::<KeyId>().is_err());
        assert!("akl_00000000000000z".parse::<KeyId>().is_err());
        let mut random = [0; 32];
        random[30..].copy_from_slice(&[1, 0]);
        let secret = format_secret(Environment::Live, &random);
        // 256 is 4 × 62 + 8.
        assert!(
            secret.starts_with(&format!("asl_{}48", "0".repeat(41))),
            "{secret}"
        );
        assert!(!is_secret(&secret.replace("asl_", "asx_")));
    }
}
