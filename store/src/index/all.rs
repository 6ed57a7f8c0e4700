//! Every key at once. Two tables are read from end to end in spans of some hundred rows, each of which the database puts into
//! one text: a driver hands out values one by one, and for a million rows that takes longer than all the rest.

use super::{Digest, IndexRow, KnownScopes, RawTerms, Terms};
use crate::{
    PepperName, Store, StoreError, read,
    row::{corrupt, parse},
    sql, with_read_pool,
};
use domain::{
    id::{AccountId, ApplicationId},
    key::token::KeyId,
    time::Timestamp,
};
use futures_util::TryStreamExt;
use sqlx::{FromRow, Row, sqlite::SqlitePoolOptions};
use std::collections::HashMap;
use tokio::{sync::mpsc, task::JoinHandle};
use uuid::Uuid;

/// How many spans of a table are read before they are needed.
const AHEAD: usize = 2;

/// A table as texts, in its order. A task reads it, so that the next span comes while one is being looked at.
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

/// Begins to read a table: rows of SQLite by their numbers, PostgreSQL's by their blocks. All spans are of one instant: a row that is
/// written anew moves to another block, and would be missed where it goes to one that was read before.
macro_rules! read_spans {
    ($store:expr, $pool:expr, $extent:expr, $span:expr $(, $value:expr)?) => {{
        let step: i64 = match $store {
            Store::Sqlite { .. } => 500,
            Store::Postgres { .. } => 16,
        };
        let (pool, begin) = ($pool.clone(), sql::INDEX_SNAPSHOT.of($store));
        let (extent, span) = ($extent.of($store), $span.of($store));
        let (send, texts) = mpsc::channel(AHEAD);
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

/// Whose the applications are.
type Accounts = HashMap<ApplicationId, AccountId>;

/// A map by ids that are random, and that nobody chooses.
type ById<T> = HashMap<KeyId, T, foldhash::fast::FixedState>;

/// Keys and digests whose other half has not come yet. Both tables give them in nearly the same order, so few wait.
#[derive(Default)]
struct Halves {
    /// The pepper of lines that name none.
    newest: PepperName,
    keys: ById<IndexRow>,
    digests: ById<(Digest, PepperName)>,
}

impl Halves {
    fn key(&mut self, mut row: IndexRow) -> Option<IndexRow> {
        let Some((digest, pepper)) = self.digests.remove(&row.id) else {
            self.keys.insert(row.id, row);
            return None;
        };
        (row.digest, row.pepper) = (digest, pepper);
        Some(row)
    }

    /// Takes a line of a span of secrets.
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

/// A line of a span of keys.
struct Line<'t> {
    id: KeyId,
    application: ApplicationId,
    expires_at: Option<Timestamp>,
    scopes: &'t str,
}

impl<'t> Line<'t> {
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
    /// Gives `take` every key of every account that has a secret, as they come. The tables are joined here: a database would
    /// look each secret up, which takes twenty times as long. `newest` is the pepper of most of them.
    ///
    /// # Errors
    /// Where the database fails or a row cannot be read.
    pub async fn each_index_row(
        &self,
        newest: PepperName,
        take: impl FnMut(IndexRow),
    ) -> Result<(), StoreError> {
        let Self::Sqlite {
            writer,
            readers,
            fence,
            disk,
        } = self
        else {
            return self.join(newest, take).await;
        };
        // Connections of their own, one for each table and one beside them, whose caches go with them: nothing is read twice.
        let options = (*readers.connect_options()).clone();
        let pool = SqlitePoolOptions::new()
            .max_connections(3)
            .connect_lazy_with(options.pragma("cache_size", "-2048"));
        let apart = Self::Sqlite {
            writer: writer.clone(),
            readers: pool.clone(),
            fence: fence.clone(),
            disk: disk.clone(),
        };
        let done = apart.join(newest, take).await;
        pool.close().await;
        done
    }

    async fn join(
        &self,
        newest: PepperName,
        mut take: impl FnMut(IndexRow),
    ) -> Result<(), StoreError> {
        let mut scopes = KnownScopes::default();
        let mut halves = Halves {
            newest,
            ..Halves::default()
        };
        let mut unusual = self.unusual_terms().await?;
        let mut accounts = self.accounts().await?;
        // What is read from here on is at least as new.
        let position = self.position().await?;
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
                    return Ok(());
                }
                for line in key_lines.iter().flat_map(|text| text.lines()) {
                    let line = Line::read(line)?;
                    // One that was made while this goes on.
                    if !accounts.contains_key(&line.application) {
                        accounts = self.accounts().await?;
                    }
                    let account = accounts.get(&line.application);
                    let account = *account.ok_or_else(|| corrupt("application_id"))?;
                    let home = (line.application, account);
                    let scopes = scopes.read(line.scopes)?;
                    let mut key = IndexRow::usual(line.id, home, scopes, line.expires_at);
                    key.position = position;
                    if let Some(terms) = unusual.remove(&key.id) {
                        key = key.with(terms);
                    }
                    halves.key(key).map(&mut take);
                }
                for line in secret_lines.iter().flat_map(|text| text.lines()) {
                    halves.secret(line)?.map(&mut take);
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

    async fn position(&self) -> Result<i64, StoreError> {
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
