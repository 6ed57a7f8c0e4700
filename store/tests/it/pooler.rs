//! A connection pooler between Latchkey and PostgreSQL, if `PgBouncer` is installed.

use crate::keys::{AccountFixture, NOW};
use std::{
    env, fs,
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
};
use store::{KeyInsertion, Store, StoreError};
use tempfile::TempDir;
use testing::{TestDatabase, each_database};

/// The variable with the path of the program, set by the test command.
const VARIABLE: &str = "LATCHKEY_TEST_PGBOUNCER";

/// A pooler that runs until it is dropped.
struct Pooler {
    url: String,
    process: Child,
    _folder: TempDir,
}

impl Pooler {
    /// Starts a pooler for the server of a database; `None` for SQLite, or if no pooler is installed.
    async fn start(database: &TestDatabase, mode: &str) -> Option<Self> {
        let (base, server) = database.url.split_once("?host=")?;
        let name = base.rsplit_once('/')?.1;
        let program = env::var_os(VARIABLE).map(PathBuf::from);
        assert!(
            program.is_some() || env::var_os("CI").is_none(),
            "{VARIABLE} is not set"
        );
        if program.is_none() {
            eprintln!("skipped: {VARIABLE} is not set");
        }
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
        let process = as_unprivileged_user(&program?, &folder)
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
fn as_unprivileged_user(program: &PathBuf, folder: &TempDir) -> Command {
    let id = Command::new("id").arg("-u").output().expect("asked");
    if id.stdout != b"0\n" {
        return Command::new(program);
    }
    let owned = Command::new("chown")
        .args(["-R", "postgres"])
        .arg(folder.path())
        .status();
    assert!(owned.expect("asked").success());
    // setpriv executes the program in its own process: a child would outlive the test.
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

each_database!(a_pooler_in_transaction_mode_is_refused_in_one_line);
async fn a_pooler_in_transaction_mode_is_refused_in_one_line(database: TestDatabase) {
    for mode in ["transaction", "statement"] {
        let Some(pooler) = Pooler::start(&database, mode).await else {
            continue;
        };
        let refused = Store::open(&pooler.url).await.expect_err("refused");
        assert!(matches!(refused, StoreError::Pooled), "{mode}: {refused}");
        assert!(!refused.to_string().contains('\n'));
    }
}

each_database!(a_pooler_in_session_mode_works);
async fn a_pooler_in_session_mode_works(database: TestDatabase) {
    let Some(pooler) = Pooler::start(&database, "session").await else {
        return;
    };
    let store = Store::open(&pooler.url).await.expect("opens");
    let fixture = AccountFixture::build(&store, 1).await;
    let inserted = fixture.insert(1, "One", 1, NOW).await;
    assert!(matches!(inserted, KeyInsertion::New(_)));
    store.close().await;
}
