//! The texts of mails. Links lead to the public origin, never to the host of a request. No subject contains a name, and names in bodies
//! are not links: other people choose them.

mod defang;
mod sign_in;
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
use sign_in::{new_sign_in, wrong_code};
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

/// Writes the text of a mail. `has_password` is whether the recipient signs in with a password, and not through the identity provider
/// alone.
pub(crate) fn compose(
    content: &Content,
    (to, has_password): (&Email, bool),
    origin: &str,
) -> MailText {
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
        Content::SignInChange { change, client } => {
            sign_in_change((change, has_password), client, origin)
        }
        Content::NewSignIn {
            through_provider,
            client,
        } => new_sign_in(*through_provider, client, to, origin),
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
mod tests;
