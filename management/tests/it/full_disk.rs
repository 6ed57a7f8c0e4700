//! A disk that is really full: a small file system in memory, where the tests may mount one.

use crate::test_keyring::{NOW, TestKeyring, draft, on_each_database, plain_call, reopen};
use domain::{audit::Action, key::state::State, verdict::Verdict};
use management::{Fault, Keyring, ManagementError, Store};
use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};
use testing::TestDatabase;
use verification::ManualClock;

/// Eight megabytes, gone after the test.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    /// `None` where this process may not mount anything; the test says so then.
    fn mount(test: &str) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=8m", "tmpfs"])
            .arg(folder.path())
            .output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Self(folder));
        }
        // Not `eprintln!`: a test that passes would keep it to itself.
        let _ = writeln!(
            io::stderr(),
            "{test}: SKIPPED, no file system can be mounted here"
        );
        None
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Takes every byte.
    fn fill(&self) -> PathBuf {
        let path = self.path().join("filler");
        let mut file = File::create(&path).expect("a file");
        for size in [64 * 1024, 4 * 1024, 1] {
            while file.write_all(&vec![1; size]).is_ok() {}
        }
        path
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.path()).status();
    }
}

fn ask(keyring: &Keyring, pair: &(String, String)) -> Verdict {
    keyring.verify(&plain_call(&pair.0, &pair.1)).verdict
}

/// What is in the write-ahead log goes into the file, so that it has no room of its own.
async fn empty_the_log(database: &TestDatabase) {
    let Store::Sqlite { writer, .. } = &database.store else {
        panic!("not SQLite");
    };
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
        .execute(writer)
        .await
        .expect("written");
}

#[tokio::test]
async fn on_a_full_disk_a_revocation_succeeds_with_the_reserve_and_without_it_the_key_stays() {
    let Some(disk) = SmallDisk::mount("on_a_full_disk_a_revocation_succeeds") else {
        return;
    };
    let database = TestDatabase::sqlite_in(disk.path()).await;
    let clock = Arc::new(ManualClock::new(NOW));
    let keyring = reopen(&database, &clock, 7).await;
    let test = TestKeyring {
        keyring,
        clock,
        database,
    };
    let editor = test.editor("Acme").await;
    let (first, second) = (
        test.issue(&editor, draft()).await,
        test.issue(&editor, draft()).await,
    );
    test.keyring.health().keep_reserve().await;
    empty_the_log(&test.database).await;
    let filler = disk.fill();

    let pair = (first.id.to_string(), first.secret.clone());
    assert_eq!(ask(&test.keyring, &pair), Verdict::Accepted);
    let revoked = editor.revoke(first.id, "leaked".into()).await;
    revoked.expect("the reserve made room");
    assert_eq!(ask(&test.keyring, &pair), Verdict::Revoked);
    let history = editor
        .open_key(first.id)
        .await
        .expect("the key")
        .history()
        .await
        .expect("read");
    assert_eq!(history[0].action, Action::KeyRevoked);
    assert_eq!(test.keyring.stats().reserve, Some(false));
    let unready = test
        .keyring
        .health()
        .ready()
        .await
        .expect_err("the disk is full");
    assert!(unready.to_string().contains("full"), "{unready}");
    assert_eq!(test.keyring.health().fault(), Some(Fault::DiskFull));

    // What the reserve has freed is used up too.
    empty_the_log(&test.database).await;
    let more = disk.path().join("more");
    fs::write(&more, vec![1; 8 << 20]).expect_err("full");
    let pair = (second.id.to_string(), second.secret.clone());
    let refused = editor.revoke(second.id, "leaked".into()).await;
    assert!(
        matches!(refused, Err(ManagementError::Unavailable(_))),
        "{refused:?}"
    );
    assert_eq!(ask(&test.keyring, &pair), Verdict::Accepted);
    let stored = editor.key(second.id).await.expect("read");
    assert_eq!(stored.state, State::Active);

    // With room again everything works, and the reserve is back.
    fs::remove_file(more).expect("removed");
    fs::remove_file(filler).expect("removed");
    test.clock.advance(1_000);
    test.keyring.health().ready().await.expect("there is room");
    assert_eq!(test.keyring.stats().reserve, Some(true));
    editor
        .revoke(second.id, "leaked".into())
        .await
        .expect("room");
    assert_eq!(ask(&test.keyring, &pair), Verdict::Revoked);
}

#[tokio::test]
async fn a_revocation_that_cannot_be_journaled_is_not_answered_and_is_journaled_later() {
    let Some(disk) = SmallDisk::mount("a_revocation_that_is_not_in_the_journal") else {
        return;
    };
    for test in on_each_database().await {
        let path = disk.path().join("revocations");
        test.keyring.keys().open_journal(&path).await.expect("room");
        let editor = test.editor("Acme").await;
        let key = test.issue(&editor, draft()).await;
        let pair = (key.id.to_string(), key.secret.clone());
        let filler = disk.fill();
        // The last page of the file has room for some lines.
        let mut refused = None;
        for _ in 0..100 {
            test.clock.advance(1);
            if let Err(error) = editor.deactivate(key.id).await {
                refused = Some(error);
                break;
            }
            editor
                .fresh()
                .expect("fresh")
                .activate(key.id)
                .await
                .expect("off");
        }
        assert!(
            matches!(refused, Some(ManagementError::Unavailable(_))),
            "{refused:?}"
        );
        assert_eq!(ask(&test.keyring, &pair), Verdict::Inactive);
        fs::remove_file(filler).expect("removed");
        editor.revoke(key.id, String::new()).await.expect("room");
        let lines = fs::read_to_string(&path).expect("there");
        let last: Vec<&str> = lines.lines().rev().take(2).collect();
        assert!(last[0].contains("revoked"), "{last:?}");
        assert!(last[1].contains("deactivated"), "{last:?}");
        test.keyring.close().await;
        drop((editor, test));
        fs::remove_file(path).expect("removed");
    }
}

#[tokio::test]
async fn a_full_disk_of_the_journal_is_reported_and_leaves_the_reserve_of_the_database() {
    let Some(disk) = SmallDisk::mount("a_full_disk_of_the_journal") else {
        return;
    };
    for test in on_each_database().await {
        let path = disk.path().join("revocations");
        let opened = test.keyring.keys().open_journal(&path).await;
        opened.expect("room");
        test.keyring.health().keep_reserve().await;
        let editor = test.editor("Acme").await;
        test.keyring
            .health()
            .ready()
            .await
            .expect("all can be written");
        let reserve = test.keyring.stats().reserve;
        let mut keys = Vec::new();
        for _ in 0..100 {
            keys.push(test.issue(&editor, draft()).await);
        }
        let filler = disk.fill();
        // The last page of the file has room for some lines.
        let mut refused = 0;
        for key in &keys {
            refused += usize::from(editor.revoke(key.id, String::new()).await.is_err());
        }
        assert!(refused > 0);
        let unready = test.keyring.health().ready().await.expect_err("full");
        assert!(unready.to_string().contains("journal"), "{unready}");
        assert!(test.keyring.stats().journal_failed);
        // The database is on another disk.
        assert_eq!(test.keyring.stats().reserve, reserve);
        assert_eq!(test.keyring.health().fault(), None);
        test.keyring.health().maintain_disk().await;
        assert_eq!(test.keyring.stats().reserve, reserve);

        fs::remove_file(filler).expect("removed");
        test.keyring.health().maintain_disk().await;
        test.keyring.health().ready().await.expect("room");
        assert!(!test.keyring.stats().journal_failed);
        let lines = fs::read_to_string(&path).expect("there");
        assert_eq!(lines.matches(" revoked ").count(), 100);
        test.keyring.close().await;
        drop((editor, test));
        fs::remove_file(path).expect("removed");
    }
}
