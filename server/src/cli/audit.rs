//! `latchkey audit`.

use crate::{config::Config, pepper, start::Stop};
use clap::Args;
use std::{collections::BTreeMap, io::Write, path::PathBuf};
use store::{AuditHead, Store, StoreError};

/// Whether the log is what was written.
#[derive(Debug, Args)]
pub struct Verify {
    /// A file of heads that an earlier run has printed: each of them has to stand in its log still
    #[arg(long, value_name = "FILE")]
    kept: Option<PathBuf>,
}

/// Heads that were kept elsewhere: number and hash, by the account's id.
pub type Kept = BTreeMap<String, (i64, [u8; 32])>;

/// What was found.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// A line for each log that is what was written: the account's id, the number and the hash of its last row, and the
    /// account's name.
    pub heads: Vec<String>,
    /// A sentence for each log that is not.
    pub broken: Vec<String>,
}

/// Prints the head of each log that is whole, to be kept elsewhere, and names the first row of each that is not.
///
/// # Errors
/// Where a log is broken, or cannot be read.
pub async fn verify(verify: Verify, config: &Config) -> Result<(), Stop> {
    let kept = match &verify.kept {
        None => Kept::new(),
        Some(path) => {
            let text = std::fs::read_to_string(path)
                .map_err(|error| Stop::failed(&path.display().to_string(), error))?;
            parse_kept(&text)
                .map_err(|line| Stop::Failed(format!("{}: “{line}” is no head", path.display())))?
        }
    };
    let peppers = pepper::load(&config.pepper, true)?;
    let store = Store::open_to_read(&config.database_url)
        .await
        .map_err(|error| {
            Stop::failed("LATCHKEY_DATABASE_URL: the database cannot be read", error)
        })?;
    store.set_seal_keys(peppers.seal_keys());
    let report = report(&store, &kept).await;
    store.close().await;
    let report = report.map_err(|error| Stop::failed("the audit log cannot be read", error))?;
    let mut out = std::io::stdout().lock();
    for head in &report.heads {
        writeln!(out, "{head}")
            .map_err(|error| Stop::failed("the heads cannot be printed", error))?;
    }
    if report.broken.is_empty() {
        return Ok(());
    }
    Err(Stop::Failed(report.broken.join("\nlatchkey: ")))
}

/// Reads every log.
///
/// # Errors
/// Where the database fails.
pub async fn report(store: &Store, kept: &Kept) -> Result<Report, StoreError> {
    let mut report = Report::default();
    let mut gone = kept.clone();
    for head in store.audit_heads().await? {
        let kept = gone.remove(&head.account.to_string());
        match store.verify_audit(&head, kept).await? {
            None => report.heads.push(line(&head)),
            Some(found) => report.broken.push(format!(
                "the audit log of {} ({}) is broken: {found}",
                head.name, head.account
            )),
        }
    }
    for account in gone.keys() {
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

/// Reads what [`verify`] printed.
///
/// # Errors
/// The first line that is no head.
pub fn parse_kept(text: &str) -> Result<Kept, String> {
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
    for (place, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * place..2 * place + 2)?, 16).ok()?;
    }
    Some((account.to_owned(), (seq, hash)))
}
