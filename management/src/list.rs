//! Reading an application's keys, page by page.

use crate::{ManagementError, Viewer};
use domain::{
    key::filter::{KeyFilter, KeyPage, KeyQuery, Total},
    page::PAGE_SIZE,
    usage::Bucket,
};
use std::collections::HashMap;
use store::DayOfUse;

/// One page of a list of keys, with what it says of each.
#[derive(Debug)]
pub struct Listing {
    /// The rows.
    pub page: KeyPage,
    /// Keys that pass the filter, on all pages.
    pub total: Total,
    /// Calls of the last 24 hours by key id; those without calls are left out.
    pub days: HashMap<String, DayOfUse>,
    /// The same of all keys of the application.
    pub day: DayOfUse,
}

impl Viewer {
    /// One page of keys, with their calls.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn list_keys(&self, query: &KeyQuery) -> Result<Listing, ManagementError> {
        let page = self.keys(query).await?;
        let whole = query.cursor.is_none() && page.next.is_none();
        let total = if whole {
            Total {
                count: i64::try_from(page.rows.len()).unwrap_or(i64::MAX),
                more: false,
            }
        } else {
            self.count_keys(&query.filter).await?
        };
        let all = self.application().id.to_string();
        let subjects: Vec<String> = std::iter::once(all.clone())
            .chain(page.rows.iter().map(|key| key.id.to_string()))
            .collect();
        let mut days = self
            .keyring()
            .store
            .days_of_use(&subjects, self.now())
            .await?;
        let day = days.remove(&all).unwrap_or_else(|| [Bucket::default(); 24]);
        Ok(Listing {
            page,
            total,
            days,
            day,
        })
    }

    /// One page of keys, with their last uses as of now where it is the first one.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn keys(&self, query: &KeyQuery) -> Result<KeyPage, ManagementError> {
        self.keys_at_most(query, PAGE_SIZE).await
    }

    /// As [`Viewer::keys`], with pages of `most` keys.
    ///
    /// # Errors
    /// Where the database fails.
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
        let store = &self.keyring().store;
        Ok(store.keys_at_most(app, query, most, self.now()).await?)
    }

    /// How many keys the filter leaves.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn count_keys(&self, filter: &KeyFilter) -> Result<Total, ManagementError> {
        let _permit = self.long_read().await?;
        let app = self.application().id;
        let store = &self.keyring().store;
        Ok(store.count_keys(app, filter, self.now()).await?)
    }
}
