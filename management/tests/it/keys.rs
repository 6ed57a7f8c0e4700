//! A key's life, as the gate sees it.

mod records;

use crate::test_keyring::{NOW, TestKeyring, draft, plain_call, reopen};
use domain::{
    key::{
        Environment, KeyDraft,
        filter::KeyFilter,
        ip_rule::IpRules,
        issued::IssuedKey,
        scope::ScopeSet,
        state::IllegalTransition,
        token::{KeyId, format_secret},
    },
    time::DAY,
    verdict::Verdict,
};
use management::{Issue, Keyring, ManagementError};
use testing::{TestDatabase, each_database};
use verification::Call;

pub fn call(key: &IssuedKey) -> (String, String) {
    (key.id.to_string(), key.secret.clone())
}

pub fn ask(keyring: &Keyring, pair: &(String, String)) -> Verdict {
    ask_for(keyring, pair, ScopeSet::default(), None)
}

fn ask_for(
    keyring: &Keyring,
    pair: &(String, String),
    scopes: ScopeSet,
    address: Option<&str>,
) -> Verdict {
    let address = address.and_then(|address| address.parse().ok());
    keyring
        .verify(&Call {
            address,
            scopes,
            user_agent: "test/1",
            ..plain_call(&pair.0, &pair.1)
        })
        .verdict
}

each_database!(a_new_key_is_accepted_with_its_caller);
async fn a_new_key_is_accepted_with_its_caller(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    let key = test.issue(&editor, draft()).await;
    let pair = call(&key);
    let decision = test.keyring.verify(&Call {
        user_agent: "test/1",
        ..plain_call(&pair.0, &pair.1)
    });
    let caller = decision.caller.expect("known");
    assert_eq!(
        (decision.verdict, caller.key_id),
        (Verdict::Accepted, key.id)
    );
    assert_eq!(caller.application_id, editor.application().id);
}

each_database!(an_unknown_id_and_a_wrong_secret_are_indistinguishable);
async fn an_unknown_id_and_a_wrong_secret_are_indistinguishable(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    let key = test.issue(&editor, draft()).await;
    let other = format_secret(Environment::Live, &[9; 32]);
    let unknown = KeyId::from_number(Environment::Live, 404).to_string();
    for (id, secret) in [
        (key.id.to_string(), other.clone()),
        (unknown, other),
        (key.secret.clone(), key.id.to_string()),
    ] {
        let decision = test.keyring.verify(&plain_call(&id, &secret));
        assert_eq!(
            (decision.verdict, decision.caller),
            (Verdict::InvalidCredentials, None)
        );
    }
}

each_database!(a_revoked_key_is_revealed_only_with_its_secret);
async fn a_revoked_key_is_revealed_only_with_its_secret(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    let key = test.issue(&editor, draft()).await;
    editor
        .revoke(key.id, "leaked".into())
        .await
        .expect("revoked");
    assert_eq!(ask(&test.keyring, &call(&key)), Verdict::Revoked);
    let wrong = (
        key.id.to_string(),
        format_secret(Environment::Live, &[9; 32]),
    );
    assert_eq!(ask(&test.keyring, &wrong), Verdict::InvalidCredentials);
}

each_database!(
    no_call_that_begins_after_the_revocation_is_accepted,
    flavor = "multi_thread",
    worker_threads = 2
);
async fn no_call_that_begins_after_the_revocation_is_accepted(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    for _ in 0..20 {
        let key = test.issue(&editor, draft()).await;
        let pair = call(&key);
        let revoked = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            let hammer = scope.spawn(|| {
                loop {
                    let answered_before = revoked.load(std::sync::atomic::Ordering::SeqCst);
                    let verdict = ask(&test.keyring, &pair);
                    assert!(
                        !(answered_before && verdict == Verdict::Accepted),
                        "a stale accept"
                    );
                    if answered_before {
                        return;
                    }
                }
            });
            tokio::task::block_in_place(|| {
                tokio::runtime::Handle::current()
                    .block_on(editor.revoke(key.id, String::new()))
                    .expect("revoked");
            });
            revoked.store(true, std::sync::atomic::Ordering::SeqCst);
            hammer.join().expect("no stale accept");
        });
    }
}

each_database!(a_revocation_survives_a_restart);
async fn a_revocation_survives_a_restart(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    let (dead, alive) = (
        test.issue(&editor, draft()).await,
        test.issue(&editor, draft()).await,
    );
    editor
        .revoke(dead.id, String::new())
        .await
        .expect("revoked");
    let keyring = reopen(&test.database, &test.clock, 8).await;
    assert_eq!(ask(&keyring, &call(&dead)), Verdict::Revoked);
    assert_eq!(ask(&keyring, &call(&alive)), Verdict::Accepted);
}

each_database!(a_change_completes_when_its_caller_is_dropped);
async fn a_change_completes_when_its_caller_is_dropped(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    let key = test.issue(&editor, draft()).await;
    let mut asked = Box::pin(editor.revoke(key.id, String::new()));
    // One poll starts it; then the browser is gone.
    let _ = std::future::poll_fn(|cx| std::task::Poll::Ready(asked.as_mut().poll(cx))).await;
    drop(asked);
    test.keyring.close().await;
    assert_eq!(ask(&test.keyring, &call(&key)), Verdict::Revoked);
}

each_database!(a_deactivated_key_can_be_activated_and_a_revoked_one_cannot);
async fn a_deactivated_key_can_be_activated_and_a_revoked_one_cannot(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    let key = test.issue(&editor, draft()).await;
    editor.deactivate(key.id).await.expect("off");
    assert_eq!(ask(&test.keyring, &call(&key)), Verdict::Inactive);
    let fresh = editor.fresh().expect("signed in a moment ago");
    fresh.activate(key.id).await.expect("on");
    assert_eq!(ask(&test.keyring, &call(&key)), Verdict::Accepted);
    editor.revoke(key.id, String::new()).await.expect("revoked");
    let refused = fresh.activate(key.id).await;
    assert!(
        matches!(
            refused,
            Err(ManagementError::Illegal(IllegalTransition::Revoked))
        ),
        "{refused:?}"
    );
    assert_eq!(ask(&test.keyring, &call(&key)), Verdict::Revoked);
}

each_database!(a_key_expires_to_the_millisecond);
async fn a_key_expires_to_the_millisecond(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    let key = test.issue(&editor, draft()).await;
    test.clock.advance(30 * DAY - 1);
    assert_eq!(ask(&test.keyring, &call(&key)), Verdict::Accepted);
    test.clock.advance(1);
    assert_eq!(
        ask(&test.keyring, &call(&key)),
        Verdict::Expired {
            at: NOW.plus(30 * DAY)
        }
    );
}

each_database!(addresses_and_scopes_are_enforced);
async fn addresses_and_scopes_are_enforced(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    let ip_rules = IpRules::parse("10.0.0.0/8").expect("valid");
    let pair = call(
        &test
            .issue(
                &editor,
                KeyDraft {
                    ip_rules,
                    ..draft()
                },
            )
            .await,
    );
    let [read, delete] =
        ["invoice:read", "invoice:delete"].map(|scope| ScopeSet::one(scope).expect("known"));
    assert_eq!(
        ask_for(&test.keyring, &pair, read, Some("::ffff:10.1.2.3")),
        Verdict::Accepted
    );
    assert_eq!(
        ask_for(&test.keyring, &pair, read, Some("11.1.2.3")),
        Verdict::IpNotAllowed
    );
    assert_eq!(
        ask_for(&test.keyring, &pair, read, None),
        Verdict::IpNotAllowed
    );
    assert_eq!(
        ask_for(&test.keyring, &pair, delete, Some("10.1.2.3")),
        Verdict::InsufficientScope
    );
    assert_eq!(
        ask_for(&test.keyring, &pair, delete, Some("11.1.2.3")),
        Verdict::IpNotAllowed
    );
}

each_database!(one_idempotency_key_creates_one_key);
async fn one_idempotency_key_creates_one_key(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    let once = test.keyring.new_idempotency_key();
    let sent = (0..20).map(|_| {
        let editor = editor.clone();
        tokio::spawn(async move {
            editor
                .fresh()
                .expect("signed in")
                .issue(draft(), once)
                .await
                .expect("works")
        })
    });
    let mut shown = 0;
    for answer in sent.collect::<Vec<_>>() {
        shown += u32::from(matches!(answer.await.expect("no panic"), Issue::New(_)));
    }
    assert_eq!(shown, 1);
    assert_eq!(
        editor
            .count_keys(&KeyFilter::default())
            .await
            .expect("counted")
            .count,
        1
    );
}

each_database!(a_stolen_database_contains_no_secret_and_accepts_no_planted_one);
async fn a_stolen_database_contains_no_secret_and_accepts_no_planted_one(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    let key = test.issue(&editor, draft()).await;
    let read = async |id| test.database.store.index_row(id).await.expect("read");
    let row = read(key.id).await.expect("there");
    assert_ne!(row.digest.as_slice(), key.secret.as_bytes());
    let other = test.issue(&editor, draft()).await;
    // The other key's digest under this key's id: its secret still opens nothing.
    let stolen = read(other.id).await.expect("there").digest;
    let sql = "UPDATE key_secret SET digest = $1 WHERE key_id = $2";
    match &test.database.store {
        management::Store::Sqlite { writer, .. } => sqlx::query(sql)
            .bind(&stolen[..])
            .bind(key.id.to_string())
            .execute(writer)
            .await
            .map(drop),
        management::Store::Postgres { pool, .. } => sqlx::query(sql)
            .bind(&stolen[..])
            .bind(key.id.to_string())
            .execute(pool)
            .await
            .map(drop),
    }
    .expect("planted");
    let keyring = reopen(&test.database, &test.clock, 8).await;
    let planted = (key.id.to_string(), other.secret.clone());
    assert_eq!(ask(&keyring, &planted), Verdict::InvalidCredentials);
}
