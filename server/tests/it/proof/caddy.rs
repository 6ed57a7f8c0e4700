//! The recipe of docs/proxies: Caddy with `forward_auth`, as Debian has it, in front of a small service.

use super::{
    connection::Answer,
    proxied::{self, Proxy, replaced},
};
use std::{
    fs,
    io::{BufRead, BufReader},
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::Path,
    process::{Child, Command, Stdio},
};
use tempfile::TempDir;

const RECIPE: &str = include_str!("../../../../docs/proxies/Caddyfile");

struct Caddy {
    address: SocketAddr,
    process: Child,
    _folder: TempDir,
}

impl Proxy for Caddy {
    const NAME: &str = "caddy";
    const HIDDEN: &str = "/elsewhere";
    const FORGED: &[(&str, &str)] = &[
        ("x-latchkey-more", "forged"),
        ("x-latchkey_key-id", "forged"),
        ("x_latchkey_key_id", "forged"),
    ];

    fn start(program: &Path, gate: SocketAddr, service: SocketAddr) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let address = listener.local_addr().expect("an address");
        let addresses = [
            ("127.0.0.1:3000", gate.to_string()),
            ("127.0.0.1:8080", service.to_string()),
            ("http://:8000", format!("http://:{}", address.port())),
        ];
        let recipe = replaced(RECIPE, addresses);
        let config = format!("{{\n\tadmin off\n}}\n{recipe}");
        fs::write(folder.path().join("Caddyfile"), config).expect("written");
        // It opens its port itself.
        drop(listener);
        let process = Command::new(program)
            .args(["run", "--adapter", "caddyfile", "--config"])
            .arg(folder.path().join("Caddyfile"))
            .env("HOME", folder.path())
            .env("XDG_CONFIG_HOME", folder.path())
            .env("XDG_DATA_HOME", folder.path())
            .stderr(Stdio::piped())
            .spawn()
            .expect("Caddy starts");
        let mut caddy = Self {
            address,
            process,
            _folder: folder,
        };
        caddy.wait_until_it_serves();
        caddy
    }

    fn address(&self) -> SocketAddr {
        self.address
    }

    /// Caddy passes the gate's own answer on.
    fn assert_refusal(answer: &Answer, status: u16, code: &str) {
        assert_eq!(answer.status, status, "{}", answer.body);
        if status == 503 {
            assert_eq!(answer.body, "");
            return;
        }
        assert_eq!(answer.header("content-type"), "application/problem+json");
        let body: serde_json::Value = serde_json::from_str(&answer.body).expect("JSON");
        assert_eq!(body["code"], code);
        assert_eq!(answer.header("x-request-id").len(), 36);
    }
}

impl Caddy {
    fn wait_until_it_serves(&mut self) {
        let said = self.process.stderr.take().expect("piped");
        let mut lines = BufReader::new(said).lines().map_while(Result::ok);
        let mut before = Vec::new();
        let serves = lines
            .by_ref()
            .inspect(|line| before.push(line.clone()))
            .any(|line| line.contains("serving initial configuration"));
        assert!(serves, "Caddy has ended: {before:#?}");
        // It must not wait for somebody to read the rest.
        std::thread::spawn(move || lines.for_each(drop));
    }
}

impl Drop for Caddy {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn caddy_lets_pass_what_the_gate_lets_pass_and_nothing_else() {
    proxied::lets_pass_what_the_gate_lets_pass_and_nothing_else::<Caddy>().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_caddy_a_key_knows_the_addresses_of_its_callers() {
    proxied::a_key_knows_the_addresses_of_its_callers::<Caddy>().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_caddy_a_request_has_one_name_and_a_preflight_is_the_services() {
    proxied::a_request_has_one_name_and_a_preflight_is_the_services::<Caddy>().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_caddy_nobody_passes_when_the_gate_is_down() {
    proxied::nobody_passes_when_the_gate_is_down::<Caddy>().await;
}
