//! The settings, parsed once into types. They come from variables alone.

mod connections;
mod kept;
mod public_url;

pub use connections::Hsts;
pub use public_url::{PublicUrl, split};

use crate::gate::client_address::TrustedProxies;
use keyring::Retention;
use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};
use tracing_subscriber::EnvFilter;

/// What `--help` says of the variables.
pub const HELP: &str = "\
Variables (every command takes them):
  LATCHKEY_LISTEN           address of the dashboard and the gate [default: 127.0.0.1:3000]
  LATCHKEY_DATABASE_URL     sqlite://PATH or postgres://…; made and migrated at start
                            [default: sqlite://data/latchkey.db]
  LATCHKEY_PEPPER_FILE      file with the pepper, made with mode 0600 at the first start [default: data/pepper]
  LATCHKEY_PEPPER           the pepper itself, 32 bytes in base64, instead of the file
  LATCHKEY_PUBLIC_URL       where browsers reach the dashboard: its pages are served under this name alone, and links
                            lead there; https:// makes cookies Secure and sends HSTS
                            [default: http:// and LATCHKEY_LISTEN, and every name of this machine]
  LATCHKEY_HSTS             for which hosts browsers are told to use https alone: host, subdomains (the hosts below it
                            too), preload (the same, for the lists that browsers bring) or off [default: host]
  LATCHKEY_IDLE_TIMEOUT     seconds for which a connection stays open without a request; longer than in the proxies in
                            front [default: 75]
  LATCHKEY_TRUSTED_PROXIES  addresses and networks whose X-Forwarded-For is believed, with commas between
                            [default: none]
  LATCHKEY_FAIL_CLOSED_AFTER  seconds for which keys are verified from memory while the database does not answer
                            [default: 300 with SQLite, 30 with PostgreSQL, where a standby waits for as long]
  LATCHKEY_DATABASE_CONNECTIONS  connections to PostgreSQL at most [default: 16]
  LATCHKEY_KEEP_MINUTES     hours for which usage is kept by the minute [default: 48]
  LATCHKEY_KEEP_HOURS       days for which usage is kept by the hour [default: 90]
  LATCHKEY_KEEP_DAYS        days for which usage is kept by the day [default: 400]
  LATCHKEY_KEEP_BREAKDOWNS  days for which it is kept by address, route, scope, user agent and refusal [default: 90]
  LATCHKEY_KEEP_DECISIONS   days for which single decisions are kept, with their request ids [default: 7]
  LATCHKEY_KEEP_EVENTS      days for which security events are kept [default: 400]
  LATCHKEY_MOST_DECISIONS   how many decisions are kept at most [default: 1000000]
  LATCHKEY_METRICS_TOKEN    who sends it as Authorization: Bearer reads /metrics; at least 16 characters
                            [default: none, and there is no /metrics]
  RUST_LOG                  what is logged [default: info]
  LATCHKEY_LOG_FORMAT       text or json [default: text]";

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
        let database_url = parse_database_url(get("LATCHKEY_DATABASE_URL")?)?;
        Ok(Self {
            listen,
            database_url: database_url.clone(),
            database_connections: parse_connections(
                get("LATCHKEY_DATABASE_CONNECTIONS")?.as_deref(),
            )?,
            pepper: parse_pepper(get("LATCHKEY_PEPPER")?, get("LATCHKEY_PEPPER_FILE")?)?,
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
            metrics_token: parse_metrics_token(get("LATCHKEY_METRICS_TOKEN")?.as_deref())?,
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
fn parse_database_url(text: Option<String>) -> Result<String, Wrong> {
    let text = text.unwrap_or_else(|| "sqlite://data/latchkey.db".into());
    let known = ["sqlite:", "postgres://", "postgresql://"]
        .iter()
        .any(|scheme| text.strip_prefix(scheme).is_some_and(|rest| rest.len() > 2));
    if known {
        Ok(text)
    } else {
        Err(Wrong {
            variable: "LATCHKEY_DATABASE_URL",
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
        return Ok(store::CONNECTIONS);
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
fn parse_metrics_token(text: Option<&str>) -> Result<Option<Arc<str>>, Wrong> {
    let fits = |text: &str| text.len() >= 16 && text.bytes().all(|byte| byte.is_ascii_graphic());
    match text {
        Some(text) if !fits(text) => Err(Wrong {
            variable: "LATCHKEY_METRICS_TOKEN",
            why: "the value is no token".into(),
            allowed: "at least 16 letters, digits and signs, without blanks",
        }),
        token => Ok(token.map(Arc::from)),
    }
}

fn parse_filter(text: Option<&str>) -> Result<EnvFilter, Wrong> {
    let text = text.unwrap_or("info");
    EnvFilter::try_new(text).map_err(|_| {
        Wrong::value(
            "RUST_LOG",
            text,
            "is no filter",
            "error, warn, info, debug or trace, or a list such as info,keyring=debug",
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

#[cfg(test)]
mod tests {
    use super::*;
    use domain::time::{DAY, HOUR};

    fn read(pairs: &[(&str, &str)]) -> Result<Config, Wrong> {
        Config::read(|name| {
            pairs
                .iter()
                .find(|pair| pair.0 == name)
                .map(|pair| pair.1.into())
        })
    }

    #[test]
    fn nothing_need_be_set() {
        let config = read(&[]).expect("defaults are right");
        assert_eq!(config.listen.to_string(), "127.0.0.1:3000");
        assert_eq!(config.database_url, "sqlite://data/latchkey.db");
        assert_eq!(config.public_url.origin(), "http://127.0.0.1:3000");
        assert!(config.pepper == PepperSource::File("data/pepper".into()));
        assert_eq!(config.retention, Retention::default());
        assert_eq!(config.idle, Duration::from_secs(75));
        assert_eq!(config.hsts.header(), Some("max-age=31536000"));
    }

    #[test]
    fn a_wrong_setting_is_named_on_one_line_without_its_secret() {
        for (variable, value) in [
            ("LATCHKEY_LISTEN", "3000"),
            ("LATCHKEY_LISTEN", "localhost:3000"),
            ("LATCHKEY_DATABASE_URL", "mysql://root:hunter2@db/x"),
            ("LATCHKEY_DATABASE_URL", "sqlite://"),
            ("LATCHKEY_PUBLIC_URL", "keys.example.com"),
            ("LATCHKEY_PUBLIC_URL", "ftp://keys.example.com"),
            ("LATCHKEY_PUBLIC_URL", "https://keys.example.com/keys"),
            ("LATCHKEY_PUBLIC_URL", "https://me@keys.example.com"),
            ("LATCHKEY_TRUSTED_PROXIES", "10.0.0.0/8, nginx"),
            ("LATCHKEY_TRUSTED_PROXIES", "10.0.0.0/33"),
            ("LATCHKEY_TRUSTED_PROXIES", "::ffff:0:0/90"),
            ("LATCHKEY_IDLE_TIMEOUT", "0"),
            ("LATCHKEY_IDLE_TIMEOUT", "75s"),
            ("LATCHKEY_IDLE_TIMEOUT", "3601"),
            ("LATCHKEY_HSTS", "max-age=0"),
            ("LATCHKEY_DATABASE_CONNECTIONS", "1"),
            ("LATCHKEY_FAIL_CLOSED_AFTER", "0"),
            ("LATCHKEY_FAIL_CLOSED_AFTER", "5m"),
            ("LATCHKEY_KEEP_MINUTES", "24"),
            ("LATCHKEY_KEEP_HOURS", "90d"),
            ("LATCHKEY_KEEP_DAYS", "4001"),
            ("LATCHKEY_KEEP_BREAKDOWNS", "0"),
            ("LATCHKEY_KEEP_DECISIONS", "401"),
            ("LATCHKEY_MOST_DECISIONS", "999"),
            ("LATCHKEY_METRICS_TOKEN", "hunter2"),
            ("LATCHKEY_METRICS_TOKEN", "hunter2 and more than sixteen"),
            ("RUST_LOG", "info,[[["),
            ("LATCHKEY_LOG_FORMAT", "xml\nsecond line"),
        ] {
            let Err(wrong) = read(&[(variable, value)]) else {
                panic!("{variable}={value} was taken");
            };
            let line = wrong.to_string();
            assert!(line.starts_with(variable), "{line}");
            assert!(line.contains("Allowed: "), "{line}");
            assert!(!line.contains('\n') && !line.contains("hunter2"), "{line}");
        }
    }

    #[test]
    fn what_is_kept_follows_its_settings() {
        let config = read(&[
            ("LATCHKEY_KEEP_MINUTES", "25"),
            ("LATCHKEY_KEEP_BREAKDOWNS", "7"),
            ("LATCHKEY_KEEP_DECISIONS", "30"),
            ("LATCHKEY_MOST_DECISIONS", "5000"),
        ]);
        let retention = config.map(|config| config.retention).ok();
        let expected = Retention {
            minutes: 25 * HOUR,
            breakdowns: 7 * DAY,
            decisions: 30 * DAY,
            most_decisions: 5_000,
            ..Retention::default()
        };
        assert_eq!(retention, Some(expected));
    }

    #[test]
    fn one_pepper_is_enough() {
        let both = [
            ("LATCHKEY_PEPPER", "c2VjcmV0"),
            ("LATCHKEY_PEPPER_FILE", "p"),
        ];
        let Err(wrong) = read(&both) else {
            panic!("both were taken");
        };
        assert!(!wrong.to_string().contains("c2VjcmV0"));
    }
}
