//! Recovery codes, and the secret under which their digests are stored.

use domain::second_factor::{RECOVERY_CODE_BYTES, RECOVERY_CODES, recovery_code};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;
use verification::Entropy;
use zeroize::Zeroizing;

/// The length of the secret in bytes: that of the digest.
const SECRET_BYTES: usize = 32;

/// New recovery codes, which are shown once.
pub struct RecoveryCodes(pub Vec<String>);

/// Redacted.
impl fmt::Debug for RecoveryCodes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCodes([redacted])")
    }
}

/// The key of the digests of a person's recovery codes. It is encrypted under the pepper, and moves to another one with its person's
/// row, so that the codes need not be known for that.
pub(super) struct RecoverySecret(Zeroizing<[u8; SECRET_BYTES]>);

impl RecoverySecret {
    pub(super) fn generate(entropy: &dyn Entropy) -> Self {
        let mut bytes = Zeroizing::new([0; SECRET_BYTES]);
        entropy.fill(&mut *bytes);
        Self(bytes)
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(Self(Zeroizing::new(bytes.try_into().ok()?)))
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// Returns the stored digest of a code without separators.
    pub(super) fn digest(&self, code: &str) -> [u8; 32] {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(self.as_bytes()).expect("HMAC takes keys of any length");
        mac.update(b"recovery code\0");
        mac.update(code.as_bytes());
        mac.finalize().into_bytes().into()
    }

    /// Generates recovery codes, with their digests.
    pub(super) fn new_codes(&self, entropy: &dyn Entropy) -> (RecoveryCodes, Vec<[u8; 32]>) {
        let codes: Vec<String> = (0..RECOVERY_CODES)
            .map(|_| {
                let mut random = [0; RECOVERY_CODE_BYTES];
                entropy.fill(&mut random);
                recovery_code(random)
            })
            .collect();
        let hashes = codes
            .iter()
            .map(|code| self.digest(&code.replace('-', "")))
            .collect();
        (RecoveryCodes(codes), hashes)
    }
}
