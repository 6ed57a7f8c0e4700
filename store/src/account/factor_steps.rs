//! Steps of transactions about second factors. Each locks the person first, before any other row of theirs.

/// Inside a transaction: locks the person's row, before any other row of theirs. Evaluates to a `Result`.
macro_rules! lock_person {
    ($tx:ident, $person:expr) => {
        sqlx::query($crate::sql::PERSON_LOCK)
            .bind($person.0)
            .execute(&mut *$tx)
            .await
    };
}

/// Inside a transaction that has locked the person: checks that a session of theirs is open. Evaluates to a `Result`: `NotFound` if
/// it has ended.
macro_rules! require_session {
    ($tx:ident, $person:expr, $session:expr) => {
        sqlx::query($crate::sql::SESSION_LOCK)
            .bind($person.0)
            .bind($session.0)
            .execute(&mut *$tx)
            .await
            .map_err($crate::StoreError::from)
            .and_then(|kept| match kept.rows_affected() {
                0 => Err($crate::StoreError::NotFound),
                _ => Ok(()),
            })
    };
}

/// Inside a transaction that has locked the person: ends all sessions but one, and all pending sign-ins. Evaluates to a `Result`:
/// `NotFound` if that session has ended.
macro_rules! end_all_but {
    ($tx:ident, $person:expr, $session:expr) => {
        async {
            $crate::account::factor_steps::require_session!($tx, $person, $session)?;
            sqlx::query($crate::sql::SESSIONS_DELETE_OTHERS)
                .bind($person.0)
                .bind($session.0)
                .execute(&mut *$tx)
                .await?;
            sqlx::query($crate::sql::PENDING_SIGN_INS_DELETE_BY_PERSON)
                .bind($person.0)
                .execute(&mut *$tx)
                .await?;
            Ok::<(), $crate::StoreError>(())
        }
        .await
    };
}

/// Inside a transaction: replaces the person's recovery codes. Evaluates to a `Result`.
macro_rules! replace_recovery_codes {
    ($tx:ident, $person:expr, $codes:expr) => {
        async {
            let codes: &$crate::NewRecoveryCodes<'_> = $codes;
            sqlx::query($crate::sql::RECOVERY_CODES_DELETE_BY_PERSON)
                .bind($person.0)
                .execute(&mut *$tx)
                .await?;
            for hash in codes.hashes {
                sqlx::query($crate::sql::RECOVERY_CODE_INSERT)
                    .bind(hash.as_slice())
                    .bind($person.0)
                    .bind(codes.at.0)
                    .execute(&mut *$tx)
                    .await?;
            }
            Ok::<(), $crate::StoreError>(())
        }
        .await
    };
}

/// Inside a transaction that has locked the person, before an app or a passkey is added: inserts the second factor with its recovery
/// codes if it is the first, and then ends the person's other sessions, which were opened without one. Evaluates to a `Result`:
/// `NotFound` if the session has ended, `Conflict` if it is not the first although it should be, or the reverse.
macro_rules! extend_factor {
    ($tx:ident, $person:expr, $session:expr, $addition:expr) => {
        async {
            let addition: &$crate::FactorAddition<'_> = $addition;
            let $crate::FactorAddition::First(first) = addition else {
                $crate::account::factor_steps::require_session!($tx, $person, $session)?;
                let there = sqlx::query($crate::sql::SECOND_FACTOR_LOCK)
                    .bind($person.0)
                    .execute(&mut *$tx)
                    .await?;
                return match there.rows_affected() {
                    0 => Err($crate::StoreError::Conflict),
                    _ => Ok(()),
                };
            };
            $crate::account::factor_steps::end_all_but!($tx, $person, $session)?;
            sqlx::query($crate::sql::SECOND_FACTOR_INSERT)
                .bind($person.0)
                .bind(first.recovery_secret)
                .bind(first.pepper.to_string())
                .bind(first.codes.at.0)
                .execute(&mut *$tx)
                .await?;
            $crate::account::factor_steps::replace_recovery_codes!($tx, $person, &first.codes)
        }
        .await
    };
}

/// Inside a transaction: deletes a challenge that is answered, by SHA-256 of its handle. Evaluates to a `Result`: `Conflict` if it was
/// answered before or is gone.
macro_rules! use_challenge {
    ($tx:ident, $challenge:expr) => {
        sqlx::query($crate::sql::CHALLENGE_USE)
            .bind($challenge.as_slice())
            .execute(&mut *$tx)
            .await
            .map_err($crate::StoreError::from)
            .and_then(|used| match used.rows_affected() {
                0 => Err($crate::StoreError::Conflict),
                _ => Ok(()),
            })
    };
}

/// Inside a transaction: uses a proof of the second factor. Evaluates to a `Result`: `Conflict` if it was used before, or is none.
macro_rules! use_proof {
    ($tx:ident, $person:expr, $proof:expr, $at:expr) => {
        async {
            let proof: &$crate::UnusedProof = $proof;
            let used = match proof {
                $crate::UnusedProof::Step(step) => {
                    sqlx::query($crate::sql::AUTHENTICATOR_USE_STEP)
                        .bind($person.0)
                        .bind(*step)
                        .execute(&mut *$tx)
                        .await?
                }
                $crate::UnusedProof::Recovery(hash) => {
                    sqlx::query($crate::sql::RECOVERY_CODE_USE)
                        .bind($person.0)
                        .bind(hash.as_slice())
                        .bind($at.0)
                        .execute(&mut *$tx)
                        .await?
                }
                $crate::UnusedProof::Passkey(used) => {
                    $crate::account::factor_steps::use_challenge!($tx, used.challenge)?;
                    sqlx::query($crate::sql::PASSKEY_USE)
                        .bind(used.id.0)
                        .bind($person.0)
                        .bind(used.before.as_str())
                        .bind(used.after.as_str())
                        .bind($at.0)
                        .execute(&mut *$tx)
                        .await?
                }
            };
            match used.rows_affected() {
                0 => Err($crate::StoreError::Conflict),
                _ => Ok(()),
            }
        }
        .await
    };
}

pub(crate) use {
    end_all_but, extend_factor, lock_person, replace_recovery_codes, require_session,
    use_challenge, use_proof,
};
