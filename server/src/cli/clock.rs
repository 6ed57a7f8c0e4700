//! `latchkey clock reset`.

use crate::{
    config::Config,
    console::{self, CommandError},
    start,
};

/// Deletes the latest time that the database has recorded, so that the next start accepts the machine's clock.
///
/// # Errors
/// If a server has locked the SQLite file, or the database cannot be used. A server on PostgreSQL records the time again.
pub async fn reset(config: &Config) -> Result<(), CommandError> {
    let _lock = start::DatabaseLock::take(&config.database_url)?;
    let store = start::open_store(config).await?;
    store
        .delete_time_mark()
        .await
        .map_err(|error| CommandError::failed("the database cannot be written", error))?;
    store.close().await;
    console::print_info("The next start accepts this machine's clock.");
    Ok(())
}
