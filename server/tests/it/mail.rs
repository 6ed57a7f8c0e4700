//! Mails, as browsers and operators see them.

mod program;

use domain::account::Email;
use http::StatusCode;
use management::{MailSender, Mailer, PeopleAdmin, SmtpServer};
use std::sync::Arc;
use test_server::{Answer, DEVELOPER, FOREIGNER, OWNER, PASSWORD, SUPPORT, TestServer, VIEWER};
use testing::{Misbehaviour, SmtpSink};
use verification::SystemEntropy;

const HTML: (&str, &str) = ("accept", "text/html,application/xhtml+xml");
const JSON: (&str, &str) = ("accept", "application/json");
/// Another origin than that of the requests.
const ORIGIN: &str = "https://keys.example.com";
const UNKNOWN: &str = "nobody@northwind.example";

pub async fn with_mail() -> (TestServer, SmtpSink) {
    let (server, sink) = (TestServer::with_users().await, SmtpSink::start().await);
    let smtp = SmtpServer::parse(&sink.url()).expect("a URL");
    let sender = MailSender::parse("latchkey@example.com").expect("an address");
    let mailer = Mailer::new(smtp, sender, ORIGIN);
    server.keyring.outbox().set_mailer(Arc::new(mailer));
    (server, sink)
}

async fn request_reset(server: &TestServer, email: &str) -> Answer {
    let form = format!("page=/forgot-password&email={email}");
    server.post("/api/request_reset", &[HTML], &form).await
}

/// Status, headers and body, without what differs between any two requests.
pub fn seen(answer: &Answer, email: &str) -> (StatusCode, Vec<(String, String)>, String) {
    let policy = answer.header("content-security-policy");
    let nonce = policy.split_once("'nonce-").map_or("", |(_, rest)| rest);
    let nonce = nonce.split('\'').next().unwrap_or_default();
    let request_id = answer.header("x-request-id");
    let common = |text: &str| {
        let differing = [(email, "{email}"), (nonce, "{nonce}"), (request_id, "{id}")];
        differing
            .iter()
            .filter(|(value, _)| !value.is_empty())
            .fold(text.to_owned(), |text, (value, name)| {
                text.replace(value, name)
            })
    };
    let headers = answer.headers.iter().map(|(name, value)| {
        let value = value.to_str().unwrap_or_default();
        (name.to_string(), common(value))
    });
    (answer.status, headers.collect(), common(&answer.body))
}

#[tokio::test]
async fn the_answer_to_a_forgotten_password_is_the_same_for_every_address() {
    let (server, _sink) = with_mail().await;
    let store = store::Store::open_without_ownership(&server.url).await;
    let admin = PeopleAdmin::new(
        store.expect("opens"),
        &test_server::peppers(),
        server.clock.clone(),
        Arc::new(SystemEntropy),
    );
    let viewer = Email::parse(VIEWER).expect("an address");
    admin.disable(&viewer).await.expect("disabled");
    admin.close().await;
    let mut answers = Vec::new();
    for email in [OWNER, VIEWER, UNKNOWN] {
        let mut heard = Vec::new();
        for _ in 0..4 {
            let answer = request_reset(&server, email).await;
            heard.push(seen(&answer, email));
            // As the worker does meanwhile: it changes no answer.
            server
                .keyring
                .password_resets()
                .make_requested_links()
                .await;
        }
        assert_eq!(heard[0].0, StatusCode::SEE_OTHER);
        let location = ("location".into(), "/forgot-password?after=sent".into());
        assert!(heard[0].1.contains(&location), "{:?}", heard[0]);
        assert_eq!(heard[3].0, StatusCode::TOO_MANY_REQUESTS, "{email}");
        answers.push(heard);
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
    let malformed = request_reset(&server, "nobody").await;
    assert_eq!(malformed.status.as_u16(), 422);
}

#[tokio::test]
async fn the_page_for_a_forgotten_password_has_a_form_with_a_mail_server_only() {
    let (with, _sink) = with_mail().await;
    let without = TestServer::with_users().await;
    for (server, linked) in [(&with, true), (&without, false)] {
        let page = server.get("/forgot-password", &[HTML]).await;
        assert_eq!(page.status, StatusCode::OK);
        assert_eq!(page.body.contains("/api/request_reset"), linked);
        for instead in [
            "Ask an owner of your account",
            "latchkey user reset-password",
        ] {
            assert_eq!(page.body.contains(instead), !linked, "{instead}");
        }
        let sign_in = server.get("/sign-in", &[HTML]).await;
        let link = "href=\"/forgot-password\"";
        assert!(sign_in.body.contains(link), "{}", sign_in.body);
        let cookie = format!("latchkey={}", server.token(OWNER).await);
        let profile = server.get("/profile", &[HTML, ("cookie", &cookie)]).await;
        assert_eq!(profile.body.contains("Email notifications"), linked);
    }
    let sent = with.get("/forgot-password?after=sent", &[HTML]).await;
    assert!(sent.body.contains("Check your email"), "{}", sent.body);
}

#[tokio::test]
async fn links_in_mails_lead_to_the_public_url_whatever_the_host_of_the_request() {
    let (server, sink) = with_mail().await;
    let app = server.application(OWNER).await;
    let cookie = format!("latchkey={}", server.token(OWNER).await);
    let form = format!("app={app}&email=new@northwind.example&role=viewer");
    let lines = [JSON, ("cookie", cookie.as_str())];
    let answer = server.post("/api/invite_member", &lines, &form).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.body);
    assert_eq!(answer.json()["mailed"], true);
    let shown = answer.json()["link"].to_string();
    while server.keyring.outbox().deliver().await.expect("works").sent > 0 {}
    let mails = sink.received();
    let mail = mails.iter().find(|mail| mail.to == "new@northwind.example");
    let mail = mail.expect("sent");
    let token = mail.after("https://keys.example.com/invite/");
    assert!(token.len() == 64 && shown.contains(token), "{shown}");
    assert!(!mail.message.contains("localhost"), "{}", mail.message);
    let joined = format!("token={token}&password={}", PASSWORD.replace(' ', "+"));
    let joined = server
        .post("/api/accept_invitation", &[JSON], &joined)
        .await;
    assert_eq!(joined.status.as_u16(), 200, "{}", joined.body);
}

#[tokio::test]
async fn readiness_does_not_depend_on_the_mail_server_and_metrics_show_what_waits() {
    let (mut server, sink) = with_mail().await;
    sink.at("greeting", Misbehaviour::HangUp);
    server.state.metrics_token = Some("a-token-that-is-long-enough".into());
    server.router = server::router(server.state.clone());
    let owner = Email::parse(OWNER).expect("an address");
    let origin = domain::origin::Origin::default();
    let asked = server
        .keyring
        .password_resets()
        .request(owner, None, &origin);
    asked.expect("accepted");
    server
        .keyring
        .password_resets()
        .make_requested_links()
        .await;
    server.keyring.outbox().deliver().await.expect("works");
    server.clock.advance(10_000);
    let bearer = ("authorization", "Bearer a-token-that-is-long-enough");
    let metrics = server.get("/metrics", &[bearer]).await.body;
    for line in [
        "latchkey_mail_waiting 1",
        "latchkey_mail_oldest_seconds 10.000",
        "latchkey_mail_sent_total 0",
        "latchkey_mail_failed_attempts_total 1",
        "latchkey_mail_given_up_total 0",
    ] {
        assert!(
            metrics.lines().any(|other| other == line),
            "{line}: {metrics}"
        );
    }
    let ready = server.get("/readyz", &[]).await;
    assert_eq!(ready.status.as_u16(), 200, "{}", ready.body);
}

#[tokio::test]
async fn a_request_that_is_refused_sends_no_mail() {
    let (server, sink) = with_mail().await;
    let app = server.application(OWNER).await;
    let owner = server.owner().await;
    let members = owner.members().await.expect("read");
    let member = members
        .iter()
        .find(|member| member.email.as_str() == VIEWER);
    let person = member.expect("a member").id;
    let forms = [
        (
            "invite_member",
            format!("app={app}&email=new@northwind.example&role=owner"),
        ),
        ("make_reset_link", format!("app={app}&person={person}")),
    ];
    for who in [DEVELOPER, VIEWER, FOREIGNER, ""] {
        let cookie = match who {
            "" => String::new(),
            who => format!("latchkey={}", server.token(who).await),
        };
        let lines = [JSON, ("cookie", cookie.as_str())];
        // The mails about these sign-ins.
        while server.keyring.outbox().deliver().await.expect("works").sent > 0 {}
        let before = sink.received().len();
        for (function, form) in &forms {
            let answer = server.post(&format!("/api/{function}"), &lines, form).await;
            assert!(
                answer.status.is_client_error(),
                "{who} {function}: {}",
                answer.status
            );
        }
        server.keyring.outbox().deliver().await.expect("works");
        assert_eq!(sink.received().len(), before, "{who}");
    }
}

#[tokio::test]
async fn support_is_offered_only_the_mails_that_it_may_get() {
    let (server, _sink) = with_mail().await;
    server.add_support().await;
    for (email, offered) in [(SUPPORT, false), (OWNER, true)] {
        let cookie = format!("latchkey={}", server.token(email).await);
        let profile = server.get("/profile", &[HTML, ("cookie", &cookie)]).await;
        assert!(profile.body.contains("New sign-ins"), "{}", profile.body);
        for words in ["Expiring keys", "Critical security events"] {
            assert_eq!(profile.body.contains(words), offered, "{email}: {words}");
        }
    }
}
