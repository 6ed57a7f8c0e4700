//! A damaged SQLite database beside an intact revocation journal.

use super::{Scene, ask};
use crate::test_keyring::{PEPPER, TestKeyring};
use domain::verdict::Verdict;
use management::{Keyring, Store};
use std::{
    fs,
    path::{Path, PathBuf},
};
use verification::Pepper;

/// Numbers that look random and are the same each time.
fn scattered(n: u64) -> usize {
    let mut x = n.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    x ^= x >> 31;
    x = x.wrapping_mul(0xD6E8_FEB8_6659_FD93);
    usize::try_from(x >> 33).expect("31 bits")
}

/// Opens what is left of a database; `None` where the start refuses it.
async fn start(scene: &Scene, database: &Path, journal: &Path) -> Option<Keyring> {
    let url = store::sqlite_url(database).expect("UTF-8");
    let store = Store::open(&url).await.ok()?;
    let closing = store.clone();
    let opened = open(&scene.test, store).await;
    let kept = match &opened {
        Some(keyring) => keyring.keys().open_journal(journal).await.is_ok(),
        None => false,
    };
    if !kept {
        closing.close().await;
        return None;
    }
    opened
}

async fn open(test: &TestKeyring, store: Store) -> Option<Keyring> {
    let pepper = Pepper::from_bytes(*PEPPER);
    let entropy = std::sync::Arc::new(verification::SeededEntropy::new(11));
    let opened = Keyring::open_with(store, pepper, test.clock.clone(), entropy);
    opened.await.ok()
}

#[tokio::test]
async fn flipped_bytes_stop_the_start_or_revive_no_revoked_key() {
    for scene in Scene::all().await {
        let Some(database) = scene.test.database.url.strip_prefix("sqlite://") else {
            continue;
        };
        let database = PathBuf::from(database);
        let keys = [scene.key().await, scene.key().await, scene.key().await];
        // As a server leaves it that is killed: the revocations are in its log alone.
        let pool = match &scene.test.database.store {
            Store::Sqlite { writer, .. } => writer.clone(),
            Store::Postgres { .. } => panic!("not SQLite"),
        };
        let empty = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)");
        empty.execute(&pool).await.expect("written");
        for key in &keys[1..] {
            let reason = "leaked".to_owned();
            scene.editor.revoke(key.id, reason).await.expect("active");
        }
        let log = PathBuf::from(format!("{}-wal", database.display()));
        let killed = (
            fs::read(&database).expect("there"),
            fs::read(&log).expect("there"),
        );
        scene.test.keyring.close().await;
        scene.test.database.store.close().await;
        let closed = (fs::read(&database).expect("there"), Vec::new());
        let lines = fs::read(scene.journal()).expect("there");
        let (mut refused, mut started) = (0, 0);
        for n in 0..90_u64 {
            let folder = tempfile::tempdir().expect("a folder");
            let (mut pages, mut frames) = if n % 3 == 0 { &killed } else { &closed }.clone();
            let damaged = if n % 3 == 0 { &mut frames } else { &mut pages };
            for flip in 0..=n % 5 {
                let place = scattered(n * 100 + flip) % damaged.len();
                damaged[place] ^= 1 << (place % 8);
            }
            let database = folder.path().join("latchkey.db");
            fs::write(&database, &pages).expect("written");
            if !frames.is_empty() {
                let log = format!("{}-wal", database.display());
                fs::write(log, &frames).expect("written");
            }
            let journal = folder.path().join("revocations");
            fs::write(&journal, &lines).expect("written");
            match start(&scene, &database, &journal).await {
                None => refused += 1,
                Some(keyring) => {
                    started += 1;
                    for key in &keys[1..] {
                        assert_ne!(ask(&keyring, key), Verdict::Accepted, "damage {n}");
                    }
                    keyring.close().await;
                }
            }
        }
        assert!(refused > 0 && started > 0, "{refused} and {started}");
    }
}
