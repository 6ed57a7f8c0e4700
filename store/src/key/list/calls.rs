//! Calls of keys in a list.

use crate::{Store, StoreError, read, row::corrupt, sql};
use domain::{
    page::PAGE_SIZE,
    time::{HOUR, Timestamp},
    usage::{Bucket, Outcome, Subject},
};
use std::collections::HashMap;

/// Calls of the last 24 hours by the hour, the current one last.
pub type HourlyCalls = [Bucket; 24];

impl Store {
    /// Returns the calls of the last 24 hours by subject, for at most [`PAGE_SIZE`] + 1 subjects. Subjects without
    /// calls are left out.
    ///
    /// # Errors
    /// If the database fails or a row cannot be parsed.
    pub async fn hourly_calls(
        &self,
        subjects: &[Subject],
        now: Timestamp,
    ) -> Result<HashMap<Subject, HourlyCalls>, StoreError> {
        let texts: Vec<String> = subjects.iter().map(Subject::to_string).collect();
        let start = now.floor(HOUR).plus(-23 * HOUR);
        let rows: Vec<(String, String, String)> = read!(self, |pool| {
            let mut query = sqlx::query_as(sql::KEY_LIST_CALLS_BY_HOUR)
                .bind(HOUR)
                .bind(start.0)
                .bind(now.0);
            for place in 0..=PAGE_SIZE {
                query = query.bind(texts.get(place).map_or("", String::as_str));
            }
            query.fetch_all(pool).await
        })?;
        let mut days = HashMap::new();
        let subjects: HashMap<&str, Subject> = texts
            .iter()
            .map(String::as_str)
            .zip(subjects.iter().copied())
            .collect();
        for (subject, outcome, hours) in rows {
            let subject = *subjects
                .get(subject.as_str())
                .ok_or_else(|| corrupt("subject"))?;
            let outcome = Outcome::parse(&outcome).ok_or_else(|| corrupt("outcome"))?;
            let day: &mut HourlyCalls = days.entry(subject).or_default();
            for pair in hours.split(' ') {
                let (hour, calls) = pair
                    .split_once(':')
                    .and_then(|(hour, calls)| {
                        Some((hour.parse::<usize>().ok()?, calls.parse::<i64>().ok()?))
                    })
                    .ok_or_else(|| corrupt("hours"))?;
                if let Some(bucket) = day.get_mut(hour) {
                    bucket.add(outcome, calls);
                }
            }
        }
        Ok(days)
    }
}
