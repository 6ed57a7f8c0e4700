//! The configuration in docs/proxies: Debian's Caddy with `forward_auth`, in front of a small service.

use super::proxied::{self, Program, Proxy, Site, replaced};
use std::{net::SocketAddr, path::Path, process::Command};

const RECIPE: &str = include_str!("../../../../docs/proxies/Caddyfile");

struct Caddy(Program);

impl Proxy for Caddy {
    const NAME: &str = "caddy";

    fn start(program: &Path, gate: SocketAddr, service: SocketAddr) -> Self {
        let site = Site::new();
        let addresses = [
            ("127.0.0.1:3000", gate.to_string()),
            ("127.0.0.1:8080", service.to_string()),
            ("http://:8000", format!("http://:{}", site.address.port())),
        ];
        let recipe = replaced(RECIPE, addresses);
        let config = site.write("Caddyfile", &format!("{{\n\tadmin off\n}}\n{recipe}"));
        let home = site.folder.path();
        let mut command = Command::new(program);
        command
            .args(["run", "--adapter", "caddyfile", "--config"])
            .arg(config)
            .env("HOME", home)
            .env("XDG_CONFIG_HOME", home)
            .env("XDG_DATA_HOME", home);
        Self(Program::start(
            &mut command,
            site,
            "serving initial configuration",
        ))
    }

    fn address(&self) -> SocketAddr {
        self.0.address()
    }
}

proxied::proxy_tests!(Caddy);
