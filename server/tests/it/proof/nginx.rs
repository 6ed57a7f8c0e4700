//! The recipe of docs/proxies: nginx with `auth_request`, as Debian has it, in front of a small service.

use super::{
    connection::Answer,
    proxied::{self, Proxy, replaced},
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
        let place = folder.path().display();
        let config = format!(
            "daemon off;\npid {place}/pid;\nerror_log stderr warn;\nevents {{}}\n\
             http {{\naccess_log off;\nclient_body_temp_path {place}/body;\nproxy_temp_path {place}/proxy;\n\
             fastcgi_temp_path {place}/fastcgi;\nuwsgi_temp_path {place}/uwsgi;\nscgi_temp_path {place}/scgi;\n\
             {recipe}}}\n"
        );
        fs::write(folder.path().join("nginx.conf"), config).expect("written");
        // It inherits the socket, which is open already: nobody has to wait for it.
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

    /// Of the gate's answer nginx has the status and some headers.
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
        // Its workers go with it only if it is asked.
        let stopped = command(&self.program, &self.folder)
            .args(["-s", "stop"])
            .stderr(Stdio::null())
            .status();
        if !stopped.is_ok_and(|status| status.success()) {
            // It may be gone already.
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nginx_lets_pass_what_the_gate_lets_pass_and_nothing_else() {
    proxied::lets_pass_what_the_gate_lets_pass_and_nothing_else::<Nginx>().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_nginx_a_key_knows_the_addresses_of_its_callers() {
    proxied::a_key_knows_the_addresses_of_its_callers::<Nginx>().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_nginx_a_request_has_one_name_and_a_preflight_is_the_services() {
    proxied::a_request_has_one_name_and_a_preflight_is_the_services::<Nginx>().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_nginx_nobody_passes_when_the_gate_is_down() {
    proxied::nobody_passes_when_the_gate_is_down::<Nginx>().await;
}
