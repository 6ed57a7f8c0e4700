//! Starting a server from its settings.

mod files;
mod join;
mod lock;
mod node_id;
mod standby_health;

use crate::{
    AppState,
    config::{Config, LogConfig},
    connections::ConnectionLimits,
    console::{CommandError, print_info},
    logging, pepper, router,
    serve::{self, raise_open_files},
};
pub use lock::{DatabaseLock, RESTORE_SUFFIX};
use management::Keyring;
use node_id::NodeId;
use std::{sync::Arc, time::Duration};
use store::{Store, StoreError};
use tokio::{
    net::TcpListener,
    time::{Instant, sleep},
};
use verification::SystemClock;

/// `latchkey serve`.
///
/// # Errors
/// If the server cannot start.
pub async fn serve(config: Config) -> Result<(), CommandError> {
    let _log = start_log(&config.log)?;
    let listener = listen(config.listen).await?;
    let _lock = tokio::select! {
        lock = join::wait_for_lock(&config.database_url) => lock?,
        never = standby_health::serve(&listener) => match never {},
    };
    let store = open_store(&config).await?;
    warn_of_commit_risk(&store).await;
    let node = NodeId::take(&config, join::new_node_id());
    let old_pepper = pepper::existing_file(&config.pepper);
    let keyring = open(store, &config).await?;
    // After the keys are read, which may take a while: from here on, changes on other nodes wait for this one. What they
    // changed meanwhile is read before the first renewal of the lease.
    tokio::select! {
        joined = join::join(&keyring, &config, &node) => joined?,
        never = standby_health::serve(&listener) => match never {},
    }
    let warnings = files::warnings(&config);
    let replayed = keyring
        .keys()
        .open_journal(&config.journal)
        .await
        .map_err(|error| {
            let shown = config.journal.display();
            CommandError::failed(&format!("LATCHKEY_JOURNAL: {shown} cannot be used"), error)
        })?;
    if replayed.added > 0 {
        tracing::info!(
            ends = replayed.added,
            "added ends of keys from the database that were missing in the revocation journal"
        );
    }
    for warning in warnings {
        tracing::warn!("{warning}");
    }
    keyring.node().record_comparison().await.map_err(|error| {
        CommandError::failed(
            "LATCHKEY_DATABASE_URL: the database cannot be joined",
            error,
        )
    })?;
    keyring.health().keep_reserve().await;
    keyring.telemetry().recover_usage().await.map_err(|error| {
        CommandError::failed("the last usage counts cannot be recovered", error)
    })?;
    seal_audit_logs(&keyring).await?;
    upgrade_factor_secrets(&keyring).await?;
    let setup = keyring
        .people()
        .needs_setup()
        .await
        .map_err(|error| CommandError::failed("the database cannot be read", error))?;
    let url = config.public_url.origin();
    print_info(format_args!(
        "Latchkey {} is at {url}",
        env!("CARGO_PKG_VERSION")
    ));
    if setup {
        if let Some(path) = old_pepper {
            print_info(format_args!("{}", pepper::empty_database_warning(&path)));
        }
        print_info(format_args!(
            "No one can sign in yet. Open {url}/setup and enter this token:\n\n    {}\n",
            keyring.people().setup_token()
        ));
    }
    if let Some(mailer) = &config.mailer {
        keyring.outbox().set_mailer(Arc::clone(mailer));
    }
    if let Err(error) = keyring.node().renew_lease().await {
        if !keyring.node().has_database() {
            return Err(CommandError::failed("LATCHKEY_DATABASE_URL", error));
        }
        tracing::warn!(%error, "no key is verified until the database grants the lease");
    }
    keyring.background().spawn();
    let state = app_state(keyring, config);
    let warnings = state.keyring.identity_provider().warnings().await;
    for warning in
        warnings.map_err(|error| CommandError::failed("the database cannot be read", error))?
    {
        tracing::warn!("{warning}");
    }
    run(listener, state).await
}

/// Logs why PostgreSQL may lose changes that it has committed.
async fn warn_of_commit_risk(store: &Store) {
    match store.commit_risk().await {
        Ok(Some(risk)) => tracing::warn!("{risk}"),
        Ok(None) => {}
        Err(error) => tracing::debug!(%error, "the replication of the database is not known"),
    }
}

/// Returns the state of a server with these settings.
pub fn app_state(keyring: Keyring, config: Config) -> AppState {
    if let Some(single_sign_on) = config.single_sign_on {
        keyring.identity_provider().set(single_sign_on);
    }
    let mut state = AppState::new(
        keyring,
        config.public_url,
        config.proxies,
        config.patience_ms,
        &router::endpoints(),
    );
    state.metrics_token = config.metrics_token;
    state.hsts = config.hsts;
    state.limits = ConnectionLimits {
        idle: config.idle,
        ..ConnectionLimits::default()
    }
    .within_open_files(raise_open_files());
    state
}

/// Encrypts the secrets of second factors that are under an older pepper again, so that it can be removed.
async fn upgrade_factor_secrets(keyring: &Keyring) -> Result<(), CommandError> {
    let upgraded = keyring
        .second_factors()
        .upgrade_secrets()
        .await
        .map_err(|error| {
            CommandError::failed("the secrets of second factors cannot be read", error)
        })?;
    if upgraded > 0 {
        tracing::info!(
            upgraded,
            "the secrets of second factors were encrypted under the newest pepper"
        );
    }
    Ok(())
}

/// Seals the audit logs whose last row has a seal of an older pepper or none.
async fn seal_audit_logs(keyring: &Keyring) -> Result<(), CommandError> {
    let sealing = keyring
        .pepper_rotation()
        .seal_audit_logs()
        .await
        .map_err(|error| CommandError::failed("the audit logs cannot be sealed", error))?;
    if sealing.first && sealing.sealed > 0 {
        // An attacker who can write to the database can remove all seals, but not without this warning.
        tracing::warn!(
            logs = sealing.sealed,
            "no audit log had a seal, as after an update from a version without seals; all of them have been sealed"
        );
    }
    for account in &sealing.left {
        tracing::error!(
            account,
            "the audit log ends in a row that Latchkey did not seal; `latchkey audit verify` says where"
        );
    }
    Ok(())
}

/// `latchkey migrate`.
///
/// # Errors
/// If the database cannot be created or migrated.
pub async fn migrate(config: &Config) -> Result<(), CommandError> {
    let _lock = DatabaseLock::take(&config.database_url)?;
    let store = open_store(config).await?;
    store.close().await;
    print_info("The database is up to date.");
    Ok(())
}

/// Starts logging.
///
/// # Errors
/// If its thread cannot be started.
pub fn start_log(log: &LogConfig) -> Result<logging::FlushOnDrop, CommandError> {
    logging::start(log).map_err(|error| CommandError::failed("the log cannot be started", error))
}

/// Loads a database's keys.
///
/// # Errors
/// If the pepper, the database or what is in it cannot be used.
pub async fn open(store: Store, config: &Config) -> Result<Keyring, CommandError> {
    let has_keys = store
        .has_keys()
        .await
        .map_err(|error| CommandError::failed("the database cannot be read", error))?;
    let peppers = pepper::load(&config.pepper, has_keys)?;
    let keyring = Keyring::open(store, peppers, Arc::new(SystemClock::default()))
        .await
        .map_err(|error| CommandError::failed("the keys cannot be loaded", error))?;
    keyring.telemetry().set_retention(config.retention);
    Ok(keyring)
}

/// How long the start waits for a database that is unavailable.
const DATABASE_TIMEOUT: Duration = Duration::from_mins(1);
/// The interval between two attempts, and the number of attempts between two messages.
const RETRY_INTERVAL: Duration = Duration::from_secs(1);
const ATTEMPTS_PER_MESSAGE: u32 = 5;

/// Opens the database. While it is unavailable, tries again for a minute.
///
/// # Errors
/// If it cannot be reached, created or migrated.
pub async fn open_store(config: &Config) -> Result<Store, CommandError> {
    let start = Instant::now();
    let mut attempts = 0_u32;
    loop {
        let opening = Store::open_with(&config.database_url, config.database_connections);
        let error = match opening.await {
            Ok(store) => return Ok(store),
            Err(error) => error,
        };
        let waited = start.elapsed();
        if !matches!(error, StoreError::Unavailable(_)) || waited >= DATABASE_TIMEOUT {
            let what = "LATCHKEY_DATABASE_URL: the database cannot be opened";
            if error.is_damage() {
                let cause = format!("{error}; latchkey restore FILE puts a backup in its place");
                return Err(CommandError::failed(what, cause));
            }
            return Err(CommandError::failed(what, error));
        }
        if attempts.is_multiple_of(ATTEMPTS_PER_MESSAGE) {
            let left = DATABASE_TIMEOUT.saturating_sub(waited).as_secs();
            print_info(format_args!("{error}; trying again for {left} s"));
        }
        attempts += 1;
        sleep(RETRY_INTERVAL).await;
    }
}

/// Binds the address.
///
/// # Errors
/// If the address is in use, or not one of this machine.
pub async fn listen(address: std::net::SocketAddr) -> Result<TcpListener, CommandError> {
    TcpListener::bind(address).await.map_err(|error| {
        CommandError::failed(&format!("LATCHKEY_LISTEN: {address} cannot be used"), error)
    })
}

/// Serves until the process is told to stop.
///
/// # Errors
/// If signals cannot be received, or a background task kept failing.
pub async fn run(listener: TcpListener, state: AppState) -> Result<(), CommandError> {
    serve::serve(listener, state)
        .await
        .map_err(|error| CommandError::failed("the server failed", error))
}
