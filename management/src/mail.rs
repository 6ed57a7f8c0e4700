//! E-mail. A change inserts its mail into the outbox in its own transaction; a background worker sends it. No request waits for the mail
//! server, and without one nothing is inserted.

mod content;
mod deliver;
mod notices;
mod smtp;
mod text;
mod wanted;

pub(crate) use content::{ClientDetails, Content, Recipient};
pub use deliver::Delivery;
pub use notices::Notices;
pub use smtp::{MailSender, SendError, SmtpServer};

use crate::Keyring;
use deliver::Counters;
use domain::{
    account::Email,
    id::{MailId, PersonId},
    mail::{MailKind, SignInChange},
    origin::Origin,
    time::Timestamp,
};
use smtp::{Connection, HeaderFields};
use std::{
    ops::Deref,
    sync::{Arc, atomic::Ordering},
};
use store::{MailRow, NewMail, StoreError};
use verification::{CipherPurpose, Encrypted, Entropy, SecretHasher, ThrottleBucket, new_id};
use zeroize::Zeroizing;

/// The mails that wait to be sent.
#[derive(Clone, Copy)]
pub struct Outbox<'k> {
    pub(crate) keyring: &'k Keyring,
}

/// Sends mails, if a mail server is configured.
#[derive(Debug)]
pub struct Mailer {
    server: SmtpServer,
    sender: MailSender,
    /// The public origin, to which all links lead.
    origin: String,
    counters: Counters,
}

/// Figures about mails. They identify no person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MailStats {
    /// Mails that waited when the outbox was last read.
    pub waiting: i64,
    /// Milliseconds since the oldest of them was created; 0 if none waits.
    pub oldest_ms: i64,
    /// Mails that were sent since the start.
    pub sent: u64,
    /// Attempts that failed since the start.
    pub failed_attempts: u64,
    /// Mails that were given up since the start.
    pub given_up: u64,
}

/// The mails that a change inserts, with the limits that they are charged to.
#[derive(Default)]
pub(crate) struct ChangeMail {
    mail: Vec<NewMail>,
    limits: Vec<ThrottleBucket>,
}

impl Deref for ChangeMail {
    type Target = [NewMail];

    fn deref(&self) -> &[NewMail] {
        &self.mail
    }
}

impl Extend<ChangeMail> for ChangeMail {
    fn extend<I: IntoIterator<Item = ChangeMail>>(&mut self, others: I) {
        for other in others {
            self.mail.extend(other.mail);
            self.limits.extend(other.limits);
        }
    }
}

impl Mailer {
    /// Creates a mailer; `origin` is the public origin, such as `https://keys.example.com`.
    pub fn new(server: SmtpServer, sender: MailSender, origin: &str) -> Self {
        Self {
            server,
            sender,
            origin: origin.to_owned(),
            counters: Counters::default(),
        }
    }

    /// Sends a test mail directly, and returns the server's answer.
    ///
    /// # Errors
    /// If it is not sent.
    pub async fn send_test(
        &self,
        to: &Email,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Result<String, SendError> {
        let id = MailId(new_id(entropy, now));
        let text = text::compose(&Content::Test, (to, true), &self.origin);
        let fields = HeaderFields { id, to, at: now };
        let mut connection = Connection::default();
        let sending = connection.send(&self.server, &self.sender, fields, &text);
        let answer = sending.await;
        connection.quit().await;
        answer
    }

    fn stats(&self, now: Timestamp) -> MailStats {
        let counters = &self.counters;
        let oldest = counters.oldest.load(Ordering::Relaxed);
        MailStats {
            waiting: counters.waiting.load(Ordering::Relaxed),
            oldest_ms: if oldest == 0 {
                0
            } else {
                now.since(Timestamp(oldest)).max(0)
            },
            sent: counters.sent.load(Ordering::Relaxed),
            failed_attempts: counters.failed_attempts.load(Ordering::Relaxed),
            given_up: counters.given_up.load(Ordering::Relaxed),
        }
    }
}

impl Outbox<'_> {
    /// Sets how mails are sent, once, before [`Background::spawn`](crate::Background::spawn). Without it no mail is sent.
    pub fn set_mailer(self, mailer: Arc<Mailer>) {
        // The first one stays.
        let _ = self.keyring.mailer().set(mailer);
    }

    /// Whether mails are sent.
    pub fn sends_mail(self) -> bool {
        self.keyring.mailer().get().is_some()
    }

    /// Whether a person gets mails about sign-ins from browsers that are not known.
    pub(crate) async fn reports_sign_ins(self, person: PersonId) -> Result<bool, StoreError> {
        Ok(self.sends_mail()
            && self
                .keyring
                .store()
                .notifications(person)
                .await?
                .new_sign_ins)
    }

    /// Returns figures about mails; `None` if none are sent.
    pub fn stats(self) -> Option<MailStats> {
        Some(self.keyring.mailer().get()?.stats(self.keyring.now()))
    }

    /// Makes the mail that a change inserts, for [`Outbox::charge`]; none if no mails are sent, or the recipient has had too many
    /// of this kind.
    pub(crate) fn compose<'a>(self, to: impl Into<Recipient<'a>>, content: &Content) -> ChangeMail {
        if !self.sends_mail() {
            return ChangeMail::default();
        }
        let (to, kind) = (to.into(), content.kind());
        let limit = self.keyring.sign_in_state().limits().mail_limit(
            to.email,
            kind,
            content.is_made_by_owner(),
        );
        if limit.is_some_and(|limit| {
            self.keyring
                .sign_in_state()
                .limits()
                .is_exhausted(limit, self.keyring.monotonic())
        }) {
            tracing::warn!(
                kind = kind.as_str(),
                "a mail is not sent: its recipient has had too many of this kind"
            );
            return ChangeMail::default();
        }
        ChangeMail {
            mail: vec![seal(
                self.keyring.hasher(),
                self.keyring.entropy(),
                self.keyring.now(),
                to,
                content,
            )],
            limits: limit.into_iter().collect(),
        }
    }

    /// Whether an address has had too many mails of a kind.
    fn is_flooded(self, to: &Email, kind: MailKind) -> bool {
        let limit = self
            .keyring
            .sign_in_state()
            .limits()
            .mail_limit(to, kind, false);
        limit.is_some_and(|limit| {
            self.keyring
                .sign_in_state()
                .limits()
                .is_exhausted(limit, self.keyring.monotonic())
        })
    }

    /// Charges the mails of a change to their recipients, if it was made: attempts that are refused must not use up the mail about the
    /// one that succeeds.
    pub(crate) fn charge<T>(
        self,
        mail: &ChangeMail,
        made: Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if made.is_ok() {
            self.keyring
                .sign_in_state()
                .limits()
                .charge(&mail.limits, self.keyring.monotonic());
        }
        made
    }

    /// Makes the mail about a change of how a person signs in.
    pub(crate) fn sign_in_change(
        self,
        to: &Email,
        change: SignInChange,
        origin: &Origin,
    ) -> ChangeMail {
        let client = ClientDetails::new(self.keyring.now(), origin);
        // It goes to the address, even of a person who has left it or is disabled meanwhile.
        self.compose(to, &Content::SignInChange { change, client })
    }
}

/// Encrypts a mail's content, which may contain a token: the database alone must not give access. The recipient is encrypted with it, so
/// that a mail cannot be led to another address.
pub(crate) fn seal<'a>(
    hasher: &SecretHasher,
    entropy: &dyn Entropy,
    at: Timestamp,
    to: impl Into<Recipient<'a>>,
    content: &Content,
) -> NewMail {
    let to = to.into();
    let id = MailId(new_id(entropy, at));
    let plain = serde_json::to_vec(&(to.email, content)).expect("a content is plain data");
    let plain = Zeroizing::new(plain);
    let encrypted = hasher.encrypt(CipherPurpose::Mail, id.0, &plain, entropy);
    NewMail {
        id,
        kind: content.kind(),
        recipient: to.email.clone(),
        person: to.person,
        account: to.account,
        content: encrypted.bytes,
        pepper: encrypted.pepper,
        at,
        expires_at: content.expires_at(at),
    }
}

/// Decrypts a mail; `None` if it or its recipient was changed, its pepper is missing, or another release wrote it.
fn open(hasher: &SecretHasher, mail: &MailRow) -> Option<Content> {
    let encrypted = Encrypted {
        bytes: mail.content.clone(),
        pepper: mail.pepper,
    };
    let plain = hasher.decrypt(CipherPurpose::Mail, mail.id.0, &encrypted)?;
    let (to, content): (Email, Content) = serde_json::from_slice(&plain).ok()?;
    (to == mail.recipient).then_some(content)
}
