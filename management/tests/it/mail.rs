//! Mails: what is sent, tried again, given up, and never waited for.

mod application_roles;
mod delivery;
mod expiry;
mod limits;
mod links;
mod notices;
mod passkeys;
mod sign_ins;

use crate::{
    applications::{fresh, owner},
    test_keyring::{NOW, TestKeyring, reopen},
};
use domain::{
    account::{Email, Role},
    origin::Origin,
    time::{HOUR, MINUTE, SECOND},
};
use management::{
    Delivery, FreshAccountOwner, Invited, Keyring, MailSender, Mailer, ManagementError, SmtpServer,
};
use std::{sync::Arc, time::Duration};
use testing::{Misbehaviour, SmtpSink, TestDatabase, each_database};

const ORIGIN: &str = "https://keys.example.com";
const NEW: &str = "new@example.com";

/// A keyring that sends mails, with the owner of an account.
struct Mailing {
    test: TestKeyring,
    sink: SmtpSink,
    owner: FreshAccountOwner,
}

/// Sends the mails of a keyring to a server, each within a deadline.
fn connect(keyring: &Keyring, sink: &SmtpSink, deadline: Duration) {
    let server = SmtpServer::parse(&sink.url()).expect("a URL");
    let sender = MailSender::parse("Latchkey <latchkey@example.com>").expect("an address");
    let mailer = Mailer::new(server.with_deadline(deadline), sender, ORIGIN);
    keyring.outbox().set_mailer(Arc::new(mailer));
}

impl Mailing {
    async fn new(database: TestDatabase) -> Self {
        Self::within(database, Duration::from_secs(20)).await
    }

    async fn within(database: TestDatabase, deadline: Duration) -> Self {
        let test = TestKeyring::new(database).await;
        let sink = SmtpSink::start().await;
        // Before mails are sent: this sign-in is not what is tested.
        let (session, app) = test.owner("Acme").await;
        connect(&test.keyring, &sink, deadline);
        let owner = fresh(&owner(&session, app).await);
        Self { test, sink, owner }
    }

    async fn invite(&self, email: &str) -> Invited {
        let email = Email::parse(email).expect("valid");
        let invited = self.owner.invite(email, Role::Viewer).await;
        invited.expect("invited")
    }

    async fn deliver(&self) -> Delivery {
        self.test.keyring.outbox().deliver().await.expect("works")
    }

    async fn waiting(&self) -> i64 {
        let waiting = self.test.database.store.waiting_mail().await;
        waiting.expect("read").count
    }
}

fn sent(count: usize) -> Delivery {
    Delivery {
        sent: count,
        ..Delivery::default()
    }
}

const DEFERRED: Delivery = Delivery {
    sent: 0,
    deferred: 1,
    dropped: 0,
};
const DROPPED: Delivery = Delivery {
    sent: 0,
    deferred: 0,
    dropped: 1,
};

each_database!(an_invitation_is_mailed_with_a_link_that_works);
async fn an_invitation_is_mailed_with_a_link_that_works(database: TestDatabase) {
    let mailing = Mailing::new(database).await;
    let invited = mailing.invite(NEW).await;
    assert!(invited.mailed);
    assert_eq!(
        mailing.sink.connections(),
        0,
        "a change does not wait for it"
    );
    assert_eq!(mailing.waiting().await, 1);

    assert_eq!(mailing.deliver().await, sent(1));
    assert_eq!(mailing.waiting().await, 0);
    let mails = mailing.sink.received();
    let [mail] = &mails[..] else {
        panic!("{mails:?}");
    };
    assert_eq!(mail.to, NEW);
    assert_eq!(mail.header("To"), NEW);
    assert_eq!(mail.header("From"), "Latchkey <latchkey@example.com>");
    assert_eq!(
        mail.header("Subject"),
        "You're invited to join an account on Latchkey"
    );
    assert!(mail.message.contains("Account: Acme\n"), "{mail:?}");
    assert!(mail.message.contains("Invited by: owner@acme.example\n"));
    assert_eq!(mail.header("MIME-Version"), "1.0");
    assert_eq!(mail.header("Auto-Submitted"), "auto-generated");
    assert_eq!(mail.header("Date"), "Fri, 15 Jan 2027 08:00:00 +0000");
    let token = mail.after("https://keys.example.com/invite/");
    assert_eq!(token, invited.token);
    let welcome = mailing.test.invitation(token).await;
    assert_eq!(welcome.expect("open").email.as_str(), NEW);
    assert_eq!(mailing.deliver().await, sent(0), "once");
}

each_database!(a_deferred_mail_is_tried_again_after_longer_and_longer_times);
async fn a_deferred_mail_is_tried_again_after_longer_and_longer_times(database: TestDatabase) {
    let mailing = Mailing::new(database).await;
    let sink = &mailing.sink;
    sink.at("RCPT", Misbehaviour::Answer("451 come back later"));
    mailing.invite(NEW).await;
    assert_eq!(mailing.deliver().await, DEFERRED);
    for wait in [30 * SECOND, MINUTE, 2 * MINUTE] {
        mailing.test.clock.advance(wait - 1);
        assert_eq!(mailing.deliver().await, sent(0), "{wait}");
        mailing.test.clock.advance(1);
        assert_eq!(mailing.deliver().await, DEFERRED, "{wait}");
    }
    assert_eq!(sink.connections(), 4);
    sink.accept();
    mailing.test.clock.advance(4 * MINUTE);
    assert_eq!(mailing.deliver().await, sent(1));
    let stats = mailing.test.keyring.outbox().stats().expect("configured");
    assert_eq!(
        (stats.sent, stats.failed_attempts, stats.waiting),
        (1, 4, 0)
    );
}

each_database!(a_refused_mail_is_given_up_and_a_refused_server_is_not);
async fn a_refused_mail_is_given_up_and_a_refused_server_is_not(database: TestDatabase) {
    let mailing = Mailing::new(database).await;
    for step in ["RCPT", "DATA", "message"] {
        mailing
            .sink
            .at(step, Misbehaviour::Answer("550 5.1.1 no such mailbox"));
        mailing.invite(NEW).await;
        assert_eq!(mailing.deliver().await, DROPPED, "{step}");
        assert_eq!(mailing.waiting().await, 0, "{step}");
    }
    // These may be mended.
    for answer in [
        "550 no",
        "552 5.2.2 over quota",
        "550 5.7.1 relaying denied",
    ] {
        mailing.sink.at("RCPT", Misbehaviour::Answer(answer));
        mailing.invite("other@example.com").await;
        assert_eq!(mailing.deliver().await, DEFERRED, "{answer}");
        mailing.test.clock.advance(MINUTE);
        mailing.sink.accept();
        assert_eq!(mailing.deliver().await, sent(1), "{answer}");
    }
    // These say nothing about the mail: the settings are wrong, or the server is.
    for step in ["greeting", "EHLO", "MAIL"] {
        mailing
            .sink
            .at(step, Misbehaviour::Answer("550 not from you"));
        mailing.invite(NEW).await;
        assert_eq!(mailing.deliver().await, DEFERRED, "{step}");
        mailing.test.clock.advance(MINUTE);
        mailing.sink.accept();
        assert_eq!(mailing.deliver().await, sent(1), "{step}");
    }
}

each_database!(changes_and_sign_ins_do_not_wait_for_a_server_that_hangs);
async fn changes_and_sign_ins_do_not_wait_for_a_server_that_hangs(database: TestDatabase) {
    let mailing = Mailing::within(database, Duration::from_mins(10)).await;
    for (count, step) in ["greeting", "RCPT", "message"].into_iter().enumerate() {
        mailing.sink.at(step, Misbehaviour::Hang);
        mailing.invite(NEW).await;
        let keyring = mailing.test.keyring.clone();
        let delivery = tokio::spawn(async move { keyring.outbox().deliver().await });
        mailing.sink.misbehaved(count + 1).await;
        // The mail is on its way. Changes and sign-ins are answered meanwhile.
        mailing.invite("another@example.com").await;
        mailing.test.sign_in("owner@acme.example").await;
        assert!(!delivery.is_finished(), "{step}");
        delivery.abort();
        mailing.test.clock.advance(HOUR);
        mailing.sink.accept();
        while mailing.waiting().await > 0 {
            mailing.deliver().await;
            mailing.test.clock.advance(HOUR);
        }
    }
}

each_database!(a_server_that_hangs_is_left_at_the_deadline);
async fn a_server_that_hangs_is_left_at_the_deadline(database: TestDatabase) {
    let mailing = Mailing::within(database, Duration::from_millis(100)).await;
    for step in ["greeting", "EHLO", "MAIL", "RCPT", "DATA", "message"] {
        mailing.sink.at(step, Misbehaviour::Hang);
        mailing.invite(NEW).await;
        assert_eq!(mailing.deliver().await, DEFERRED, "{step}");
        let before = mailing.sink.connections();
        mailing.invite("another@example.com").await;
        assert_eq!(mailing.deliver().await, sent(0), "a pause");
        assert_eq!(mailing.sink.connections(), before, "{step}");
        mailing.sink.accept();
        mailing.test.clock.advance(MINUTE);
        while mailing.waiting().await > 0 {
            assert_eq!(mailing.deliver().await.dropped, 0);
            mailing.test.clock.advance(MINUTE);
        }
    }
    // The mail was accepted; that the server does not answer QUIT changes nothing.
    mailing.sink.at("QUIT", Misbehaviour::Hang);
    mailing.invite(NEW).await;
    assert_eq!(mailing.deliver().await, sent(1));
}

each_database!(another_process_sends_what_is_left);
async fn another_process_sends_what_is_left(database: TestDatabase) {
    let mailing = Mailing::new(database).await;
    let invited = mailing.invite(NEW).await;
    let later = reopen(&mailing.test.database, &mailing.test.clock, 8).await;
    connect(&later, &mailing.sink, Duration::from_secs(20));
    assert_eq!(later.outbox().deliver().await.expect("works"), sent(1));
    let mails = mailing.sink.received();
    assert_eq!(
        mails[0].after("https://keys.example.com/invite/"),
        invited.token
    );
}

each_database!(a_mail_is_given_up_after_48_hours);
async fn a_mail_is_given_up_after_48_hours(database: TestDatabase) {
    let mailing = Mailing::new(database).await;
    mailing.sink.at("greeting", Misbehaviour::HangUp);
    mailing.invite(NEW).await;
    assert_eq!(mailing.deliver().await, DEFERRED);
    mailing.test.clock.advance(48 * HOUR - MINUTE);
    assert_eq!(mailing.deliver().await, DEFERRED);
    mailing.sink.accept();
    mailing.test.clock.advance(HOUR);
    assert_eq!(mailing.deliver().await, DROPPED);
    assert_eq!(mailing.sink.received().len(), 0);
    let stats = mailing.test.keyring.outbox().stats().expect("configured");
    assert_eq!((stats.given_up, stats.waiting), (1, 0));
}

each_database!(a_change_that_does_not_happen_sends_no_mail);
async fn a_change_that_does_not_happen_sends_no_mail(database: TestDatabase) {
    let mailing = Mailing::new(database).await;
    let member = Email::parse("owner@acme.example").expect("valid");
    let refused = mailing.owner.invite(member, Role::Viewer).await;
    assert!(matches!(refused, Err(ManagementError::Invalid(_))));
    assert_eq!(mailing.waiting().await, 0);
    assert_eq!(mailing.deliver().await, sent(0));
}

each_database!(without_a_mail_server_nothing_is_inserted);
async fn without_a_mail_server_nothing_is_inserted(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (session, app) = test.owner("Acme").await;
    let fresh = fresh(&owner(&session, app).await);
    let email = Email::parse(NEW).expect("valid");
    let invited = fresh.invite(email.clone(), Role::Viewer).await;
    assert!(!invited.expect("invited").mailed);
    let asked = test
        .keyring
        .password_resets()
        .request(email, None, &Origin::default());
    assert!(matches!(asked, Err(ManagementError::NotFound)));
    let waiting = test.database.store.waiting_mail().await.expect("read");
    assert_eq!(waiting.count, 0);
    assert_eq!(test.keyring.outbox().stats(), None);
}

each_database!(the_outbox_contains_no_token_in_clear);
async fn the_outbox_contains_no_token_in_clear(database: TestDatabase) {
    let mailing = Mailing::new(database).await;
    let invited = mailing.invite(NEW).await;
    let store = &mailing.test.database.store;
    let due = store.due_mail(NOW, NOW.plus(HOUR), 10).await.expect("read");
    let [Ok(mail)] = &due[..] else {
        panic!("one mail");
    };
    let token = invited.token.as_bytes();
    let there = mail.content.windows(token.len()).any(|part| part == token);
    assert!(!there && !mail.content.starts_with(b"{"));
    assert_eq!(mail.expires_at, NOW.plus(48 * HOUR));
}
