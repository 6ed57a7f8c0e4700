//! A connection pooler between Latchkey and PostgreSQL, where `PgBouncer` is installed.

use crate::{
    keys::{House, NOW},
    support::{Fresh, fresh},
};
use std::{
    env, fs,
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
};
use store::{Inserted, Store, StoreError};
use tempfile::TempDir;

/// The variable by which the test command names the program.
const VARIABLE: &str = "LATCHKEY_TEST_PGBOUNCER";

/// A pooler that runs until it is dropped.
struct Pooler {
    url: String,
    process: Child,
    _folder: TempDir,
}

impl Pooler {
    /// One before the server of a database; none where the database is no server, or there is no pooler.
    async fn before(fresh: &Fresh, mode: &str) -> Option<Self> {
        let (base, server) = fresh.url.split_once("?host=")?;
        let name = base.rsplit_once('/')?.1;
        let program = env::var_os(VARIABLE).map(PathBuf::from);
        assert!(
            program.is_some() || env::var_os("CI").is_none(),
            "{VARIABLE} is not set"
        );
        let folder = tempfile::tempdir().expect("a folder");
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a port")
            .port();
        let settings = folder.path().join("pgbouncer.ini");
        let text = format!(
            "[databases]\n* = host={server} user=postgres\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             auth_type = any\npool_mode = {mode}\nunix_socket_dir =\n"
        );
        fs::write(&settings, text).expect("written");
        let process = as_anybody(&program?, &folder)
            .arg(&settings)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("started");
        while tokio::net::TcpStream::connect(("127.0.0.1", port))
            .await
            .is_err()
        {
            tokio::task::yield_now().await;
        }
        Some(Self {
            url: format!("postgres://postgres@127.0.0.1:{port}/{name}?sslmode=disable"),
            process,
            _folder: folder,
        })
    }
}

/// `PgBouncer` refuses root.
fn as_anybody(program: &PathBuf, folder: &TempDir) -> Command {
    let id = Command::new("id").arg("-u").output().expect("asked");
    if id.stdout != b"0\n" {
        return Command::new(program);
    }
    let owned = Command::new("chown")
        .args(["-R", "postgres"])
        .arg(folder.path())
        .status();
    assert!(owned.expect("asked").success());
    // It becomes the program: a child of its own would outlive the test.
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid=postgres", "--regid=postgres", "--init-groups"])
        .arg(program);
    command
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test]
async fn a_pooler_in_transaction_mode_is_refused_in_one_line() {
    for fresh in fresh().await {
        for mode in ["transaction", "statement"] {
            let Some(pooler) = Pooler::before(&fresh, mode).await else {
                continue;
            };
            let refused = Store::open(&pooler.url).await.expect_err("refused");
            assert!(matches!(refused, StoreError::Pooled), "{mode}: {refused}");
            assert!(!refused.to_string().contains('\n'));
        }
    }
}

#[tokio::test]
async fn a_pooler_in_session_mode_is_as_good_as_the_server() {
    for fresh in fresh().await {
        let Some(pooler) = Pooler::before(&fresh, "session").await else {
            continue;
        };
        let store = Store::open(&pooler.url).await.expect("opens");
        let house = House::build(&store, 1).await;
        let inserted = house.insert(1, "One", 1, NOW).await;
        assert!(matches!(inserted, Inserted::New(_)));
        store.close().await;
    }
}
