//! What is recorded, logged and reported about the revocation journal.

use super::{Scene, ask, back_up};
use crate::{
    log::Log,
    test_keyring::{NOW, reopen},
};
use domain::{
    audit::{Action, FieldValues},
    origin::Origin,
    time::DAY,
    verdict::Verdict,
};
use management::{ManagementError, Replayed};
use std::{fs, path::Path};

/// What is logged about an older database.
fn warnings(log: &Log) -> Vec<String> {
    let about = "the database is older than the revocation journal";
    let lines = log.lines().into_iter();
    lines.filter(|line| line.contains(about)).collect()
}

/// Starts with the database of `copy` again, and returns the one warning about it.
async fn warning_of_restart(scene: Scene, copy: &Path) -> String {
    let log = Log::default();
    let _guard = tracing::subscriber::set_default(log.clone());
    let _started = scene.restart(Some(copy)).await;
    let warnings = warnings(&log);
    let [warning] = &warnings[..] else {
        panic!("not one: {warnings:?}");
    };
    warning.clone()
}

#[tokio::test]
async fn a_start_with_a_database_that_has_every_change_logs_no_warning() {
    for scene in Scene::all().await {
        let key = scene.key().await;
        let ended = scene.editor.revoke(key.id, String::new()).await;
        ended.expect("active");
        let log = Log::default();
        let _guard = tracing::subscriber::set_default(log.clone());
        let _started = scene.restart(None).await;
        let warnings = warnings(&log);
        assert!(warnings.is_empty(), "{warnings:?}");
    }
}

#[tokio::test]
async fn a_start_logs_how_many_keys_an_older_database_had_forgotten_to_have_ended() {
    for scene in Scene::all().await {
        let key = scene.key().await;
        let copy = scene.folder.path().join("backup");
        back_up(&scene.test.database, &copy).await;
        let ended = scene.editor.revoke(key.id, String::new()).await;
        ended.expect("active");
        // A key that the older database does not know.
        let later = scene.key().await;
        let ended = scene.editor.revoke(later.id, String::new()).await;
        ended.expect("active");
        let warning = warning_of_restart(scene, &copy).await;
        for text in ["were ended again", "revoked=1 deactivated=0 retired=0"] {
            assert!(warning.contains(text), "{warning}");
        }
    }
}

#[tokio::test]
async fn a_start_logs_that_an_older_database_had_forgotten_no_end_of_a_key() {
    for scene in Scene::all().await {
        let copy = scene.folder.path().join("backup");
        back_up(&scene.test.database, &copy).await;
        let unknown = scene.key().await;
        let ended = scene.editor.revoke(unknown.id, String::new()).await;
        ended.expect("active");
        let warning = warning_of_restart(scene, &copy).await;
        let text = "no key that had ended is valid again";
        assert!(warning.contains(text), "{warning}");
    }
}

#[tokio::test]
async fn keys_are_ended_again_once_and_with_their_facts() {
    for scene in Scene::all().await {
        let [revoked, off, old_key] = [scene.key().await, scene.key().await, scene.key().await];
        let copy = scene.folder.path().join("backup");
        back_up(&scene.test.database, &copy).await;
        scene.test.clock.advance(60_000);
        let ended = scene.editor.revoke(revoked.id, String::new()).await;
        ended.expect("active");
        scene.editor.deactivate(off.id).await.expect("active");
        let end = scene.test.keyring.now();
        scene.regenerate(&old_key).await;

        let (mut test, replayed, folder) = scene.restart(Some(&copy)).await;
        assert_eq!(replayed.forgotten(), 3);
        let session = test.sign_in("owner@acme.example").await;
        let app = session.applications().await.expect("read")[0].id;
        let editor = session.editor(app, Origin::default()).await;
        let editor = editor.expect("an owner");
        let view = editor.open_key(old_key.id).await.expect("the key");
        let record = view.history().await.expect("read").remove(0);
        assert_eq!(record.action, Action::KeyChanged);
        let expiry = NOW.plus(30 * DAY);
        assert_eq!(record.before, FieldValues::of("expires", &expiry));
        assert_eq!(record.after, FieldValues::of("expires", &end));
        drop((session, editor, view));

        test.keyring.close().await;
        test.keyring = reopen(&test.database, &test.clock, 9).await;
        let journal = folder.path().join("revocations");
        let replayed = test.keyring.keys().open_journal(&journal).await;
        assert_eq!(replayed.expect("read"), Replayed::default());
    }
}

#[tokio::test]
async fn while_the_journal_is_away_no_end_of_a_key_is_confirmed_and_that_is_logged_once() {
    for scene in Scene::all().await {
        let keys = [scene.key().await, scene.key().await];
        let keyring = &scene.test.keyring;
        keyring.health().ready().await.expect("all can be written");
        assert!(!keyring.stats().journal_failed);
        let aside = scene.folder.path().join("aside");
        fs::rename(scene.journal(), &aside).expect("moved");
        let log = Log::default();
        let _guard = tracing::subscriber::set_default(log.clone());
        for key in &keys {
            let refused = scene.editor.revoke(key.id, String::new()).await;
            assert!(
                matches!(refused, Err(ManagementError::Unavailable(_))),
                "{refused:?}"
            );
            assert_eq!(ask(keyring, key), Verdict::Revoked);
        }
        assert!(keyring.stats().journal_failed);
        let unready = keyring.health().ready().await.expect_err("away");
        assert!(unready.to_string().contains("journal cannot be written"));

        fs::rename(&aside, scene.journal()).expect("moved back");
        for _ in 0..2 {
            keyring.health().maintain_disk().await;
        }
        keyring.health().ready().await.expect("it is back");
        assert!(!keyring.stats().journal_failed);
        let lines = fs::read_to_string(scene.journal()).expect("there");
        assert_eq!(lines.matches(" revoked ").count(), 2);
        let logged = log.lines();
        for text in [
            "changes that end a key are answered with an error",
            "can be written again",
        ] {
            let count = logged.iter().filter(|line| line.contains(text)).count();
            assert_eq!(count, 1, "{text}: {logged:?}");
        }
    }
}
