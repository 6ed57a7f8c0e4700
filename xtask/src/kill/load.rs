//! What goes on until the server dies.

use std::{
    net::SocketAddr,
    sync::atomic::{AtomicBool, Ordering},
    time::Instant,
};

use anyhow::{Context as _, Result, bail};

use crate::bench::client::Client;

/// A key with which calls are made.
#[derive(Clone)]
pub struct Pair {
    pub id: String,
    pub secret: String,
}

/// Which key was accepted, and when the answer was there.
pub type Calls = Vec<(String, Instant)>;

/// What is done to a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    Revoke,
    Deactivate,
    Activate,
    Create,
}

impl Deed {
    /// What the audit log calls it.
    pub const fn action(self) -> &'static str {
        match self {
            Self::Revoke => "key.revoked",
            Self::Deactivate => "key.deactivated",
            Self::Activate => "key.activated",
            Self::Create => "key.created",
        }
    }
}

/// A change that was begun.
pub struct Change {
    pub deed: Deed,
    /// The key; for one that was being created and never answered, nothing.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What was told once.
    pub secret: String,
    pub answered: bool,
}

/// Calls with one key after the other until the server is gone.
pub fn call(address: SocketAddr, keys: &[Pair], place: usize, ending: &AtomicBool) -> Calls {
    let mut calls = Calls::new();
    let Ok(mut client) = Client::connect(address) else {
        return calls;
    };
    for pair in keys.iter().cycle().skip(place) {
        if ending.load(Ordering::Relaxed) {
            break;
        }
        let lines = format!(
            "x-client-key: {}\r\nx-client-secret: {}\r\n",
            pair.id, pair.secret
        );
        match client.send("GET", "/v1/whoami", &lines, "") {
            Ok(answer) if answer.status == 200 => calls.push((pair.id.clone(), Instant::now())),
            // The one that changes keys may have got hold of this one.
            Ok(_) => {}
            Err(_) => break,
        }
    }
    calls
}

/// Does one thing after the other, and makes a new key between, until the server is gone.
pub fn change(
    owner: &mut Client,
    app: &str,
    plan: Vec<(Deed, String, String)>,
    round: usize,
    ending: &AtomicBool,
) -> Result<Vec<Change>> {
    let mut changes = Vec::new();
    for (number, (deed, id, name)) in plan.into_iter().enumerate() {
        if ending.load(Ordering::Relaxed) {
            break;
        }
        let answered = perform(owner, app, deed, &id, &name)?;
        changes.push(Change {
            deed,
            id,
            name,
            secret: String::new(),
            answered,
        });
        let name = format!("Round {round}, {number}");
        let Some((id, secret)) = create(owner, app, &name, round, number)? else {
            break;
        };
        changes.push(Change {
            deed: Deed::Create,
            id,
            name,
            secret,
            answered: true,
        });
    }
    Ok(changes)
}

/// Whether the change was answered: `false` where the server is gone. A change that is refused is an error.
fn perform(owner: &mut Client, app: &str, deed: Deed, id: &str, name: &str) -> Result<bool> {
    let (function, more) = match deed {
        Deed::Revoke => (
            "revoke_key",
            format!("&confirm={}&reason=Test", encode(name)),
        ),
        Deed::Deactivate => ("deactivate_key", String::new()),
        Deed::Activate => ("activate_key", String::new()),
        Deed::Create => bail!("a key is not made of another one"),
    };
    let form = format!("app={app}&key={id}{more}");
    match owner.send("POST", &format!("/api/{function}"), JSON, &form) {
        Ok(answer) if answer.status < 400 => Ok(true),
        Ok(answer) => bail!("{function} answered {}: {}", answer.status, answer.text()?),
        Err(_) => Ok(false),
    }
}

/// What a program wants to hear.
const JSON: &str = "accept: application/json\r\n";

/// Makes a key; its id and its secret, or nothing where the server is gone. A key that is refused is an error.
pub fn create(
    owner: &mut Client,
    app: &str,
    name: &str,
    round: usize,
    number: usize,
) -> Result<Option<(String, String)>> {
    let form = format!(
        "app={app}&name={}&environment=live&scopes%5B%5D=invoice%3Aread&expiration=never\
         &once=00000000-0000-7000-8000-{:012x}",
        encode(name),
        round * 10_000 + number
    );
    let Ok(answer) = owner.send("POST", "/api/create_key", JSON, &form) else {
        return Ok(None);
    };
    let text = answer.text()?;
    let field = |name: &str| between(text, &format!("\"{name}\":\""), "\"").map(str::to_owned);
    let made = field("id").zip(field("secret"));
    made.with_context(|| format!("create_key answered {}: {text}", answer.status))
        .map(Some)
}

/// The first text between two others.
pub fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    Some(rest.split_once(after)?.0)
}

/// The names here are made of letters, digits, commas and spaces.
fn encode(name: &str) -> String {
    name.replace(' ', "+").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::between;

    #[test]
    fn a_text_is_found_between_two_others() {
        let text = r#"{"Issued":{"id":"akl_1","secret":"asl_2"}}"#;
        assert_eq!(between(text, "\"secret\":\"", "\""), Some("asl_2"));
        assert_eq!(between(text, "\"name\":\"", "\""), None);
    }
}
