//! What is recorded and shown of a rotation.

use super::{after, decide, regenerate};
use crate::{
    test_keyring::{NOW, TestKeyring, draft},
    usage,
};
use domain::{
    audit::{Action, AuditRecord},
    key::{
        expiry::Expiry,
        regeneration::{GracePeriod, Regeneration},
        token::KeyId,
    },
    time::{DAY, HOUR},
    usage::Bucket,
    verdict::Verdict,
};
use management::Editor;
use testing::{TestDatabase, each_database};

async fn last_record(editor: &Editor, id: KeyId) -> AuditRecord {
    let view = editor.open_key(id).await.expect("the key");
    view.history().await.expect("read").remove(0)
}

each_database!(the_history_says_until_when_the_old_secret_works);
async fn the_history_says_until_when_the_old_secret_works(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    let old = test.issue(&editor, draft()).await;
    let new = regenerate(&test, &editor, old.id, after(DAY))
        .await
        .expect("made");
    let until = "the old secret works until 16 Jan 2027, 08:00 UTC";
    let record = last_record(&editor, old.id).await;
    assert_eq!(record.detail, format!("{until}, replaced by {}", new.id));

    let moved = editor.move_retirement(old.id, GracePeriod { grace: HOUR });
    moved.await.expect("retiring");
    let record = last_record(&editor, old.id).await;
    assert_eq!(record.action, Action::KeyChanged);
    let until = "the old secret works until 15 Jan 2027, 09:00 UTC";
    assert_eq!(record.detail, until);
    let [was, is] = [DAY, HOUR].map(|grace| NOW.plus(grace).to_string());
    assert_eq!(record.before.get("retires"), Some(&*was));
    assert_eq!(record.after.get("retires"), Some(&*is));
}

each_database!(a_compromised_secret_ends_with_a_record_and_the_new_key_has_its_own_expiry);
async fn a_compromised_secret_ends_with_a_record_and_the_new_key_has_its_own_expiry(
    database: TestDatabase,
) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    let old = test.issue(&editor, draft()).await;
    let wanted = Regeneration {
        grace_period: GracePeriod::NOW,
        expiry: Expiry::At(NOW.plus(7 * DAY)),
        compromised: true,
    };
    let new = regenerate(&test, &editor, old.id, wanted)
        .await
        .expect("made");
    let record = last_record(&editor, old.id).await;
    let ended = "the old secret stopped working immediately";
    assert_eq!(
        record.detail,
        format!("{ended}, replaced by {}; may be compromised", new.id)
    );
    let key = editor.key(new.id).await.expect("there");
    assert_eq!(key.expires_at, Some(NOW.plus(7 * DAY)));
    test.clock.advance(7 * DAY);
    let at = NOW.plus(7 * DAY);
    assert_eq!(decide(&test.keyring, &new).verdict, Verdict::Expired { at });
}

each_database!(a_rotation_shows_the_longest_pause_before_it_and_each_call_since_once);
async fn a_rotation_shows_the_longest_pause_before_it_and_each_call_since_once(
    database: TestDatabase,
) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    let old = test.issue(&editor, draft()).await;
    let accepted = || assert_eq!(decide(&test.keyring, &old).verdict, Verdict::Accepted);
    // Two days without an accepted call, and then three until the rotation.
    accepted();
    test.clock.advance(DAY);
    usage::call(&test.keyring, &old, "invoice:delete", "/", "192.0.2.9");
    test.clock.advance(DAY);
    accepted();
    test.clock.advance(3 * DAY);
    regenerate(&test, &editor, old.id, after(3 * DAY))
        .await
        .expect("made");
    accepted();
    // The first minute of the first full hour.
    test.clock.advance(HOUR);
    accepted();
    let view = editor.open_key(old.id).await.expect("the key");
    let seen = view.rotation().await.expect("read").expect("one");
    assert_eq!(seen.since, NOW.plus(5 * DAY));
    assert_eq!(seen.idle_time.longest_gap_ms, 2 * DAY);
    assert_eq!(seen.idle_time.since_last_call_ms, Some(0));
    let twice = Bucket {
        accepted: 2,
        ..Bucket::default()
    };
    assert_eq!((seen.old, seen.new), (twice, Bucket::default()));
}
