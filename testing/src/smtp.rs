//! A mail server for tests, on loopback, without TLS. It accepts, refuses, hangs or hangs up at any step.

use std::{
    future::pending,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::{
    io::{self, AsyncBufReadExt, AsyncRead, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::Notify,
};

/// The server's misbehaviour at the step of [`SmtpSink::at`].
#[derive(Clone, Copy, Debug)]
pub enum Misbehaviour {
    /// Sends this answer, such as `451 later`.
    Answer(&'static str),
    /// Sends nothing, and keeps the connection open.
    Hang,
    /// Closes the connection.
    HangUp,
    /// Sends a line that never ends.
    EndlessLine,
    /// Answers as usual, but not before [`SmtpSink::accept`].
    Wait,
}

/// A mail that the server accepted.
#[derive(Clone, Debug)]
pub struct ReceivedMail {
    /// The recipient of the envelope.
    pub to: String,
    /// The message: headers, an empty line and the decoded body.
    pub message: String,
}

impl ReceivedMail {
    /// Returns the value of a header; empty without one.
    pub fn header(&self, name: &str) -> &str {
        let (head, _) = self.message.split_once("\n\n").unwrap_or_default();
        let mut lines = head.lines();
        lines
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
            .unwrap_or_default()
    }

    /// Returns the rest of the first line that begins with `start`: the end of a link.
    pub fn after(&self, start: &str) -> &str {
        let mut lines = self.message.lines();
        lines
            .find_map(|line| line.strip_prefix(start))
            .unwrap_or_default()
    }
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    received: Vec<ReceivedMail>,
    misbehaviours: Vec<(&'static str, Misbehaviour)>,
    /// How many times the server has misbehaved.
    misbehaved: usize,
    connections: usize,
    commands: Vec<String>,
    /// The parameters of `AUTH`.
    authentication: Option<String>,
}

/// A running mail server.
pub struct SmtpSink {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl SmtpSink {
    /// Starts a server that accepts every mail.
    ///
    /// # Panics
    /// If no port is free.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("bound");
        let shared = Arc::new(Shared::default());
        let server = Arc::clone(&shared);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                server.lock().connections += 1;
                let server = Arc::clone(&server);
                tokio::spawn(async move { server.converse(stream).await });
            }
        });
        Self { address, shared }
    }

    /// Returns the value of `LATCHKEY_SMTP_URL`.
    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// Misbehaves at a step from now on, and at no other: `greeting`, a command, or `message`.
    pub fn at(&self, step: &'static str, misbehaviour: Misbehaviour) {
        self.shared.lock().misbehaviours = vec![(step, misbehaviour)];
    }

    /// Accepts every mail from now on.
    pub fn accept(&self) {
        self.shared.lock().misbehaviours.clear();
        self.shared.changed.notify_waiters();
    }

    /// Returns the parameters of the last `AUTH` command.
    pub fn authentication(&self) -> Option<String> {
        self.shared.lock().authentication.clone()
    }

    /// Returns the mails that were accepted.
    pub fn received(&self) -> Vec<ReceivedMail> {
        self.shared.lock().received.clone()
    }

    /// Returns the number of connections.
    pub fn connections(&self) -> usize {
        self.shared.lock().connections
    }

    /// Returns the commands, without their parameters.
    pub fn commands(&self) -> Vec<String> {
        self.shared.lock().commands.clone()
    }

    /// Waits until the server has accepted `count` mails.
    pub async fn arrived(&self, count: usize) {
        self.until(|state| state.received.len() >= count).await;
    }

    /// Waits until the server has misbehaved `count` times.
    pub async fn misbehaved(&self, count: usize) {
        self.until(|state| state.misbehaved >= count).await;
    }

    async fn until(&self, holds: impl Fn(&State) -> bool) {
        self.shared.until(holds).await;
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn until(&self, holds: impl Fn(&State) -> bool) {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            // From here on a notification is not missed.
            changed.as_mut().enable();
            if holds(&self.lock()) {
                return;
            }
            changed.await;
        }
    }

    async fn converse(&self, stream: TcpStream) -> io::Result<()> {
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read);
        self.answer("greeting", &mut write, "220 sink").await?;
        let mut to = String::new();
        loop {
            let Some(line) = next_line(&mut lines).await? else {
                return Ok(());
            };
            let verb: String = line.chars().take_while(char::is_ascii_alphabetic).collect();
            self.lock().commands.push(verb.clone());
            // Only `DATA` depends on whether it was accepted.
            let _accepted = match verb.as_str() {
                "EHLO" => {
                    let usual = "250-sink\r\n250 AUTH PLAIN";
                    self.answer("EHLO", &mut write, usual).await?
                }
                "AUTH" => {
                    let parameters = line.trim_start_matches("AUTH ").to_owned();
                    self.lock().authentication = Some(parameters);
                    self.answer("AUTH", &mut write, "235 ok").await?
                }
                "MAIL" => self.answer("MAIL", &mut write, "250 ok").await?,
                "RCPT" => {
                    to = line
                        .trim_start_matches("RCPT TO:<")
                        .trim_end_matches('>')
                        .to_owned();
                    self.answer("RCPT", &mut write, "250 ok").await?
                }
                "DATA" if self.answer("DATA", &mut write, "354 go on").await? => {
                    let mut message = String::new();
                    while let Some(line) = next_line(&mut lines).await?
                        && line != "."
                    {
                        message.push_str(line.strip_prefix('.').unwrap_or(&line));
                        message.push('\n');
                    }
                    let received = ReceivedMail {
                        to: to.clone(),
                        message: decoded(&message),
                    };
                    // Recorded before the answer, as by a server whose answer is lost.
                    let misbehaviour = self.misbehaviour("message");
                    if !matches!(misbehaviour, Some(Misbehaviour::Answer(_))) {
                        self.lock().received.push(received);
                        self.changed.notify_waiters();
                    }
                    self.answer("message", &mut write, "250 queued as 1")
                        .await?
                }
                "DATA" => true,
                "QUIT" => {
                    self.answer("QUIT", &mut write, "221 bye").await?;
                    return Ok(());
                }
                _ => self.answer("other", &mut write, "500 unknown").await?,
            };
        }
    }

    fn misbehaviour(&self, step: &str) -> Option<Misbehaviour> {
        let state = self.lock();
        let mut all = state.misbehaviours.iter();
        all.find_map(|(at, misbehaviour)| (*at == step).then_some(*misbehaviour))
    }

    /// Answers a step; whether the usual answer was sent.
    async fn answer(
        &self,
        step: &str,
        write: &mut (impl AsyncWriteExt + Unpin),
        usual: &str,
    ) -> io::Result<bool> {
        let misbehaviour = self.misbehaviour(step);
        if misbehaviour.is_some() {
            self.lock().misbehaved += 1;
            self.changed.notify_waiters();
        }
        let answer = match misbehaviour {
            None => usual,
            Some(Misbehaviour::Answer(answer)) => answer,
            Some(Misbehaviour::Hang) => pending().await,
            Some(Misbehaviour::HangUp) => return Err(io::ErrorKind::ConnectionAborted.into()),
            Some(Misbehaviour::EndlessLine) => loop {
                write.write_all(&[b'2'; 16 * 1024]).await?;
            },
            Some(Misbehaviour::Wait) => {
                self.until(|state| state.misbehaviours.is_empty()).await;
                usual
            }
        };
        write.write_all(format!("{answer}\r\n").as_bytes()).await?;
        Ok(answer == usual)
    }
}

/// Decodes quoted-printable (RFC 2045, 6.7) in the body of a message with one part.
fn decoded(message: &str) -> String {
    if !message.contains("Content-Transfer-Encoding: quoted-printable") {
        return message.to_owned();
    }
    let (head, body) = message.split_once("\n\n").unwrap_or_default();
    let body = body.replace("=\n", "");
    let mut parts = body.split('=');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (code, rest) = part.split_at(2);
        bytes.extend(u8::from_str_radix(code, 16));
        bytes.extend(rest.as_bytes());
    }
    format!("{head}\n\n{}", String::from_utf8_lossy(&bytes))
}

async fn next_line(lines: &mut BufReader<impl AsyncRead + Unpin>) -> io::Result<Option<String>> {
    let mut line = String::new();
    let read = lines.read_line(&mut line).await?;
    Ok((read > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned()))
}
