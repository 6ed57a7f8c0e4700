//! The settings, parsed once into types. They come from variables alone.

mod connections;
mod help;
mod kept;
mod public_url;
mod secret;
#[cfg(test)]
mod tests;
mod unknown;

pub use connections::Hsts;
pub use help::HELP;
pub use public_url::{PublicUrl, split};
pub use unknown::warnings as unknown_variables;

use crate::gate::client_address::TrustedProxies;
use secret::Secret;
use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};
use telemetry::Retention;
use tracing_subscriber::EnvFilter;

/// A setting that stops the start. One line: which, why, and what is allowed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{variable}: {why}. Allowed: {allowed}.")]
pub struct Wrong {
    /// The variable's name.
    pub variable: &'static str,
    /// What is wrong with its value; never a secret.
    pub why: String,
    /// What would be right.
    pub allowed: &'static str,
}

impl Wrong {
    fn value(variable: &'static str, value: &str, what: &str, allowed: &'static str) -> Self {
        let shown: String = value.chars().filter(|c| !c.is_control()).take(60).collect();
        Self {
            variable,
            why: format!("“{shown}” {what}"),
            allowed,
        }
    }
}

/// Where the pepper comes from.
#[derive(Clone, PartialEq, Eq)]
pub enum PepperSource {
    /// A file, made where it does not exist.
    File(PathBuf),
    /// The variable itself, in base64.
    Value(zeroize::Zeroizing<String>),
}

/// How the log is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line, for machines.
    Json,
}

/// What is logged, and how.
pub struct Log {
    /// Which events.
    pub filter: EnvFilter,
    /// In which form.
    pub format: LogFormat,
}

/// All settings.
pub struct Config {
    /// Where the server listens.
    pub listen: SocketAddr,
    /// The database's URL; it may hold a password.
    pub database_url: String,
    /// Connections to PostgreSQL at most.
    pub database_connections: u32,
    /// Where the pepper comes from.
    pub pepper: PepperSource,
    /// The file of the revocation journal.
    pub journal: PathBuf,
    /// Where browsers reach the server.
    pub public_url: PublicUrl,
    /// Whose `X-Forwarded-For` is believed.
    pub proxies: TrustedProxies,
    /// How long a connection stays open without a request.
    pub idle: Duration,
    /// For which hosts browsers are told to use https alone.
    pub hsts: Hsts,
    /// Milliseconds for which keys are verified from memory while the database is silent.
    pub patience_ms: i64,
    /// How long numbers are kept.
    pub retention: Retention,
    /// Who brings it reads the metrics.
    pub metrics_token: Option<Arc<str>>,
    /// What is logged.
    pub log: Log,
}

impl Config {
    /// Reads the process's environment.
    ///
    /// # Errors
    /// Names the first wrong setting.
    pub fn from_environment() -> Result<Self, Wrong> {
        Self::read(|name| std::env::var_os(name))
    }

    /// Reads the settings through `variable`; an empty one counts as not set.
    ///
    /// # Errors
    /// Names the first wrong setting.
    pub fn read(variable: impl Fn(&str) -> Option<std::ffi::OsString>) -> Result<Self, Wrong> {
        let get = |name: &'static str| -> Result<Option<String>, Wrong> {
            variable(name)
                .filter(|value| !value.is_empty())
                .map(|value| {
                    value.into_string().map_err(|_| Wrong {
                        variable: name,
                        why: "the value is no UTF-8 text".into(),
                        allowed: "text",
                    })
                })
                .transpose()
        };
        let listen = parse_listen(get("LATCHKEY_LISTEN")?.as_deref())?;
        let database_url = parse_database_url(secret::read(get, &secret::DATABASE_URL)?)?;
        let pepper = parse_pepper(get("LATCHKEY_PEPPER")?, get("LATCHKEY_PEPPER_FILE")?)?;
        Ok(Self {
            listen,
            database_url: database_url.clone(),
            database_connections: parse_connections(
                get("LATCHKEY_DATABASE_CONNECTIONS")?.as_deref(),
            )?,
            journal: parse_journal(get("LATCHKEY_JOURNAL")?, &pepper),
            pepper,
            public_url: match get("LATCHKEY_PUBLIC_URL")? {
                None => PublicUrl::of_listener(listen),
                Some(text) => PublicUrl::parse(&text).map_err(|what| {
                    Wrong::value(
                        "LATCHKEY_PUBLIC_URL",
                        &text,
                        what,
                        "http:// or https://, a host, a port where it is not the usual one, and no path",
                    )
                })?,
            },
            proxies: parse_proxies(get("LATCHKEY_TRUSTED_PROXIES")?.as_deref())?,
            idle: connections::parse_idle(get("LATCHKEY_IDLE_TIMEOUT")?.as_deref())?,
            hsts: connections::parse_hsts(get("LATCHKEY_HSTS")?.as_deref())?,
            patience_ms: parse_patience(
                get("LATCHKEY_FAIL_CLOSED_AFTER")?.as_deref(),
                &database_url,
            )?,
            retention: kept::read(get)?,
            metrics_token: parse_metrics_token(secret::read(get, &secret::METRICS_TOKEN)?)?,
            log: Log {
                filter: parse_filter(get("RUST_LOG")?.as_deref())?,
                format: parse_log_format(get("LATCHKEY_LOG_FORMAT")?.as_deref())?,
            },
        })
    }
}

fn parse_listen(text: Option<&str>) -> Result<SocketAddr, Wrong> {
    let text = text.unwrap_or("127.0.0.1:3000");
    text.parse().map_err(|_| {
        Wrong::value(
            "LATCHKEY_LISTEN",
            text,
            "is no address with a port",
            "such as 127.0.0.1:3000 or [::]:3000",
        )
    })
}

/// The URL may hold a password: of a wrong one nothing is shown.
fn parse_database_url(set: Option<Secret>) -> Result<String, Wrong> {
    let (variable, text) = match set {
        Some(set) => (set.variable, set.text),
        None => ("LATCHKEY_DATABASE_URL", "sqlite://data/latchkey.db".into()),
    };
    let known = ["sqlite:", "postgres://", "postgresql://"]
        .iter()
        .any(|scheme| text.strip_prefix(scheme).is_some_and(|rest| rest.len() > 2));
    if known {
        Ok(text)
    } else {
        Err(Wrong {
            variable,
            why: "the value is no URL of a database".into(),
            allowed: "sqlite://PATH, such as sqlite://data/latchkey.db, or postgres://USER:PASSWORD@HOST/DATABASE",
        })
    }
}

fn parse_pepper(value: Option<String>, file: Option<String>) -> Result<PepperSource, Wrong> {
    match (value, file) {
        (Some(_), Some(_)) => Err(Wrong {
            variable: "LATCHKEY_PEPPER",
            why: "LATCHKEY_PEPPER_FILE is set too".into(),
            allowed: "one of the two",
        }),
        (Some(value), None) => Ok(PepperSource::Value(value.into())),
        (None, file) => Ok(PepperSource::File(
            file.unwrap_or_else(|| "data/pepper".into()).into(),
        )),
    }
}

/// Beside the pepper, which is kept apart from the database too.
fn parse_journal(text: Option<String>, pepper: &PepperSource) -> PathBuf {
    match (text, pepper) {
        (Some(text), _) => text.into(),
        (None, PepperSource::File(path)) => path.with_file_name("revocations"),
        (None, PepperSource::Value(_)) => "data/revocations".into(),
    }
}

fn parse_proxies(text: Option<&str>) -> Result<TrustedProxies, Wrong> {
    TrustedProxies::parse(text.unwrap_or_default()).map_err(|entry| {
        Wrong::value(
            "LATCHKEY_TRUSTED_PROXIES",
            &entry,
            "is neither an address nor a network",
            "a list with commas between, such as 10.0.0.0/8,2001:db8::1",
        )
    })
}

fn parse_connections(text: Option<&str>) -> Result<u32, Wrong> {
    let Some(text) = text else {
        return Ok(store::DEFAULT_CONNECTIONS);
    };
    let number = text
        .parse()
        .ok()
        .filter(|number| (2..=1_000).contains(number));
    number.ok_or_else(|| {
        Wrong::value(
            "LATCHKEY_DATABASE_CONNECTIONS",
            text,
            "is no number of connections",
            "a whole number from 2 to 1000",
        )
    })
}

/// On PostgreSQL another process can take over, and has to wait for this long: less, unless it is said.
fn parse_patience(text: Option<&str>, database_url: &str) -> Result<i64, Wrong> {
    let default = if database_url.starts_with("sqlite:") {
        "300"
    } else {
        "30"
    };
    let text = text.unwrap_or(default);
    text.parse()
        .ok()
        .filter(|seconds| (1..=86_400).contains(seconds))
        .map(|seconds: i64| seconds * domain::time::SECOND)
        .ok_or_else(|| {
            Wrong::value(
                "LATCHKEY_FAIL_CLOSED_AFTER",
                text,
                "is no number of seconds",
                "a whole number from 1 to 86400",
            )
        })
}

/// Of a wrong token nothing is shown.
fn parse_metrics_token(set: Option<Secret>) -> Result<Option<Arc<str>>, Wrong> {
    let Some(Secret { variable, text }) = set else {
        return Ok(None);
    };
    if text.len() >= 16 && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(Some(text.into()));
    }
    Err(Wrong {
        variable,
        why: "the value is no token".into(),
        allowed: "at least 16 letters, digits and signs, without blanks",
    })
}

fn parse_filter(text: Option<&str>) -> Result<EnvFilter, Wrong> {
    let text = text.unwrap_or("info");
    EnvFilter::try_new(text).map_err(|_| {
        Wrong::value(
            "RUST_LOG",
            text,
            "is no filter",
            "error, warn, info, debug or trace, or a list such as info,management=debug",
        )
    })
}

fn parse_log_format(text: Option<&str>) -> Result<LogFormat, Wrong> {
    match text {
        None | Some("text") => Ok(LogFormat::Text),
        Some("json") => Ok(LogFormat::Json),
        Some(other) => Err(Wrong::value(
            "LATCHKEY_LOG_FORMAT",
            other,
            "is no format",
            "text or json",
        )),
    }
}
