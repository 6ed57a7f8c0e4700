//! `latchkey user add`.

use crate::{config::Config, start, start::Stop};
use clap::Args;
use domain::account::{Email, Role};
use keyring::PersonDraft;
use std::io::{self, Read};
use zeroize::Zeroizing;

/// Bytes of a password that are read; more is no password.
const LONGEST: u64 = 4_096;

/// Someone who may sign in.
#[derive(Debug, Args)]
pub struct Add {
    /// The business account; made where it does not exist, ignored for support
    #[arg(long)]
    account: Option<String>,
    /// The application of that account; made where it does not exist, ignored for support
    #[arg(long)]
    application: Option<String>,
    /// The address to sign in with
    #[arg(long, value_parser = parse_email)]
    email: Email,
    /// owner, developer, viewer or support
    #[arg(long, value_parser = parse_role)]
    role: Role,
    /// Read the password from standard input, up to its end
    #[arg(long, required = true)]
    password_stdin: bool,
}

/// Adds the person. A server that runs beside it knows them at once: people are read from the database.
///
/// # Errors
/// Where something typed breaks a rule, or the database cannot be used.
pub async fn add(add: Add, config: &Config) -> Result<(), Stop> {
    let place = add.account.zip(add.application);
    if place.is_none() && add.role != Role::Support {
        return Err(Stop::Failed(
            "--account and --application are missing; only support belongs to none".into(),
        ));
    }
    let password =
        read_password().map_err(|error| Stop::failed("the password cannot be read", error))?;
    // A server that is running would not see the change, and SQLite has one writer.
    let _lock = start::Lock::take(&config.database_url)?;
    let keyring = start::open(start::open_store(config).await?, config).await?;
    let email = add.email.clone();
    let draft = PersonDraft {
        place,
        email: add.email,
        role: add.role,
        password: password.as_str().into(),
    };
    let added = keyring.add_person(draft).await;
    keyring.close().await;
    added.map_err(|error| Stop::failed(&format!("{email} was not added"), error))?;
    println!("{email} can sign in.");
    Ok(())
}

/// Everything up to the end, without the line's end that `echo` adds.
fn read_password() -> io::Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::new());
    io::stdin().lock().take(LONGEST).read_to_string(&mut text)?;
    let password = text.strip_suffix('\n').unwrap_or(&text);
    let password = password.strip_suffix('\r').unwrap_or(password);
    Ok(Zeroizing::new(password.to_owned()))
}

fn parse_email(text: &str) -> Result<Email, String> {
    Email::parse(text).map_err(|invalid| invalid.0)
}

fn parse_role(text: &str) -> Result<Role, String> {
    Role::parse(text).ok_or_else(|| "there is owner, developer, viewer and support".into())
}
