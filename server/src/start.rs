//! From settings to a running server.

mod files;
mod lock;
mod node_id;
mod probes;
mod standby;

use crate::{
    AppState,
    config::{Config, Log, Wrong},
    pepper,
    serve::{self, Limits, raise_open_files},
    telemetry,
};
pub use lock::Lock;
use management::Keyring;
use node_id::NodeId;
use std::{
    fmt::Display,
    io::{self, Write},
    sync::Arc,
    time::Duration,
};
use store::{Store, StoreError};
use tokio::{
    net::TcpListener,
    time::{Instant, sleep},
};
use verification::SystemClock;

/// Why the process ends; one line for its console.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// A setting is wrong.
    #[error(transparent)]
    Wrong(#[from] Wrong),
    /// An argument is wrong, or something that the settings name cannot be used.
    #[error("{0}")]
    Failed(String),
}

impl Stop {
    /// A failure with its cause, on one line.
    pub fn failed(what: &str, cause: impl Display) -> Self {
        let cause = cause.to_string();
        let line = cause.split_whitespace().collect::<Vec<_>>().join(" ");
        Self::Failed(format!("{what}: {line}"))
    }
}

/// `latchkey serve`.
///
/// # Errors
/// Where the server cannot start.
pub async fn serve(config: Config) -> Result<(), Stop> {
    let _lock = Lock::take(&config.database_url)?;
    let store = open_store(&config).await?;
    // Before a key is read: no other process changes one from here on.
    let node = NodeId::take(&config, standby::new_node());
    let listener = listen(config.listen).await?;
    let ownership = tokio::select! {
        owned = standby::own(&store, &config, &node) => owned?,
        never = probes::answer(&listener) => match never {},
    };
    let old_pepper = pepper::existing_file(&config.pepper);
    let keyring = open(store, &config).await?;
    keyring.set_ownership(ownership);
    // Loading the keys took a while: the lease begins now.
    keyring
        .check_ownership()
        .await
        .map_err(|error| Stop::failed("LATCHKEY_DATABASE_URL: the claim is lost", error))?;
    let oddities = files::oddities(&config);
    let _log = start_log(config.log)?;
    let replayed = keyring
        .open_revocation_journal(&config.journal)
        .await
        .map_err(|error| {
            let shown = config.journal.display();
            Stop::failed(&format!("LATCHKEY_JOURNAL: {shown} cannot be used"), error)
        })?;
    if replayed.added > 0 {
        tracing::info!(
            revocations = replayed.added,
            "the revocation journal did not have them, and was completed from the database"
        );
    }
    for oddity in oddities {
        tracing::warn!("{oddity}");
    }
    keyring.keep_reserve().await;
    keyring
        .telemetry()
        .recover_usage()
        .await
        .map_err(|error| Stop::failed("what was counted last cannot be added up", error))?;
    seal_audit_logs(&keyring).await?;
    let setup = keyring
        .needs_setup()
        .await
        .map_err(|error| Stop::failed("the database cannot be read", error))?;
    let url = config.public_url.origin();
    say(format_args!(
        "Latchkey {} is at {url}",
        env!("CARGO_PKG_VERSION")
    ));
    if setup {
        if let Some(path) = old_pepper {
            say(format_args!("{}", pepper::beside_an_empty_database(&path)));
        }
        say(format_args!(
            "Nobody can sign in yet. Open {url}/setup and enter this token:\n\n    {}\n",
            keyring.setup_token()
        ));
    }
    keyring.spawn_background_tasks();
    let mut state = AppState::new(
        keyring,
        config.public_url,
        config.proxies,
        config.patience_ms,
    );
    state.metrics_token = config.metrics_token;
    state.hsts = config.hsts;
    state.limits = Limits {
        idle: config.idle,
        ..Limits::default()
    }
    .within(raise_open_files());
    run(listener, state).await
}

/// Seals the audit logs that end under an older pepper, or are of a version before seals.
async fn seal_audit_logs(keyring: &Keyring) -> Result<(), Stop> {
    let sealing = keyring
        .seal_audit_logs()
        .await
        .map_err(|error| Stop::failed("the audit logs cannot be sealed", error))?;
    if sealing.first && sealing.sealed > 0 {
        // An attacker who can write to the database can make it look older than it is, but not without this line.
        tracing::warn!(
            logs = sealing.sealed,
            "no audit log had a seal: all of them are sealed from here on, as after an update from a version before seals"
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
/// Where the database cannot be made or brought up to date.
pub async fn migrate(config: &Config) -> Result<(), Stop> {
    let _lock = Lock::take(&config.database_url)?;
    let store = open_store(config).await?;
    store.close().await;
    say("The database is up to date.");
    Ok(())
}

/// Prints a line for people; where stdout takes none, nobody is there to read it.
pub fn say(line: impl Display) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// Prints a line that is what a command was called for.
///
/// # Errors
/// Where stdout takes none.
pub fn print(line: impl Display) -> Result<(), Stop> {
    writeln!(io::stdout(), "{line}")
        .map_err(|error| Stop::failed("standard output cannot be written", error))
}

/// Starts the log.
///
/// # Errors
/// Where no thread can be started for it.
pub fn start_log(log: Log) -> Result<telemetry::FlushOnDrop, Stop> {
    telemetry::start(log).map_err(|error| Stop::failed("the log cannot be started", error))
}

/// Loads the keys of a database.
///
/// # Errors
/// Where the pepper, the database or what is in it cannot be used.
pub async fn open(store: Store, config: &Config) -> Result<Keyring, Stop> {
    let has_keys = store
        .has_keys()
        .await
        .map_err(|error| Stop::failed("the database cannot be read", error))?;
    let peppers = pepper::load(&config.pepper, has_keys)?;
    let keyring = Keyring::open(store, peppers, Arc::new(SystemClock::default()))
        .await
        .map_err(|error| Stop::failed("the keys cannot be loaded", error))?;
    keyring.telemetry().set_retention(config.retention);
    Ok(keyring)
}

/// How long a database is waited for that comes up later than this process.
const PATIENCE: Duration = Duration::from_mins(1);
/// How often it is tried meanwhile, and how many tries pass between two lines about it.
const RETRY: Duration = Duration::from_secs(1);
const TRIES_A_LINE: u32 = 5;

/// Opens the database. A server that does not answer yet is waited for, for a minute.
///
/// # Errors
/// Where it cannot be reached, made or migrated.
pub async fn open_store(config: &Config) -> Result<Store, Stop> {
    let begun = Instant::now();
    let mut tries = 0_u32;
    loop {
        let opening = Store::open_with(&config.database_url, config.database_connections);
        let error = match opening.await {
            Ok(store) => return Ok(store),
            Err(error) => error,
        };
        let waited = begun.elapsed();
        if !matches!(error, StoreError::Unavailable(_)) || waited >= PATIENCE {
            let what = "LATCHKEY_DATABASE_URL: the database cannot be opened";
            if error.is_damage() {
                let cause = format!("{error}; latchkey restore FILE puts a backup in its place");
                return Err(Stop::failed(what, cause));
            }
            return Err(Stop::failed(what, error));
        }
        if tries.is_multiple_of(TRIES_A_LINE) {
            let left = PATIENCE.saturating_sub(waited).as_secs();
            say(format_args!("{error}; trying again for {left} s"));
        }
        tries += 1;
        sleep(RETRY).await;
    }
}

/// Binds the address.
///
/// # Errors
/// Where somebody else has it, or it is not this machine's.
pub async fn listen(address: std::net::SocketAddr) -> Result<TcpListener, Stop> {
    TcpListener::bind(address)
        .await
        .map_err(|error| Stop::failed(&format!("LATCHKEY_LISTEN: {address} cannot be used"), error))
}

/// Serves until told to stop.
///
/// # Errors
/// Where signals cannot be received, or a background task kept failing.
pub async fn run(listener: TcpListener, state: AppState) -> Result<(), Stop> {
    serve::serve(listener, state)
        .await
        .map_err(|error| Stop::failed("the server failed", error))
}
