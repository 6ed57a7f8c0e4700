//! A full or blocked log device: requests are still served.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    time::Duration,
};

const TOKEN: &str = "a-token-for-the-metrics";

struct Server {
    process: Child,
    address: SocketAddr,
    _folder: tempfile::TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    /// Starts the program with the most verbose log.
    fn start(log: impl Into<Stdio>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = free.local_addr().expect("bound");
        drop(free);
        let database = format!("sqlite://{}/latchkey.db", folder.path().display());
        let mut process = crate::program::command()
            .env("LATCHKEY_LISTEN", address.to_string())
            .env("LATCHKEY_DATABASE_URL", database)
            .env("LATCHKEY_PEPPER_FILE", folder.path().join("pepper"))
            .env("LATCHKEY_METRICS_TOKEN", TOKEN)
            .env("RUST_LOG", "trace")
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("starts");
        let stdout = process.stdout.take().expect("piped");
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line).expect("read");
        assert!(line.contains("Latchkey"), "{line}");
        Self {
            process,
            address,
            _folder: folder,
        }
    }

    fn get(&self, path: &str) -> String {
        let answer = self.send(
            &format!("GET {path}"),
            &format!("Authorization: Bearer {TOKEN}"),
        );
        assert!(answer.starts_with("HTTP/1.1 200"), "{path}: {answer}");
        answer
    }

    /// Sends a cross-site request, which is refused and logged.
    fn ask_from_elsewhere(&self) {
        let answer = self.send("POST /api/sign_out", "Sec-Fetch-Site: cross-site");
        assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
    }

    fn send(&self, what: &str, header: &str) -> String {
        let mut stream = TcpStream::connect(self.address).expect("connects");
        let patience = Some(Duration::from_secs(10));
        stream.set_read_timeout(patience).expect("set");
        write!(
            stream,
            "{what} HTTP/1.1\r\nHost: {}\r\n{header}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            self.address
        )
        .expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("answered");
        answer
    }

    fn lost_lines(&self) -> u64 {
        let metrics = self.get("/metrics");
        let line = metrics
            .lines()
            .find_map(|line| line.strip_prefix("latchkey_log_lines_lost_total "));
        line.expect("a sample").parse().expect("a number")
    }

    /// Sends requests until log lines have been lost, and some more.
    fn ask_until_lines_are_lost(&self) {
        let lost = (0..100).any(|_| {
            (0..100).for_each(|_| self.ask_from_elsewhere());
            self.lost_lines() > 0
        });
        assert!(lost, "the device took every line");
        for _ in 0..50 {
            self.get("/readyz");
        }
    }

    fn stops(mut self) {
        let id = self.process.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &id]).status();
        assert!(asked.expect("sent").success());
        let status = self.process.wait().expect("ended");
        assert!(status.success(), "{status}");
    }
}

#[test]
fn requests_are_served_while_the_log_device_is_full() {
    let full = File::options().write(true).open("/dev/full");
    let server = Server::start(full.expect("a device that is always full"));
    server.ask_until_lines_are_lost();
    server.stops();
}

#[test]
fn requests_are_served_while_the_log_device_blocks() {
    // The pipe is never read.
    let server = Server::start(Stdio::piped());
    server.ask_until_lines_are_lost();
    server.stops();
}
