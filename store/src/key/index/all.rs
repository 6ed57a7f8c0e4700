//! Reading every key for the index. Two tables are read from end to end in spans of some hundred rows, each of which the
//! database concatenates into one text: a driver decodes values one by one, and for a million rows that takes longer than
//! everything else.

use super::{Digest, IndexRow, RawTerms, ScopeCache, Terms};
use crate::{
    PepperName, Store, StoreError,
    database::pool::pool_options,
    read,
    row::{corrupt, parse},
    sql, with_read_pool,
};
use domain::{
    id::{AccountId, ApplicationId},
    key::token::KeyId,
    time::Timestamp,
};
use futures_util::TryStreamExt;
use sqlx::{FromRow, Row, Sqlite};
use std::collections::HashMap;
use tokio::{sync::mpsc, task::JoinHandle};
use uuid::Uuid;

/// Spans of a table that are read ahead.
const READ_AHEAD: usize = 2;

/// A table as texts, in its order. A task reads ahead while a span is parsed.
struct Spans {
    texts: mpsc::Receiver<String>,
    reading: Option<JoinHandle<sqlx::Result<()>>>,
}

impl Spans {
    async fn next(&mut self) -> sqlx::Result<Option<String>> {
        let text = self.texts.recv().await;
        if text.is_none()
            && let Some(reading) = self.reading.take()
        {
            reading.await.map_err(|_| sqlx::Error::WorkerCrashed)??;
        }
        Ok(text)
    }
}

/// Returns the statement that begins a transaction of one snapshot. It reads only and locks no row, so on PostgreSQL it may be idle
/// while the rows that it has read are processed.
const fn begin_snapshot(store: &Store) -> &'static str {
    match store {
        Store::Sqlite { .. } => "BEGIN",
        Store::Postgres { .. } => {
            "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY; SET LOCAL idle_in_transaction_session_timeout = 60000"
        }
    }
}

/// Begins to read a table: rows of SQLite by rowid, of PostgreSQL by block. All spans are of one snapshot: an updated row
/// moves to another block, and would be missed if that one had been read before.
macro_rules! read_spans {
    ($store:expr, $pool:expr, $extent:expr, $span:expr $(, $value:expr)?) => {{
        let step: i64 = match $store {
            Store::Sqlite { .. } => 500,
            Store::Postgres { .. } => 16,
        };
        let (pool, begin) = ($pool.clone(), begin_snapshot($store));
        let (extent, span) = ($extent.of($store), $span.of($store));
        let (send, texts) = mpsc::channel(READ_AHEAD);
        let reading = tokio::spawn(async move {
            let mut snapshot = pool.begin_with(begin).await?;
            let (end,): (i64,) = sqlx::query_as(extent).fetch_one(&mut *snapshot).await?;
            let mut from = 0;
            while from < end {
                let text: Option<String> = sqlx::query_scalar(span)
                    .bind(from)
                    .bind(from + step)
                    $(.bind($value))?
                    .fetch_one(&mut *snapshot)
                    .await?;
                if send.send(text.unwrap_or_default()).await.is_err() {
                    break;
                }
                from += step;
            }
            snapshot.commit().await
        });
        Spans {
            texts,
            reading: Some(reading),
        }
    }};
}

/// The accounts of all applications.
type Accounts = HashMap<ApplicationId, AccountId>;

/// A map with a fast hash, for keys' ids: they are random and not chosen by a client.
type SpanKeyMap<T> = HashMap<KeyId, T, foldhash::fast::FixedState>;

/// Keys and digests whose other half has not been read yet. Both tables have nearly the same order, so few are kept.
#[derive(Default)]
struct UnjoinedRows {
    /// The pepper of lines without a name.
    newest: PepperName,
    keys: SpanKeyMap<IndexRow>,
    digests: SpanKeyMap<(Digest, PepperName)>,
}

impl UnjoinedRows {
    fn key(&mut self, mut row: IndexRow) -> Option<IndexRow> {
        let Some((digest, pepper)) = self.digests.remove(&row.id) else {
            self.keys.insert(row.id, row);
            return None;
        };
        (row.digest, row.pepper) = (digest, pepper);
        Some(row)
    }

    /// Parses a line of a span of secrets.
    fn secret(&mut self, line: &str) -> Result<Option<IndexRow>, StoreError> {
        let (id, rest) = line.split_once(' ').ok_or_else(|| corrupt("key_id"))?;
        let id = parse("key_id", id)?;
        let (hex, pepper) = match rest.split_once(' ') {
            None => (rest, self.newest),
            Some((hex, pepper)) => (hex, parse("pepper", pepper)?),
        };
        let mut digest = [0; 32];
        hex::decode_to_slice(hex, &mut digest).map_err(|_| corrupt("digest"))?;
        let Some(mut row) = self.keys.remove(&id) else {
            self.digests.insert(id, (digest, pepper));
            return Ok(None);
        };
        (row.digest, row.pepper) = (digest, pepper);
        Ok(Some(row))
    }
}

/// A line of a span of keys, parsed.
struct KeyLine<'t> {
    id: KeyId,
    application: ApplicationId,
    expires_at: Option<Timestamp>,
    scopes: &'t str,
}

impl<'t> KeyLine<'t> {
    fn read(line: &'t str) -> Result<Self, StoreError> {
        let mut fields = line.splitn(4, ' ');
        let mut field = || fields.next().ok_or_else(|| corrupt("api_key"));
        Ok(Self {
            id: parse("id", field()?)?,
            application: ApplicationId(parse("application_id", field()?)?),
            expires_at: match field()? {
                "" => None,
                at => Some(Timestamp(parse("expires_at", at)?)),
            },
            scopes: field()?,
        })
    }
}

impl Store {
    /// Calls `visit` with every key that has a secret, in no order. The tables are joined here: the database would look up each
    /// secret, which takes twenty times as long. `newest` is the pepper of most of them. Returns the position of a change: the keys are as of it, or
    /// newer.
    ///
    /// # Errors
    /// If the database fails or a row cannot be parsed.
    pub async fn for_each_index_row(
        &self,
        newest: PepperName,
        visit: impl FnMut(IndexRow),
    ) -> Result<i64, StoreError> {
        let Self::Sqlite {
            writer,
            readers,
            fence,
            disk,
        } = self
        else {
            return self.join(newest, visit).await;
        };
        // Separate connections, one for each table and a third, whose caches are freed with them: nothing is read twice.
        let options = (*readers.connect_options()).clone();
        let pool = pool_options::<Sqlite>()
            .max_connections(3)
            .connect_lazy_with(options.pragma("cache_size", "-2048"));
        let separate = Self::Sqlite {
            writer: writer.clone(),
            readers: pool.clone(),
            fence: fence.clone(),
            disk: disk.clone(),
        };
        let done = separate.join(newest, visit).await;
        pool.close().await;
        done
    }

    async fn join(
        &self,
        newest: PepperName,
        mut visit: impl FnMut(IndexRow),
    ) -> Result<i64, StoreError> {
        let mut scopes = ScopeCache::default();
        let mut unjoined = UnjoinedRows {
            newest,
            ..UnjoinedRows::default()
        };
        // First: everything else is at least as new. A key that is changed meanwhile, and may be read from two states, is in the
        // record of a later change.
        let position = self.newest_position().await?;
        let mut unusual = self.unusual_terms().await?;
        let mut accounts = self.accounts().await?;
        with_read_pool!(self, |pool| {
            let mut keys = read_spans!(self, pool, sql::INDEX_KEYS_EXTENT, sql::INDEX_KEYS_SPAN);
            let mut secrets = read_spans!(
                self,
                pool,
                sql::INDEX_SECRETS_EXTENT,
                sql::INDEX_SECRETS_SPAN,
                newest.to_string()
            );
            loop {
                let (key_lines, secret_lines) = (keys.next().await?, secrets.next().await?);
                if key_lines.is_none() && secret_lines.is_none() {
                    return Ok(position);
                }
                for line in key_lines.iter().flat_map(|text| text.lines()) {
                    let line = KeyLine::read(line)?;
                    // The application was created meanwhile.
                    if !accounts.contains_key(&line.application) {
                        accounts = self.accounts().await?;
                    }
                    let account = accounts.get(&line.application);
                    let account = *account.ok_or_else(|| corrupt("application_id"))?;
                    let home = (line.application, account);
                    let scopes = scopes.read(line.scopes)?;
                    let mut key = IndexRow::without_terms(line.id, home, scopes, line.expires_at);
                    key.position = position;
                    if let Some(terms) = unusual.remove(&key.id) {
                        key = key.with_terms(terms);
                    }
                    unjoined.key(key).map(&mut visit);
                }
                for line in secret_lines.iter().flat_map(|text| text.lines()) {
                    unjoined.secret(line)?.map(&mut visit);
                }
            }
        })
    }

    async fn unusual_terms(&self) -> Result<HashMap<KeyId, Terms>, StoreError> {
        let mut terms = HashMap::new();
        with_read_pool!(self, |pool| {
            let mut rows = sqlx::query(sql::INDEX_UNUSUAL_TERMS).fetch(pool);
            while let Some(row) = rows.try_next().await? {
                let id: KeyId = parse("id", row.try_get("id")?)?;
                terms.insert(id, RawTerms::from_row(&row)?.read()?);
            }
        });
        Ok(terms)
    }

    /// Returns the position of the newest change.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn newest_position(&self) -> Result<i64, StoreError> {
        let (position, _): (i64, i64) = read!(self, |pool| {
            sqlx::query_as(sql::CHANGE_HEAD).fetch_one(pool).await
        })?;
        Ok(position)
    }

    async fn accounts(&self) -> Result<Accounts, StoreError> {
        let rows: Vec<(Uuid, Uuid)> = read!(self, |pool| {
            sqlx::query_as(sql::APPLICATIONS_ALL).fetch_all(pool).await
        })?;
        let ids = rows.into_iter();
        Ok(ids
            .map(|(app, account)| (ApplicationId(app), AccountId(account)))
            .collect())
    }
}
