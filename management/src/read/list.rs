//! Listing an application's keys.

use crate::{ManagementError, Viewer};
use domain::{
    key::{
        filter::{FilterChoices, GroupCounts, KeyFilter, KeyPage, KeyQuery, KeyTotal},
        name::KeyName,
        token::KeyId,
    },
    page::PAGE_SIZE,
    usage::{Bucket, Subject},
};
use std::collections::HashMap;
use store::{HourlyCalls, Retiring};

/// One page of a key list, with usage.
#[derive(Debug)]
pub struct Listing {
    /// The rows.
    pub page: KeyPage,
    /// The number of keys that match the filter, on all pages.
    pub total: KeyTotal,
    /// The numbers of keys in each group, whatever the filter.
    pub groups: GroupCounts,
    /// The keys that rows of this page replace and that still work, by the row's id.
    pub retiring: HashMap<KeyId, Retiring>,
    /// Calls of the last 24 hours by key, also of `retiring`; keys without calls are omitted.
    pub days: HashMap<Subject, HourlyCalls>,
    /// Calls of the last 24 hours of all keys.
    pub day: HourlyCalls,
}

impl Viewer {
    /// Returns one page of keys with their usage.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn list_keys(&self, query: &KeyQuery) -> Result<Listing, ManagementError> {
        let page = self.keys(query).await?;
        let (app, now) = (self.application().id, self.now());
        let store = self.keyring().store();
        let groups = store.group_counts(app, now).await?;
        let whole = query.cursor.is_none() && page.next.is_none();
        let total = if whole {
            KeyTotal {
                count: i64::try_from(page.rows.len()).unwrap_or(i64::MAX),
                more: false,
            }
        } else if query.filter.narrows_group() {
            self.count_keys(&query.filter).await?
        } else {
            KeyTotal {
                count: groups.of(query.filter.group),
                more: false,
            }
        };
        let retiring: HashMap<_, _> = store
            .retiring_keys(app, now)
            .await?
            .into_iter()
            .filter(|old| page.rows.iter().any(|key| key.id == old.replaced_by))
            .map(|old| (old.replaced_by, old))
            .collect();
        let all = Subject::from(app);
        let subjects: Vec<Subject> = std::iter::once(all)
            .chain(page.rows.iter().map(|key| key.id.into()))
            .collect();
        let mut days = store.hourly_calls(&subjects, now).await?;
        if !retiring.is_empty() {
            let old: Vec<Subject> = retiring.values().map(|old| old.id.into()).collect();
            days.extend(store.hourly_calls(&old, now).await?);
        }
        let day = days.remove(&all).unwrap_or_else(|| [Bucket::default(); 24]);
        Ok(Listing {
            page,
            total,
            groups,
            retiring,
            days,
            day,
        })
    }

    /// Returns the names of the application's keys among at most a page of ids.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn key_names(
        &self,
        ids: &[KeyId],
    ) -> Result<HashMap<KeyId, KeyName>, ManagementError> {
        let store = self.keyring().store();
        Ok(store.key_names(self.application().id, ids).await?)
    }

    /// Returns one page of keys; the first page after a flush of usage.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn keys(&self, query: &KeyQuery) -> Result<KeyPage, ManagementError> {
        self.keys_at_most(query, PAGE_SIZE).await
    }

    /// Returns one page of at most `most` keys.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn keys_at_most(
        &self,
        query: &KeyQuery,
        most: usize,
    ) -> Result<KeyPage, ManagementError> {
        let _permit = self.long_read().await?;
        if query.cursor.is_none() {
            self.telemetry().flush_totals_before_read().await;
        }
        let app = self.application().id;
        let store = self.keyring().store();
        Ok(store.keys_at_most(app, query, most, self.now()).await?)
    }

    /// Returns the values of the filter that match keys of the application. Cheap enough for every page view.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn key_filter_choices(&self) -> Result<FilterChoices, ManagementError> {
        let app = self.application().id;
        Ok(self.keyring().store().filter_choices(app).await?)
    }

    /// Counts the keys that match a filter.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn count_keys(&self, filter: &KeyFilter) -> Result<KeyTotal, ManagementError> {
        let _permit = self.long_read().await?;
        let app = self.application().id;
        let store = self.keyring().store();
        Ok(store.count_keys(app, filter, self.now()).await?)
    }
}
