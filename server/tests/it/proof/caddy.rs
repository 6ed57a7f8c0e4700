//! The recipe of docs/proxies: Caddy with `forward_auth`, as Debian has it, in front of a small service.

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
    io::{BufRead, BufReader},
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::Path,
    process::{Child, Command, Stdio},
};
use tempfile::TempDir;

const RECIPE: &str = include_str!("../../../../docs/proxies/Caddyfile");

/// A running Caddy. It is stopped when this is dropped.
struct Caddy {
    address: SocketAddr,
    process: Child,
    _folder: TempDir,
}

impl Caddy {
    /// Runs the recipe with other ports.
    fn start(program: &Path, gate: SocketAddr, service: SocketAddr) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let address = listener.local_addr().expect("an address");
        let mut recipe = RECIPE.to_owned();
        for (theirs, ours) in [
            ("127.0.0.1:3000", gate.to_string()),
            ("127.0.0.1:8080", service.to_string()),
            ("http://:8000", format!("http://:{}", address.port())),
        ] {
            assert!(recipe.contains(theirs));
            recipe = recipe.replace(theirs, &ours);
        }
        let config = format!("{{\n\tadmin off\n}}\n{recipe}");
        fs::write(folder.path().join("Caddyfile"), config).expect("written");
        // It opens its port itself.
        drop(listener);
        let process = Command::new(program)
            .args(["run", "--adapter", "caddyfile", "--config"])
            .arg(folder.path().join("Caddyfile"))
            .env("HOME", folder.path())
            .env("XDG_CONFIG_HOME", folder.path())
            .env("XDG_DATA_HOME", folder.path())
            .stderr(Stdio::piped())
            .spawn()
            .expect("Caddy starts");
        let mut caddy = Self {
            address,
            process,
            _folder: folder,
        };
        caddy.wait_until_it_serves();
        caddy
    }

    fn wait_until_it_serves(&mut self) {
        let said = self.process.stderr.take().expect("piped");
        let mut lines = BufReader::new(said).lines().map_while(Result::ok);
        let mut before = Vec::new();
        let serves = lines
            .by_ref()
            .inspect(|line| before.push(line.clone()))
            .any(|line| line.contains("serving initial configuration"));
        assert!(serves, "Caddy has ended: {before:#?}");
        // It must not wait for somebody to read the rest.
        std::thread::spawn(move || lines.for_each(drop));
    }

    async fn get(&self, path: &str, key: &IssuedKey) -> Answer {
        Connection::to(self.address).await.get(path, key).await
    }
}

impl Drop for Caddy {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn caddy_lets_pass_what_the_gate_lets_pass_and_nothing_else() {
    let Some(program) = program("caddy") else {
        return;
    };
    let house = House::furnished().await;
    let owner = house.owner().await;
    let caddy = Caddy::start(&program, serve(&house).await, service().await);

    let key = house.key(&owner, "invoice:read invoice:create", "").await;
    let id = key.id.to_string();
    let lines = [
        ("x-client-key", id.as_str()),
        ("x-client-secret", &key.secret),
        ("x-latchkey-account-id", "forged"),
        ("x-latchkey-scopes", "forged"),
        ("x-latchkey-more", "forged"),
    ];
    let mut connection = Connection::to(caddy.address).await;
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
    let refused = caddy.get("/invoices", &wrong).await;
    assert_refusal(&refused, 401, "invalid_credentials");
    let nobody = connection.send("GET", "/invoices", &[]).await;
    assert_refusal(&nobody, 401, "missing_credentials");
    let twice = [lines[0], lines[1], ("authorization", "Basic eDp5")];
    let twice = connection.send("GET", "/invoices", &twice).await;
    assert_refusal(&twice, 400, "ambiguous_credentials");
    let narrow = house.key(&owner, "customer:read", "").await;
    let refused = caddy.get("/invoices", &narrow).await;
    assert_refusal(&refused, 403, "insufficient_scope");

    let limited = limited(&house, &owner).await;
    assert_eq!(caddy.get("/invoices", &limited).await.status, 200);
    let second = caddy.get("/invoices", &limited).await;
    assert_refusal(&second, 429, "rate_limited");
    assert_eq!(second.header("retry-after"), "61");

    owner
        .revoke(key.id, "Leaked".into())
        .await
        .expect("revoked");
    let refused = caddy.get("/invoices", &key).await;
    assert_refusal(&refused, 401, "key_revoked");
    assert_eq!(caddy.get("/elsewhere", &narrow).await.status, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_caddy_a_key_knows_the_addresses_of_its_callers() {
    let Some(program) = program("caddy") else {
        return;
    };
    let house = House::furnished().await;
    let owner = house.owner().await;
    let caddy = Caddy::start(&program, serve(&house).await, service().await);
    let key = house.key(&owner, "invoice:read", "127.0.0.2").await;
    let id = key.id.to_string();
    let lines = [
        ("x-client-key", id.as_str()),
        ("x-client-secret", &key.secret),
        ("x-forwarded-for", "127.0.0.2"),
    ];
    let mut stranger = Connection::to(caddy.address).await;
    let refused = stranger.send("GET", "/invoices", &lines).await;
    assert_refusal(&refused, 403, "ip_not_allowed");
    // Every address of 127.0.0.0/8 is Linux's own.
    if cfg!(target_os = "linux") {
        let here = Ipv4Addr::new(127, 0, 0, 2).into();
        let mut caller = Connection::from(here, caddy.address).await;
        let passed = caller.get("/invoices", &key).await;
        assert_eq!(passed.status, 200, "{}", passed.body);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_caddy_nobody_passes_when_the_gate_is_down() {
    let Some(program) = program("caddy") else {
        return;
    };
    let house = House::furnished().await;
    let key = house.key(&house.owner().await, "invoice:read", "").await;
    // An address at which nobody listens any more.
    let (listener, gate) = listen().await;
    drop(listener);
    let caddy = Caddy::start(&program, gate, service().await);
    let refused = caddy.get("/invoices", &key).await;
    assert_eq!((refused.status, refused.body.as_str()), (503, ""));
}

/// Caddy passes the gate's own answer on.
fn assert_refusal(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status, status, "{}", answer.body);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let body: serde_json::Value = serde_json::from_str(&answer.body).expect("JSON");
    assert_eq!(body["code"], code);
    assert_eq!(answer.header("x-request-id").len(), 32);
}
