//! A database that is older than the revocation journal.

mod archived;
mod damaged;
mod reported;

use crate::test_keyring::{PEPPER, TestKeyring, draft, on_each_database, plain_call, reopen};
use domain::{
    audit::{Action, AuditFilter},
    key::{
        issued::IssuedKey,
        regeneration::{GracePeriod, Regeneration},
    },
    origin::Origin,
    verdict::Verdict,
};
use management::{Editor, Issue, Keyring, Replayed, Store};
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
};
use testing::TestDatabase;
use verification::{Pepper, Peppers};

/// A copy of a database, made while it is used.
async fn back_up(database: &TestDatabase, path: &Path) {
    if database.url.starts_with("sqlite:") {
        File::create(path).expect("a file");
        let store = Store::open_to_read(&database.url).await.expect("opens");
        store.copy_to(path).await.expect("copied");
        store.close().await;
    } else {
        run(Command::new("pg_dump")
            .args(["--format=custom", "--file"])
            .arg(path)
            .arg(&database.url));
    }
}

/// Puts the copy in the database's place; everything that is connected is closed before.
async fn restore(database: &TestDatabase, path: &Path) {
    database.store.close().await;
    if let Some(file) = database.url.strip_prefix("sqlite://") {
        for suffix in ["-wal", "-shm"] {
            // Closing it has removed them, where nothing else is connected.
            let _ = fs::remove_file(format!("{file}{suffix}"));
        }
        fs::copy(path, file).expect("copied");
    } else {
        run(Command::new("pg_restore")
            .args([
                "--clean",
                "--if-exists",
                "--exit-on-error",
                "--no-owner",
                "--dbname",
            ])
            .arg(&database.url)
            .arg(path));
    }
}

fn run(command: &mut Command) {
    let output = command.output().expect("PostgreSQL's programs are in PATH");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {told}");
}

fn ask(keyring: &Keyring, key: &IssuedKey) -> Verdict {
    keyring
        .verify(&plain_call(&key.id.to_string(), &key.secret))
        .verdict
}

struct Scene {
    test: TestKeyring,
    editor: Editor,
    folder: tempfile::TempDir,
}

impl Scene {
    async fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for test in on_each_database().await {
            let folder = tempfile::tempdir().expect("a folder");
            let editor = test.editor("Acme").await;
            let path = folder.path().join("revocations");
            let replayed = test.keyring.keys().open_journal(&path).await;
            assert_eq!(replayed.expect("new"), Replayed::default());
            all.push(Self {
                test,
                editor,
                folder,
            });
        }
        all
    }

    fn journal(&self) -> PathBuf {
        self.folder.path().join("revocations")
    }

    async fn key(&self) -> IssuedKey {
        self.test.issue(&self.editor, draft()).await
    }

    async fn regenerate(&self, key: &IssuedKey) -> IssuedKey {
        let wanted = Regeneration {
            grace_period: GracePeriod::NOW,
            expiry: draft().expiry,
            compromised: false,
        };
        let once = self.test.keyring.new_idempotency_key();
        let fresh = self.editor.fresh().expect("signed in a moment ago");
        match fresh.regenerate(key.id, wanted, once).await {
            Ok((Issue::New(new), _)) => new,
            other => panic!("not regenerated: {other:?}"),
        }
    }

    /// Ends the server, lets `meanwhile` happen to its database, and starts another one with the same journal.
    async fn restart(self, restored: Option<&Path>) -> (TestKeyring, Replayed, tempfile::TempDir) {
        let Self {
            mut test, folder, ..
        } = self;
        test.clock.advance(60_000);
        test.keyring.close().await;
        drop(self.editor);
        if let Some(path) = restored {
            restore(&test.database, path).await;
        }
        test.keyring = reopen(&test.database, &test.clock, 8).await;
        let journal = folder.path().join("revocations");
        let replayed = test
            .keyring
            .keys()
            .open_journal(&journal)
            .await
            .expect("read");
        (test, replayed, folder)
    }
}

#[tokio::test]
async fn keys_that_a_restored_database_has_forgotten_are_ended_again_with_a_record() {
    for scene in Scene::all().await {
        let kept = scene.key().await;
        let [revoked, off, replaced, own, on_again, forgotten_on] = [
            scene.key().await,
            scene.key().await,
            scene.key().await,
            scene.key().await,
            scene.key().await,
            scene.key().await,
        ];
        let editor = scene.editor.clone();
        editor.deactivate(on_again.id).await.expect("active");
        editor
            .fresh()
            .expect("fresh")
            .activate(on_again.id)
            .await
            .expect("off");
        editor.deactivate(forgotten_on.id).await.expect("active");
        let copy = scene.folder.path().join("backup");
        back_up(&scene.test.database, &copy).await;
        scene.test.clock.advance(60_000);

        editor
            .revoke(revoked.id, "leaked".into())
            .await
            .expect("active");
        editor.deactivate(off.id).await.expect("active");
        let new = scene.regenerate(&replaced).await;
        let keyring = scene.test.keyring.clone();
        let caller = keyring.verify(&plain_call(&own.id.to_string(), &own.secret));
        let caller = caller.caller.expect("the right secret");
        let origin = Origin::default();
        let ended = keyring.keys().revoke_itself(&caller, &origin).await;
        ended.expect("revoked");
        editor
            .fresh()
            .expect("fresh")
            .activate(forgotten_on.id)
            .await
            .expect("off");
        drop((keyring, editor));

        let (second, outcome, _folder) = scene.restart(Some(&copy)).await;
        assert_eq!(
            outcome,
            Replayed {
                revoked: 2,
                deactivated: 1,
                retired: 1,
                added: 0
            }
        );
        let keyring = &second.keyring;
        assert_eq!(ask(keyring, &kept), Verdict::Accepted);
        assert_eq!(ask(keyring, &revoked), Verdict::Revoked);
        assert_eq!(ask(keyring, &own), Verdict::Revoked);
        assert_eq!(ask(keyring, &off), Verdict::Inactive);
        assert!(matches!(ask(keyring, &replaced), Verdict::Expired { .. }));
        // It came after the backup, so there is no such key.
        assert_ne!(ask(keyring, &new), Verdict::Accepted);
        // Both changes that were taken back are left as the database has them.
        assert_eq!(ask(keyring, &on_again), Verdict::Accepted);
        assert_eq!(ask(keyring, &forgotten_on), Verdict::Inactive);

        let session = second.sign_in("owner@acme.example").await;
        let app = session.applications().await.expect("read")[0].id;
        let owner = session.account_owner(app, Origin::default()).await;
        let filter = AuditFilter {
            action: Some(Action::KeyRevoked),
            ..AuditFilter::default()
        };
        let page = owner.expect("an owner").audit(&filter, None).await;
        let rows = page.expect("read").rows;
        assert_eq!(rows.len(), 2);
        for row in rows {
            assert!(row.detail.contains("revocation journal"), "{row:?}");
            assert_eq!(row.before.get("status"), Some("active"));
        }
        let store = Store::open_to_read(&second.database.url)
            .await
            .expect("opens");
        store.set_seal_keys(Peppers::from(Pepper::from_bytes(*PEPPER)).seal_keys());
        for head in store.audit_heads().await.expect("read") {
            let broken = store.verify_audit(&head, None).await.expect("read");
            assert_eq!(broken, None);
        }
        store.close().await;
    }
}

/// The positions that the journal names, in the order of its lines.
fn positions(journal: &Path) -> Vec<i64> {
    let text = fs::read_to_string(journal).expect("there");
    let words = text.split_whitespace();
    words
        .filter_map(|word| word.strip_prefix('@'))
        .map(|number| number.parse().expect("a number"))
        .collect()
}

#[tokio::test]
async fn positions_continue_above_those_seen_before_a_restore() {
    for scene in Scene::all().await {
        let keys = [scene.key().await, scene.key().await];
        let later = scene.key().await;
        let copy = scene.folder.path().join("backup");
        back_up(&scene.test.database, &copy).await;
        for key in &keys {
            let reason = String::new();
            scene.editor.revoke(key.id, reason).await.expect("active");
        }
        let before = positions(&scene.journal());
        assert_eq!(before.len(), 2);

        let (test, replayed, folder) = scene.restart(Some(&copy)).await;
        assert_eq!(replayed.revoked, 2);
        let session = test.sign_in("owner@acme.example").await;
        let app = session.applications().await.expect("read")[0].id;
        let editor = session.editor(app, Origin::default()).await;
        let editor = editor.expect("an owner");
        let reason = String::new();
        editor.revoke(later.id, reason).await.expect("active");
        // The revocations that were made again are in the journal already; the new one is not.
        let after = positions(&folder.path().join("revocations"));
        assert_eq!(after.len(), 3);
        assert!(after[2] > before[1] + 2, "{after:?}");
        assert!(after.is_sorted(), "{after:?}");
    }
}

#[tokio::test]
async fn a_database_that_has_forgotten_nothing_is_unchanged() {
    for scene in Scene::all().await {
        let keys = [scene.key().await, scene.key().await, scene.key().await];
        let editor = scene.editor.clone();
        editor
            .revoke(keys[0].id, String::new())
            .await
            .expect("active");
        editor.deactivate(keys[1].id).await.expect("active");
        editor
            .fresh()
            .expect("fresh")
            .activate(keys[1].id)
            .await
            .expect("off");
        scene.regenerate(&keys[2]).await;
        drop(editor);
        let (test, replayed, _folder) = scene.restart(None).await;
        assert_eq!(replayed, Replayed::default());
        assert_eq!(ask(&test.keyring, &keys[1]), Verdict::Accepted);
    }
}

#[tokio::test]
async fn a_new_journal_records_the_ends_of_keys_in_the_database() {
    for scene in Scene::all().await {
        let [key, off, rotated, kept] = [
            scene.key().await,
            scene.key().await,
            scene.key().await,
            scene.key().await,
        ];
        let copy = scene.folder.path().join("backup");
        back_up(&scene.test.database, &copy).await;
        let reason = String::new();
        scene.editor.revoke(key.id, reason).await.expect("active");
        scene.editor.deactivate(off.id).await.expect("active");
        scene.regenerate(&rotated).await;
        // The journal is lost, and made anew.
        let before = fs::read_to_string(scene.journal()).expect("there");
        assert!(before.contains(&key.id.to_string()));
        fs::remove_file(scene.journal()).expect("removed");
        let (mut test, replayed, folder) = scene.restart(None).await;
        assert_eq!(replayed.added, 3);
        test.keyring.close().await;
        restore(&test.database, &copy).await;
        let keyring = reopen(&test.database, &test.clock, 9).await;
        let journal = folder.path().join("revocations");
        // The one before has it still.
        assert!(keyring.keys().open_journal(&journal).await.is_err());
        test.keyring = keyring;
        let replayed = test.keyring.keys().open_journal(&journal).await;
        let replayed = replayed.expect("free");
        let ended = (replayed.revoked, replayed.deactivated, replayed.retired);
        assert_eq!(ended, (1, 1, 1));
        assert_eq!(ask(&test.keyring, &key), Verdict::Revoked);
        assert_eq!(ask(&test.keyring, &off), Verdict::Inactive);
        assert!(matches!(
            ask(&test.keyring, &rotated),
            Verdict::Expired { .. }
        ));
        assert_eq!(ask(&test.keyring, &kept), Verdict::Accepted);
    }
}

#[tokio::test]
async fn the_revocation_of_all_keys_is_in_the_journal() {
    for scene in Scene::all().await {
        let keys = [scene.key().await, scene.key().await];
        let copy = scene.folder.path().join("backup");
        back_up(&scene.test.database, &copy).await;
        let session = scene.test.sign_in("owner@acme.example").await;
        let app = scene.editor.application().id;
        let owner = session.owner(app, Origin::default()).await;
        let owner = owner.expect("an owner");
        let fresh = owner.fresh_owner().expect("signed in a moment ago");
        fresh.revoke_all("leaked".into()).await.expect("revoked");
        drop((session, owner, fresh));
        let (after, replayed, _folder) = scene.restart(Some(&copy)).await;
        assert_eq!(replayed.revoked, 2);
        for key in &keys {
            assert_eq!(ask(&after.keyring, key), Verdict::Revoked);
        }
    }
}
