//! The settings, which are environment variables, parsed into types.

mod environment;
mod error;
mod help;
mod hsts;
mod mail;
mod public_url;
mod single_sign_on;
#[cfg(test)]
mod tests;
mod unknown;
mod variables;

pub use error::ConfigError;
pub use help::help;
pub use hsts::Hsts;
pub use public_url::{PublicUrl, host_and_port};
pub use unknown::warnings as unknown_variables;

use contract::client_address::TrustedProxies;
use domain::time::{DAY, HOUR, SECOND};
use environment::{SecretSetting, VariableSource};
use management::{Mailer, SingleSignOn};
use std::{ffi::OsString, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};
use store::answering_time;
use telemetry::Retention;
use tracing_subscriber::EnvFilter;

/// Leaves out what the connection pool logs about each connection that it cannot use: it tries many times a second, and the reason
/// is logged once by the renewal of the lease.
const WITHOUT_POOL: &str = "sqlx_core::pool::inner=off";

/// Maximum length of a node's name.
const MAX_NODE_NAME: usize = 100;

/// Where the pepper comes from.
#[derive(Clone, PartialEq, Eq)]
pub enum PepperSource {
    /// A file, created where it does not exist.
    File(PathBuf),
    /// The variable itself, in base64.
    Value(zeroize::Zeroizing<String>),
}

/// The format of the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// The filter and the format of the log.
pub struct LogConfig {
    /// Which events are logged.
    pub filter: EnvFilter,
    /// How they are written.
    pub format: LogFormat,
}

/// All settings.
pub struct Config {
    /// The address on which the server listens.
    pub listen: SocketAddr,
    /// The database's URL, which may hold a password.
    pub database_url: String,
    /// Maximum number of connections to PostgreSQL.
    pub database_connections: u32,
    /// The source of the peppers.
    pub pepper: PepperSource,
    /// The file of the revocation journal.
    pub journal: PathBuf,
    /// The origin at which browsers reach the server.
    pub public_url: PublicUrl,
    /// The proxies whose `X-Forwarded-For` is trusted.
    pub proxies: TrustedProxies,
    /// How long an idle connection stays open.
    pub idle: Duration,
    /// The hosts that `Strict-Transport-Security` covers.
    pub hsts: Hsts,
    /// Milliseconds for which keys are verified from memory while the database does not respond.
    pub patience_ms: i64,
    /// The lease of a node on PostgreSQL.
    pub lease: Duration,
    /// The name of this node.
    pub node_name: String,
    /// How long usage, decisions and events are kept.
    pub retention: Retention,
    /// How mails are sent, if they are.
    pub mailer: Option<Arc<Mailer>>,
    /// The token that reads the metrics.
    pub metrics_token: Option<Arc<str>>,
    /// The identity provider, if there is one.
    pub single_sign_on: Option<SingleSignOn>,
    /// The settings of the log.
    pub log: LogConfig,
}

impl Config {
    /// Reads the process's environment.
    ///
    /// # Errors
    /// The first invalid setting.
    pub fn from_environment() -> Result<Self, ConfigError> {
        Self::read(|name| std::env::var_os(name))
    }

    /// Reads the settings through `lookup`, which returns a variable's value.
    ///
    /// # Errors
    /// The first invalid setting.
    pub fn read(lookup: impl Fn(&str) -> Option<OsString>) -> Result<Self, ConfigError> {
        let environment = VariableSource(lookup);
        let listen = environment.parse(&variables::LISTEN, |text| text.parse().ok())?;
        let database_url = database_url(
            environment.secret(&variables::DATABASE_URL, &variables::DATABASE_URL_FILE)?,
        )?;
        let pepper = pepper(
            environment.get(&variables::PEPPER)?,
            environment.get(&variables::PEPPER_FILE)?,
        )?;
        let lease = lease(&environment, &database_url)?;
        let public_url = public_url(environment.get(&variables::PUBLIC_URL)?, listen)?;
        Ok(Self {
            listen,
            database_connections: environment
                .number(&variables::DATABASE_CONNECTIONS, 2..=1_000)?,
            journal: journal(environment.get(&variables::JOURNAL)?, &pepper),
            pepper,
            mailer: mail::mailer(&environment, &public_url)?,
            public_url,
            proxies: proxies(environment.get(&variables::TRUSTED_PROXIES)?.as_deref())?,
            idle: environment
                .number(&variables::IDLE_TIMEOUT, 1..=3_600)
                .map(Duration::from_secs)?,
            hsts: environment.parse(&variables::HSTS, Hsts::parse)?,
            patience_ms: patience_ms(&environment, &database_url, lease)?,
            lease,
            node_name: node_name(environment.get(&variables::NODE_NAME)?, listen)?,
            database_url,
            retention: retention(&environment)?,
            metrics_token: metrics_token(
                environment.secret(&variables::METRICS_TOKEN, &variables::METRICS_TOKEN_FILE)?,
            )?,
            single_sign_on: single_sign_on::read(&environment)?,
            log: LogConfig {
                filter: environment.parse(&variables::LOG_FILTER, |text| {
                    EnvFilter::try_new(format!("{WITHOUT_POOL},{text}")).ok()
                })?,
                format: environment.parse(&variables::LOG_FORMAT, |text| match text {
                    "text" => Some(LogFormat::Text),
                    "json" => Some(LogFormat::Json),
                    _ => None,
                })?,
            },
        })
    }
}

/// An invalid URL is not shown, because it may hold a password.
fn database_url(setting: Option<SecretSetting>) -> Result<String, ConfigError> {
    let Some(SecretSetting { variable, text }) = setting else {
        return Ok(variables::DATABASE_URL.default.to_owned());
    };
    let known = ["sqlite:", "postgres://", "postgresql://"]
        .iter()
        .any(|scheme| text.strip_prefix(scheme).is_some_and(|rest| rest.len() > 2));
    if known {
        return Ok(text);
    }
    Err(ConfigError {
        variable,
        why: "the value is not a database URL".into(),
        allowed: variables::DATABASE_URL.allowed,
    })
}

fn pepper(value: Option<String>, file: Option<String>) -> Result<PepperSource, ConfigError> {
    match (value, file) {
        (Some(_), Some(_)) => Err(ConfigError::both_set(
            &variables::PEPPER,
            &variables::PEPPER_FILE,
        )),
        (Some(value), None) => Ok(PepperSource::Value(value.into())),
        (None, file) => Ok(PepperSource::File(
            file.unwrap_or_else(|| variables::PEPPER_FILE.default.into())
                .into(),
        )),
    }
}

/// The default is beside the pepper, which is kept apart from the database too.
fn journal(setting: Option<String>, pepper: &PepperSource) -> PathBuf {
    match (setting, pepper) {
        (Some(path), _) => path.into(),
        (None, PepperSource::File(path)) => path.with_file_name("revocations"),
        (None, PepperSource::Value(_)) => "data/revocations".into(),
    }
}

fn public_url(setting: Option<String>, listen: SocketAddr) -> Result<PublicUrl, ConfigError> {
    let Some(text) = setting else {
        return Ok(PublicUrl::of_listener(listen));
    };
    let variable = variables::PUBLIC_URL;
    PublicUrl::parse(&text)
        .map_err(|problem| ConfigError::value(variable.name, &text, problem, variable.allowed))
}

fn proxies(setting: Option<&str>) -> Result<TrustedProxies, ConfigError> {
    let variable = variables::TRUSTED_PROXIES;
    TrustedProxies::parse(setting.unwrap_or_default()).map_err(|entry| {
        ConfigError::value(variable.name, &entry, variable.problem, variable.allowed)
    })
}

/// A node on PostgreSQL answers for a little less than its lease.
fn patience_ms<F: Fn(&str) -> Option<OsString>>(
    environment: &VariableSource<F>,
    database_url: &str,
    lease: Duration,
) -> Result<i64, ConfigError> {
    let variable = &variables::FAIL_CLOSED_AFTER;
    if database_url.starts_with("sqlite:") {
        let seconds: i64 = environment.number(variable, 1..=86_400)?;
        return Ok(seconds * SECOND);
    }
    if environment.get(variable)?.is_some() {
        return Err(ConfigError {
            variable: variable.name,
            why: "it has no effect with PostgreSQL".into(),
            allowed: "LATCHKEY_LEASE instead",
        });
    }
    Ok(i64::try_from(answering_time(lease).as_millis()).unwrap_or(i64::MAX))
}

fn lease<F: Fn(&str) -> Option<OsString>>(
    environment: &VariableSource<F>,
    database_url: &str,
) -> Result<Duration, ConfigError> {
    let variable = &variables::LEASE;
    if database_url.starts_with("sqlite:") && environment.get(variable)?.is_some() {
        return Err(ConfigError {
            variable: variable.name,
            why: "it has no effect with SQLite".into(),
            allowed: "LATCHKEY_FAIL_CLOSED_AFTER instead",
        });
    }
    environment
        .number(variable, 1..=300)
        .map(Duration::from_secs)
}

fn node_name(setting: Option<String>, listen: SocketAddr) -> Result<String, ConfigError> {
    let variable = variables::NODE_NAME;
    let Some(name) = setting else {
        let host = rustix::system::uname();
        let host = host.nodename().to_string_lossy();
        return Ok(format!("{host}:{}", listen.port()));
    };
    let is_valid = (1..=MAX_NODE_NAME).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b".-_:".contains(&byte));
    if is_valid {
        return Ok(name);
    }
    Err(ConfigError::value(
        variable.name,
        &name,
        variable.problem,
        variable.allowed,
    ))
}

/// The minimums are what the charts need.
fn retention<F: Fn(&str) -> Option<OsString>>(
    environment: &VariableSource<F>,
) -> Result<Retention, ConfigError> {
    Ok(Retention {
        minutes: HOUR * environment.number(&variables::KEEP_MINUTES, 25..=1_000)?,
        hours: DAY * environment.number(&variables::KEEP_HOURS, 31..=1_000)?,
        days: DAY * environment.number(&variables::KEEP_DAYS, 91..=4_000)?,
        breakdowns: DAY * environment.number(&variables::KEEP_BREAKDOWNS, 1..=1_000)?,
        decisions: DAY * environment.number(&variables::KEEP_DECISIONS, 1..=400)?,
        events: DAY * environment.number(&variables::KEEP_EVENTS, 31..=4_000)?,
        max_decisions: environment.number(&variables::MAX_DECISIONS, 1_000..=100_000_000)?,
    })
}

/// An invalid token is not shown.
fn metrics_token(setting: Option<SecretSetting>) -> Result<Option<Arc<str>>, ConfigError> {
    let Some(SecretSetting { variable, text }) = setting else {
        return Ok(None);
    };
    if text.len() >= 16 && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(Some(text.into()));
    }
    Err(ConfigError {
        variable,
        why: "the value is not a token".into(),
        allowed: variables::METRICS_TOKEN.allowed,
    })
}
