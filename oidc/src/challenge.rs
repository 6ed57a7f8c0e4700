//! The secrets of one request to the provider.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::digest::{SHA256, digest};

/// Bytes of a seed.
pub const SEED_BYTES: usize = 32;

/// State, nonce and PKCE verifier of one request, all derived from one random seed. The seed stays with the browser and the server.
#[derive(Clone, Copy)]
pub struct Challenge<'a>(pub &'a [u8; SEED_BYTES]);

impl Challenge<'_> {
    /// Binds the response to the browser (RFC 6749, 10.12).
    pub fn state(self) -> String {
        self.derive(b"state")
    }

    /// Binds the ID token to the request (OpenID Connect Core, 3.1.2.1).
    pub fn nonce(self) -> String {
        self.derive(b"nonce")
    }

    /// Binds the code to the request (RFC 7636): 43 characters.
    pub fn verifier(self) -> String {
        self.derive(b"verifier")
    }

    /// The `S256` challenge of the verifier.
    pub(crate) fn code_challenge(self) -> String {
        hashed(&[self.verifier().as_bytes()])
    }

    fn derive(self, label: &[u8]) -> String {
        hashed(&[label, b"\0", self.0])
    }
}

fn hashed(parts: &[&[u8]]) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, &parts.concat()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secrets_of_a_request_differ_from_each_other_and_from_another_request() {
        let seeds = [[1; SEED_BYTES], [2; SEED_BYTES]];
        let mut all: Vec<String> = seeds
            .iter()
            .map(Challenge)
            .flat_map(|one| {
                [
                    one.state(),
                    one.nonce(),
                    one.verifier(),
                    one.code_challenge(),
                ]
            })
            .collect();
        assert!(all.iter().all(|text| text.len() == 43));
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 8);
    }
}
