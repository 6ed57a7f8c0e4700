//! The configuration in docs/proxies: Debian's Caddy with `forward_auth`, in front of a small service.

use super::{
    proxied,
    proxy::{Program, Proxy, ProxySetup, replaced},
};
use std::{net::SocketAddr, path::Path, process::Command};

const RECIPE: &str = include_str!("../../../../docs/proxies/Caddyfile");

struct Caddy(Program);

impl Proxy for Caddy {
    const NAME: &str = "caddy";

    fn start(program: &Path, gate: SocketAddr, service: SocketAddr) -> Self {
        let setup = ProxySetup::new();
        let addresses = [
            ("127.0.0.1:3000", gate.to_string()),
            ("127.0.0.1:8080", service.to_string()),
            ("http://:8000", format!("http://:{}", setup.address.port())),
        ];
        let recipe = replaced(RECIPE, addresses);
        let config = setup.write("Caddyfile", &format!("{{\n\tadmin off\n}}\n{recipe}"));
        let home = setup.folder.path();
        let mut command = Command::new(program);
        command
            .args(["run", "--adapter", "caddyfile", "--config"])
            .arg(config)
            .env("HOME", home)
            .env("XDG_CONFIG_HOME", home)
            .env("XDG_DATA_HOME", home);
        Self(Program::start(
            &mut command,
            setup,
            "serving initial configuration",
        ))
    }

    fn address(&self) -> SocketAddr {
        self.0.address()
    }
}

proxied::proxy_tests!(Caddy);
