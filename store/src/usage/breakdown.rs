//! Breakdowns: the most frequent values of each dimension, one row for a subject and bucket. A row is read, merged with the new
//! calls, and written.

use super::BucketRange;
use crate::{Store, StoreError, read, row::corrupt, sql};
use domain::{
    time::Timestamp,
    usage::{
        Bucket, Level, Outcome, Subject,
        breakdown::{BreakdownRow, Dimension, OTHERS},
        top_values::{CountedValue, TopValues},
    },
};
use serde::{Deserialize, Serialize};
use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
};

/// Rows that are merged before other tasks run: verifications wait for this work where there is one processor.
pub(super) const MAX_MERGED: usize = 5;

/// Calls of a subject in one bucket by dimension and value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BreakdownSums {
    pub subject: Subject,
    pub level: Level,
    /// The start of the bucket.
    pub bucket: Timestamp,
    pub values: BTreeMap<Dimension, TopValues>,
}

/// A value of a dimension, with the starts of the first and the last bucket that it occurs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueSpan {
    pub value: String,
    pub first: Timestamp,
    pub last: Timestamp,
}

/// The body of a row.
#[derive(Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct StoredBreakdown<'a>(#[serde(borrow)] BTreeMap<Dimension, StoredValues<'a>>);

#[derive(Serialize, Deserialize)]
struct StoredValues<'a> {
    #[serde(borrow)]
    values: Vec<StoredValue<'a>>,
    /// By outcome, in the order of [`Outcome::ALL`].
    others: [i64; 3],
    missed: i64,
}

/// A value, its calls by outcome, and the calls with it that may be among the others.
#[derive(Serialize, Deserialize)]
struct StoredValue<'a>(#[serde(borrow)] Cow<'a, str>, i64, i64, i64, i64);

impl<'a> StoredBreakdown<'a> {
    pub(super) fn parse(body: &'a str) -> Result<Self, StoreError> {
        serde_json::from_str(body).map_err(|_| corrupt("body"))
    }

    fn of(values: &'a BTreeMap<Dimension, TopValues>) -> Self {
        let stored = |values: &'a TopValues| StoredValues {
            values: values
                .values()
                .iter()
                .map(|counted| {
                    let calls = counted.calls;
                    StoredValue(
                        Cow::Borrowed(&counted.value),
                        calls.accepted,
                        calls.refused,
                        calls.rate_limited,
                        counted.missed,
                    )
                })
                .collect(),
            others: Outcome::ALL.map(|outcome| values.others().of(outcome)),
            missed: values.missed(),
        };
        Self(
            values
                .iter()
                .map(|(dimension, values)| (*dimension, stored(values)))
                .collect(),
        )
    }

    fn into_values(self) -> BTreeMap<Dimension, TopValues> {
        let values = |stored: StoredValues<'_>| {
            let values = stored.values.into_iter().map(|stored| CountedValue {
                calls: stored.calls(),
                missed: stored.4,
                value: stored.0.into_owned(),
            });
            TopValues::new(values.collect(), bucket(stored.others), stored.missed)
        };
        self.0
            .into_iter()
            .map(|(dimension, stored)| (dimension, values(stored)))
            .collect()
    }
}

impl StoredValue<'_> {
    const fn calls(&self) -> Bucket {
        bucket([self.1, self.2, self.3])
    }
}

const fn bucket([accepted, refused, rate_limited]: [i64; 3]) -> Bucket {
    Bucket {
        accepted,
        refused,
        rate_limited,
    }
}

impl BreakdownSums {
    /// Returns the body of the row with these calls added to the stored ones.
    pub(super) fn added_to(&self, stored: Option<&str>) -> Result<String, StoreError> {
        let body = |values: &BTreeMap<Dimension, TopValues>| {
            serde_json::to_string(&StoredBreakdown::of(values)).map_err(|_| corrupt("body"))
        };
        let Some(stored) = stored else {
            return body(&self.values);
        };
        let mut sum = StoredBreakdown::parse(stored)?.into_values();
        for (dimension, values) in &self.values {
            sum.entry(*dimension).or_default().merge(values);
        }
        body(&sum)
    }
}

/// Splits a statement with the placeholders `$1`, `$2` and `$3`, in this order, into the parts around them.
pub(super) fn split_at_placeholders(statement: &'static str) -> [&'static str; 4] {
    let mut parts = statement.splitn(4, '$').map(|part| {
        part.strip_prefix(|number: char| number.is_ascii_digit())
            .unwrap_or(part)
    });
    std::array::from_fn(|_| parts.next().unwrap_or_default())
}

/// Adds calls to breakdowns, ordered by level and bucket. Evaluates to a `Result`: `Conflict` if another process has written one of
/// the rows meanwhile.
macro_rules! add_breakdowns {
    ($tx:ident, $sums:expr) => {
        async {
            let statement = crate::sql::USAGE_BREAKDOWN_OF_SUBJECTS;
            let [of_level, of_bucket, of_subjects, end] =
                crate::usage::breakdown::split_at_placeholders(statement);
            let buckets =
                $sums.chunk_by(|one, next| (one.level, one.bucket) == (next.level, next.bucket));
            for some in
                buckets.flat_map(|bucket| bucket.chunks(crate::database::insert_many::MAX_ROWS))
            {
                let Some(first) = some.first() else { continue };
                let mut query = sqlx::QueryBuilder::new(of_level);
                query.push_bind(first.level.ms()).push(of_bucket);
                query.push_bind(first.bucket.0).push(of_subjects);
                let mut subjects = query.separated(", ");
                for sums in some {
                    subjects.push_bind(sums.subject.to_string());
                }
                let rows: Vec<(String, i64, String)> = query
                    .push(end)
                    .build_query_as()
                    .fetch_all(&mut *$tx)
                    .await?;
                let mut stored: std::collections::HashMap<String, (i64, String)> = rows
                    .into_iter()
                    .map(|(subject, revision, body)| (subject, (revision, body)))
                    .collect();
                let mut merged = Vec::with_capacity(some.len());
                for few in some.chunks(crate::usage::breakdown::MAX_MERGED) {
                    for sums in few {
                        let subject = sums.subject.to_string();
                        let (revision, body) = stored.remove(&subject).unzip();
                        let body = sums.added_to(body.as_deref())?;
                        merged.push((subject, revision.unwrap_or(0) + 1, body));
                    }
                    tokio::task::yield_now().await;
                }
                let written =
                    insert_many!($tx, crate::sql::USAGE_BREAKDOWN_SET, merged, |row, new| row
                        .push_bind(&new.0)
                        .push_bind(first.level.ms())
                        .push_bind(first.bucket.0)
                        .push_bind(new.1)
                        .push_bind(&new.2))?;
                if written != some.len() as u64 {
                    return Err(crate::StoreError::Conflict);
                }
            }
            Ok::<(), crate::StoreError>(())
        }
        .await
    };
}
pub(super) use add_breakdowns;

impl Store {
    /// Returns a subject's calls by value and by the code of the refusal, summed over the buckets of a level that start between
    /// `start` and `end`.
    ///
    /// # Errors
    /// If the database fails or a row cannot be parsed.
    pub async fn usage_breakdown(
        &self,
        subject: Subject,
        level: Level,
        start: Timestamp,
        end: Timestamp,
    ) -> Result<Vec<BreakdownRow>, StoreError> {
        let fetched: Vec<FetchedRow> = self
            .usage_rows(
                sql::USAGE_BREAKDOWN_WITH_REFUSALS,
                subject,
                level,
                start..end,
            )
            .await?;
        breakdown_rows(&fetched)
    }

    /// As [`Store::usage_breakdown`], and beside it the values of a dimension in all buckets of the level `history`.
    ///
    /// # Errors
    /// As [`Store::usage_breakdown`].
    pub async fn usage_breakdown_with_history(
        &self,
        subject: Subject,
        buckets: BucketRange,
        (history, dimension): (Level, Dimension),
    ) -> Result<(Vec<BreakdownRow>, Vec<ValueSpan>), StoreError> {
        let fetched: Vec<FetchedRow> = read!(self, |pool| {
            sqlx::query_as(sql::USAGE_BREAKDOWN_WITH_HISTORY)
                .bind(subject.to_string())
                .bind(buckets.level.ms())
                .bind(buckets.start.0)
                .bind(buckets.end.0)
                .bind(history.ms())
                .fetch_all(pool)
                .await
        })?;
        let (history, fetched): (Vec<_>, Vec<_>) = fetched
            .into_iter()
            .partition(|(outcome, ..)| outcome == "history");
        Ok((breakdown_rows(&fetched)?, value_spans(&history, dimension)?))
    }
}

/// The outcome, code and number of refused calls; or the body of a row, with the start of its bucket if it is of the history.
type FetchedRow = (String, String, i64);

fn breakdown_rows(fetched: &[FetchedRow]) -> Result<Vec<BreakdownRow>, StoreError> {
    let mut rows = Vec::new();
    let mut sums: HashMap<(Dimension, Cow<'_, str>), Bucket> = HashMap::new();
    for (outcome, value, calls) in fetched {
        if !outcome.is_empty() {
            rows.push(BreakdownRow {
                dimension: Dimension::Refusal,
                value: value.clone(),
                outcome: Outcome::parse(outcome).ok_or_else(|| corrupt("outcome"))?,
                calls: *calls,
            });
            continue;
        }
        for (dimension, stored) in StoredBreakdown::parse(value)?.0 {
            for stored in stored.values {
                let calls = stored.calls();
                let sum = sums.entry((dimension, stored.0)).or_default();
                *sum = sum.plus(calls);
            }
            let others = sums.entry((dimension, Cow::Borrowed(OTHERS))).or_default();
            *others = others.plus(bucket(stored.others));
        }
    }
    for ((dimension, value), sum) in sums {
        for outcome in Outcome::ALL {
            let calls = sum.of(outcome);
            if calls > 0 {
                rows.push(BreakdownRow {
                    dimension,
                    value: value.clone().into_owned(),
                    outcome,
                    calls,
                });
            }
        }
    }
    Ok(rows)
}

/// Returns the values of a dimension, with the first and the last bucket that each occurs in.
fn value_spans(history: &[FetchedRow], dimension: Dimension) -> Result<Vec<ValueSpan>, StoreError> {
    let mut spans: BTreeMap<String, (Timestamp, Timestamp)> = BTreeMap::new();
    for (_, body, bucket) in history {
        let bucket = Timestamp(*bucket);
        let Some(stored) = StoredBreakdown::parse(body)?.0.remove(&dimension) else {
            continue;
        };
        for stored in stored.values {
            let span = spans
                .entry(stored.0.into_owned())
                .or_insert((bucket, bucket));
            *span = (span.0.min(bucket), span.1.max(bucket));
        }
    }
    Ok(spans
        .into_iter()
        .map(|(value, (first, last))| ValueSpan { value, first, last })
        .collect())
}
