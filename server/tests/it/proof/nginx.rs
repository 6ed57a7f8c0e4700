//! The configuration in docs/proxies: Debian's nginx with `auth_request`, in front of a small service.

use super::{
    connection::Answer,
    proxied,
    proxy::{Proxy, replaced},
};
use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    os::fd::OwnedFd,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};
use tempfile::TempDir;

const RECIPE: &str = include_str!("../../../../docs/proxies/nginx.conf");

struct Nginx {
    address: SocketAddr,
    process: Child,
    program: PathBuf,
    folder: TempDir,
}

impl Proxy for Nginx {
    const NAME: &str = "nginx";
    const HIDDEN: &str = "/_latchkey";
    const FORGED: &[(&str, &str)] = &[
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
            ("127.0.0.1:8000", address.to_string()),
        ];
        let recipe = replaced(RECIPE, addresses);
        let folder_path = folder.path().display();
        let config = format!(
            "daemon off;\npid {folder_path}/pid;\nerror_log stderr warn;\nevents {{}}\n\
             http {{\naccess_log off;\nclient_body_temp_path {folder_path}/body;\nproxy_temp_path {folder_path}/proxy;\n\
             fastcgi_temp_path {folder_path}/fastcgi;\nuwsgi_temp_path {folder_path}/uwsgi;\nscgi_temp_path {folder_path}/scgi;\n\
             {recipe}}}\n"
        );
        fs::write(folder.path().join("nginx.conf"), config).expect("written");
        // nginx inherits the open socket, so there is nothing to wait for.
        listener.set_nonblocking(true).expect("possible");
        let process = command(program, &folder)
            .env("NGINX", "0;")
            .stdin(Stdio::from(OwnedFd::from(listener)))
            .spawn()
            .expect("nginx starts");
        Self {
            address,
            process,
            program: program.to_owned(),
            folder,
        }
    }

    fn address(&self) -> SocketAddr {
        self.address
    }

    fn assert_passed(answer: &Answer) {
        assert_eq!(answer.header("ratelimit"), "\"key\";r=0;t=60");
    }

    /// nginx passes on the status and some headers of the gate's response.
    fn assert_refusal(answer: &Answer, status: u16, code: &str) {
        assert_eq!(answer.status, status, "{}", answer.body);
        let challenge = match (status, code) {
            (401, _) => r#"ApiKey realm="latchkey""#,
            (_, "insufficient_scope") => r#"ApiKey realm="latchkey", error="insufficient_scope""#,
            _ => "",
        };
        assert_eq!(answer.header("www-authenticate"), challenge);
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert_eq!(answer.header("cache-control"), "no-store");
        let body: serde_json::Value = serde_json::from_str(&answer.body).expect("JSON");
        assert_eq!(body["status"], status);
        if status != 503 {
            assert_eq!(answer.header("x-request-id").len(), 32);
        }
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // The workers stop only with a regular stop.
        let stopped = command(&self.program, &self.folder)
            .args(["-s", "stop"])
            .stderr(Stdio::null())
            .status();
        if !stopped.is_ok_and(|status| status.success()) {
            // It may have ended already.
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
    }
}

fn command(program: &Path, folder: &TempDir) -> Command {
    let mut command = Command::new(program);
    command
        .args(["-e", "stderr", "-p"])
        .arg(folder.path())
        .arg("-c")
        .arg(folder.path().join("nginx.conf"));
    command
}

proxied::proxy_tests!(Nginx);
