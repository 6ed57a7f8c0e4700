//! Rules for every mail: names do not become links, and recipients can follow the advice.

use super::{ClientDetails, Content, EventLine, ExpiringKeyLine, MailText, compose};
use domain::{
    account::{Email, Role},
    id::ApplicationId,
    key::token::KeyId,
    mail::SignInChange,
    time::Timestamp,
};
use uuid::Uuid;

const ORIGIN: &str = "https://keys.example.com";

/// Names that programs make links of.
const NAMES: [&str; 12] = [
    "https://evil.example/login",
    "http://192.0.2.1",
    "evil.example",
    "Go to evil.example/login now",
    "www.evil.example",
    "WWW.EVIL.EXAMPLE",
    "//evil.example",
    "(evil.example)",
    "<https://evil.example>",
    "mailto:admin@evil.example",
    "evil\u{3002}example",
    "evil\u{ff0e}example",
];

/// Whether a program may make a link of a part of the text.
fn has_link(text: &str) -> bool {
    text.contains("://")
        || text.to_lowercase().contains("www.")
        || text.chars().zip(text.chars().skip(1)).any(|(dot, next)| {
            // Not the colon of a time.
            (".\u{3002}\u{ff0e}".contains(dot) && next.is_alphanumeric())
                || (dot == ':' && (next.is_alphabetic() || next == '/'))
        })
}

fn contents(name: &str) -> [Content; 9] {
    let application = ApplicationId(Uuid::nil());
    let id: KeyId = "akl_000000000000000z".parse().expect("a key id");
    let client = ClientDetails {
        at: Timestamp(0),
        device: name.to_owned(),
        address: "192.0.2.7".to_owned(),
    };
    [
        Content::NewSignIn {
            through_provider: false,
            client: client.clone(),
        },
        Content::NewSignIn {
            through_provider: true,
            client: client.clone(),
        },
        Content::WrongCode {
            through_provider: false,
            client: client.clone(),
        },
        Content::WrongCode {
            through_provider: true,
            client: client.clone(),
        },
        Content::SignInChange {
            change: SignInChange::PasskeyRefused {
                name: name.to_owned(),
            },
            client: client.clone(),
        },
        Content::SignInChange {
            change: SignInChange::PasswordReset {
                keeps_passkeys: true,
            },
            client,
        },
        Content::Invitation {
            account: name.to_owned(),
            invited_by: "olivia@north-wind".to_owned(),
            role: Role::Viewer,
            token: "0".repeat(64).into(),
            expires_at: Timestamp(0),
        },
        Content::KeyExpiry {
            application,
            application_name: name.to_owned(),
            as_owner: true,
            keys: vec![ExpiringKeyLine {
                id,
                name: name.to_owned(),
                expires_at: Timestamp(0),
            }],
            more: 0,
        },
        Content::SecurityEvents {
            account: name.to_owned(),
            events: vec![EventLine {
                application: Some(application),
                title: "Revoked key used".to_owned(),
                key: Some(name.to_owned()),
            }],
        },
    ]
}

#[test]
fn no_name_is_in_a_subject_or_becomes_a_link() {
    let to = Email::parse("ada@north-wind").expect("valid");
    for name in NAMES {
        assert!(has_link(name), "{name}");
        for (content, plain) in contents(name).iter().zip(contents("Acme")) {
            let MailText { subject, body } = compose(content, (&to, true), ORIGIN);
            assert_eq!(subject, compose(&plain, (&to, true), ORIGIN).subject);
            // Only links to the dashboard, each on a line of its own.
            let (links, text): (Vec<&str>, Vec<&str>) =
                body.lines().partition(|line| line.starts_with(ORIGIN));
            assert!(!links.is_empty());
            let shown = text.iter().filter(|line| {
                **line != "Latchkey, https://keys.example.com" && **line != "IP address: 192.0.2.7"
            });
            for line in shown {
                assert!(!has_link(line), "{name}: {line}");
            }
        }
    }
}

/// Every change of the sign-in that a person without a password may get a mail about.
const WITHOUT_PASSWORD: [SignInChange; 7] = [
    SignInChange::EmailFollowed,
    SignInChange::FactorAdded,
    SignInChange::FactorRemoved,
    SignInChange::RecoveryCodesRenewed,
    SignInChange::FactorsReset { by: None },
    SignInChange::AuthenticatorRemoved,
    SignInChange::IdentityUnlinked,
];

#[test]
fn a_person_without_a_password_is_not_told_to_change_it() {
    let to = Email::parse("ada@north-wind").expect("valid");
    let client = || ClientDetails {
        at: Timestamp(0),
        device: String::new(),
        address: String::new(),
    };
    let changes = WITHOUT_PASSWORD
        .into_iter()
        .map(|change| Content::SignInChange {
            change,
            client: client(),
        });
    let sign_ins = [
        Content::NewSignIn {
            through_provider: true,
            client: client(),
        },
        Content::WrongCode {
            through_provider: true,
            client: client(),
        },
    ];
    for content in changes.chain(sign_ins) {
        let MailText { subject, body } = compose(&content, (&to, false), ORIGIN);
        for part in [
            "/profile/password",
            "/forgot-password",
            "our password",
            "another password",
        ] {
            assert!(!body.contains(part), "{subject}: {}", *body);
        }
    }
}

#[test]
fn mails_that_can_be_turned_off_say_so() {
    let to = Email::parse("ada@north-wind").expect("valid");
    for content in contents("Acme") {
        let can_be_turned_off = matches!(
            content,
            Content::NewSignIn { .. }
                | Content::WrongCode { .. }
                | Content::KeyExpiry { .. }
                | Content::SecurityEvents { .. }
        );
        let MailText { subject, body } = compose(&content, (&to, true), ORIGIN);
        let says_so = body.contains("You can turn these emails off in your profile");
        assert_eq!(says_so, can_be_turned_off, "{subject}");
    }
}
