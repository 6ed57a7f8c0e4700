//! The calls and changes that are made until the server is killed.

use std::{
    error::Error,
    fmt,
    net::SocketAddr,
    sync::atomic::{AtomicBool, Ordering},
    time::Instant,
};

use anyhow::{Result, bail};

use crate::http_client::{Client, Response};

/// A key id and its secret.
#[derive(Clone)]
pub struct Credentials {
    pub id: String,
    pub secret: String,
}

/// The key and the time of each accepted call.
pub type Calls = Vec<(String, Instant)>;

/// A change of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    Revoke,
    Deactivate,
    Activate,
    Create,
}

impl Operation {
    /// Returns the action in the audit log.
    pub const fn action(self) -> &'static str {
        match self {
            Self::Revoke => "key.revoked",
            Self::Deactivate => "key.deactivated",
            Self::Activate => "key.activated",
            Self::Create => "key.created",
        }
    }
}

/// A change that was requested.
pub struct Change {
    pub operation: Operation,
    /// The key's id.
    pub id: String,
    /// The key's name.
    pub name: String,
    /// The secret of a new key, otherwise empty.
    pub secret: String,
    pub acknowledged: bool,
}

/// An answer that acknowledges no change.
#[derive(Debug)]
pub struct ChangeRefusal {
    function: &'static str,
    status: u16,
    text: String,
}

impl ChangeRefusal {
    fn new(function: &'static str, answer: &Response) -> Self {
        Self {
            function,
            status: answer.status,
            text: String::from_utf8_lossy(&answer.body).into_owned(),
        }
    }

    /// Whether the session has ended, or began too long ago for the change.
    pub const fn asks_to_sign_in(&self) -> bool {
        matches!(self.status, 302 | 303 | 401 | 403)
    }
}

impl fmt::Display for ChangeRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            function,
            status,
            text,
        } = self;
        write!(f, "{function} returned status {status}: {text}")
    }
}

impl Error for ChangeRefusal {}

/// Calls with each key in turn, beginning with the key at index `first`, until the server is killed.
pub fn call(
    address: SocketAddr,
    keys: &[Credentials],
    first: usize,
    stopping: &AtomicBool,
) -> Calls {
    let mut calls = Calls::new();
    let Ok(mut client) = Client::connect(address) else {
        return calls;
    };
    for key in keys.iter().cycle().skip(first) {
        if stopping.load(Ordering::Relaxed) {
            break;
        }
        let lines = format!(
            "x-client-key: {}\r\nx-client-secret: {}\r\n",
            key.id, key.secret
        );
        match client.send("GET", "/v1/whoami", &lines, "") {
            Ok(answer) if answer.status == 200 => calls.push((key.id.clone(), Instant::now())),
            // The key may have been deactivated or revoked.
            Ok(_) => {}
            Err(_) => break,
        }
    }
    calls
}

/// Performs the planned changes, creating a key after each, until the server is killed.
pub fn change(
    owner: &mut Client,
    app: &str,
    plan: Vec<(Operation, String, String)>,
    round: usize,
    stopping: &AtomicBool,
) -> Result<Vec<Change>> {
    let mut changes = Vec::new();
    for (number, (operation, id, name)) in plan.into_iter().enumerate() {
        if stopping.load(Ordering::Relaxed) {
            break;
        }
        let acknowledged = perform(owner, app, operation, &id, &name)?;
        changes.push(Change {
            operation,
            id,
            name,
            secret: String::new(),
            acknowledged,
        });
        let name = format!("Round {round}, {number}");
        let Some((id, secret)) = create(owner, app, &name, round, number)? else {
            break;
        };
        changes.push(Change {
            operation: Operation::Create,
            id,
            name,
            secret,
            acknowledged: true,
        });
    }
    Ok(changes)
}

/// Returns whether the change was acknowledged: `false` if the server is killed. A [`ChangeRefusal`] is an error.
pub fn perform(
    owner: &mut Client,
    app: &str,
    operation: Operation,
    id: &str,
    name: &str,
) -> Result<bool> {
    let (function, more) = match operation {
        Operation::Revoke => (
            "revoke_key",
            format!("&confirm={}&reason=Test", encode(name)),
        ),
        Operation::Deactivate => ("deactivate_key", String::new()),
        Operation::Activate => ("activate_key", String::new()),
        Operation::Create => bail!("a key cannot be created from another key"),
    };
    let form = format!("app={app}&key={id}{more}");
    match owner.send("POST", &format!("/api/{function}"), JSON, &form) {
        // Any other status, a redirect to the sign-in among them, acknowledges nothing.
        Ok(answer) if answer.status == 200 => Ok(true),
        Ok(answer) => Err(ChangeRefusal::new(function, &answer).into()),
        Err(_) => Ok(false),
    }
}

const JSON: &str = "accept: application/json\r\n";

/// Creates a key, and returns its id and secret, or `None` if the server is killed. A [`ChangeRefusal`] is an error.
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
    let key = field("id").zip(field("secret"));
    key.map(Some)
        .ok_or_else(|| ChangeRefusal::new("create_key", &answer).into())
}

/// Returns the text between the first occurrence of `before` and the next one of `after`.
pub fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    Some(rest.split_once(after)?.0)
}

/// Encodes a name of letters, digits, commas and spaces for a form.
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
