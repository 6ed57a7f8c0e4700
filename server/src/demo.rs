//! `latchkey demo`: a temporary database with a realistic account.

mod calls;
mod incidents;
mod keys;
mod sources;
mod traffic;

use crate::{
    AppState,
    config::{Config, Wrong},
    serve::{Limits, raise_open_files},
    start::{self, Stop},
};
use domain::{
    account::{Email, Role},
    time::Timestamp,
};
use management::{Keyring, PersonDraft, Store};
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

/// Makes the account, prints its sign-in and serves until told to stop; then nothing of it is left.
///
/// # Errors
/// Where others could reach the server, or it cannot start.
pub async fn serve(config: Config) -> Result<(), Stop> {
    if !config.listen.ip().is_loopback() {
        return Err(Wrong {
            variable: "LATCHKEY_LISTEN",
            why: format!(
                "{} is open to others, and a demo is for this machine alone",
                config.listen
            ),
            allowed: "a loopback address, such as 127.0.0.1:3000",
        }
        .into());
    }
    let _log = start::start_log(config.log)?;
    let listener = start::listen(config.listen).await?;
    let folder = tempfile::tempdir()
        .map_err(|error| Stop::failed("no temporary folder can be made", error))?;
    let url = format!("sqlite://{}", folder.path().join("demo.db").display());
    let store = Store::open(&url).await.map_err(cannot)?;
    let (keyring, password) = furnish(store).await?;
    start::say(format_args!(
        "Latchkey demo is at {}",
        config.public_url.origin()
    ));
    start::say(format_args!(
        "Sign in as one of these, with the password {password}"
    ));
    for (email, role) in PEOPLE {
        start::say(format_args!("    {email}  ({role})"));
    }
    start::say("All of it is gone when you stop the demo with Ctrl-C.");
    keyring.telemetry().set_retention(config.retention);
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
    start::run(listener, state).await
}

/// Fills a new database; returns the password of everybody in it.
///
/// # Errors
/// Where the database cannot be written.
pub async fn furnish(store: Store) -> Result<(Keyring, String), Stop> {
    let clock = Arc::new(ShiftedClock::default());
    let pepper = Pepper::generate(&SystemEntropy);
    let keyring = Keyring::open(store, pepper, clock.clone())
        .await
        .map_err(cannot)?;
    let password = password();
    clock.go_back_days(keys::FIRST_DAY);
    for (email, role) in PEOPLE {
        let draft = PersonDraft {
            place: Some((ACCOUNT.into(), APPLICATION.into())),
            email: Email::parse(email).map_err(cannot)?,
            role,
            password: password.as_str().into(),
        };
        keyring.add_person(draft).await.map_err(cannot)?;
    }
    keys::make(&keyring, &clock, OWNER, &password).await?;
    calls::guess_passwords(&keyring, PEOPLE[1].0)
        .await
        .map_err(cannot)?;
    Ok((keyring, password))
}

fn cannot(error: impl Display) -> Stop {
    Stop::failed("the demo cannot be furnished", error)
}

/// Four groups of five letters and digits that nobody mistakes for another.
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

/// The machine's clock, set back while the past is being made.
#[derive(Default)]
struct ShiftedClock {
    machine: SystemClock,
    back: AtomicI64,
}

impl ShiftedClock {
    fn go_back_days(&self, days: i64) {
        self.back.store(days * domain::time::DAY, Ordering::Relaxed);
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
        self.machine.now().plus(-self.back.load(Ordering::Relaxed))
    }
}
