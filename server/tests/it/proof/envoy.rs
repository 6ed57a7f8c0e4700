//! The configuration in docs/proxies: Envoy with `ext_authz`, in front of a small service.

use super::{
    connection::Answer,
    proxied,
    proxy::{Program, Proxy, ProxySetup, replaced},
};
use std::{net::SocketAddr, path::Path, process::Command};

const RECIPE: &str = include_str!("../../../../docs/proxies/envoy.yaml");

struct Envoy(Program);

impl Proxy for Envoy {
    const NAME: &str = "envoy";

    fn start(program: &Path, gate: SocketAddr, service: SocketAddr) -> Self {
        let setup = ProxySetup::new();
        let port = |address: SocketAddr| format!("port_value: {} }}", address.port());
        let addresses = [
            ("http://127.0.0.1:3000", format!("http://{gate}")),
            ("port_value: 3000 }", port(gate)),
            ("port_value: 8080 }", port(service)),
            ("port_value: 8000 }", port(setup.address)),
        ];
        let config = setup.write("envoy.yaml", &replaced(RECIPE, addresses));
        let mut command = Command::new(program);
        command
            .arg("--config-path")
            .arg(config)
            // Several may run at once.
            .arg("--use-dynamic-base-id")
            .args(["--concurrency", "1"]);
        Self(Program::start(
            &mut command,
            setup,
            "starting main dispatch loop",
        ))
    }

    fn address(&self) -> SocketAddr {
        self.0.address()
    }

    fn assert_passed(answer: &Answer) {
        assert_eq!(answer.header("ratelimit"), "\"key\";r=0;t=60");
    }
}

proxied::proxy_tests!(Envoy);
