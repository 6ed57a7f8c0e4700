//! A process that is killed the moment after it has answered.

use crate::test_keyring::{PASSWORD, TestKeyring, draft, plain_call};
use domain::{account::Role, key::issued::IssuedKey, origin::Origin};
use management::{Keyring, ManagementError, Store};
use std::{fs, path::Path, sync::Arc};
use tempfile::TempDir;
use testing::{TestDatabase, each_database};
use verification::{ManualClock, Pepper};

fn verdict(keyring: &Keyring, key: &IssuedKey) -> &'static str {
    let id = key.id.to_string();
    keyring.verify(&plain_call(&id, &key.secret)).verdict.code()
}

/// What the disk holds at this moment, opened by another process: the first one has not closed anything.
async fn after_a_kill(test: &TestKeyring) -> (Keyring, TempDir) {
    let folder = TempDir::new().expect("a folder");
    let file = test.database.url.strip_prefix("sqlite://").expect("a file");
    let beside = Path::new(file).parent().expect("a folder");
    for entry in fs::read_dir(beside).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name");
        // The index of the log is shared memory, and is gone with the process.
        if !name.to_string_lossy().ends_with("-shm") {
            fs::copy(&path, folder.path().join(name)).expect("copied");
        }
    }
    let name = Path::new(file).file_name().expect("a name");
    let url = format!("sqlite://{}", folder.path().join(name).display());
    let store = Store::open(&url).await.expect("opens");
    let pepper = Pepper::from_bytes(*b"a pepper of thirty-two bytes ...");
    let clock = Arc::new(ManualClock::new(test.keyring.now()));
    (
        Keyring::open(store, pepper, clock).await.expect("opens"),
        folder,
    )
}

each_database!(an_answered_change_is_on_the_disk);
async fn an_answered_change_is_on_the_disk(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let TestDatabase { store, .. } = &test.database;
    let Store::Sqlite { writer, .. } = store else {
        // PostgreSQL keeps its own promise, and not by files of ours.
        return;
    };
    // The operating system is asked to write before a commit is answered: a power cut loses nothing either.
    let full: i64 = sqlx::query_scalar("PRAGMA synchronous")
        .fetch_one(writer)
        .await
        .expect("told");
    assert_eq!(full, 2, "synchronous is FULL");
    let editor = test.editor("Acme").await;
    for round in 0..20 {
        let key = test.issue(&editor, draft()).await;
        let (other, _folder) = after_a_kill(&test).await;
        assert_eq!(
            verdict(&other, &key),
            "valid",
            "round {round}: it was issued"
        );
        let expected = match round % 3 {
            0 => {
                editor.revoke(key.id, String::new()).await.expect("revoked");
                "key_revoked"
            }
            1 => {
                editor.deactivate(key.id).await.expect("deactivated");
                "key_inactive"
            }
            _ => {
                editor
                    .revoke_each(vec![key.id], String::new())
                    .await
                    .expect("revoked");
                "key_revoked"
            }
        };
        let (other, _folder) = after_a_kill(&test).await;
        assert_eq!(verdict(&other, &key), expected, "round {round}");
    }
}

#[tokio::test]
async fn guesses_stay_counted_after_a_kill() {
    let test = TestKeyring::new(TestDatabase::sqlite().await).await;
    test.add("Acme", "ada@example.com", Role::Owner).await;
    let guess = async |keyring: &Keyring, host: u8| {
        let origin = Origin {
            address: Some([192, 0, 2, host].into()),
            ..Origin::default()
        };
        let guess =
            keyring
                .sign_in()
                .with_password("ada@example.com", "a wrong guess", None, &origin);
        match guess.await {
            Ok(None) => true,
            Err(ManagementError::Throttled { .. }) => false,
            other => panic!("{other:?}"),
        }
    };
    for host in 0..15 {
        assert!(guess(&test.keyring, host).await, "{host}");
    }
    let (other, _folder) = after_a_kill(&test).await;
    let mut checked = 0;
    for host in 100..130 {
        checked += u32::from(guess(&other, host).await);
    }
    assert_eq!(checked, 5, "of twenty");
    let origin = Origin::default();
    let right = other
        .sign_in()
        .with_password("ada@example.com", PASSWORD, None, &origin)
        .await;
    assert!(matches!(right, Err(ManagementError::Throttled { .. })));
}
