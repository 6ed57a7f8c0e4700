//! The program with a mail server: its background worker, its log, and `latchkey mail test`.

mod log;

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    process::{Child, Command, Output, Stdio},
    thread::JoinHandle,
    time::Duration,
};
use tempfile::TempDir;
use test_server::PASSWORD;
use testing::{Misbehaviour, SmtpSink};

/// The settings of a program in a folder.
struct Setting {
    folder: TempDir,
    address: SocketAddr,
    smtp_url: String,
}

impl Setting {
    fn new(smtp_url: String) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
        Self {
            folder: tempfile::tempdir().expect("a folder"),
            address: free.local_addr().expect("bound"),
            smtp_url,
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = crate::program::command();
        let folder = self.folder.path();
        command
            .args(arguments)
            .env("LATCHKEY_LISTEN", self.address.to_string())
            .env("LATCHKEY_PUBLIC_URL", format!("http://{}", self.address))
            .env(
                "LATCHKEY_DATABASE_URL",
                format!("sqlite://{}/latchkey.db", folder.display()),
            )
            .env("LATCHKEY_PEPPER_FILE", folder.join("pepper"))
            .env("LATCHKEY_SMTP_URL", &self.smtp_url)
            .env("LATCHKEY_MAIL_FROM", "latchkey@example.com")
            .env("RUST_LOG", "trace")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn run(&self, arguments: &[&str], input: &str) -> Output {
        let mut child = self.command(arguments).spawn().expect("starts");
        let mut stdin = child.stdin.take().expect("piped");
        stdin.write_all(input.as_bytes()).expect("written");
        drop(stdin);
        child.wait_with_output().expect("ends")
    }

    /// Adds the owner of an account.
    fn add(&self, email: &str) {
        let place = ["--account", "Acme", "--application", "Shop"];
        let mut arguments = vec!["user", "add", "--email", email, "--role", "owner"];
        arguments.extend(place);
        arguments.push("--password-stdin");
        let added = self.run(&arguments, PASSWORD);
        assert!(added.status.success(), "{added:?}");
    }

    /// Sends a request from a page of the server, with more header lines, and returns the response.
    fn send(&self, what: &str, lines: &str, form: &str) -> String {
        let mut stream = TcpStream::connect(self.address).expect("connects");
        let patience = Some(Duration::from_secs(10));
        stream.set_read_timeout(patience).expect("set");
        write!(
            stream,
            "{what} HTTP/1.1\r\nHost: {}\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\nConnection: close\r\n{lines}\r\n{form}",
            self.address,
            form.len()
        )
        .expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("answered");
        answer
    }

    fn request_reset(&self, email: &str) {
        let form = format!("email={email}");
        let json = "Accept: application/json\r\n";
        let answer = self.send("POST /api/request_reset", json, &form);
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }

    /// Starts the server.
    fn serve(&self) -> Running {
        let mut process = self.command(&["serve"]).spawn().expect("starts");
        let stdout = process.stdout.take().expect("piped");
        let mut ready = String::new();
        BufReader::new(stdout).read_line(&mut ready).expect("read");
        assert!(ready.contains("Latchkey"), "{ready}");
        let mut stderr = process.stderr.take().expect("piped");
        let log = std::thread::spawn(move || {
            let mut log = String::new();
            stderr.read_to_string(&mut log).map(|_| log)
        });
        Running {
            process,
            log: Some(log),
        }
    }
}

/// The server as a process, which ends with the test.
struct Running {
    process: Child,
    log: Option<JoinHandle<std::io::Result<String>>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Running {
    /// Stops it, and returns its log.
    fn stop(mut self) -> String {
        let id = self.process.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &id]).status();
        assert!(asked.expect("sent").success());
        assert!(self.process.wait().expect("ended").success());
        let log = self.log.take().expect("stopped once");
        log.join().expect("ends").expect("read")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_worker_sends_mails_and_the_log_contains_neither_tokens_nor_answers() {
    let sink = SmtpSink::start().await;
    let setting = Setting::new(sink.url());
    setting.add("ada@example.com");
    setting.add("bob@example.com");
    let running = setting.serve();
    sink.at("message", Misbehaviour::Answer("451 the quoted mail"));
    setting.request_reset("ada@example.com");
    sink.misbehaved(1).await;
    sink.accept();
    setting.request_reset("bob@example.com");
    sink.arrived(1).await;
    let log = running.stop();
    let page = format!("http://{}/reset/", setting.address);
    let mails = sink.received();
    let token = mails[0].after(&page);
    assert_eq!((mails[0].to.as_str(), token.len()), ("bob@example.com", 64));
    assert!(
        log.contains("a mail was not sent and will be retried"),
        "{log}"
    );
    assert!(log.contains("answered 451 to the message"), "{log}");
    for secret in [token, "the quoted mail", page.as_str()] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_mail_is_sent_directly_and_the_answer_is_printed() {
    let sink = SmtpSink::start().await;
    let setting = Setting::new(sink.url());
    let test = ["mail", "test", "--to", "ada@example.com"];
    let sent = setting.run(&test, "");
    let printed = String::from_utf8_lossy(&sent.stdout);
    assert!(sent.status.success(), "{sent:?}");
    assert!(
        printed.contains("accepted the mail: 250 queued as 1"),
        "{printed}"
    );
    let mails = sink.received();
    assert_eq!(mails[0].to, "ada@example.com");
    assert_eq!(mails[0].header("Subject"), "Test email from Latchkey");

    sink.at("RCPT", Misbehaviour::Answer("550 no such mailbox"));
    let refused = setting.run(&test, "");
    let printed = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(1), "{printed}");
    assert!(printed.contains("no such mailbox"), "{printed}");
    assert_eq!(printed.trim().lines().count(), 1, "{printed}");

    let without = Setting::new(String::new());
    let missing = without
        .command(&test)
        .env("LATCHKEY_MAIL_FROM", "")
        .output()
        .expect("ends");
    let printed = String::from_utf8_lossy(&missing.stderr);
    assert_eq!(missing.status.code(), Some(2), "{printed}");
    assert!(
        printed.contains("LATCHKEY_SMTP_URL: it is missing"),
        "{printed}"
    );
}
