//! The configuration in docs/proxies: Debian's Caddy with `forward_auth`, in front of a small service.

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
        // Caddy opens its port itself.
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

    /// Caddy forwards the gate's own response.
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
        // It must not block on an unread pipe.
        std::thread::spawn(move || lines.for_each(drop));
    }
}

impl Drop for Caddy {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn caddy_forwards_only_authorized_requests() {
    proxied::forwards_only_authorized_requests::<Caddy>().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_caddy_the_client_address_is_known() {
    proxied::the_client_address_is_known::<Caddy>().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_caddy_a_request_has_one_id_and_the_service_answers_preflights() {
    proxied::a_request_has_one_id_and_the_service_answers_preflights::<Caddy>().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_caddy_no_request_is_forwarded_while_the_gate_is_down() {
    proxied::no_request_is_forwarded_while_the_gate_is_down::<Caddy>().await;
}
