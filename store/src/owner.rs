//! The checks that the person who makes a change is still an owner, and the links that end with an owner's role.

/// Inside a transaction that has locked the account: checks that a person is an owner of it, and not disabled. Evaluates to a
/// `Result`: `NotFound` otherwise. The statement begins after the lock was taken, so it sees a role that ended before.
macro_rules! require_owner {
    ($tx:ident, $account:expr, $person:expr) => {
        $crate::find_row!($tx, sql::MEMBER_ENABLED_OWNER, $account.0, $person.0)
            .and_then(|owner: Option<(String,)>| owner.map(drop).ok_or(StoreError::NotFound))
    };
}

/// As [`require_owner`], for an owner of one application or of its account.
macro_rules! require_application_owner {
    ($tx:ident, $account:expr, $app:expr, $person:expr) => {
        $crate::find_row!(
            $tx,
            sql::APPLICATION_ENABLED_OWNER,
            $account.0,
            $person.0,
            $app.0
        )
        .and_then(|owner: Option<(String,)>| owner.map(drop).ok_or(StoreError::NotFound))
    };
}

/// Inside a transaction that has locked the account: deletes the invitations and the password reset links that a former owner
/// made. Evaluates to a `Result`.
macro_rules! delete_links_of_former_owner {
    ($tx:ident, $account:expr, $person:expr) => {
        async {
            for statement in [
                sql::INVITATIONS_DELETE_BY_INVITER,
                sql::PASSWORD_RESETS_DELETE_BY_MAKER,
            ] {
                $crate::execute!($tx, statement, $account.0, $person.0)?;
            }
            Ok::<(), StoreError>(())
        }
        .await
    };
}
pub(crate) use {delete_links_of_former_owner, require_application_owner, require_owner};
