//! Steps of transactions about people and their second factors. Each locks the person first, before any other row of theirs.

/// Inside a transaction: locks the person's row, before any other row of theirs. Evaluates to a `Result`.
macro_rules! lock_person {
    ($tx:ident, $person:expr) => {
        $crate::execute!($tx, $crate::sql::PERSON_LOCK, $person.0)
    };
}

/// Inside a transaction: locks the person's row. Evaluates to a `Result`: `NotFound` if the person is disabled.
macro_rules! lock_enabled_person {
    ($tx:ident, $person:expr) => {
        $crate::change_row!($tx, $crate::sql::PERSON_LOCK_ENABLED, $person.0)
    };
}

/// Inside a transaction that has locked the person: checks that a session of theirs is open. Evaluates to a `Result`: `NotFound` if
/// it has ended.
macro_rules! require_session {
    ($tx:ident, $person:expr, $session:expr) => {
        $crate::change_row!($tx, $crate::sql::SESSION_LOCK, $person.0, $session.0)
    };
}

/// Inside a transaction that has locked the person: ends all sessions but one, and all pending sign-ins. Evaluates to a `Result`:
/// `NotFound` if that session has ended.
macro_rules! end_all_but {
    ($tx:ident, $person:expr, $session:expr) => {
        async {
            $crate::account::factor_steps::require_session!($tx, $person, $session)?;
            $crate::execute!(
                $tx,
                $crate::sql::SESSIONS_DELETE_OTHERS,
                $person.0,
                $session.0
            )?;
            $crate::execute!(
                $tx,
                $crate::sql::PENDING_SIGN_INS_DELETE_BY_PERSON,
                $person.0
            )?;
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
            $crate::execute!($tx, $crate::sql::RECOVERY_CODES_DELETE_BY_PERSON, $person.0)?;
            for hash in codes.hashes {
                $crate::execute!(
                    $tx,
                    $crate::sql::RECOVERY_CODE_INSERT,
                    hash.as_slice(),
                    $person.0,
                    codes.at.0
                )?;
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
                let there = $crate::execute!($tx, $crate::sql::SECOND_FACTOR_LOCK, $person.0)?;
                return match there {
                    0 => Err($crate::StoreError::Conflict),
                    _ => Ok(()),
                };
            };
            $crate::account::factor_steps::end_all_but!($tx, $person, $session)?;
            $crate::execute!(
                $tx,
                $crate::sql::SECOND_FACTOR_INSERT,
                $person.0,
                first.recovery_secret,
                first.pepper.to_string(),
                first.codes.at.0
            )?;
            $crate::account::factor_steps::replace_recovery_codes!($tx, $person, &first.codes)
        }
        .await
    };
}

/// Inside a transaction: deletes a challenge that is answered, by SHA-256 of its handle. Evaluates to a `Result`: `Conflict` if it was
/// answered before or is gone.
macro_rules! use_challenge {
    ($tx:ident, $challenge:expr) => {
        $crate::execute!($tx, $crate::sql::CHALLENGE_USE, $challenge.as_slice()).and_then(|used| {
            match used {
                0 => Err($crate::StoreError::Conflict),
                _ => Ok(()),
            }
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
                    $crate::execute!($tx, $crate::sql::AUTHENTICATOR_USE_STEP, $person.0, *step)?
                }
                $crate::UnusedProof::Recovery(hash) => $crate::execute!(
                    $tx,
                    $crate::sql::RECOVERY_CODE_USE,
                    $person.0,
                    hash.as_slice(),
                    $at.0
                )?,
                $crate::UnusedProof::Passkey(used) => {
                    $crate::account::factor_steps::use_challenge!($tx, used.challenge)?;
                    $crate::execute!(
                        $tx,
                        $crate::sql::PASSKEY_USE,
                        used.id.0,
                        $person.0,
                        used.before.as_str(),
                        used.after.as_str(),
                        $at.0
                    )?
                }
            };
            match used {
                0 => Err($crate::StoreError::Conflict),
                _ => Ok(()),
            }
        }
        .await
    };
}

pub(crate) use {
    end_all_but, extend_factor, lock_enabled_person, lock_person, replace_recovery_codes,
    require_session, use_challenge, use_proof,
};
