//! Keys for the overview page.

use crate::{ManagementError, Viewer};
use domain::{
    key::{
        condition::KeyCondition,
        filter::{KeyQuery, Order},
    },
    time::DAY,
    usage::overview::{ATTENTION, AttentionGroup, KeyOverview},
};
use std::cmp::Reverse;

/// Keys that each list names.
const NAMED: i64 = 5;
/// Keys that are named for each issue.
const NAMED_EACH: usize = 3;

impl Viewer {
    /// Returns keys that need attention: by their calls of today and yesterday (UTC), and by their settings.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn key_highlights(&self) -> Result<KeyOverview, ManagementError> {
        self.telemetry().flush_before_read().await;
        let app = self.application().id;
        let since = self.now().floor(DAY).plus(-DAY);
        let store = self.keyring().store();
        let mut attention = Vec::new();
        for condition in ATTENTION {
            let mut query = KeyQuery::in_condition(condition, self.now());
            let mut page = self.keys_at_most(&query, NAMED_EACH).await?;
            if matches!(
                condition,
                KeyCondition::NeverUsed | KeyCondition::NotConfirmed
            ) {
                // Ordered by id, which is random: the newest ones are named instead.
                if page.next.is_some() {
                    (query.order, query.cursor) = (Order::default(), None);
                    page = self.keys_at_most(&query, NAMED_EACH).await?;
                } else {
                    page.rows.sort_by_key(|key| Reverse(key.created_at));
                }
            }
            if !page.rows.is_empty() {
                attention.push(AttentionGroup {
                    condition: condition.as_str().to_owned(),
                    keys: page.rows,
                    more: page.next.is_some(),
                });
            }
        }
        let _permit = self.long_read().await?;
        Ok(KeyOverview {
            since,
            busiest: store.busiest_keys(app, since, NAMED, false).await?,
            refused: store.busiest_keys(app, since, NAMED, true).await?,
            attention,
        })
    }
}
