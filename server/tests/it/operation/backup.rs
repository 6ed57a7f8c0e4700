//! Backup and restore.

use domain::audit::Action;
use server::{
    cli::{
        audit::{KnownHeads, report},
        backup::{copy, restore_file},
    },
    start::{DatabaseLock, RESTORE_SUFFIX},
};
use sqlx::{AssertSqlSafe, SqlitePool};
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};
use store::{PepperName, Store, sqlite_url};
use test_server::{TestServer, peppers};

struct Scene {
    server: TestServer,
    folder: tempfile::TempDir,
}

impl Scene {
    /// Returns a server with a key, and a backup of its database.
    async fn new() -> Self {
        let scene = Self {
            server: TestServer::with_users().await,
            folder: tempfile::tempdir().expect("a folder"),
        };
        scene.add_key().await;
        copy(&scene.server.url, &scene.backup())
            .await
            .expect("copied");
        scene
    }

    async fn add_key(&self) {
        let owner = self.server.owner().await;
        self.server.key(&owner, "invoice:read", "").await;
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn backup(&self) -> PathBuf {
        self.path("backup.db")
    }

    /// Changes the backup by SQL.
    async fn run(&self, sql: &str) {
        let url = sqlite_url(&self.backup()).expect("UTF-8");
        let pool = SqlitePool::connect(&url).await.expect("opens");
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
            .execute(&pool)
            .await
            .expect("runs");
        pool.close().await;
    }

    /// Tries to restore the backup to a path without a database.
    async fn refused(&self) -> String {
        let database = self.path("new.db");
        let stop = restore_file(&database, &self.backup(), peppers().seal_keys()).await;
        let line = stop.expect_err("refused").to_string();
        assert!(!line.contains('\n'), "{line}");
        assert!(!self.path(&format!("new.db{RESTORE_SUFFIX}")).exists());
        line
    }
}

async fn open(path: &Path) -> Store {
    let url = sqlite_url(path).expect("UTF-8");
    let store = Store::open(&url).await.expect("opens");
    store.set_seal_keys(peppers().seal_keys());
    store
}

async fn keys(store: &Store) -> usize {
    let mut keys = 0;
    store
        .for_each_index_row(PepperName(0), |_| keys += 1)
        .await
        .expect("read");
    keys
}

#[tokio::test]
async fn a_backup_of_a_running_server_can_be_restored() {
    let scene = Scene::new().await;
    let mode = fs::metadata(scene.backup())
        .expect("made")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    // Later keys are not in it.
    scene.add_key().await;
    let database = scene.path("new.db");
    let kept = restore_file(&database, &scene.backup(), peppers().seal_keys()).await;
    assert_eq!(kept.expect("restored"), None);
    let store = open(&database).await;
    assert_eq!(keys(&store).await, 1);
    let audit = report(&store, &KnownHeads::new()).await.expect("read");
    assert_eq!((audit.heads.len(), audit.broken.len()), (2, 0));
    let mode = fs::metadata(&database).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    store.close().await;
}

#[tokio::test]
async fn a_backup_during_writes_is_consistent() {
    let scene = Scene::new().await;
    let owner = scene.server.owner().await;
    let file = scene.path("second.db");
    let writing = async {
        for _ in 0..20 {
            scene.server.key(&owner, "invoice:read", "").await;
        }
    };
    let (copied, ()) = tokio::join!(copy(&scene.server.url, &file), writing);
    copied.expect("copied");
    let store = open(&file).await;
    let audit = report(&store, &KnownHeads::new()).await.expect("read");
    assert!(audit.broken.is_empty(), "{audit:?}");
    let filter = domain::audit::AuditFilter {
        action: Some(Action::KeyCreated),
        ..Default::default()
    };
    let account = owner.application().account_id;
    let made = store.audit_lines(account, &filter, 0, 100).await;
    assert_eq!(made.expect("read").len(), keys(&store).await);
    store.close().await;
}

#[tokio::test]
async fn the_old_database_is_kept_with_its_write_ahead_log() {
    let scene = Scene::new().await;
    scene.add_key().await;
    // The files of a killed server.
    let live = PathBuf::from(scene.server.url.strip_prefix("sqlite://").expect("SQLite"));
    let database = scene.path("killed.db");
    for suffix in ["", "-wal"] {
        let from = format!("{}{suffix}", live.display());
        fs::copy(from, format!("{}{suffix}", database.display())).expect("copied");
    }
    let kept = restore_file(&database, &scene.backup(), peppers().seal_keys()).await;
    let kept = kept.expect("restored").expect("there was one");
    let [restored, old] = [open(&database).await, open(&kept).await];
    assert_eq!((keys(&restored).await, keys(&old).await), (1, 2));
    restored.close().await;
    old.close().await;
    // A second restore keeps the first old database too.
    let again = restore_file(&database, &scene.backup(), peppers().seal_keys()).await;
    assert_ne!(again.expect("restored"), Some(kept));
}

#[tokio::test]
async fn a_backup_never_overwrites_a_file_and_a_restore_needs_a_stopped_server() {
    let scene = Scene::new().await;
    let before = fs::read(scene.backup()).expect("there");
    let refusal = copy(&scene.server.url, &scene.backup()).await;
    let refusal = refusal.expect_err("exists").to_string();
    assert!(refusal.contains("exists already"), "{refusal}");
    assert_eq!(fs::read(scene.backup()).expect("there"), before);

    let database = scene.path("new.db");
    let url = sqlite_url(&database).expect("UTF-8");
    let lock = DatabaseLock::take(&url).expect("free");
    assert!(scene.refused().await.contains("in use"));
    drop(lock);
}

#[tokio::test]
async fn a_damaged_file_is_not_restored() {
    let scene = Scene::new().await;
    let whole = fs::read(scene.backup()).expect("there");

    let mut torn = whole.clone();
    torn.truncate(whole.len() / 2);
    fs::write(scene.backup(), &torn).expect("written");
    scene.refused().await;

    let mut flipped = whole.clone();
    for byte in flipped.iter_mut().skip(3 * 4096).step_by(4096).take(20) {
        *byte ^= 0xFF;
    }
    fs::write(scene.backup(), &flipped).expect("written");
    scene.refused().await;

    fs::write(scene.backup(), "no database").expect("written");
    assert!(scene.refused().await.contains("not a Latchkey database"));
    fs::write(scene.backup(), "").expect("written");
    scene.refused().await;

    fs::write(scene.backup(), &whole).expect("written");
    fs::write(scene.path("backup.db-wal"), "log").expect("written");
    assert!(scene.refused().await.contains("write-ahead log"));
}

#[tokio::test]
async fn a_database_with_a_broken_audit_log_is_not_restored() {
    let scene = Scene::new().await;
    scene
        .run("DROP TRIGGER audit_is_not_changed; UPDATE audit SET detail = 'another' WHERE seq = 2")
        .await;
    assert!(scene.refused().await.contains("is broken"));
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_not_restored() {
    let scene = Scene::new().await;
    scene
        .run(
            "INSERT INTO _sqlx_migrations (version, description, installed_on, success, checksum, execution_time)
             SELECT 9999, 'newer', installed_on, success, checksum, execution_time FROM _sqlx_migrations
             WHERE version = 1;
             UPDATE change_head SET oldest_schema = 9999",
        )
        .await;
    assert!(scene.refused().await.contains("newer version"));
}

#[tokio::test]
async fn after_an_interrupted_restore_no_new_database_is_created() {
    let scene = Scene::new().await;
    let database = scene.path("new.db");
    fs::copy(
        scene.backup(),
        scene.path(&format!("new.db{RESTORE_SUFFIX}")),
    )
    .expect("copied");
    let url = sqlite_url(&database).expect("UTF-8");
    let refusal = DatabaseLock::take(&url)
        .expect_err("interrupted")
        .to_string();
    assert!(refusal.contains("restore again"), "{refusal}");
    assert!(!database.exists());
    let restored = restore_file(&database, &scene.backup(), peppers().seal_keys()).await;
    restored.expect("restored");
    DatabaseLock::take(&url).expect("free");
}
