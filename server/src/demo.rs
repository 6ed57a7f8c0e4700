//! `latchkey demo`: a server with a temporary database that holds a realistic account.

mod calls;
mod guesses;
mod incidents;
mod keys;
mod sources;
mod traffic;

use crate::{
    config::{Config, ConfigError},
    console::{self, CommandError},
    start,
};
use domain::{
    account::{Email, Role},
    time::Timestamp,
};
use management::{Keyring, PersonDraft, Place, Store};
use std::{
    fmt::Display,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};
use verification::{Clock, Entropy, Guard, Monotonic, Pepper, SystemClock, SystemEntropy};

const ACCOUNT: &str = "Northwind Trading";
const APPLICATION: &str = "Storefront";
const OWNER: &str = "owner@northwind.example";
const PEOPLE: [(&str, Role); 4] = [
    (OWNER, Role::Owner),
    ("developer@northwind.example", Role::Developer),
    ("viewer@northwind.example", Role::Viewer),
    ("support@latchkey.example", Role::Support),
];

/// Creates the account, prints how to sign in, and serves until the process is told to stop. The database is removed then.
///
/// # Errors
/// If the server would not listen on loopback, or cannot start.
pub async fn serve(config: Config) -> Result<(), CommandError> {
    if !config.listen.ip().is_loopback() {
        return Err(ConfigError {
            variable: "LATCHKEY_LISTEN",
            why: format!(
                "{} can be reached from other machines, and a demo is for this machine only",
                config.listen
            ),
            allowed: "a loopback address, such as 127.0.0.1:3000",
        }
        .into());
    }
    let _log = start::start_log(&config.log)?;
    let listener = start::listen(config.listen).await?;
    let folder = tempfile::tempdir()
        .map_err(|error| CommandError::failed("no temporary folder can be made", error))?;
    let url = format!("sqlite://{}", folder.path().join("demo.db").display());
    let store = Store::open(&url).await.map_err(cannot)?;
    let (keyring, password) = fill(store).await?;
    console::print_info(format_args!(
        "Latchkey demo is at {}",
        config.public_url.origin()
    ));
    console::print_info(format_args!(
        "Sign in as one of these, with the password {password}"
    ));
    for (email, role) in PEOPLE {
        console::print_info(format_args!("    {email}  ({role})"));
    }
    console::print_info("Ctrl-C stops the demo and removes its data.");
    keyring.telemetry().set_retention(config.retention);
    // No mailer: the people are made up, and so are their addresses.
    keyring.background().spawn();
    start::run(listener, start::app_state(keyring, config)).await
}

/// Fills a new database. Returns the keyring and the password of all people in it.
///
/// # Errors
/// If the database cannot be written.
pub async fn fill(store: Store) -> Result<(Keyring, String), CommandError> {
    let clock = Arc::new(ShiftedClock::default());
    let pepper = Pepper::generate(&SystemEntropy);
    let keyring = Keyring::open(store, pepper, clock.clone())
        .await
        .map_err(cannot)?;
    let password = password();
    clock.set_back_days(keys::ACCOUNT_AGE_DAYS);
    for (email, role) in PEOPLE {
        let draft = PersonDraft {
            place: Some(Place::named(ACCOUNT, APPLICATION)),
            email: Email::parse(email).map_err(cannot)?,
            role,
            password: password.as_str().into(),
        };
        keyring.people().add(draft).await.map_err(cannot)?;
    }
    keys::create(&keyring, &clock, OWNER, &password).await?;
    guesses::guess_passwords(&keyring, PEOPLE[1].0)
        .await
        .map_err(cannot)?;
    guesses::guess_codes(&keyring, PEOPLE[2].0, &password)
        .await
        .map_err(cannot)?;
    Ok((keyring, password))
}

fn cannot(error: impl Display) -> CommandError {
    CommandError::failed("the demo's data cannot be created", error)
}

/// Returns a password of four groups of five letters and digits, without characters that look alike.
fn password() -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut random = [0; 20];
    SystemEntropy.fill(&mut random);
    random
        .chunks(5)
        .map(|group| {
            group
                .iter()
                .map(|byte| char::from(ALPHABET[usize::from(byte % 32)]))
                .collect::<String>()
        })
        .collect::<Vec<_>>()
        .join("-")
}

/// The system clock, set back while data of the past is created.
#[derive(Default)]
struct ShiftedClock {
    machine: SystemClock,
    offset_ms: AtomicI64,
}

impl ShiftedClock {
    fn set_back_days(&self, days: i64) {
        self.offset_ms
            .store(days * domain::time::DAY, Ordering::Relaxed);
    }
}

impl Clock for ShiftedClock {
    fn time_of_day(&self) -> Timestamp {
        self.machine.time_of_day()
    }

    fn monotonic(&self) -> Monotonic {
        self.machine.monotonic()
    }

    fn guard(&self) -> &Guard {
        self.machine.guard()
    }

    fn now(&self) -> Timestamp {
        self.machine
            .now()
            .plus(-self.offset_ms.load(Ordering::Relaxed))
    }
}
