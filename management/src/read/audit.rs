//! Reading of the audit log by owners of the account.

use crate::{AccountOwner, FreshAccountOwner, ManagementError};
use domain::{
    audit::{AuditCursor, AuditFilter, AuditPage, AuditRecord},
    key::{
        filter::{KeyFilter, KeyQuery},
        name::KeyName,
        token::KeyId,
    },
    name::folded,
};
use std::collections::HashMap;
use store::AuditLine;

/// Lines that an export reads at a time.
const CHUNK: i64 = 500;

/// Newest keys of the application whose names are offered.
const MAX_NAMES: i64 = 100;

/// The query parameters of the audit log, unchecked.
#[derive(Clone, Copy, Debug, Default)]
pub struct AuditQuery<'a> {
    /// The id or the name of a key, an e-mail address, or another target.
    pub target: &'a str,
    /// The actor.
    pub actor: &'a str,
    /// The action.
    pub action: &'a str,
    /// The first and the last day, in the zone of the person's pages.
    pub days: [&'a str; 2],
}

impl AccountOwner {
    /// Parses a query of the audit log. The name of a key, in any case, stands for the key if exactly one of the 50 newest keys of the
    /// application whose names contain it has this name.
    /// Invalid values are ignored.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn audit_filter(
        &self,
        query: AuditQuery<'_>,
    ) -> Result<AuditFilter, ManagementError> {
        let AuditQuery {
            target,
            actor,
            action,
            days,
        } = query;
        let zone = self.zone();
        let mut filter = AuditFilter::parse(target, actor, action, days, |day| zone.midnight(day));
        let target = filter.target.as_str();
        if !target.is_empty() && target.parse::<KeyId>().is_err() && !target.contains('@') {
            let named = KeyQuery {
                filter: KeyFilter {
                    search: target.to_owned(),
                    ..KeyFilter::default()
                },
                ..KeyQuery::default()
            };
            let name = folded(target);
            let keys = self.keys(&named).await?.rows;
            let mut matching = keys.iter().filter(|key| folded(key.name.as_str()) == name);
            if let (Some(key), None) = (matching.next(), matching.next()) {
                filter.target = key.id.to_string();
            }
        }
        Ok(filter)
    }

    /// Returns the names of the keys that records are about, by target.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn audit_key_names(
        &self,
        records: &[AuditRecord],
    ) -> Result<HashMap<KeyId, KeyName>, ManagementError> {
        let mut ids: Vec<KeyId> = records
            .iter()
            .filter_map(|record| record.target.parse().ok())
            .collect();
        ids.sort_unstable();
        ids.dedup();
        let _permit = self.long_read().await?;
        let account = self.application().account_id;
        let store = self.keyring().store();
        Ok(store.key_names_in_account(account, &ids).await?)
    }

    /// Returns the names of the application's 100 newest keys.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn newest_key_names(&self) -> Result<Vec<(KeyId, KeyName)>, ManagementError> {
        let app = self.application().id;
        let store = self.keyring().store();
        Ok(store.newest_key_names(app, MAX_NAMES).await?)
    }

    /// Returns a page of the account's log, newest first: changes in any of its applications, sign-ins, and searches by
    /// support.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn audit(
        &self,
        filter: &AuditFilter,
        cursor: Option<AuditCursor>,
    ) -> Result<AuditPage, ManagementError> {
        let _permit = self.long_read().await?;
        let account = self.application().account_id;
        Ok(self
            .keyring()
            .store()
            .audit_page(account, filter, cursor)
            .await?)
    }
}

impl FreshAccountOwner {
    /// Returns the rows after number `after` as they are stored, in the order of the hash chain; none at the end.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn audit_lines(
        &self,
        filter: &AuditFilter,
        after: i64,
    ) -> Result<Vec<AuditLine>, ManagementError> {
        let _permit = self.long_read().await?;
        let account = self.application().account_id;
        let store = self.keyring().store();
        Ok(store.audit_lines(account, filter, after, CHUNK).await?)
    }
}
