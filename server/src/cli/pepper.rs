//! `latchkey pepper`.

use crate::{
    config::{Config, ConfigError, PepperSource},
    console::{self, CommandError},
    pepper,
};
use clap::Args;
use management::{PepperUse, pepper_uses};
use store::Store;
use verification::{Clock, SystemClock};

/// Maximum number of keys that are listed.
const MAX_LISTED_KEYS: i64 = 10_000;

/// Arguments of `pepper status`.
#[derive(Debug, Args)]
pub struct Status {
    /// List the ids of working keys that need an older pepper, up to 10,000
    #[arg(long)]
    keys: bool,
}

/// Adds a new pepper to the file, before the others.
///
/// # Errors
/// If the peppers do not come from a file, or it cannot be replaced.
pub async fn rotate(config: &Config) -> Result<(), CommandError> {
    let PepperSource::File(path) = &config.pepper else {
        return Err(ConfigError {
            variable: "LATCHKEY_PEPPER",
            why: "a variable cannot be rotated from here".into(),
            allowed: "put the output of `openssl rand -base64 32` in front of the value, with a comma between, and restart",
        }
        .into());
    };
    let name = pepper::rotate(path)?;
    console::print_result(format_args!(
        "{name} is the newest pepper of {} now.",
        path.display()
    ))?;
    console::print_result(
        "Restart Latchkey: from then on new secrets use it, and an older key moves to it with its next request.",
    )?;
    console::print_result(
        "Keep the older lines until `latchkey pepper status` says that they can be removed.",
    )?;
    print(&status_of(config, false).await?)
}

/// Prints what needs each pepper.
///
/// # Errors
/// If the peppers or the database cannot be read.
pub async fn status(status: &Status, config: &Config) -> Result<(), CommandError> {
    print(&status_of(config, status.keys).await?)
}

fn print(lines: &[String]) -> Result<(), CommandError> {
    lines.iter().try_for_each(console::print_result)
}

async fn status_of(config: &Config, list_keys: bool) -> Result<Vec<String>, CommandError> {
    let peppers = pepper::load(&config.pepper, true)?;
    let store = Store::open_to_read(&config.database_url)
        .await
        .map_err(|error| {
            CommandError::failed("LATCHKEY_DATABASE_URL: the database cannot be read", error)
        })?;
    let now = SystemClock::default().now();
    let read = async {
        let uses = pepper_uses(&store, &peppers, now).await?;
        let mut lines: Vec<String> = uses.iter().enumerate().map(line).collect();
        if list_keys {
            for older in uses.iter().skip(1) {
                let keys = store
                    .live_keys_with_pepper(older.name, now, MAX_LISTED_KEYS)
                    .await?;
                lines.extend(keys.iter().map(|key| format!("{key} {}", older.name)));
            }
        }
        Ok::<_, management::ManagementError>(lines)
    };
    let lines = read.await;
    store.close().await;
    lines.map_err(|error| CommandError::failed("the database cannot be read", error))
}

/// Returns the line about a pepper.
fn line((n, used): (usize, &PepperUse)) -> String {
    let rows = used.rows;
    let state = match (n, used.known) {
        (0, true) => "newest",
        (_, true) if rows.is_needed() => "needed",
        (_, true) => "can be removed",
        (_, false) => "missing",
    };
    format!(
        "{} {state}: {}, {}, {}, {}, {}, {}, {} under it",
        used.name,
        count(rows.live_keys, "key that works", "keys that work"),
        count(rows.secrets - rows.live_keys, "ended key", "ended keys"),
        count(rows.invitations, "open invitation", "open invitations"),
        count(rows.sessions, "session", "sessions"),
        count(rows.log_heads, "audit log ends", "audit logs end"),
        count(
            rows.factor_secrets,
            "second-factor secret",
            "second-factor secrets"
        ),
        count(rows.mails, "waiting mail", "waiting mails"),
    )
}

fn count(n: i64, singular: &str, plural: &str) -> String {
    let noun = if n == 1 { singular } else { plural };
    format!("{n} {noun}")
}

#[cfg(test)]
mod tests {
    use super::line;
    use management::PepperUse;
    use store::PepperUsage;
    use verification::Pepper;

    #[test]
    fn counts_of_one_are_in_the_singular() {
        let name = Pepper::from_bytes([7; 32]).name();
        let used = |n| PepperUse {
            name,
            known: true,
            rows: PepperUsage {
                secrets: 2 * n,
                live_keys: n,
                invitations: n,
                sessions: n,
                log_heads: n,
                factor_secrets: n,
                mails: n,
            },
        };
        assert_eq!(
            line((0, &used(1))),
            format!(
                "{name} newest: 1 key that works, 1 ended key, 1 open invitation, 1 session, 1 audit log ends, 1 second-factor secret, 1 waiting mail under it"
            )
        );
        assert_eq!(
            line((1, &used(0))),
            format!(
                "{name} can be removed: 0 keys that work, 0 ended keys, 0 open invitations, 0 sessions, 0 audit logs end, 0 second-factor secrets, 0 waiting mails under it"
            )
        );
    }
}
