//! The configuration in docs/proxies: Traefik with `forwardAuth`, in front of a small service.

use super::{
    connection::Answer,
    proxied::{self, Program, Proxy, replaced},
};
use std::{
    fs,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    path::Path,
    process::Command,
};

const RECIPE: &str = include_str!("../../../../docs/proxies/traefik.yaml");

struct Traefik {
    address: SocketAddr,
    _program: Program,
}

impl Proxy for Traefik {
    const NAME: &str = "traefik";
    const HIDDEN: &str = "/elsewhere";
    const FORGED: &[(&str, &str)] = &[
        ("x-latchkey-more", "forged"),
        ("x-latchkey_key-id", "forged"),
        ("x_latchkey_key_id", "forged"),
    ];

    fn start(program: &Path, gate: SocketAddr, service: SocketAddr) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let address = proxied::free_address();
        let addresses = [
            ("127.0.0.1:3000", gate.to_string()),
            ("127.0.0.1:8080", service.to_string()),
        ];
        let config = folder.path().join("traefik.yaml");
        fs::write(&config, replaced(RECIPE, addresses)).expect("written");
        let mut command = Command::new(program);
        command
            .arg(format!("--entryPoints.services.address={address}"))
            .arg(format!("--providers.file.filename={}", config.display()))
            .args([
                "--global.checkNewVersion=false",
                "--global.sendAnonymousUsage=false",
            ])
            .args(["--log.level=INFO", "--log.filePath=/dev/stderr"]);
        let started = Self {
            address,
            _program: Program::start(&mut command, folder, "Starting provider *file.Provider"),
        };
        started.wait_for_its_routes();
        started
    }

    fn address(&self) -> SocketAddr {
        self.address
    }

    fn assert_passed(_: &Answer) {}

    /// Traefik answers 500 if the gate cannot be reached.
    fn assert_refusal(answer: &Answer, status: u16, code: &str) {
        if status == 503 {
            assert_eq!((answer.status, answer.body.as_str()), (500, ""));
        } else {
            proxied::assert_response_of_the_gate(answer, status, code);
        }
    }
}

impl Traefik {
    /// Traefik listens before it has read the file, and answers 404 until then.
    fn wait_for_its_routes(&self) {
        for _ in 0..100_000 {
            if self
                .status("/invoices")
                .is_some_and(|status| status != "404")
            {
                return;
            }
            std::thread::yield_now();
        }
        panic!("Traefik has no routes");
    }

    fn status(&self, path: &str) -> Option<String> {
        let mut stream = TcpStream::connect(self.address).ok()?;
        let request =
            format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        answer.split(' ').nth(1).map(ToOwned::to_owned)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn traefik_forwards_only_authorized_requests() {
    proxied::forwards_only_authorized_requests::<Traefik>().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_traefik_the_client_address_is_known() {
    proxied::the_client_address_is_known::<Traefik>().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_traefik_a_request_has_one_id_and_preflights_are_answered() {
    proxied::a_request_has_one_id_and_preflights_are_answered::<Traefik>().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_traefik_no_request_is_forwarded_while_the_gate_is_down() {
    proxied::no_request_is_forwarded_while_the_gate_is_down::<Traefik>().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_traefik_the_path_and_query_do_not_change_the_required_scopes() {
    proxied::the_path_and_query_do_not_change_the_required_scopes::<Traefik>().await;
}
