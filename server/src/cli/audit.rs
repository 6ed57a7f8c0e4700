//! `latchkey audit`.

use crate::{config::Config, console::CommandError, pepper};
use clap::Args;
use std::{collections::BTreeMap, io::Write, path::PathBuf};
use store::{AuditHead, Store, StoreError};

/// Arguments of `audit verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// A file of heads that an earlier run printed: each must still be in its log
    #[arg(long, value_name = "FILE")]
    kept: Option<PathBuf>,
}

/// Heads that an earlier run printed: number and hash, by the account's id.
pub type KnownHeads = BTreeMap<String, (i64, [u8; 32])>;

/// The result of a verification.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct VerificationReport {
    /// A line for each intact log: the account's id, number and hash of the last row, and the account's name.
    pub heads: Vec<String>,
    /// A sentence for each broken log.
    pub broken: Vec<String>,
}

/// Prints the head of each intact log. Reports the first invalid row of each broken one.
///
/// # Errors
/// If a log is broken, or cannot be read.
pub async fn verify(verify: Verify, config: &Config) -> Result<(), CommandError> {
    let known = match &verify.kept {
        None => KnownHeads::new(),
        Some(path) => {
            let text = std::fs::read_to_string(path)
                .map_err(|error| CommandError::failed(&path.display().to_string(), error))?;
            parse_heads(&text).map_err(|line| {
                CommandError::Failed(format!("{}: “{line}” is not a head", path.display()))
            })?
        }
    };
    let peppers = pepper::load(&config.pepper, true)?;
    let store = Store::open_to_read(&config.database_url)
        .await
        .map_err(|error| {
            CommandError::failed("LATCHKEY_DATABASE_URL: the database cannot be read", error)
        })?;
    store.set_seal_keys(peppers.seal_keys());
    let report = report(&store, &known).await;
    store.close().await;
    let report =
        report.map_err(|error| CommandError::failed("the audit log cannot be read", error))?;
    let mut out = std::io::stdout().lock();
    for head in &report.heads {
        writeln!(out, "{head}")
            .map_err(|error| CommandError::failed("the heads cannot be printed", error))?;
    }
    if report.broken.is_empty() {
        return Ok(());
    }
    Err(CommandError::Failed(report.broken.join("\nlatchkey: ")))
}

/// Verifies every log.
///
/// # Errors
/// If the database fails.
pub async fn report(store: &Store, known: &KnownHeads) -> Result<VerificationReport, StoreError> {
    let mut report = VerificationReport::default();
    let mut missing = known.clone();
    for head in store.audit_heads().await? {
        let known = missing.remove(&head.account.to_string());
        match store.verify_audit(&head, known).await? {
            None => report.heads.push(line(&head)),
            Some(found) => report.broken.push(format!(
                "the audit log of {} ({}) is broken: {found}",
                head.name, head.account
            )),
        }
    }
    for account in missing.keys() {
        report.broken.push(format!(
            "the account {account} is missing with its audit log"
        ));
    }
    Ok(report)
}

fn line(head: &AuditHead) -> String {
    format!(
        "{} {} {} {}",
        head.account,
        head.seq,
        head.hash_text(),
        head.name
    )
}

/// Parses the output of [`verify`].
///
/// # Errors
/// The first invalid line.
pub fn parse_heads(text: &str) -> Result<KnownHeads, String> {
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| parse_head(line).ok_or_else(|| line.chars().take(60).collect()))
        .collect()
}

fn parse_head(line: &str) -> Option<(String, (i64, [u8; 32]))> {
    let mut words = line.split_whitespace();
    let account = words.next()?;
    account.parse::<domain::id::AccountId>().ok()?;
    let seq = words.next()?.parse().ok()?;
    let text = words.next().filter(|text| text.len() == 64)?;
    let mut hash = [0; 32];
    for (n, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * n..2 * n + 2)?, 16).ok()?;
    }
    Some((account.to_owned(), (seq, hash)))
}
