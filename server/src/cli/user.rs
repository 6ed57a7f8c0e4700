//! `latchkey user`.

use crate::{config::Config, pepper, start, start::Stop};
use clap::Args;
use domain::account::{Email, Role};
use management::{Administered, PeopleAdmin, PersonDraft};
use std::{
    io::{self, Read, Write},
    sync::Arc,
};
use store::Store;
use verification::{SystemClock, SystemEntropy};
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

/// Whom a command is about.
#[derive(Debug, Args)]
pub struct Whom {
    /// The address that they sign in with
    #[arg(long, value_parser = parse_email)]
    pub email: Email,
}

/// Prints a link that resets the person's password, once within 30 minutes.
///
/// # Errors
/// Where nobody who may sign in has the address, or the database cannot be used.
pub async fn reset_password(whom: Whom, config: &Config) -> Result<(), Stop> {
    let people = people(config).await?;
    let made = people.reset_link(&whom.email).await;
    people.close().await;
    match made.map_err(|error| Stop::failed("no link was made", error))? {
        Administered::Done(link) => {
            start::print(link_of(config, &link.token))?;
            // The link is there, whoever reads this.
            let _ = writeln!(
                io::stderr(),
                "Hand this link to {} over a channel that nobody else reads. It works once, until {}.",
                link.email,
                link.expires_at.readable()
            );
            Ok(())
        }
        Administered::Unknown => Err(unknown(&whom.email)),
        Administered::Already => Err(Stop::Failed(format!(
            "{0} is disabled; `latchkey user enable --email {0}` lets them sign in again",
            whom.email
        ))),
    }
}

/// Where the holder of a token resets a password.
fn link_of(config: &Config, token: &str) -> String {
    format!("{}/reset/{token}", config.public_url.origin())
}

/// Ends all sessions of a person, and lets them sign in no longer.
///
/// # Errors
/// Where nobody has the address, or the database cannot be used.
pub async fn disable(whom: Whom, config: &Config) -> Result<(), Stop> {
    let people = people(config).await?;
    let done = people.disable(&whom.email).await;
    people.close().await;
    match done.map_err(|error| Stop::failed("nothing was changed", error))? {
        Administered::Done(()) => start::print(format_args!(
            "{} is disabled: all their sessions have ended, and they cannot sign in.",
            whom.email
        ))?,
        Administered::Already => start::print(format_args!("{} was disabled before.", whom.email))?,
        Administered::Unknown => return Err(unknown(&whom.email)),
    }
    Ok(())
}

/// Lets a disabled person sign in again.
///
/// # Errors
/// As [`disable`].
pub async fn enable(whom: Whom, config: &Config) -> Result<(), Stop> {
    let people = people(config).await?;
    let done = people.enable(&whom.email).await;
    people.close().await;
    match done.map_err(|error| Stop::failed("nothing was changed", error))? {
        Administered::Done(()) => start::print(format_args!("{} can sign in again.", whom.email))?,
        Administered::Already => start::print(format_args!("{} was not disabled.", whom.email))?,
        Administered::Unknown => return Err(unknown(&whom.email)),
    }
    Ok(())
}

fn unknown(email: &Email) -> Stop {
    Stop::Failed(format!("nobody has the address {email}"))
}

/// No lock is taken: a server that runs beside it reads people and sessions from the database at every request.
async fn people(config: &Config) -> Result<PeopleAdmin, Stop> {
    let peppers = pepper::load(&config.pepper, true)?;
    let store = Store::open_without_ownership(&config.database_url)
        .await
        .map_err(|error| {
            Stop::failed(
                "LATCHKEY_DATABASE_URL: the database cannot be opened",
                error,
            )
        })?;
    let clock = Arc::new(SystemClock::default());
    Ok(PeopleAdmin::new(
        store,
        &peppers,
        clock,
        Arc::new(SystemEntropy),
    ))
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
    start::say(format_args!("{email} can sign in."));
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
