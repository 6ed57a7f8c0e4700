//! `latchkey clock reset`.

use crate::{config::Config, start, start::Stop};

/// Forgets the newest time that the database has seen: the next start believes the machine's clock.
///
/// # Errors
/// Where a server has the SQLite file open, or the database cannot be used. A server on PostgreSQL writes the time again.
pub async fn reset(config: &Config) -> Result<(), Stop> {
    let _lock = start::Lock::take(&config.database_url)?;
    let store = start::open_store(config).await?;
    store
        .delete_time_mark()
        .await
        .map_err(|error| Stop::failed("the database cannot be written", error))?;
    store.close().await;
    start::say("The next start believes this machine's clock.");
    Ok(())
}
