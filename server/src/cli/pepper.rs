//! `latchkey pepper`.

use crate::{
    config::{Config, PepperSource, Wrong},
    pepper,
    start::{self, Stop},
};
use clap::Args;
use management::{PepperUse, pepper_uses};
use store::Store;
use verification::{Clock, SystemClock};

/// Keys that are listed at most.
const LISTED: i64 = 10_000;

/// What was made under which pepper.
#[derive(Debug, Args)]
pub struct Status {
    /// List the ids of the keys that still work and are under an older pepper, up to 10,000
    #[arg(long)]
    keys: bool,
}

/// Puts a new pepper in front of the file.
///
/// # Errors
/// Where the peppers do not come from a file, or it cannot be replaced.
pub async fn rotate(config: &Config) -> Result<(), Stop> {
    let PepperSource::File(path) = &config.pepper else {
        return Err(Wrong {
            variable: "LATCHKEY_PEPPER",
            why: "a variable cannot be rotated from here".into(),
            allowed: "put the output of `openssl rand -base64 32` in front of the value, with a comma between, and restart",
        }
        .into());
    };
    let name = pepper::rotate(path)?;
    start::print(format_args!(
        "{name} is the newest pepper of {} now.",
        path.display()
    ))?;
    start::print(
        "Restart Latchkey: new secrets are made under it from then on, and an older key moves to it with its next call.",
    )?;
    start::print(
        "Keep the older lines until `latchkey pepper status` says that nothing needs them.",
    )?;
    print(&status_of(config, false).await?)
}

/// Prints what was made under which pepper.
///
/// # Errors
/// Where the peppers or the database cannot be read.
pub async fn status(status: &Status, config: &Config) -> Result<(), Stop> {
    print(&status_of(config, status.keys).await?)
}

fn print(lines: &[String]) -> Result<(), Stop> {
    lines.iter().try_for_each(start::print)
}

async fn status_of(config: &Config, list_keys: bool) -> Result<Vec<String>, Stop> {
    let peppers = pepper::load(&config.pepper, true)?;
    let store = Store::open_to_read(&config.database_url)
        .await
        .map_err(|error| {
            Stop::failed("LATCHKEY_DATABASE_URL: the database cannot be read", error)
        })?;
    let now = SystemClock::default().now();
    let read = async {
        let uses = pepper_uses(&store, &peppers, now).await?;
        let mut lines: Vec<String> = uses.iter().enumerate().map(line).collect();
        if list_keys {
            for older in uses.iter().skip(1) {
                let keys = store.live_keys_with_pepper(older.name, now, LISTED).await?;
                lines.extend(keys.iter().map(|key| format!("{key} {}", older.name)));
            }
        }
        Ok::<_, management::ManagementError>(lines)
    };
    let lines = read.await;
    store.close().await;
    lines.map_err(|error| Stop::failed("the database cannot be read", error))
}

/// A pepper in words.
fn line((place, used): (usize, &PepperUse)) -> String {
    let rows = used.rows;
    let state = match (place, used.known) {
        (0, true) => "newest",
        (_, true) if rows.is_needed() => "needed",
        (_, true) => "can be removed",
        (_, false) => "missing",
    };
    format!(
        "{} {state}: {} keys that work, {} ended keys, {} open invitations, {} sessions, {} audit logs end under it",
        used.name,
        rows.live_keys,
        rows.secrets - rows.live_keys,
        rows.invitations,
        rows.sessions,
        rows.log_heads
    )
}
