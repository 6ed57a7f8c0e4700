//! Challenges for passkeys, until they are answered or expire.

use crate::{Store, StoreError, deferrable_transaction, execute, read, sql, transaction};
use domain::{id::SessionId, time::Timestamp};

/// The number of challenges of one owner for one purpose: the newest.
pub const MAX_CHALLENGES_EACH: i64 = 5;
/// The number of challenges for a sign-in without a password, which anyone can ask for: the newest. About 5 MB.
pub const MAX_SIGN_IN_CHALLENGES: i64 = 10_000;

/// For what a challenge is made, and who may answer it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChallengeOf {
    /// A new passkey of the session's person.
    Enrolment(SessionId),
    /// A change in a session.
    Confirmation(SessionId),
    /// The second step of a sign-in, by the digest of its token.
    SecondStep([u8; 32]),
    /// A sign-in without a password, by SHA-256 of the browser's cookie.
    SignIn([u8; 32]),
}

impl ChallengeOf {
    const fn purpose(&self) -> &'static str {
        match self {
            Self::Enrolment(_) => "enrolment",
            Self::Confirmation(_) => "confirmation",
            Self::SecondStep(_) => "second_step",
            Self::SignIn(_) => "sign_in",
        }
    }

    fn owner(&self) -> &[u8] {
        match self {
            Self::Enrolment(session) | Self::Confirmation(session) => session.0.as_bytes(),
            Self::SecondStep(digest) | Self::SignIn(digest) => digest,
        }
    }
}

/// A challenge to insert.
#[derive(Debug)]
pub struct NewChallenge<'a> {
    /// SHA-256 of the handle that the page carries.
    pub handle_hash: &'a [u8; 32],
    pub of: ChallengeOf,
    /// JSON with what the answer is checked against.
    pub state: &'a str,
    pub at: Timestamp,
    pub expires_at: Timestamp,
}

/// Inside a transaction: makes room for a challenge and inserts it. Evaluates to a `Result`.
///
/// Rows of others come first, in one order: of two transactions at once, one waits for the other.
macro_rules! insert_challenge {
    ($tx:ident, $new:expr) => {
        async {
            let new: &NewChallenge<'_> = $new;
            let (purpose, owner) = (new.of.purpose(), new.of.owner());
            execute!($tx, sql::CHALLENGES_PRUNE, new.at.0)?;
            if matches!(new.of, ChallengeOf::SignIn(_)) {
                let newest = MAX_SIGN_IN_CHALLENGES - 1;
                execute!($tx, sql::CHALLENGES_KEEP_NEWEST, purpose, newest)?;
            }
            execute!(
                $tx,
                sql::CHALLENGES_KEEP_NEWEST_OF_OWNER,
                purpose,
                owner,
                MAX_CHALLENGES_EACH - 1,
            )?;
            execute!(
                $tx,
                sql::CHALLENGE_INSERT,
                new.handle_hash.as_slice(),
                purpose,
                owner,
                new.state,
                new.expires_at.0,
            )?;
            Ok::<(), StoreError>(())
        }
        .await
    };
}

impl Store {
    /// Inserts a challenge, and deletes those that have expired. Of its owner and purpose the newest [`MAX_CHALLENGES_EACH`] stay, and of
    /// all for sign-ins without a password the newest [`MAX_SIGN_IN_CHALLENGES`].
    ///
    /// On a full disk, one for a sign-in without a password fails: anyone can ask for it, and it leaves the reserve to others.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn insert_challenge(&self, new: &NewChallenge<'_>) -> Result<(), StoreError> {
        if matches!(new.of, ChallengeOf::SignIn(_)) {
            deferrable_transaction!(self, |tx| insert_challenge!(tx, new)?)
        } else {
            transaction!(self, |tx| insert_challenge!(tx, new)?)
        }
    }

    /// Returns what the answer to a challenge is checked against; `None` if it was answered, has expired or is gone, or was made for
    /// something or someone else.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn challenge_state(
        &self,
        handle_hash: &[u8; 32],
        of: ChallengeOf,
        now: Timestamp,
    ) -> Result<Option<String>, StoreError> {
        let state = read!(self, |pool| {
            sqlx::query_scalar(sql::CHALLENGE_STATE)
                .bind(handle_hash.as_slice())
                .bind(of.purpose())
                .bind(of.owner())
                .bind(now.0)
                .fetch_optional(pool)
                .await
        })?;
        Ok(state)
    }
}
