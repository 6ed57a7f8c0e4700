//! People who sign in through an identity provider.

use super::{
    factor_steps::{lock_enabled_person, lock_person},
    members::require_only_member,
};
use crate::{
    NewMail, PersonRow, Store, StoreError, change_row, execute, find_row, mail::insert_mail, read,
    record::append_events, row::corrupt, sql, transaction,
};
use domain::{
    account::Email,
    audit::AuditEvent,
    id::{AccountId, PersonId},
    time::Timestamp,
};
use uuid::Uuid;

/// The proof that a sign-in at the identity provider was not used before, from [`Store::complete_sign_in`].
#[derive(Clone, Copy, Debug)]
pub struct CompletedSignIn(pub(super) ());

/// A sign-in at the identity provider.
#[derive(Clone, Copy, Debug)]
pub struct ProviderSignIn<'a> {
    /// The proof that it was used for this session alone.
    pub completed: CompletedSignIn,
    /// The issuer and the subject, which must still be the person's.
    pub identity: (&'a str, &'a str),
    /// When the person signed in there; `None` if the provider does not say so.
    pub authenticated_at: Option<Timestamp>,
    /// The account that the provider manages, whose policy its factors satisfy.
    pub account: Option<AccountId>,
}

impl ProviderSignIn<'_> {
    /// The account that the provider manages. No account has the nil id.
    pub(super) fn account_or_nil(&self) -> Uuid {
        self.account.map_or(Uuid::nil(), |account| account.0)
    }
}

/// An identity to link.
#[derive(Clone, Copy, Debug)]
pub struct NewIdentity<'a> {
    pub issuer: &'a str,
    pub subject: &'a str,
    /// The address at the provider; empty if there is none.
    pub email: &'a str,
}

/// A person's identity at a provider.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct LinkedIdentity {
    pub issuer: String,
    pub subject: String,
    /// The address at the provider when it was linked.
    pub email: String,
}

/// The person with an identity.
#[derive(Clone)]
pub struct IdentityOwner {
    pub person: PersonRow,
    pub is_disabled: bool,
}

/// Inside a transaction that has locked the person, or inserts one: links an identity. Evaluates to a `Result`.
macro_rules! insert_identity {
    ($tx:ident, $identity:expr, $person:expr, $by_email:expr, $at:expr) => {
        $crate::execute!(
            $tx,
            sql::IDENTITY_INSERT,
            $identity.issuer,
            $identity.subject,
            $person.0,
            $at.0,
            $identity.email,
            $by_email
        )
    };
}
pub(crate) use insert_identity;

/// Inside a transaction that has locked the person: checks that an identity is still the person's. Evaluates to a `Result`:
/// `NotFound` if it is not.
macro_rules! require_identity {
    ($tx:ident, $identity:expr, $person:expr) => {
        $crate::find_row!(
            $tx,
            sql::IDENTITY_IS_OF,
            $identity.0,
            $identity.1,
            $person.0
        )
        .and_then(|found: Option<(String,)>| found.map(drop).ok_or(StoreError::NotFound))
    };
}
pub(crate) use require_identity;

/// The detail of the audit event of a membership whose role groups have set so far.
pub(super) const STAYS: &str = "the role stays, and groups do not set it any more";

/// Inside a transaction that has locked a person and removed the person's identities: appends the events, and ends the provider's
/// control of memberships that it has granted, which the events of their accounts record. Evaluates to a `Result`.
macro_rules! end_management {
    ($tx:ident, $person:expr, $events:expr) => {
        async {
            let managed: Vec<(uuid::Uuid,)> = sqlx::query_as(sql::MEMBERSHIPS_ACCOUNTS_MANAGED)
                .bind($person.0)
                .fetch_all(&mut *$tx)
                .await?;
            for event in $events {
                let mut event = AuditEvent::clone(event);
                if managed.contains(&(event.account_id.0,)) {
                    let stays = $crate::account::identity::STAYS;
                    event.detail = if event.detail.is_empty() {
                        stays.to_owned()
                    } else {
                        format!("{}; {stays}", event.detail)
                    };
                }
                $crate::record::append_event!($tx, &event)?;
            }
            // After the events, which lock the accounts, as every change of a membership does.
            $crate::execute!($tx, sql::MEMBERSHIPS_END_MANAGEMENT, $person.0)?;
            Ok::<(), StoreError>(())
        }
        .await
    };
}
pub(crate) use end_management;

/// Inside a transaction that has locked a person and removed identities of the person: ends the sessions through a provider. From
/// then on, neither the e-mail address nor groups give the person anything. Evaluates to a `Result`.
macro_rules! end_links {
    ($tx:ident, $person:expr, $events:expr, $mail:expr) => {
        async {
            for statement in [
                sql::PERSON_REFUSE_LINK_BY_EMAIL,
                sql::SESSIONS_DELETE_THROUGH_PROVIDER,
            ] {
                $crate::execute!($tx, statement, $person.0)?;
            }
            end_management!($tx, $person, $events)?;
            insert_mail!($tx, $mail)
        }
        .await
    };
}

impl Store {
    /// Returns the person with an identity, disabled or not.
    ///
    /// # Errors
    /// If the database fails or the row cannot be parsed.
    pub async fn person_by_identity(
        &self,
        (issuer, subject): (&str, &str),
    ) -> Result<Option<IdentityOwner>, StoreError> {
        type Row = (Uuid, String, String, bool, Option<i64>);
        let row: Option<Row> = read!(self, |pool| sqlx::query_as(sql::IDENTITY_PERSON)
            .bind(issuer)
            .bind(subject)
            .fetch_optional(pool)
            .await)?;
        row.map(|(id, email, password_hash, is_support, disabled_at)| {
            let person = PersonRow {
                id: PersonId(id),
                email: Email::parse(&email).map_err(|_| corrupt("email"))?,
                password_hash,
                is_support,
            };
            Ok(IdentityOwner {
                person,
                is_disabled: disabled_at.is_some(),
            })
        })
        .transpose()
    }

    /// Whether a sign-in through the provider has to be followed by a code: the person has a second factor, and belongs to another
    /// account than that of the provider, which requires one.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn needs_code_beside_provider(
        &self,
        person: PersonId,
        provider: &ProviderSignIn<'_>,
    ) -> Result<bool, StoreError> {
        let row: Option<(Uuid,)> = read!(self, |pool| {
            sqlx::query_as(sql::PERSON_NEEDS_FACTOR_ELSEWHERE)
                .bind(person.0)
                .bind(provider.account_or_nil())
                .fetch_optional(pool)
                .await
        })?;
        Ok(row.is_some())
    }

    /// Records that a sign-in at the provider is used, by a digest of the request's secrets, and forgets those whose cookies have
    /// expired.
    ///
    /// # Errors
    /// `Conflict` if it was used before.
    pub async fn complete_sign_in(
        &self,
        id_hash: &[u8; 32],
        expires_at: Timestamp,
        at: Timestamp,
    ) -> Result<CompletedSignIn, StoreError> {
        transaction!(self, |tx| {
            execute!(tx, sql::COMPLETED_SIGN_INS_PRUNE, at.0)?;
            execute!(
                tx,
                sql::COMPLETED_SIGN_IN_INSERT,
                id_hash.as_slice(),
                expires_at.0
            )?;
        })?;
        Ok(CompletedSignIn(()))
    }

    /// Returns since when a person has an identity of an issuer, and the address there when it was linked.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn identity_since(
        &self,
        person: PersonId,
        issuer: &str,
    ) -> Result<Option<(Timestamp, String)>, StoreError> {
        let row: Option<(i64, String)> = read!(self, |pool| {
            sqlx::query_as(sql::IDENTITY_BY_PERSON)
                .bind(person.0)
                .bind(issuer)
                .fetch_optional(pool)
                .await
        })?;
        Ok(row.map(|(at, email)| (Timestamp(at), email)))
    }

    /// Returns the identities of a person.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn identities_of(&self, person: PersonId) -> Result<Vec<LinkedIdentity>, StoreError> {
        let rows: Vec<LinkedIdentity> = read!(self, |pool| {
            sqlx::query_as(sql::IDENTITIES_OF_PERSON)
                .bind(person.0)
                .fetch_all(pool)
                .await
        })?;
        Ok(rows)
    }

    /// Links an identity to a person, whose session asks for it, by the hash of its token.
    ///
    /// # Errors
    /// `NotFound` if the person is disabled, or the session has ended; `Conflict` if the identity is another person's, or the person
    /// has another one of the issuer.
    pub async fn link_identity(
        &self,
        identity: NewIdentity<'_>,
        (person, session): (PersonId, &[u8; 32]),
        at: Timestamp,
        events: &[AuditEvent],
        mail: &[NewMail],
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            lock_enabled_person!(tx, person)?;
            let open: Option<(String,)> =
                find_row!(tx, sql::SESSION_IS_OF, session.as_slice(), person.0)?;
            open.ok_or(StoreError::NotFound)?;
            insert_identity!(tx, identity, person, false, at)?;
            append_events!(tx, events)?;
            insert_mail!(tx, mail)?;
        })
    }

    /// Links an identity to the person with its e-mail address, who has to be a member of `account` and of no other: the address of
    /// a person is not verified, so anything else would give one person's roles to another. Groups give such a person no higher role,
    /// unless the provider granted the membership and the person has no password.
    ///
    /// # Errors
    /// `NotFound` if the person is disabled or belongs to support, has another address meanwhile, has unlinked an identity before,
    /// or is not a member; `Conflict` if the person is a member of another account too, or has another identity of the issuer.
    pub async fn link_identity_by_email(
        &self,
        identity: NewIdentity<'_>,
        (person, email): (PersonId, &Email),
        account: AccountId,
        at: Timestamp,
        events: &[AuditEvent],
        mail: &[NewMail],
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            // Joining an account locks the person too.
            lock_enabled_person!(tx, person)?;
            let same: Option<(String,)> =
                find_row!(tx, sql::PERSON_MAY_LINK_BY_EMAIL, person.0, email.as_str())?;
            same.ok_or(StoreError::NotFound)?;
            require_only_member!(tx, person, account)?;
            // Another person may have chosen the password, or the owner may have meant another person.
            let granted: Option<(String,)> = find_row!(
                tx,
                sql::MEMBER_GRANTED_WITHOUT_PASSWORD,
                account.0,
                person.0
            )?;
            insert_identity!(tx, identity, person, granted.is_none(), at)?;
            append_events!(tx, events)?;
            insert_mail!(tx, mail)?;
        })
    }

    /// Removes a person's identity of an issuer, and ends the person's sessions through a provider. None is linked by the e-mail
    /// address afterwards, and groups no longer set the person's role.
    ///
    /// # Errors
    /// `NotFound` if the person has none, is disabled, or could not sign in without it.
    pub async fn unlink_identity(
        &self,
        person: PersonId,
        issuer: &str,
        events: &[AuditEvent],
        mail: &[NewMail],
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            lock_enabled_person!(tx, person)?;
            change_row!(tx, sql::IDENTITY_DELETE, person.0, issuer)?;
            end_links!(tx, person, events, mail)?;
        })
    }

    /// Removes all identities of a person, disabled or not, and ends the person's sessions through a provider. Groups no longer
    /// set the person's role.
    ///
    /// # Errors
    /// `NotFound` if the person has none.
    pub async fn unlink_identities(
        &self,
        person: PersonId,
        events: &[AuditEvent],
        mail: &[NewMail],
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            lock_person!(tx, person)?;
            change_row!(tx, sql::IDENTITIES_DELETE_BY_PERSON, person.0)?;
            end_links!(tx, person, events, mail)?;
        })
    }
}
