//! `latchkey node`.

use crate::{
    config::Config,
    console::{self, CommandError},
};
use clap::Args;
use std::time::Duration;
use store::{NodeState, Store, StoreError, waiting_time};
use tokio::time::{Instant, sleep};

/// How long `node list` waits for renewals, which are a second apart or a third of the lease.
const OBSERVATION: Duration = Duration::from_secs(3);
/// The interval between two looks at a node that is to be removed.
const INTERVAL: Duration = Duration::from_secs(1);

/// Arguments of `node remove`.
#[derive(Debug, Args)]
pub struct Remove {
    /// The name of the node, as `latchkey node list` prints it
    name: String,
    /// Remove it although the database may have lost changes since, and the node has not compared its revocation journal with it:
    /// keys whose revocation only that node knew are valid again
    #[arg(long)]
    discard_journal: bool,
}

/// Prints the registered processes, and whether they renew their leases.
///
/// # Errors
/// If the database is SQLite or cannot be read.
pub async fn list(config: &Config) -> Result<(), CommandError> {
    require_postgres(config)?;
    let store = Store::open_to_read(&config.database_url)
        .await
        .map_err(unreadable)?;
    let observed = async {
        let before = store.node_states().await?;
        if !before.is_empty() {
            sleep(OBSERVATION).await;
        }
        Ok::<_, StoreError>((before, store.node_states().await?))
    }
    .await;
    store.close().await;
    let (before, after) = observed.map_err(unreadable)?;
    if after.is_empty() {
        console::print_info("No process uses the database.");
    }
    after
        .iter()
        .try_for_each(|state| console::print_result(line(state, &before)))
}

/// Removes a process that has ended without leaving, once its lease has ended.
///
/// # Errors
/// If it runs, or has not compared its revocation journal, or the database fails.
pub async fn remove(remove: &Remove, config: &Config) -> Result<(), CommandError> {
    require_postgres(config)?;
    let store = Store::open_without_ownership(&config.database_url)
        .await
        .map_err(unreadable)?;
    let removed = remove_from(&store, remove).await;
    store.close().await;
    console::print_result(removed?)
}

async fn remove_from(store: &Store, remove: &Remove) -> Result<String, CommandError> {
    let name = &remove.name;
    let before = find(store, |state| state.node.name == *name)
        .await?
        .ok_or_else(|| {
            CommandError::Failed(format!(
                "there is no node with the name {name}; latchkey node list prints them"
            ))
        })?;
    require_comparison(&before, remove)?;
    let wait = waiting_time(before.node.lease);
    console::print_info(format_args!(
        "Waiting {} s for the end of its lease.",
        wait.as_secs_f64().ceil()
    ));
    let start = Instant::now();
    loop {
        let is_over = start.elapsed() >= wait;
        let Some(now) = find(store, |state| state.node.is(&before.node)).await? else {
            return Ok(format!("{name} has left or was removed by another node."));
        };
        if now.node.has_renewed_since(&before.node) {
            return Err(runs(name));
        }
        require_comparison(&now, remove)?;
        if is_over {
            let removed = store.remove_node(&now.node, remove.discard_journal).await;
            if removed.map_err(unreadable)? {
                return Ok(format!("{name} is removed."));
            }
        }
        // Its lease has not ended, or PostgreSQL has not ended its last change yet.
        sleep(INTERVAL).await;
    }
}

/// Refuses to remove a node whose revocation journal may be needed.
fn require_comparison(state: &NodeState, remove: &Remove) -> Result<(), CommandError> {
    if state.has_compared || remove.discard_journal {
        return Ok(());
    }
    let name = &remove.name;
    Err(CommandError::Failed(format!(
        "the database may have lost changes, and {name} has not compared its revocation journal with it; start that node, or remove \
         it with --discard-journal: keys whose revocation only that node knew are valid again then"
    )))
}

async fn find(
    store: &Store,
    is_wanted: impl Fn(&NodeState) -> bool,
) -> Result<Option<NodeState>, CommandError> {
    let states = store.node_states().await.map_err(unreadable)?;
    Ok(states.into_iter().find(is_wanted))
}

fn runs(name: &str) -> CommandError {
    CommandError::Failed(format!(
        "{name} runs: it renews its lease; stop the process instead, which then leaves by itself"
    ))
}

fn unreadable(error: StoreError) -> CommandError {
    CommandError::failed("LATCHKEY_DATABASE_URL: the database cannot be used", error)
}

fn require_postgres(config: &Config) -> Result<(), CommandError> {
    if config.database_url.starts_with("sqlite:") {
        return Err(CommandError::Failed(
            "LATCHKEY_DATABASE_URL: only a PostgreSQL database has nodes; an SQLite file has one process at a time".into(),
        ));
    }
    Ok(())
}

/// Returns the line about a process, which was seen before too unless it is new.
fn line(state: &NodeState, before: &[NodeState]) -> String {
    let NodeState { node, version, .. } = state;
    let renews = before
        .iter()
        .any(|before| node.has_renewed_since(&before.node));
    let is_new = !before.iter().any(|before| node.is(&before.node));
    let lease = node.lease.as_secs();
    let lease = if renews {
        format!("renews its lease of {lease} s")
    } else if is_new {
        format!("has just joined, lease of {lease} s")
    } else {
        let end = waiting_time(node.lease).as_secs_f64().ceil();
        format!("silent, its lease of {lease} s ends within {end} s")
    };
    let changes = match state.missing {
        ..=0 => "has every change".to_owned(),
        1 => "lacks 1 change".to_owned(),
        missing => format!("lacks {missing} changes"),
    };
    let journal = if state.has_compared {
        ""
    } else {
        "; has not compared its revocation journal"
    };
    format!(
        "{}: {lease}; {changes}{journal}; version {version}, since {}",
        node.name, state.joined_at
    )
}
