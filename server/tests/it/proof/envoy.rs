//! The configuration in docs/proxies: Envoy with `ext_authz`, in front of a small service.

use super::{
    connection::Answer,
    proxied::{self, Program, Proxy, replaced},
};
use std::{fs, net::SocketAddr, path::Path, process::Command};

const RECIPE: &str = include_str!("../../../../docs/proxies/envoy.yaml");

struct Envoy {
    address: SocketAddr,
    _program: Program,
}

impl Proxy for Envoy {
    const NAME: &str = "envoy";
    const HIDDEN: &str = "/elsewhere";
    const FORGED: &[(&str, &str)] = &[
        ("x-latchkey-more", "forged"),
        ("x-latchkey_key-id", "forged"),
        ("x_latchkey_key_id", "forged"),
    ];

    fn start(program: &Path, gate: SocketAddr, service: SocketAddr) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let address = proxied::free_address();
        let port = |address: SocketAddr| format!("port_value: {} }}", address.port());
        let addresses = [
            ("http://127.0.0.1:3000", format!("http://{gate}")),
            ("port_value: 3000 }", port(gate)),
            ("port_value: 8080 }", port(service)),
            ("port_value: 8000 }", port(address)),
        ];
        let config = folder.path().join("envoy.yaml");
        fs::write(&config, replaced(RECIPE, addresses)).expect("written");
        let mut command = Command::new(program);
        command
            .arg("--config-path")
            .arg(config)
            // Several may run at once.
            .arg("--use-dynamic-base-id")
            .args(["--concurrency", "1"]);
        Self {
            address,
            _program: Program::start(&mut command, folder, "starting main dispatch loop"),
        }
    }

    fn address(&self) -> SocketAddr {
        self.address
    }

    fn assert_passed(answer: &Answer) {
        assert_eq!(answer.header("ratelimit"), "\"key\";r=0;t=60");
    }

    fn assert_refusal(answer: &Answer, status: u16, code: &str) {
        if status == 503 {
            assert_eq!((answer.status, answer.body.as_str()), (503, ""));
        } else {
            proxied::assert_response_of_the_gate(answer, status, code);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn envoy_forwards_only_authorized_requests() {
    proxied::forwards_only_authorized_requests::<Envoy>().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_envoy_the_client_address_is_known() {
    proxied::the_client_address_is_known::<Envoy>().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_envoy_a_request_has_one_id_and_preflights_are_answered() {
    proxied::a_request_has_one_id_and_preflights_are_answered::<Envoy>().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_envoy_no_request_is_forwarded_while_the_gate_is_down() {
    proxied::no_request_is_forwarded_while_the_gate_is_down::<Envoy>().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_envoy_the_path_and_query_do_not_change_the_required_scopes() {
    proxied::the_path_and_query_do_not_change_the_required_scopes::<Envoy>().await;
}
