//! Tests of the settings.

use super::*;
use domain::time::{DAY, HOUR};

fn read(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
    Config::read(|name| {
        pairs
            .iter()
            .find(|pair| pair.0 == name)
            .map(|pair| pair.1.into())
    })
}

#[test]
fn every_setting_has_a_default() {
    let config = read(&[]).expect("defaults are right");
    assert_eq!(config.listen.to_string(), "127.0.0.1:3000");
    assert_eq!(config.database_url, "sqlite://data/latchkey.db");
    assert_eq!(config.public_url.origin(), "http://127.0.0.1:3000");
    assert!(config.pepper == PepperSource::File("data/pepper".into()));
    assert_eq!(config.retention, Retention::default());
    assert_eq!(config.journal, PathBuf::from("data/revocations"));
    assert_eq!(config.idle, Duration::from_secs(75));
    assert_eq!(config.hsts.header(), Some("max-age=31536000"));
}

#[test]
fn an_invalid_setting_is_named_on_one_line_without_its_secret() {
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
        ("LATCHKEY_DATABASE_CONNECTIONS", "1"),
        ("LATCHKEY_TRUSTED_PROXIES", "::ffff:0:0/90"),
        ("LATCHKEY_IDLE_TIMEOUT", "0"),
        ("LATCHKEY_IDLE_TIMEOUT", "75s"),
        ("LATCHKEY_IDLE_TIMEOUT", "3601"),
        ("LATCHKEY_HSTS", "max-age=0"),
        ("LATCHKEY_DATABASE_CONNECTIONS", "1"),
        ("LATCHKEY_FAIL_CLOSED_AFTER", "0"),
        ("LATCHKEY_FAIL_CLOSED_AFTER", "5m"),
        ("LATCHKEY_NODE_NAME", "a node"),
        ("LATCHKEY_KEEP_MINUTES", "24"),
        ("LATCHKEY_KEEP_HOURS", "90d"),
        ("LATCHKEY_KEEP_DAYS", "4001"),
        ("LATCHKEY_KEEP_BREAKDOWNS", "0"),
        ("LATCHKEY_KEEP_DECISIONS", "401"),
        ("LATCHKEY_MOST_DECISIONS", "999"),
        ("LATCHKEY_METRICS_TOKEN", "hunter2"),
        ("LATCHKEY_METRICS_TOKEN", "hunter2 and more than sixteen"),
        ("LATCHKEY_OIDC_ISSUER", "id.example.com"),
        ("LATCHKEY_OIDC_ISSUER", "http://id.example.com"),
        ("LATCHKEY_OIDC_ISSUER", "https://id.example.com/?tenant=1"),
        ("LATCHKEY_OIDC_ISSUER", "https://me:hunter2@id.example.com"),
        ("LATCHKEY_OIDC_NAME", "A name\nof two lines"),
        ("LATCHKEY_OIDC_SCOPES", "email profile"),
        ("LATCHKEY_OIDC_ROLES", "admins"),
        ("LATCHKEY_OIDC_ROLES", "admins=root"),
        ("LATCHKEY_OIDC_ROLES", "admins=support"),
        ("LATCHKEY_OIDC_LINK_BY_EMAIL", "yes"),
        ("LATCHKEY_OIDC_CA_FILE", "/does/not/exist.pem"),
        ("LATCHKEY_OIDC_CA_FILE", "/dev/null"),
        ("RUST_LOG", "info,[[["),
        ("LATCHKEY_LOG_FORMAT", "xml\nsecond line"),
    ] {
        let Err(wrong) = read(&[(variable, value)]) else {
            panic!("{variable}={value} was accepted");
        };
        let line = wrong.to_string();
        assert!(line.starts_with(variable), "{line}");
        assert!(line.contains("Allowed: "), "{line}");
        assert!(!line.contains('\n') && !line.contains("hunter2"), "{line}");
    }
}

#[test]
fn retention_follows_the_settings() {
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
        max_decisions: 5_000,
        ..Retention::default()
    };
    assert_eq!(retention, Some(expected));
}

#[test]
fn the_pepper_comes_from_one_variable_only() {
    let both = [
        ("LATCHKEY_PEPPER", "c2VjcmV0"),
        ("LATCHKEY_PEPPER_FILE", "p"),
    ];
    let Err(wrong) = read(&both) else {
        panic!("both were accepted");
    };
    assert!(!wrong.to_string().contains("c2VjcmV0"));
}

#[test]
fn every_secret_can_come_from_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(&path, mode).expect("own file");
        path.display().to_string()
    };
    let url = file("url", "postgres://me:hunter2@db/latchkey\n");
    let token = file(
        "token",
        "a token of 23 letters\r\n".replace(' ', "-").as_str(),
    );
    let smtp = file("smtp", "smtps://me:hunter2@mail.example.com\n");
    let config = read(&[
        ("LATCHKEY_DATABASE_URL_FILE", url.as_str()),
        ("LATCHKEY_METRICS_TOKEN_FILE", token.as_str()),
        ("LATCHKEY_OIDC_ISSUER", "https://id.example.com"),
        ("LATCHKEY_OIDC_CLIENT_ID", "latchkey"),
        ("LATCHKEY_OIDC_CLIENT_SECRET_FILE", token.as_str()),
        ("LATCHKEY_SMTP_URL_FILE", smtp.as_str()),
        ("LATCHKEY_MAIL_FROM", "latchkey@example.com"),
        ("LATCHKEY_PUBLIC_URL", "https://keys.example.com"),
    ]);
    let config = config.unwrap_or_else(|wrong| panic!("{wrong}"));
    assert!(config.single_sign_on.is_some() && config.mailer.is_some());
    assert_eq!(config.database_url, "postgres://me:hunter2@db/latchkey");
    assert_eq!(
        config.metrics_token.as_deref(),
        Some("a-token-of-23-letters")
    );
    let (short, mysql) = (
        file("short", "hunter2"),
        file("mysql", "mysql://hunter2@db/x"),
    );
    let missing = folder.path().join("missing").display().to_string();
    for (variable, path) in [
        ("LATCHKEY_METRICS_TOKEN_FILE", &short),
        ("LATCHKEY_METRICS_TOKEN_FILE", &missing),
        ("LATCHKEY_OIDC_CLIENT_SECRET_FILE", &missing),
        ("LATCHKEY_DATABASE_URL_FILE", &mysql),
        ("LATCHKEY_DATABASE_URL_FILE", &missing),
    ] {
        let Err(wrong) = read(&[(variable, path.as_str())]) else {
            panic!("{variable}={path} was accepted");
        };
        let line = wrong.to_string();
        assert!(
            line.starts_with(variable) && !line.contains("hunter2"),
            "{line}"
        );
    }
    for (value, file) in [
        ("LATCHKEY_DATABASE_URL", "LATCHKEY_DATABASE_URL_FILE"),
        ("LATCHKEY_METRICS_TOKEN", "LATCHKEY_METRICS_TOKEN_FILE"),
        (
            "LATCHKEY_OIDC_CLIENT_SECRET",
            "LATCHKEY_OIDC_CLIENT_SECRET_FILE",
        ),
        ("LATCHKEY_SMTP_URL", "LATCHKEY_SMTP_URL_FILE"),
    ] {
        let Err(wrong) = read(&[(value, "hunter2"), (file, url.as_str())]) else {
            panic!("both were accepted");
        };
        let line = wrong.to_string();
        assert!(line.contains(file) && !line.contains("hunter2"), "{line}");
    }
}

#[test]
fn the_variables_that_are_read_are_those_of_the_help_and_the_readme() {
    let read = std::cell::RefCell::new(std::collections::BTreeSet::new());
    let config = Config::read(|name| {
        read.borrow_mut().insert(name.to_owned());
        None
    });
    assert!(config.is_ok());
    let known: std::collections::BTreeSet<_> = variables::ALL
        .into_iter()
        .map(|variable| variable.name.to_owned())
        .collect();
    assert_eq!(read.into_inner(), known, "read and documented variables");
    let readme = include_str!("../../../README.md");
    for name in known {
        // The table has `LATCHKEY_KEEP_MINUTES`, `_HOURS`, `_DAYS` in one row.
        let short = name
            .strip_prefix("LATCHKEY_KEEP")
            .map(|rest| format!("`{rest}`"));
        let found = readme.contains(&format!("`{name}`"))
            || short.is_some_and(|short| readme.contains(&short));
        assert!(found, "README has no {name}");
    }
}

#[test]
fn the_revocation_journal_is_beside_the_pepper_by_default() {
    for (pairs, path) in [
        (
            &[("LATCHKEY_PEPPER_FILE", "/etc/latchkey/pepper")][..],
            "/etc/latchkey/revocations",
        ),
        (&[("LATCHKEY_PEPPER", "c2VjcmV0")][..], "data/revocations"),
        (
            &[
                ("LATCHKEY_PEPPER_FILE", "/etc/latchkey/pepper"),
                ("LATCHKEY_JOURNAL", "/var/lib/latchkey/ends"),
            ][..],
            "/var/lib/latchkey/ends",
        ),
    ] {
        let journal = read(pairs).map(|config| config.journal).ok();
        assert_eq!(journal, Some(path.into()));
    }
}

#[test]
fn mails_need_a_server_a_sender_and_a_public_url() {
    let url = ("LATCHKEY_SMTP_URL", "smtps://me:hunter2@mail.example.com");
    let from = ("LATCHKEY_MAIL_FROM", "Latchkey <latchkey@example.com>");
    let public = ("LATCHKEY_PUBLIC_URL", "https://keys.example.com");
    let config = read(&[url, from, public]).ok();
    assert!(config.is_some_and(|config| config.mailer.is_some()));
    let config = read(&[public]).ok();
    assert!(config.is_some_and(|config| config.mailer.is_none()));
    for (pairs, variable, reason) in [
        (vec![url, public], "LATCHKEY_MAIL_FROM", "missing"),
        (vec![from, public], "LATCHKEY_SMTP_URL", "missing"),
        (vec![url, from], "LATCHKEY_PUBLIC_URL", "missing"),
        (
            vec![("LATCHKEY_SMTP_URL", "mail.example.com"), from, public],
            "LATCHKEY_SMTP_URL",
            "not a URL",
        ),
        (
            vec![
                ("LATCHKEY_SMTP_URL", "smtp://me:hunter2@relay?tls=none"),
                from,
                public,
            ],
            "LATCHKEY_SMTP_URL",
            "without TLS",
        ),
        (
            vec![url, ("LATCHKEY_MAIL_FROM", "Latchkey"), public],
            "LATCHKEY_MAIL_FROM",
            "not an e-mail address",
        ),
    ] {
        let Err(wrong) = read(&pairs) else {
            panic!("{pairs:?} was accepted");
        };
        let line = wrong.to_string();
        assert!(
            line.starts_with(variable) && line.contains(reason),
            "{line}"
        );
        assert!(line.contains("Allowed: "), "{line}");
        assert!(!line.contains('\n') && !line.contains("hunter2"), "{line}");
    }
}

const PROVIDER: [(&str, &str); 3] = [
    ("LATCHKEY_OIDC_ISSUER", "https://id.example.com/"),
    ("LATCHKEY_OIDC_CLIENT_ID", "latchkey"),
    ("LATCHKEY_OIDC_CLIENT_SECRET", "hunter2"),
];

#[test]
fn a_provider_needs_its_client_and_an_account_its_roles() {
    let none = read(&[]).expect("defaults are right");
    assert!(none.single_sign_on.is_none());
    let config = read(&PROVIDER).expect("all that is needed");
    let provider = config.single_sign_on.expect("a provider");
    assert_eq!(provider.name, "single sign-on");
    assert_eq!(provider.provider.issuer(), "https://id.example.com/");
    assert!(!provider.link_by_email && provider.members.is_none());
    for missing in 0..PROVIDER.len() {
        let mut pairs = PROVIDER.to_vec();
        let (name, _) = pairs.remove(missing);
        let Err(wrong) = read(&pairs) else {
            panic!("{name} is not needed");
        };
        assert_eq!(wrong.variable, name);
        assert!(!wrong.to_string().contains("hunter2"), "{wrong}");
    }
    let account = ("LATCHKEY_OIDC_ACCOUNT", "Northwind");
    let roles = ("LATCHKEY_OIDC_ROLES", "admins=owner,*=viewer");
    for (there, missing) in [(account, roles.0), (roles, account.0)] {
        let mut pairs = PROVIDER.to_vec();
        pairs.push(there);
        let Err(wrong) = read(&pairs) else {
            panic!("{missing} is not needed");
        };
        assert_eq!(wrong.variable, missing);
    }
    let link = ("LATCHKEY_OIDC_LINK_BY_EMAIL", "true");
    let mut pairs = PROVIDER.to_vec();
    pairs.push(link);
    let Err(wrong) = read(&pairs) else {
        panic!("whose members are linked?");
    };
    assert_eq!(wrong.variable, account.0);
    // Without an issuer none of them has an effect.
    for alone in [
        &[link][..],
        &[account, roles],
        &[PROVIDER[1]],
        &[PROVIDER[2]],
    ] {
        let Err(wrong) = read(alone) else {
            panic!("{alone:?} is ignored");
        };
        assert_eq!(wrong.variable, "LATCHKEY_OIDC_ISSUER");
    }
    let mut pairs = PROVIDER.to_vec();
    pairs.extend([account, roles, ("LATCHKEY_OIDC_LINK_BY_EMAIL", "true")]);
    let config = read(&pairs).expect("all together");
    let provider = config.single_sign_on.expect("a provider");
    assert!(provider.link_by_email && provider.members.is_some());
}

#[test]
fn a_lease_is_for_postgresql_and_has_bounds() {
    let on = |url: &str, variable: &str, value: &str| {
        read(&[("LATCHKEY_DATABASE_URL", url), (variable, value)])
    };
    let (postgres, sqlite) = ("postgres://h/d", "sqlite://d");
    let config = on(postgres, "LATCHKEY_LEASE", "10").expect("a lease");
    assert_eq!(config.lease, Duration::from_secs(10));
    assert_eq!(config.patience_ms, 9_500);
    let default = read(&[("LATCHKEY_DATABASE_URL", postgres)]).expect("settings");
    assert_eq!(default.lease, Duration::from_secs(30));
    for (url, variable, value, allowed) in [
        (postgres, "LATCHKEY_LEASE", "0", "1 to 300"),
        (postgres, "LATCHKEY_LEASE", "86400", "1 to 300"),
        (
            postgres,
            "LATCHKEY_FAIL_CLOSED_AFTER",
            "30",
            "LATCHKEY_LEASE instead",
        ),
        (
            sqlite,
            "LATCHKEY_LEASE",
            "30",
            "LATCHKEY_FAIL_CLOSED_AFTER instead",
        ),
    ] {
        let Err(wrong) = on(url, variable, value) else {
            panic!("{variable}={value} was accepted");
        };
        let line = wrong.to_string();
        assert!(
            line.starts_with(variable) && line.contains(allowed),
            "{line}"
        );
    }
}

#[test]
fn two_nodes_on_one_machine_have_different_names() {
    let name = |variable, value| {
        let config = read(&[(variable, value)]).expect("settings");
        config.node_name
    };
    assert!(name("LATCHKEY_LISTEN", "127.0.0.1:3001").ends_with(":3001"));
    assert!(name("LATCHKEY_LISTEN", "127.0.0.1:3002").ends_with(":3002"));
    assert_eq!(name("LATCHKEY_NODE_NAME", "blue-1"), "blue-1");
}
