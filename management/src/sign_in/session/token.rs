//! The token that replaces a session's when its person is authenticated again.

use super::{Session, SignedIn};
use domain::time::Timestamp;
use store::NewToken;
use verification::{TokenDigest, TokenPurpose, random_token};

/// A token that replaces a session's.
pub(crate) struct TokenReplacement {
    token: String,
    stored: TokenDigest,
    old: [u8; 32],
    at: Timestamp,
}

impl TokenReplacement {
    pub(crate) fn row(&self) -> NewToken<'_> {
        NewToken {
            old_hash: &self.old,
            token_hash: &self.stored.digest,
            pepper: self.stored.pepper,
            at: self.at,
        }
    }
}

impl Session {
    /// Makes a token to replace the session's. `at` is when its person was authenticated.
    pub(crate) fn replacement(&self, at: Timestamp) -> TokenReplacement {
        let keyring = &self.keyring;
        let token = random_token(keyring.entropy());
        TokenReplacement {
            stored: keyring.hasher().token_digest(TokenPurpose::Session, &token),
            token,
            old: self.token_hash,
            at,
        }
    }

    /// Returns the session after its token was replaced, and the cookies.
    pub(crate) fn with_token(mut self, new: TokenReplacement) -> (Self, SignedIn) {
        self.token_hash = new.stored.digest;
        self.row.authenticated_at = self.row.authenticated_at.max(new.at);
        let device = self.keyring.sign_in().new_device(self.row.person, new.at);
        let token = new.token;
        (self, SignedIn { token, device })
    }
}
