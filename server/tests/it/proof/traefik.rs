//! The configuration in docs/proxies: Traefik with `forwardAuth`, in front of a small service.

use super::{
    proxied,
    proxy::{Program, Proxy, ProxySetup, replaced},
};
use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    path::Path,
    process::Command,
};

const RECIPE: &str = include_str!("../../../../docs/proxies/traefik.yaml");

struct Traefik(Program);

impl Proxy for Traefik {
    const NAME: &str = "traefik";
    const UNREACHABLE: u16 = 500;

    fn start(program: &Path, gate: SocketAddr, service: SocketAddr) -> Self {
        let setup = ProxySetup::new();
        let addresses = [
            ("127.0.0.1:3000", gate.to_string()),
            ("127.0.0.1:8080", service.to_string()),
        ];
        let config = setup.write("traefik.yaml", &replaced(RECIPE, addresses));
        let mut command = Command::new(program);
        command
            .arg(format!("--entryPoints.services.address={}", setup.address))
            .arg(format!("--providers.file.filename={}", config.display()))
            .args([
                "--global.checkNewVersion=false",
                "--global.sendAnonymousUsage=false",
            ])
            .args(["--log.level=INFO", "--log.filePath=/dev/stderr"]);
        let started = Self(Program::start(
            &mut command,
            setup,
            "Starting provider *file.Provider",
        ));
        started.wait_for_its_routes();
        started
    }

    fn address(&self) -> SocketAddr {
        self.0.address()
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
        let mut stream = TcpStream::connect(self.address()).ok()?;
        let request =
            format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        answer.split(' ').nth(1).map(ToOwned::to_owned)
    }
}

proxied::proxy_tests!(Traefik);
