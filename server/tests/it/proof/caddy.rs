//! The configuration in docs/proxies: Debian's Caddy with `forward_auth`, in front of a small service.

use super::{
    connection::Answer,
    proxied::{self, Program, Proxy, replaced},
};
use std::{fs, net::SocketAddr, path::Path, process::Command};

const RECIPE: &str = include_str!("../../../../docs/proxies/Caddyfile");

struct Caddy {
    address: SocketAddr,
    _program: Program,
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
        let address = proxied::free_address();
        let addresses = [
            ("127.0.0.1:3000", gate.to_string()),
            ("127.0.0.1:8080", service.to_string()),
            ("http://:8000", format!("http://:{}", address.port())),
        ];
        let recipe = replaced(RECIPE, addresses);
        let config = format!("{{\n\tadmin off\n}}\n{recipe}");
        fs::write(folder.path().join("Caddyfile"), config).expect("written");
        let mut command = Command::new(program);
        command
            .args(["run", "--adapter", "caddyfile", "--config"])
            .arg(folder.path().join("Caddyfile"))
            .env("HOME", folder.path())
            .env("XDG_CONFIG_HOME", folder.path())
            .env("XDG_DATA_HOME", folder.path());
        Self {
            address,
            _program: Program::start(&mut command, folder, "serving initial configuration"),
        }
    }

    fn address(&self) -> SocketAddr {
        self.address
    }

    /// Caddy forwards the gate's own response.
    fn assert_refusal(answer: &Answer, status: u16, code: &str) {
        if status == 503 {
            assert_eq!((answer.status, answer.body.as_str()), (503, ""));
        } else {
            proxied::assert_response_of_the_gate(answer, status, code);
        }
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
async fn behind_caddy_a_request_has_one_id_and_preflights_are_answered() {
    proxied::a_request_has_one_id_and_preflights_are_answered::<Caddy>().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_caddy_no_request_is_forwarded_while_the_gate_is_down() {
    proxied::no_request_is_forwarded_while_the_gate_is_down::<Caddy>().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_caddy_the_path_and_query_do_not_change_the_required_scopes() {
    proxied::the_path_and_query_do_not_change_the_required_scopes::<Caddy>().await;
}
