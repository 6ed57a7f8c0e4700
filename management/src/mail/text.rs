//! The texts of mails. Links lead to the public origin, never to the host of a request. No subject contains a name, and names in bodies
//! are no links: other people choose them.

mod defang;
mod sign_in_change;

use super::{
    ClientDetails, Content,
    content::{EventLine, ExpiringKeyLine},
};
use defang::defang;
use domain::{
    account::{Email, Role},
    id::ApplicationId,
};
use sign_in_change::sign_in_change;
use std::collections::BTreeSet;
use zeroize::Zeroizing;

/// Maximum number of security events that a mail lists.
const MAX_EVENTS: usize = 20;
/// Maximum number of applications to whose security events a mail has links.
const MAX_PAGES: usize = 20;

/// A mail's subject, and its body in plain text.
pub(crate) struct MailText {
    pub(crate) subject: String,
    pub(crate) body: Zeroizing<String>,
}

/// Writes the text of a mail.
pub(crate) fn compose(content: &Content, to: &Email, origin: &str) -> MailText {
    let (subject, paragraphs) = match content {
        Content::Invitation {
            account,
            invited_by,
            role,
            token,
            expires_at,
        } => (
            "You're invited to join an account on Latchkey".to_owned(),
            vec![
                "You're invited to join an account on Latchkey.".to_owned(),
                format!(
                    "Account: {}\nRole: {}\nInvited by: {invited_by}",
                    defang(account),
                    role_name(*role)
                ),
                format!("Accept the invitation:\n{origin}/invite/{}", **token),
                format!(
                    "The link works once, until {}. Anyone who has it can join as you, so don't forward this email.",
                    expires_at.readable()
                ),
                "If you weren't expecting this, ignore this email.".to_owned(),
            ],
        ),
        Content::PasswordReset {
            made_by,
            token,
            expires_at,
        } => (
            "Reset your Latchkey password".to_owned(),
            vec![
                match made_by {
                    Some(owner) => {
                        format!(
                            "An owner of your account created a link for you to choose a new password.\n\nCreated by: {owner}"
                        )
                    }
                    None => format!("Someone asked to reset the Latchkey password of {to}."),
                },
                format!("Choose a new password:\n{origin}/reset/{}", **token),
                format!(
                    "The link works once, until {}. Saving a new password signs you out everywhere. Anyone who has the link can use it, so don't forward this email.",
                    expires_at.readable()
                ),
                "If you didn't ask for this, ignore this email. Your password stays the same."
                    .to_owned(),
            ],
        ),
        Content::SignInChange { change, client } => sign_in_change(change, client, origin),
        Content::NewSignIn { client } => (
            "New sign-in to Latchkey".to_owned(),
            vec![
                format!("Someone signed in as {to} in a browser that you hadn't used before."),
                details(client),
                format!(
                    "If this was you, there's nothing to do. If it wasn't, change your password now, which signs out every other browser:\n{origin}/profile/password"
                ),
            ],
        ),
        Content::WrongCode {
            through_provider,
            client,
        } => wrong_code(*through_provider, client, to, origin),
        Content::KeyExpiry {
            application,
            application_name,
            as_owner: _,
            keys,
            more,
        } => key_expiry(
            (*application, application_name.as_str()),
            keys,
            *more,
            origin,
        ),
        Content::SecurityEvents { account, events } => security_events(account, events, origin),
        Content::Test => (
            "Test email from Latchkey".to_owned(),
            vec!["Latchkey can send email. You can ignore this message.".to_owned()],
        ),
    };
    let signature = format!("-- \nLatchkey, {origin}\n");
    let paragraphs = Zeroizing::new(paragraphs);
    MailText {
        subject,
        body: Zeroizing::new(paragraphs.join("\n\n") + "\n\n" + &signature),
    }
}

const fn role_name(role: Role) -> &'static str {
    match role {
        Role::Owner => "Owner",
        Role::Developer => "Developer",
        Role::Viewer => "Viewer",
        Role::Support => "Support",
    }
}

/// When and from where something happened.
fn details(client: &ClientDetails) -> String {
    let mut lines = vec![format!("Time: {}", client.at.readable())];
    if !client.device.is_empty() {
        // It may be what the client calls itself.
        lines.push(format!("Browser: {}", defang(&client.device)));
    }
    if !client.address.is_empty() {
        lines.push(format!("IP address: {}", client.address));
    }
    lines.join("\n")
}

fn wrong_code(
    through_provider: bool,
    client: &ClientDetails,
    to: &Email,
    origin: &str,
) -> (String, Vec<String>) {
    let (entered, remedy) = if through_provider {
        (
            "signed in at your identity provider",
            "secure your account at your identity provider".to_owned(),
        )
    } else {
        (
            "entered your password",
            format!("change your password now:\n{origin}/profile/password"),
        )
    };
    let paragraphs = vec![
        format!(
            "Someone {entered} to sign in as {to}, but not a right two-factor code, in a browser that you hadn't used before. They were not signed in."
        ),
        details(client),
        format!("If this was you, there's nothing to do. If it wasn't, {remedy}"),
        notifications(origin),
    ];
    (
        "Sign-in to Latchkey stopped at two-factor authentication".to_owned(),
        paragraphs,
    )
}

fn key_expiry(
    (application, name): (ApplicationId, &str),
    keys: &[ExpiringKeyLine],
    more: usize,
    origin: &str,
) -> (String, Vec<String>) {
    let list: Vec<String> = keys
        .iter()
        .map(|key| {
            format!(
                "{}, expires {}\n{origin}/apps/{application}/settings/api-keys/{}",
                defang(&key.name),
                key.expires_at.readable(),
                key.id
            )
        })
        .chain(and_more(more))
        .collect();
    let paragraphs = vec![
        format!(
            "Requests with these keys will fail after they expire.\n\nApplication: {}",
            defang(name)
        ),
        list.join("\n\n"),
        "Extend a key that is still in use, or regenerate its secret.".to_owned(),
        notifications(origin),
    ];
    let subject = match keys.len() + more {
        1 => "An API key expires soon".to_owned(),
        count => format!("{count} API keys expire soon"),
    };
    (subject, paragraphs)
}

fn security_events(account: &str, events: &[EventLine], origin: &str) -> (String, Vec<String>) {
    let list: Vec<String> = events
        .iter()
        .take(MAX_EVENTS)
        .map(|EventLine { title, key, .. }| match key {
            Some(key) => format!("- {title}: {}", defang(key)),
            None => format!("- {title}"),
        })
        .chain(and_more(events.len().saturating_sub(MAX_EVENTS)))
        .collect();
    let applications: BTreeSet<ApplicationId> = events
        .iter()
        .filter_map(|event| event.application)
        .collect();
    let mut pages: Vec<String> = applications
        .iter()
        .take(MAX_PAGES)
        .map(|application| format!("{origin}/apps/{application}/settings/security-events"))
        .collect();
    if pages.is_empty() {
        pages.push(origin.to_owned());
    }
    let paragraphs = vec![
        format!(
            "Latchkey noticed critical security events.\n\nAccount: {}",
            defang(account)
        ),
        list.join("\n"),
        format!(
            "See what happened and what you can do:\n{}",
            pages.join("\n")
        ),
        notifications(origin),
    ];
    (
        "Critical security events in your account".to_owned(),
        paragraphs,
    )
}

/// The line after a list that is not complete.
fn and_more(more: usize) -> Option<String> {
    (more > 0).then(|| format!("and {more} more"))
}

fn notifications(origin: &str) -> String {
    format!("You can turn these emails off in your profile:\n{origin}/profile")
}

#[cfg(test)]
mod tests {
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

    fn contents(name: &str) -> [Content; 8] {
        let application = ApplicationId(Uuid::nil());
        let id: KeyId = "akl_000000000000000z".parse().expect("a key id");
        let client = ClientDetails {
            at: Timestamp(0),
            device: name.to_owned(),
            address: "192.0.2.7".to_owned(),
        };
        [
            Content::NewSignIn {
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
                let MailText { subject, body } = compose(content, &to, ORIGIN);
                assert_eq!(subject, compose(&plain, &to, ORIGIN).subject);
                // Only links to the dashboard, each on a line of its own.
                let (links, text): (Vec<&str>, Vec<&str>) =
                    body.lines().partition(|line| line.starts_with(ORIGIN));
                assert!(!links.is_empty());
                let shown = text.iter().filter(|line| {
                    **line != "Latchkey, https://keys.example.com"
                        && **line != "IP address: 192.0.2.7"
                });
                for line in shown {
                    assert!(!has_link(line), "{name}: {line}");
                }
            }
        }
    }
}
