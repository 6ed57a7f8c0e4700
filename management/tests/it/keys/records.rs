//! What is recorded about a key: its calls and its changes.

use super::{ask_for, call};
use crate::test_keyring::{NOW, TestKeyring, draft};
use domain::{audit::Action, key::scope::ScopeSet, time::DAY, usage::Window};
use testing::{TestDatabase, each_database};

each_database!(calls_are_counted_and_the_last_accepted_one_is_kept);
async fn calls_are_counted_and_the_last_accepted_one_is_kept(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    let key = test.issue(&editor, draft()).await;
    let write = ScopeSet::one("invoice:delete").expect("known");
    for _ in 0..5 {
        ask_for(
            &test.keyring,
            &call(&key),
            ScopeSet::default(),
            Some("192.0.2.9"),
        );
    }
    test.clock.advance(DAY / 2);
    ask_for(&test.keyring, &call(&key), write, Some("192.0.2.66"));
    test.flush_usage().await;
    // Nothing is left.
    test.flush_usage().await;
    let sum = editor
        .open_key(key.id)
        .await
        .expect("the key")
        .usage()
        .series(Window::Day)
        .await
        .expect("read")
        .sum();
    assert_eq!((sum.accepted, sum.refused), (5, 1));
    assert_eq!(
        editor
            .usage()
            .await
            .series(Window::Quarter)
            .await
            .expect("read")
            .sum(),
        sum
    );
    let last = editor
        .key(key.id)
        .await
        .expect("there")
        .last_used
        .expect("used");
    assert_eq!(
        (last.at, last.address.as_str(), last.user_agent.as_str()),
        (NOW, "192.0.2.9", "test/1")
    );
}

each_database!(every_change_is_in_the_history_and_no_secret);
async fn every_change_is_in_the_history_and_no_secret(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    let key = test.issue(&editor, draft()).await;
    editor.confirm(key.id).await.expect("confirmed");
    editor.confirm(key.id).await.expect("twice is once");
    editor.deactivate(key.id).await.expect("off");
    editor.revoke(key.id, "done".into()).await.expect("revoked");
    let history = editor
        .open_key(key.id)
        .await
        .expect("the key")
        .history()
        .await
        .expect("read");
    let actions: Vec<_> = history.iter().map(|record| record.action).collect();
    assert_eq!(
        actions,
        [
            Action::KeyRevoked,
            Action::KeyDeactivated,
            Action::KeyConfirmed,
            Action::KeyCreated
        ]
    );
    assert!(!format!("{history:?}").contains(&key.secret));
}
