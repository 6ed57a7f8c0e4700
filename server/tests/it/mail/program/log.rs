//! The most verbose log of signed-in people contains none of their secrets.

use super::Setting;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use test_server::PASSWORD;
use testing::SmtpSink;
use totp_rs::{Builder, Secret};
use verification::{Clock, SystemClock};

const ADA: &str = "ada@example.com";
const ANOTHER: &str = "violet compass under snow";
const WRONG: &str = "hunter two and three";

/// A browser, and every secret that it has sent or received.
struct Browser<'a> {
    setting: &'a Setting,
    cookies: BTreeMap<String, String>,
    secrets: BTreeSet<String>,
}

impl Browser<'_> {
    fn send(&mut self, what: &str, lines: &str, form: &str) -> String {
        let pairs = self.cookies.iter();
        let pairs: Vec<_> = pairs
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let lines = format!("Cookie: {}\r\n{lines}", pairs.join("; "));
        let answer = self.setting.send(what, &lines, form);
        let (head, body) = answer.split_once("\r\n\r\n").expect("a response");
        for line in head.lines() {
            let Some(cookie) = line.strip_prefix("set-cookie: ") else {
                continue;
            };
            let (name, rest) = cookie.split_once('=').expect("a cookie");
            let value = rest.split(';').next().unwrap_or_default();
            self.cookies.insert(name.into(), value.into());
            if !name.starts_with("latchkey-done") && !value.is_empty() {
                self.secrets.insert(value.into());
            }
        }
        body.to_owned()
    }

    /// The name of one of its cookies: it ends in the port, because the address is not a host name.
    fn cookie(&self, name: &str) -> String {
        format!("{name}-{}", self.setting.address.port())
    }

    fn session(&self) -> &str {
        &self.cookies[&self.cookie("latchkey")]
    }

    /// Looks at a page.
    fn visit(&mut self, path: &str) {
        let html = "Accept: text/html\r\n";
        self.send(&format!("GET {path}"), html, "");
    }

    /// Calls a function, and returns what it answers.
    fn call(&mut self, function: &str, fields: &[(&str, &str)]) -> Value {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        let json = "Accept: application/json\r\n";
        let answer = self.send(&format!("POST /api/{function}"), json, &form.finish());
        serde_json::from_str(&answer).unwrap_or_else(|_| panic!("{function}: {answer}"))
    }

    fn keep(&mut self, secret: &str) {
        self.secrets.insert(secret.to_owned());
    }

    /// Visits every page that its person may see.
    fn look_around(&mut self) {
        for path in [
            "/",
            "/profile",
            "/profile/sessions",
            "/profile/two-factor",
            "/sign-in/code",
        ] {
            self.visit(path);
        }
    }
}

/// The code of an app, some steps of 30 seconds from now.
fn code(secret: &str, steps: u64) -> String {
    let now = SystemClock::default().time_of_day().0 / 1_000;
    let now = u64::try_from(now).expect("later than 1970");
    let app = Builder::new().with_secret(Secret::new_stack(bytes_of(secret)));
    let app = app.build().expect("an app");
    app.generate(now + 30 * steps).to_string()
}

/// The bytes of a secret in base32.
fn bytes_of(secret: &str) -> [u8; 20] {
    let digits = secret.chars().map(|letter| {
        let digit = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(letter);
        format!("{:05b}", digit.expect("base32"))
    });
    let bits: Vec<char> = digits.collect::<String>().chars().collect();
    let bytes = bits.chunks(8).map(|byte| {
        let byte: String = byte.iter().collect();
        u8::from_str_radix(&byte, 2).expect("bits")
    });
    let bytes: Vec<u8> = bytes.collect();
    bytes.try_into().expect("20 bytes")
}

/// Signs in, sets up two-factor authentication, and uses every kind of token; returns the secrets.
fn use_everything(setting: &Setting) -> BTreeSet<String> {
    let mut ada = Browser {
        setting,
        cookies: BTreeMap::new(),
        secrets: BTreeSet::new(),
    };
    for password in [PASSWORD, ANOTHER, WRONG] {
        ada.keep(password);
        ada.keep(&password.replace(' ', "+"));
        ada.keep(&password.replace(' ', "%20"));
    }
    ada.call("sign_in", &[("email", ADA), ("password", WRONG)]);
    ada.call("sign_in", &[("email", ADA), ("password", PASSWORD)]);
    ada.look_around();
    ada.call("confirm_password", &[("password", WRONG)]);
    ada.call("confirm_password", &[("password", PASSWORD)]);
    let app = app(&ada);

    let invited = [
        ("app", app.as_str()),
        ("email", "bob@example.com"),
        ("role", "viewer"),
    ];
    let invited = ada.call("invite_member", &invited);
    let link = invited["link"].as_str().expect("a link");
    let token = link.rsplit('/').next().expect("a token").to_owned();
    ada.keep(&token);
    let mut bob = Browser {
        setting,
        cookies: BTreeMap::new(),
        secrets: BTreeSet::new(),
    };
    bob.visit(&format!("/invite/{token}"));
    bob.call(
        "accept_invitation",
        &[("token", &token), ("password", PASSWORD)],
    );
    bob.look_around();
    bob.call(
        "change_password",
        &[("password", PASSWORD), ("new_password", ANOTHER)],
    );
    bob.call("sign_out", &[]);
    ada.secrets.append(&mut bob.secrets);

    let setup = ada.call("start_two_factor", &[]);
    let secret = setup["secret"].as_str().expect("a secret").replace(' ', "");
    let sealed = setup["setup"].as_str().expect("a form").to_owned();
    ada.keep(setup["secret"].as_str().expect("a secret"));
    ada.keep(&secret);
    ada.keep(&sealed);
    let first = code(&secret, 0);
    ada.keep(&first);
    let codes = ada.call(
        "confirm_two_factor",
        &[("setup", &sealed), ("code", &first)],
    );
    let codes: Vec<String> = serde_json::from_value(codes["codes"].clone()).expect("codes");
    for code in &codes {
        ada.keep(code);
    }
    let second = code(&secret, 1);
    ada.keep(&second);
    for code in [&second, &codes[0]] {
        // The session's cookie stays: the browser is signed in twice.
        ada.call("sign_in", &[("email", ADA), ("password", PASSWORD)]);
        assert!(ada.cookies.contains_key(&ada.cookie("latchkey-sign-in")));
        ada.look_around();
        ada.call("enter_sign_in_code", &[("code", "000000")]);
        let before = ada.session().to_owned();
        ada.call("enter_sign_in_code", &[("code", code)]);
        assert_ne!(ada.session(), before, "a new session");
    }
    // From another site, and with tokens that are none.
    let cross = "Sec-Fetch-Site: cross-site\r\nAccept: application/json\r\n";
    ada.send("POST /api/sign_out", cross, "");
    ada.call("sign_out", &[]);
    ada.look_around();
    ada.secrets
}

/// The application, to which the first page leads.
fn app(browser: &Browser<'_>) -> String {
    let cookie = format!("{}={}", browser.cookie("latchkey"), browser.session());
    let lines = format!("Cookie: {cookie}\r\nAccept: text/html\r\n");
    let first = browser.setting.send("GET /", &lines, "");
    let (_, rest) = first.split_once("location: /apps/").expect("leads there");
    rest.split('/').next().expect("an id").to_owned()
}

/// Whether the log contains a secret. A code of six digits may be the fraction of a second or part of a number.
fn is_in(log: &str, secret: &str) -> bool {
    if secret.len() > 6 {
        return log.contains(secret);
    }
    let mut words = log.split(|c: char| !c.is_ascii_alphanumeric() && c != '.');
    words.any(|word| word == secret)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_contains_no_token_password_or_code_of_a_person() {
    let sink = SmtpSink::start().await;
    let setting = Setting::new(sink.url());
    setting.add(ADA);
    let running = setting.serve();
    let secrets = use_everything(&setting);
    let log = running.stop();
    // The most verbose lines, and one about a request.
    for line in ["DEBUG sqlx::query", "a cross-site request was rejected"] {
        assert!(log.contains(line), "{line}: {log}");
    }
    assert!(secrets.len() > 30, "{}", secrets.len());
    for secret in secrets {
        assert!(!is_in(&log, &secret), "{secret} is in the log");
    }
}
