//! Connections to the mail server: TLS, passwords, answers that are wrong or never come, and the end of the process.

use super::{DEFERRED, DROPPED, Mailing, NEW, ORIGIN, connect, sent};
use crate::test_keyring::reopen;
use domain::{
    account::Email,
    time::{DAY, HOUR, MINUTE, SECOND},
};
use management::{MailSender, Mailer, SmtpServer, Store};
use std::{sync::Arc, time::Duration};
use testing::{Misbehaviour, TestDatabase, each_database};
use tokio::net::TcpListener;
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::ring,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    },
};
use verification::SeededEntropy;

/// Of an authority that only the client's tests trust.
const CERTIFICATE: &[u8] = include_bytes!("../../../../client/tests/it/tls/gate.pem");
const PRIVATE_KEY: &[u8] = include_bytes!("../../../../client/tests/it/tls/gate.key");

each_database!(where_tls_is_required_nothing_is_sent_without_it);
async fn where_tls_is_required_nothing_is_sent_without_it(database: TestDatabase) {
    let mailing = Mailing::new(database).await;
    let address = mailing.sink.url().replace("smtp://", "");
    // The server in the tests offers no TLS.
    for (seed, url) in [
        (8, format!("smtp://ada:hunter2@{address}?tls=required")),
        (9, format!("smtps://ada:hunter2@{address}")),
    ] {
        let keyring = reopen(&mailing.test.database, &mailing.test.clock, seed).await;
        let deadline = Duration::from_secs(2);
        let server = SmtpServer::parse(&url)
            .expect("a URL")
            .with_deadline(deadline);
        let sender = MailSender::parse("latchkey@example.com").expect("an address");
        keyring
            .outbox()
            .set_mailer(Arc::new(Mailer::new(server, sender, ORIGIN)));
        mailing.invite(&format!("new{seed}@example.com")).await;
        assert_eq!(keyring.outbox().deliver().await.expect("works"), DEFERRED);
        mailing.test.clock.advance(MINUTE);
    }
    let commands = mailing.sink.commands();
    assert!(commands.iter().any(|line| line == "EHLO"), "{commands:?}");
    for command in ["AUTH", "MAIL", "RCPT", "DATA"] {
        assert!(!commands.iter().any(|line| line == command), "{commands:?}");
    }
}

each_database!(a_mail_whose_answer_is_lost_is_sent_again_with_the_same_id);
async fn a_mail_whose_answer_is_lost_is_sent_again_with_the_same_id(database: TestDatabase) {
    let mailing = Mailing::new(database).await;
    mailing.sink.at("message", Misbehaviour::HangUp);
    mailing.invite(NEW).await;
    assert_eq!(mailing.deliver().await, DEFERRED);
    mailing.sink.accept();
    mailing.test.clock.advance(MINUTE);
    assert_eq!(mailing.deliver().await, sent(1));
    let mails = mailing.sink.received();
    let ids: Vec<_> = mails.iter().map(|mail| mail.header("Message-ID")).collect();
    assert_eq!(ids.len(), 2);
    assert_eq!(ids[0], ids[1]);
}

each_database!(a_mail_that_is_not_deleted_after_it_was_accepted_is_sent_again_with_the_same_id);
async fn a_mail_that_is_not_deleted_after_it_was_accepted_is_sent_again_with_the_same_id(
    database: TestDatabase,
) {
    let mailing = Mailing::new(database).await;
    mailing.sink.at("message", Misbehaviour::Wait);
    mailing.invite(NEW).await;
    let keyring = mailing.test.keyring.clone();
    let delivery = tokio::spawn(async move { keyring.outbox().deliver().await });
    mailing.sink.misbehaved(1).await;
    // As in a crash, nothing is written after the mail server's answer.
    let database = &mailing.test.database;
    run(database, "ALTER TABLE mail RENAME TO unreachable").await;
    mailing.sink.accept();
    delivery.await.expect("ends").expect_err("not deleted");
    run(database, "ALTER TABLE unreachable RENAME TO mail").await;
    assert_eq!(mailing.waiting().await, 1);

    let later = reopen(database, &mailing.test.clock, 8).await;
    connect(&later, &mailing.sink, Duration::from_secs(20));
    let delivered = async || later.outbox().deliver().await.expect("works");
    assert_eq!(delivered().await, sent(0), "not at once");
    mailing.test.clock.advance(MINUTE);
    assert_eq!(delivered().await, sent(1));
    assert_eq!(mailing.waiting().await, 0);
    let mails = mailing.sink.received();
    let [first, second] = &mails[..] else {
        panic!("{mails:?}");
    };
    assert_eq!(first.message, second.message);
    assert_eq!(first.header("Message-ID"), second.header("Message-ID"));
}

each_database!(a_server_with_a_certificate_that_is_not_trusted_gets_no_mail);
async fn a_server_with_a_certificate_that_is_not_trusted_gets_no_mail(database: TestDatabase) {
    let mailing = Mailing::new(database).await;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring has them")
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from_pem_slice(CERTIFICATE).expect("a certificate")],
            PrivateKeyDer::from_pem_slice(PRIVATE_KEY).expect("a key"),
        )
        .expect("they belong together");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("bound").port();
    let accepting = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.expect("connected");
        acceptor.accept(stream).await.map(drop)
    });
    let keyring = reopen(&mailing.test.database, &mailing.test.clock, 8).await;
    let url = format!("smtps://ada:hunter2@localhost:{port}");
    let server = SmtpServer::parse(&url).expect("a URL");
    let sender = MailSender::parse("latchkey@example.com").expect("an address");
    keyring
        .outbox()
        .set_mailer(Arc::new(Mailer::new(server, sender, ORIGIN)));
    mailing.invite(NEW).await;
    assert_eq!(keyring.outbox().deliver().await.expect("works"), DEFERRED);
    let refused = accepting.await.expect("ends");
    assert!(refused.is_err(), "the handshake is not completed");
}

each_database!(a_mail_without_an_answer_is_sent_three_times_at_most);
async fn a_mail_without_an_answer_is_sent_three_times_at_most(database: TestDatabase) {
    let mailing = Mailing::within(database, Duration::from_millis(500)).await;
    mailing.sink.at("message", Misbehaviour::Hang);
    mailing.invite(NEW).await;
    for _ in 0..2 {
        assert_eq!(mailing.deliver().await, DEFERRED);
        mailing.test.clock.advance(HOUR);
    }
    assert_eq!(mailing.deliver().await, DROPPED);
    assert_eq!(mailing.waiting().await, 0);
    assert_eq!(mailing.sink.received().len(), 3);
}

each_database!(several_mails_are_sent_over_one_connection);
async fn several_mails_are_sent_over_one_connection(database: TestDatabase) {
    let mailing = Mailing::new(database).await;
    for email in ["a@example.com", "b@example.com", "c@example.com"] {
        mailing.invite(email).await;
    }
    assert_eq!(mailing.deliver().await, sent(3));
    assert_eq!(mailing.sink.connections(), 1);
    assert_eq!(mailing.sink.received().len(), 3);
}

each_database!(a_server_that_does_not_keep_to_the_protocol_gets_no_mail);
async fn a_server_that_does_not_keep_to_the_protocol_gets_no_mail(database: TestDatabase) {
    let mailing = Mailing::within(database, Duration::from_mins(5)).await;
    for (step, misbehaviour) in [
        ("greeting", Misbehaviour::EndlessLine),
        ("EHLO", Misbehaviour::EndlessLine),
        ("MAIL", Misbehaviour::EndlessLine),
        ("MAIL", Misbehaviour::Answer("354 go on")),
        ("RCPT", Misbehaviour::Answer("no code")),
        ("DATA", Misbehaviour::Answer("250 ok")),
    ] {
        mailing.sink.at(step, misbehaviour);
        mailing.invite(NEW).await;
        assert_eq!(mailing.deliver().await, DEFERRED, "{step}");
        assert_eq!(mailing.sink.received().len(), 0, "{step}");
        mailing.sink.accept();
        mailing.test.clock.advance(MINUTE);
        let invitation = &mailing.owner.invitations().await.expect("read")[0];
        mailing
            .owner
            .withdraw(invitation.id)
            .await
            .expect("withdrawn");
        assert_eq!(mailing.deliver().await, DROPPED, "{step}");
    }
    // An endless answer to the message itself.
    mailing.sink.at("message", Misbehaviour::EndlessLine);
    mailing.invite("other@example.com").await;
    assert_eq!(mailing.deliver().await, DEFERRED);
}

each_database!(the_password_is_sent_to_a_server_that_asks_for_it);
async fn the_password_is_sent_to_a_server_that_asks_for_it(database: TestDatabase) {
    let mailing = Mailing::new(database).await;
    let url = mailing.sink.url().replace("smtp://", "smtp://ada:hunter2@");
    let keyring = reopen(&mailing.test.database, &mailing.test.clock, 8).await;
    let server = SmtpServer::parse(&url).expect("a URL");
    let sender = MailSender::parse("latchkey@example.com").expect("an address");
    keyring
        .outbox()
        .set_mailer(Arc::new(Mailer::new(server, sender, ORIGIN)));
    mailing.sink.at("AUTH", Misbehaviour::Answer("535 wrong"));
    mailing.invite(NEW).await;
    assert_eq!(keyring.outbox().deliver().await.expect("works"), DEFERRED);
    assert_eq!(mailing.sink.received().len(), 0);
    mailing.sink.accept();
    mailing.test.clock.advance(MINUTE);
    assert_eq!(keyring.outbox().deliver().await.expect("works"), sent(1));
    // NUL, the user, NUL, the password (RFC 4616).
    let sent = mailing.sink.authentication();
    assert_eq!(sent.as_deref(), Some("PLAIN AGFkYQBodW50ZXIy"));
}

each_database!(a_mail_that_is_accepted_while_the_process_stops_is_not_sent_again);
async fn a_mail_that_is_accepted_while_the_process_stops_is_not_sent_again(database: TestDatabase) {
    let mailing = Mailing::new(database).await;
    mailing.sink.at("message", Misbehaviour::Wait);
    mailing.invite(NEW).await;
    let keyring = mailing.test.keyring.clone();
    let worker = tokio::spawn(async move { keyring.outbox().deliver().await });
    mailing.sink.misbehaved(1).await;
    // The worker is dropped; its attempt is not.
    worker.abort();
    let keyring = mailing.test.keyring.clone();
    let closing = tokio::spawn(async move { keyring.close().await });
    tokio::task::yield_now().await;
    assert!(!closing.is_finished());
    mailing.sink.accept();
    closing.await.expect("closed");
    let store = Store::open_without_ownership(&mailing.test.database.url).await;
    let store = store.expect("opens");
    assert_eq!(store.waiting_mail().await.expect("read").count, 0);
    store.close().await;
}

/// Runs SQL on the outbox.
async fn run(database: &TestDatabase, sql: &'static str) {
    match &database.store {
        Store::Sqlite { writer, .. } => sqlx::raw_sql(sql).execute(writer).await.map(drop),
        Store::Postgres { pool, .. } => sqlx::raw_sql(sql).execute(pool).await.map(drop),
    }
    .expect("a statement");
}

each_database!(a_row_that_cannot_be_read_does_not_stop_the_others);
async fn a_row_that_cannot_be_read_does_not_stop_the_others(database: TestDatabase) {
    let mailing = Mailing::new(database).await;
    mailing.invite("a@example.com").await;
    let spoilt = "UPDATE mail SET recipient = 'https://evil.example'";
    run(&mailing.test.database, spoilt).await;
    mailing.invite("b@example.com").await;
    let delivery = mailing.deliver().await;
    assert_eq!((delivery.sent, delivery.dropped), (1, 1));
    assert_eq!(mailing.sink.received()[0].to, "b@example.com");
    assert_eq!(mailing.waiting().await, 0);
}

each_database!(a_mail_cannot_be_led_to_another_address);
async fn a_mail_cannot_be_led_to_another_address(database: TestDatabase) {
    let mailing = Mailing::new(database).await;
    mailing.invite(NEW).await;
    let changed = "UPDATE mail SET recipient = 'eve@example.com'";
    run(&mailing.test.database, changed).await;
    assert_eq!(mailing.deliver().await, DROPPED);
    assert_eq!(mailing.sink.received().len(), 0);
}

each_database!(a_wrong_clock_deletes_no_mail);
async fn a_wrong_clock_deletes_no_mail(database: TestDatabase) {
    let mailing = Mailing::new(database).await;
    mailing.sink.at("greeting", Misbehaviour::HangUp);
    mailing.invite(NEW).await;
    assert_eq!(mailing.deliver().await, DEFERRED);
    // The wall clock is a year ahead, for now.
    mailing.test.clock.leap(365 * DAY);
    mailing.test.clock.advance(MINUTE);
    assert_eq!(mailing.deliver().await, DEFERRED);
    mailing.test.clock.leap(-365 * DAY);
    mailing.test.clock.advance(MINUTE);
    mailing.sink.accept();
    let later = reopen(&mailing.test.database, &mailing.test.clock, 8).await;
    connect(&later, &mailing.sink, Duration::from_secs(20));
    assert_eq!(later.outbox().deliver().await.expect("works"), sent(1));
}

each_database!(an_error_about_one_mail_does_not_stop_the_others);
async fn an_error_about_one_mail_does_not_stop_the_others(database: TestDatabase) {
    let mailing = Mailing::new(database).await;
    mailing.invite("a@example.com").await;
    // What the mail depends on cannot be read.
    let spoilt = "UPDATE invitation SET email = 'https://evil.example'";
    run(&mailing.test.database, spoilt).await;
    mailing.invite("b@example.com").await;
    let delivery = mailing.deliver().await;
    assert_eq!((delivery.sent, delivery.deferred), (1, 1));
    assert_eq!(mailing.sink.received()[0].to, "b@example.com");
    let stats = mailing.test.keyring.outbox().stats().expect("configured");
    assert_eq!(stats.failed_attempts, 1);
    assert_eq!(mailing.deliver().await, sent(0), "not at once");
}

each_database!(a_batch_ends_after_ten_seconds_so_that_new_links_do_not_wait_for_it);
async fn a_batch_ends_after_ten_seconds_so_that_new_links_do_not_wait_for_it(
    database: TestDatabase,
) {
    let mailing = Mailing::new(database).await;
    mailing.sink.at("message", Misbehaviour::Wait);
    mailing.invite("a@example.com").await;
    mailing.invite("b@example.com").await;
    let keyring = mailing.test.keyring.clone();
    let delivery = tokio::spawn(async move { keyring.outbox().deliver().await });
    mailing.sink.misbehaved(1).await;
    mailing.test.clock.advance(11 * SECOND);
    mailing.sink.accept();
    assert_eq!(delivery.await.expect("ends").expect("works"), sent(1));
    assert_eq!(mailing.deliver().await, sent(1));
}

each_database!(a_server_that_closes_its_service_is_left_alone_for_a_while);
async fn a_server_that_closes_its_service_is_left_alone_for_a_while(database: TestDatabase) {
    let mailing = Mailing::new(database).await;
    for step in ["RCPT", "DATA", "message"] {
        mailing
            .sink
            .at(step, Misbehaviour::Answer("421 4.3.2 shutting down"));
        mailing.invite("a@example.com").await;
        mailing.invite("b@example.com").await;
        let before = mailing.sink.connections();
        assert_eq!(mailing.deliver().await, DEFERRED, "{step}");
        assert_eq!(mailing.sink.connections(), before + 1, "{step}");
        mailing.sink.accept();
        mailing.test.clock.advance(MINUTE);
        assert_eq!(mailing.deliver().await, sent(2), "{step}");
    }
}

each_database!(the_answer_to_a_test_mail_contains_no_control_characters);
async fn the_answer_to_a_test_mail_contains_no_control_characters(database: TestDatabase) {
    let mailing = Mailing::new(database).await;
    let server = SmtpServer::parse(&mailing.sink.url()).expect("a URL");
    let sender = MailSender::parse("latchkey@example.com").expect("an address");
    let mailer = Mailer::new(server, sender, ORIGIN);
    let to = Email::parse(NEW).expect("an address");
    let now = mailing.test.keyring.now();
    let entropy = SeededEntropy::new(8);
    for (answer, accepted) in [("250 \u{1b}[31mok", true), ("550 \u{1b}[31mno", false)] {
        mailing.sink.at("message", Misbehaviour::Answer(answer));
        let text = match mailer.send_test(&to, now, &entropy).await {
            Ok(text) => (text, true),
            Err(error) => (error.to_string(), false),
        };
        assert_eq!(text.1, accepted, "{answer:?}");
        assert!(text.0.contains("[31m"), "{text:?}");
        assert!(!text.0.contains(char::is_control), "{text:?}");
    }
}
