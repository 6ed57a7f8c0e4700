//! When the last use of a key, and the calls of keys that are used rarely, are known.

use crate::{
    test_keyring::{TestKeyring, draft},
    usage::call,
};
use domain::{
    key::filter::KeyQuery,
    time::{MINUTE, SECOND, Timestamp},
    usage::Level,
};
use testing::{TestDatabase, each_database};

each_database!(the_last_use_of_a_key_is_current);
async fn the_last_use_of_a_key_is_current(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    let key = test.issue(&editor, draft()).await;
    call(&test.keyring, &key, "", "/invoices", "192.0.2.1");
    let shown = editor.key(key.id).await.expect("there");
    assert_eq!(shown.last_used.map(|used| used.at), Some(editor.now()));
}

each_database!(calls_of_a_key_are_stored_within_a_second_if_it_was_quiet_and_else_within_a_minute);
async fn calls_of_a_key_are_stored_within_a_second_if_it_was_quiet_and_else_within_a_minute(
    database: TestDatabase,
) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    let key = test.issue(&editor, draft()).await;
    // What other nodes read: nothing is written for it.
    let stored = async || {
        let (store, now) = (&test.database.store, editor.now());
        let counts = store.usage(key.id.into(), Level::Minute, Timestamp(0), now);
        let counts = counts.await.expect("read");
        let stored = store.key(editor.application().id, key.id, now).await;
        (
            counts.iter().map(|count| count.2).sum::<i64>(),
            stored.expect("there").last_used.map(|used| used.at),
        )
    };
    // The first one of a minute writes it all.
    test.journal_usage().await;
    test.clock.advance(SECOND);
    assert_eq!(stored().await, (0, None));
    call(&test.keyring, &key, "", "/", "192.0.2.1");
    let first = editor.now();
    test.journal_usage().await;
    assert_eq!(stored().await, (1, Some(first)));
    test.clock.advance(SECOND);
    call(&test.keyring, &key, "", "/", "192.0.2.1");
    let second = editor.now();
    test.journal_usage().await;
    assert_eq!(stored().await, (1, Some(first)));
    test.clock.advance(2 * MINUTE);
    test.journal_usage().await;
    assert_eq!(stored().await, (2, Some(second)));
    test.clock.advance(SECOND);
    call(&test.keyring, &key, "", "/", "192.0.2.1");
    test.journal_usage().await;
    assert_eq!(stored().await, (3, Some(editor.now())));
}

each_database!(the_last_uses_in_the_list_are_current);
async fn the_last_uses_in_the_list_are_current(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    let key = test.issue(&editor, draft()).await;
    test.journal_usage().await;
    call(&test.keyring, &key, "", "/invoices", "192.0.2.1");
    test.journal_usage().await;
    let listing = editor.list_keys(&KeyQuery::default()).await.expect("read");
    let used = listing.page.rows[0].last_used.as_ref().map(|used| used.at);
    assert_eq!(used, Some(editor.now()));
    let today = listing.days[&key.id.into()];
    assert_eq!(today.iter().map(|hour| hour.accepted).sum::<i64>(), 1);
}
