//! URLs and connection options of SQLite files.

use crate::StoreError;
use sqlx::sqlite::SqliteConnectOptions;
use std::{
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

/// How long a connection waits for a lock of another connection.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// The pages of the file that each connection keeps, in KiB if negative: 16 MiB. The operating system caches the file too.
const CACHE_SIZE: &str = "-16384";

/// Returns the options that all connections to a file share.
///
/// # Errors
/// If the URL cannot be parsed; `FileUri`.
pub(super) fn sqlite_options(url: &str) -> Result<SqliteConnectOptions, StoreError> {
    let options = SqliteConnectOptions::from_str(url)?;
    let file = options.get_filename().as_os_str().as_encoded_bytes();
    if !is_in_memory(url) && file.starts_with(b"file:") {
        return Err(StoreError::FileUri);
    }
    Ok(options
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .pragma("temp_store", "memory")
        .pragma("cache_size", CACHE_SIZE))
}

pub(super) fn is_in_memory(url: &str) -> bool {
    let (database, parameters) = url.split_once('?').unwrap_or((url, ""));
    database.ends_with(":memory:") || parameters.split('&').any(|pair| pair == "mode=memory")
}

/// Returns the URL of the file at `path`; `None` if the path is not UTF-8.
pub fn sqlite_url(path: &Path) -> Option<String> {
    let mut url = String::from("sqlite://");
    for byte in path.to_str()?.bytes() {
        if byte.is_ascii_alphanumeric() || b"/._-".contains(&byte) {
            url.push(char::from(byte));
        } else {
            url.push('%');
            url.push_str(&hex::encode_upper([byte]));
        }
    }
    Some(url)
}

/// Returns the path of the file that a URL names, parsed as when the database is opened; `None` for a database in memory or
/// on a server.
///
/// # Errors
/// If an SQLite URL cannot be parsed.
pub fn sqlite_path(url: &str) -> Result<Option<PathBuf>, StoreError> {
    if !url.starts_with("sqlite:") {
        return Ok(None);
    }
    let options = sqlite_options(url)?;
    Ok((!is_in_memory(url)).then(|| options.get_filename().to_owned()))
}
