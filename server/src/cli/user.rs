//! `latchkey user`.

use crate::{
    config::Config,
    console::{self, CommandError},
    pepper, start,
};
use clap::Args;
use domain::{
    account::{Email, Role},
    id::AccountId,
};
use management::{Administered, PeopleAdmin, PersonDraft, PersonEntry, Place, Placement};
use std::{
    io::{self, Read, Write},
    sync::Arc,
};
use store::Store;
use verification::{Peppers, SystemClock, SystemEntropy};
use zeroize::Zeroizing;

/// Maximum number of bytes that are read as a password.
const MAX_PASSWORD_BYTES: u64 = 4_096;

/// Arguments of `user add`.
#[derive(Debug, Args)]
pub struct Add {
    /// The business account, by the name with which it was created; created if it does not exist, ignored for support
    #[arg(long)]
    account: Option<String>,
    /// The business account, by its id; needed once an owner has renamed it
    #[arg(long, conflicts_with = "account")]
    account_id: Option<AccountId>,
    /// Create the account, even if an owner of another one gave that its name
    #[arg(long, requires = "account")]
    new_account: bool,
    /// The application of that account; created if it does not exist, ignored for support; may be left out with --account-id
    #[arg(long)]
    application: Option<String>,
    /// The e-mail address to sign in with
    #[arg(long, value_parser = parse_email)]
    email: Email,
    /// owner, developer, viewer or support
    #[arg(long, value_parser = parse_role)]
    role: Role,
    /// Read the password from standard input, up to its end
    #[arg(long, required = true)]
    password_stdin: bool,
}

/// The person that a command is about.
#[derive(Debug, Args)]
pub struct PersonArgs {
    /// The e-mail address that the person signs in with
    #[arg(long, value_parser = parse_email)]
    pub email: Email,
}

/// Prints a link that resets the person's password, once within 30 minutes.
///
/// # Errors
/// If no person has the address, the person is disabled, or the database cannot be used.
pub async fn reset_password(person: PersonArgs, config: &Config) -> Result<(), CommandError> {
    let people = people(config).await?;
    let made = people.reset_link(&person.email).await;
    people.close().await;
    match made.map_err(|error| CommandError::failed("no link was made", error))? {
        Administered::Done(link) => {
            console::print_result(reset_link(config, &link.token))?;
            // The link has been printed; this is only a hint.
            let _ = writeln!(
                io::stderr(),
                "Send this link to {} over a channel that no one else reads. It works once, until {}.",
                link.email,
                link.expires_at.readable()
            );
            Ok(())
        }
        Administered::Unknown => Err(unknown(&person.email)),
        Administered::Already => Err(CommandError::Failed(format!(
            "{0} is disabled; `latchkey user enable --email {0}` lets them sign in again",
            person.email
        ))),
    }
}

/// Returns the address at which the holder of a token resets a password.
fn reset_link(config: &Config, token: &str) -> String {
    format!("{}/reset/{token}", config.public_url.origin())
}

/// Prints all people, one a line.
///
/// # Errors
/// If the database cannot be used.
pub async fn list(config: &Config) -> Result<(), CommandError> {
    for line in lines(config).await? {
        console::print_result(line)?;
    }
    Ok(())
}

/// Returns the lines of [`list`], by address.
///
/// # Errors
/// As [`list`].
pub async fn lines(config: &Config) -> Result<Vec<String>, CommandError> {
    let people = people(config).await?;
    let all = people.list().await;
    people.close().await;
    let all = all.map_err(|error| CommandError::failed("people cannot be read", error))?;
    Ok(all.iter().map(line).collect())
}

fn line(person: &PersonEntry) -> String {
    let roles: Vec<String> = person
        .memberships
        .iter()
        .map(|one| format!("{} of {} ({})", one.role, one.account_name, one.account))
        .collect();
    let roles = match (person.is_support, roles.is_empty()) {
        (true, _) => "support".to_owned(),
        (false, true) => "no account".to_owned(),
        (false, false) => roles.join(", "),
    };
    let mut facts = vec![roles];
    if person.disabled {
        facts.push("disabled".to_owned());
    }
    if !person.ways.has_password {
        facts.push("no password".to_owned());
    }
    if person.ways.has_app {
        facts.push("authenticator app".to_owned());
    }
    match person.ways.passkeys {
        0 => {}
        1 => facts.push("1 passkey".to_owned()),
        count => facts.push(format!("{count} passkeys")),
    }
    if person.ways.linked {
        facts.push("single sign-on".to_owned());
    }
    facts.push(match person.last_seen {
        Some(at) => format!("last seen {}", at.readable()),
        None => "never signed in".to_owned(),
    });
    format!("{}: {}", person.email, facts.join("; "))
}

/// Disables a person, and ends all of the person's sessions.
///
/// # Errors
/// If no person has the address, or the database cannot be used.
pub async fn disable(person: PersonArgs, config: &Config) -> Result<(), CommandError> {
    let people = people(config).await?;
    let done = people.disable(&person.email).await;
    people.close().await;
    match done.map_err(|error| CommandError::failed("nothing was changed", error))? {
        Administered::Done(()) => console::print_result(format_args!(
            "{} is disabled: all their sessions have ended, and they cannot sign in.",
            person.email
        ))?,
        Administered::Already => {
            console::print_result(format_args!("{} was disabled before.", person.email))?;
        }
        Administered::Unknown => return Err(unknown(&person.email)),
    }
    Ok(())
}

/// Enables a disabled person.
///
/// # Errors
/// If no person has the address, or the database cannot be used.
pub async fn enable(person: PersonArgs, config: &Config) -> Result<(), CommandError> {
    let people = people(config).await?;
    let done = people.enable(&person.email).await;
    people.close().await;
    match done.map_err(|error| CommandError::failed("nothing was changed", error))? {
        Administered::Done(()) => {
            console::print_result(format_args!("{} can sign in again.", person.email))?;
        }
        Administered::Already => {
            console::print_result(format_args!("{} was not disabled.", person.email))?;
        }
        Administered::Unknown => return Err(unknown(&person.email)),
    }
    Ok(())
}

/// Removes a person's link to the identity provider, and ends the sessions that were started through it.
///
/// # Errors
/// If no person has the address, or the database cannot be used.
pub async fn unlink(person: PersonArgs, config: &Config) -> Result<(), CommandError> {
    let people = people(config).await?;
    let done = people.unlink(&person.email).await;
    people.close().await;
    match done.map_err(|error| CommandError::failed("nothing was changed", error))? {
        Administered::Done(()) => console::print_result(format_args!(
            "{0} is not linked to the identity provider any more, and their sessions through it have ended. Without a password they need `latchkey user reset-password --email {0}`.",
            person.email
        ))?,
        Administered::Already => {
            console::print_result(format_args!("{} was not linked.", person.email))?;
        }
        Administered::Unknown => return Err(unknown(&person.email)),
    }
    Ok(())
}

/// Deletes a person's second factor, and ends all of the person's sessions.
///
/// # Errors
/// If no person has the address, or the database cannot be used.
pub async fn reset_factors(person: PersonArgs, config: &Config) -> Result<(), CommandError> {
    let people = people(config).await?;
    let done = people.reset_factors(&person.email).await;
    people.close().await;
    match done.map_err(|error| CommandError::failed("nothing was changed", error))? {
        Administered::Done(()) => {
            console::print_result(format_args!(
                "{} has no second factor now: all their sessions have ended, and they sign in with the password alone.",
                person.email
            ))?;
            if config.mailer.is_none() {
                console::print_result(
                    "LATCHKEY_SMTP_URL is not set here, so no mail was sent: tell them.",
                )?;
            }
        }
        Administered::Already => {
            console::print_result(format_args!("{} has no second factor.", person.email))?;
        }
        Administered::Unknown => return Err(unknown(&person.email)),
    }
    Ok(())
}

fn unknown(email: &Email) -> CommandError {
    CommandError::Failed(format!("no person has the address {email}"))
}

async fn people(config: &Config) -> Result<PeopleAdmin, CommandError> {
    let peppers = pepper::load(&config.pepper, true)?;
    let admin = admin(open(config).await?, &peppers);
    Ok(if config.mailer.is_some() {
        admin.sending_mail()
    } else {
        admin
    })
}

/// Opens the database without a lock: a running server reads people and sessions from it at every request.
async fn open(config: &Config) -> Result<Store, CommandError> {
    Store::open_without_ownership(&config.database_url)
        .await
        .map_err(|error| {
            CommandError::failed(
                "LATCHKEY_DATABASE_URL: the database cannot be opened",
                error,
            )
        })
}

fn admin(store: Store, peppers: &Peppers) -> PeopleAdmin {
    let clock = Arc::new(SystemClock::default());
    PeopleAdmin::new(store, peppers, clock, Arc::new(SystemEntropy))
}

/// Adds a person.
///
/// # Errors
/// As [`add_person`]; where an argument is missing, or the password cannot be read.
pub async fn add(add: Add, config: &Config) -> Result<(), CommandError> {
    let place = match (add.account_id, add.account, add.application) {
        (Some(account), _, application) => Some(Place::Existing {
            account,
            application,
        }),
        (None, Some(account), Some(application)) if add.new_account => Some(Place::New {
            account,
            application,
        }),
        (None, Some(account), Some(application)) => Some(Place::named(account, application)),
        _ if add.role == Role::Support => None,
        _ => {
            return Err(CommandError::Failed(
                "--account and --application are missing; only support belongs to none".into(),
            ));
        }
    };
    let password = read_password()
        .map_err(|error| CommandError::failed("the password cannot be read", error))?;
    let draft = PersonDraft {
        place,
        email: add.email,
        role: add.role,
        password: password.as_str().into(),
    };
    add_person(draft, config).await
}

/// Adds a person, after creating or migrating the database if necessary.
///
/// # Errors
/// If the draft is invalid, the database cannot be used, or it has to be migrated while a server is running.
pub async fn add_person(draft: PersonDraft, config: &Config) -> Result<(), CommandError> {
    let store = match Store::open_without_ownership(&config.database_url).await {
        Ok(store) => store,
        Err(_) => create_and_open(config).await?,
    };
    let has_keys = store
        .has_keys()
        .await
        .map_err(|error| CommandError::failed("the database cannot be read", error))?;
    let people = admin(store, &pepper::load(&config.pepper, has_keys)?);
    let email = draft.email.clone();
    let added = people.add(draft).await;
    people.close().await;
    let placed =
        added.map_err(|error| CommandError::failed(&format!("{email} was not added"), error))?;
    if let Some(Placement {
        account,
        account_name,
        founded,
        ..
    }) = placed
    {
        let done = if founded { "Created" } else { "Joined" };
        console::print_info(format_args!(
            "{done} the account {account_name} ({account})."
        ));
    }
    console::print_info(format_args!("{email} can sign in."));
    Ok(())
}

/// Creates or migrates the database, which no server may be using, and opens it.
async fn create_and_open(config: &Config) -> Result<Store, CommandError> {
    let lock = start::DatabaseLock::take(&config.database_url)?;
    start::open_store(config).await?.close().await;
    drop(lock);
    open(config).await
}

/// Reads standard input up to its end, without the line end that `echo` adds.
fn read_password() -> io::Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::new());
    io::stdin()
        .lock()
        .take(MAX_PASSWORD_BYTES)
        .read_to_string(&mut text)?;
    let password = text.strip_suffix('\n').unwrap_or(&text);
    let password = password.strip_suffix('\r').unwrap_or(password);
    Ok(Zeroizing::new(password.to_owned()))
}

pub(super) fn parse_email(text: &str) -> Result<Email, String> {
    Email::parse(text).map_err(|invalid| invalid.0)
}

fn parse_role(text: &str) -> Result<Role, String> {
    Role::parse(text).ok_or_else(|| "the roles are owner, developer, viewer and support".into())
}
