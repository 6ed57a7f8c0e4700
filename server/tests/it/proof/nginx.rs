//! The recipe of docs/proxies: nginx with `auth_request`, as Debian has it, in front of a small service.

use super::{
    connection::{Answer, Connection},
    listen,
    proxied::{limited, program, service},
    serve,
};
use crate::house::House;
use domain::key::{Environment, issued::IssuedKey, token};
use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    os::fd::OwnedFd,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};
use tempfile::TempDir;

const RECIPE: &str = include_str!("../../../../docs/proxies/nginx.conf");

/// A running nginx. It is stopped when this is dropped.
struct Nginx {
    address: SocketAddr,
    process: Child,
    program: PathBuf,
    folder: TempDir,
}

impl Nginx {
    /// Runs the recipe with other ports.
    fn start(program: &Path, gate: SocketAddr, service: SocketAddr) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let address = listener.local_addr().expect("an address");
        let mut recipe = RECIPE.to_owned();
        for (theirs, ours) in [
            ("127.0.0.1:3000", gate),
            ("127.0.0.1:8080", service),
            ("127.0.0.1:8000", address),
        ] {
            assert!(recipe.contains(theirs));
            recipe = recipe.replace(theirs, &ours.to_string());
        }
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

    async fn get(&self, path: &str, key: &IssuedKey) -> Answer {
        Connection::to(self.address).await.get(path, key).await
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
    let Some(program) = program("nginx") else {
        return;
    };
    let house = House::furnished().await;
    let owner = house.owner().await;
    let nginx = Nginx::start(&program, serve(&house).await, service().await);

    let key = house.key(&owner, "invoice:read invoice:create", "").await;
    let id = key.id.to_string();
    let lines = [
        ("x-client-key", id.as_str()),
        ("x-client-secret", &key.secret),
        ("x-latchkey-account-id", "forged"),
        ("x-latchkey-scopes", "forged"),
    ];
    let mut connection = Connection::to(nginx.address).await;
    let passed = connection.send("GET", "/invoices?page=2", &lines).await;
    assert_eq!(passed.status, 200, "{}", passed.body);
    let app = owner.application();
    for (name, value) in [
        ("x-latchkey-key-id", id.as_str()),
        ("x-latchkey-application-id", &app.id.to_string()),
        ("x-latchkey-account-id", &app.account_id.to_string()),
        ("x-latchkey-scopes", "invoice:read invoice:create"),
    ] {
        let copied = format!("\"{name}\": \"{value}\"");
        assert!(passed.body.contains(&copied), "{copied}: {}", passed.body);
    }
    assert!(!passed.body.contains("forged") && !passed.body.contains(&key.secret));

    let mut wrong = key.clone();
    wrong.secret = token::format_secret(Environment::Live, &[9; 32]);
    let refused = nginx.get("/invoices", &wrong).await;
    assert_refusal(&refused, 401, r#"ApiKey realm="latchkey""#);
    let nobody = connection.send("GET", "/invoices", &[]).await;
    assert_refusal(&nobody, 401, r#"ApiKey realm="latchkey""#);
    let twice = [lines[0], lines[1], ("authorization", "Basic eDp5")];
    let twice = connection.send("GET", "/invoices", &twice).await;
    assert_refusal(&twice, 400, "");

    let narrow = house.key(&owner, "customer:read", "").await;
    let refused = nginx.get("/invoices", &narrow).await;
    let challenge = r#"ApiKey realm="latchkey", error="insufficient_scope""#;
    assert_refusal(&refused, 403, challenge);

    let limited = limited(&house, &owner).await;
    let first = nginx.get("/invoices", &limited).await;
    assert_eq!(first.status, 200, "{}", first.body);
    assert_eq!(first.header("ratelimit"), "\"key\";r=0;t=60");
    let second = nginx.get("/invoices", &limited).await;
    assert_refusal(&second, 429, "");
    assert_eq!(second.header("retry-after"), "61");

    owner
        .revoke(key.id, "Leaked".into())
        .await
        .expect("revoked");
    let refused = nginx.get("/invoices", &key).await;
    assert_refusal(&refused, 401, r#"ApiKey realm="latchkey""#);
    assert_eq!(nginx.get("/_latchkey", &narrow).await.status, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_nginx_a_key_knows_the_addresses_of_its_callers() {
    let Some(program) = program("nginx") else {
        return;
    };
    let house = House::furnished().await;
    let owner = house.owner().await;
    let nginx = Nginx::start(&program, serve(&house).await, service().await);
    let key = house.key(&owner, "invoice:read", "127.0.0.2").await;
    let id = key.id.to_string();
    let lines = [
        ("x-client-key", id.as_str()),
        ("x-client-secret", &key.secret),
        ("x-forwarded-for", "127.0.0.2"),
    ];
    let mut stranger = Connection::to(nginx.address).await;
    let refused = stranger.send("GET", "/invoices", &lines).await;
    assert_refusal(&refused, 403, "");
    // Every address of 127.0.0.0/8 is Linux's own.
    if cfg!(target_os = "linux") {
        let here = Ipv4Addr::new(127, 0, 0, 2).into();
        let mut caller = Connection::from(here, nginx.address).await;
        let passed = caller.get("/invoices", &key).await;
        assert_eq!(passed.status, 200, "{}", passed.body);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_nginx_nobody_passes_when_the_gate_is_down() {
    let Some(program) = program("nginx") else {
        return;
    };
    let house = House::furnished().await;
    let key = house.key(&house.owner().await, "invoice:read", "").await;
    // An address at which nobody listens any more.
    let (listener, gate) = listen().await;
    drop(listener);
    let nginx = Nginx::start(&program, gate, service().await);
    let refused = nginx.get("/invoices", &key).await;
    assert_refusal(&refused, 503, "");
}

fn assert_refusal(answer: &Answer, status: u16, challenge: &str) {
    assert_eq!(answer.status, status, "{}", answer.body);
    assert_eq!(answer.header("www-authenticate"), challenge);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(answer.header("cache-control"), "no-store");
    let body: serde_json::Value = serde_json::from_str(&answer.body).expect("JSON");
    assert_eq!(body["status"], status);
    if status != 503 {
        assert_eq!(answer.header("x-request-id").len(), 32);
    }
}
