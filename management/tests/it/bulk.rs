//! Several keys at once, as the gate sees them.

use crate::test_keyring::{TestKeyring, draft, plain_call, reopen};
use domain::{
    audit::Action,
    key::{Environment, issued::IssuedKey, state::IllegalTransition, token::KeyId},
    origin::Origin,
    time::MINUTE,
    usage::Subject,
    verdict::Verdict,
};
use management::{FreshOwner, Keyring, ManagementError};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use testing::{TestDatabase, each_database};

fn ask(keyring: &Keyring, key: &IssuedKey) -> Verdict {
    keyring
        .verify(&plain_call(&key.id.to_string(), &key.secret))
        .verdict
}

async fn owner(test: &TestKeyring, account: &str) -> FreshOwner {
    let (session, app) = test.owner(account).await;
    let owner = session.owner(app, Origin::default()).await;
    owner.expect("owns it").fresh_owner().expect("signed in")
}

each_database!(keys_that_cannot_be_changed_are_skipped_and_listed);
async fn keys_that_cannot_be_changed_are_skipped_and_listed(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let owner = owner(&test, "Acme").await;
    let mut keys = Vec::new();
    for _ in 0..4 {
        keys.push(test.issue(&owner, draft()).await);
    }
    let ids: Vec<_> = keys.iter().map(|key| key.id).collect();
    owner
        .revoke(ids[0], "leaked".into())
        .await
        .expect("revoked");
    owner.deactivate(ids[1]).await.expect("off");
    let off = owner.deactivate_each(ids.clone()).await.expect("works");
    assert_eq!(off.done.len(), 2);
    let why: Vec<_> = off.skipped.iter().map(|skipped| skipped.1).collect();
    assert_eq!(
        why,
        [IllegalTransition::Revoked, IllegalTransition::NotActive]
    );
    assert_eq!(ask(&test.keyring, &keys[3]), Verdict::Inactive);

    let over = owner
        .revoke_each(ids.clone(), "over".into())
        .await
        .expect("works");
    assert_eq!((over.done.len(), over.skipped.len()), (3, 1));
    for (key, reason) in keys.iter().zip(["leaked", "over", "over", "over"]) {
        assert_eq!(ask(&test.keyring, key), Verdict::Revoked);
        let history = owner
            .open_key(key.id)
            .await
            .expect("the key")
            .history()
            .await
            .expect("there");
        let last = history.first().expect("a record");
        assert_eq!(
            (last.action, last.detail.as_str()),
            (Action::KeyRevoked, reason)
        );
    }
}

each_database!(a_key_of_another_account_in_the_selection_rejects_all);
async fn a_key_of_another_account_in_the_selection_rejects_all(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let acme = owner(&test, "Acme").await;
    let globex = owner(&test, "Globex").await;
    let own = test.issue(&acme, draft()).await;
    let foreign = test.issue(&globex, draft()).await;
    let unknown = KeyId::from_number(Environment::Live, 404);
    for other in [foreign.id, unknown] {
        let answer = acme.revoke_each(vec![own.id, other], String::new()).await;
        assert!(matches!(answer, Err(ManagementError::NotFound)));
    }
    for key in [&own, &foreign] {
        assert_eq!(ask(&test.keyring, key), Verdict::Accepted);
    }
}

each_database!(a_selection_has_its_keys_in_their_order_and_their_calls);
async fn a_selection_has_its_keys_in_their_order_and_their_calls(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let owner = owner(&test, "Acme").await;
    let used = test.issue(&owner, draft()).await;
    let unused = test.issue(&owner, draft()).await;
    for _ in 0..2 {
        assert_eq!(ask(&test.keyring, &used), Verdict::Accepted);
    }
    let selected = owner.selection(&[unused.id, used.id]).await;
    let (keys, days) = selected.expect("read");
    let ids: Vec<_> = keys.iter().map(|key| key.id).collect();
    assert_eq!(ids, [unused.id, used.id]);
    assert_eq!(days.len(), 1);
    let day = days[&Subject::Key(used.id)].iter();
    assert_eq!(day.map(|hour| hour.accepted).sum::<i64>(), 2);

    let globex = self::owner(&test, "Globex").await;
    let foreign = globex.selection(&[used.id]).await;
    assert!(matches!(foreign, Err(ManagementError::NotFound)));
}

each_database!(
    after_all_keys_are_revoked_no_call_is_accepted,
    flavor = "multi_thread",
    worker_threads = 2
);
async fn after_all_keys_are_revoked_no_call_is_accepted(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let owner = owner(&test, "Acme").await;
    let globex = self::owner(&test, "Globex").await;
    let foreign = test.issue(&globex, draft()).await;
    let mut keys = Vec::new();
    for _ in 0..60 {
        keys.push(test.issue(&owner, draft()).await);
    }
    owner
        .revoke(keys[0].id, "before".into())
        .await
        .expect("revoked");
    owner.deactivate(keys[1].id).await.expect("off");
    let keys = Arc::new(keys);
    let answered = Arc::new(AtomicBool::new(false));
    // Calls go on all the while; one that begins after the answer must not pass.
    let caller = {
        let (keyring, keys, answered) = (
            test.keyring.clone(),
            Arc::clone(&keys),
            Arc::clone(&answered),
        );
        tokio::task::spawn_blocking(move || {
            let mut rounds = 0;
            while rounds < 3 {
                for key in keys.iter() {
                    let after = answered.load(Ordering::SeqCst);
                    let verdict = ask(&keyring, key);
                    assert!(!after || verdict == Verdict::Revoked, "{verdict:?}");
                }
                rounds += u32::from(answered.load(Ordering::SeqCst));
            }
        })
    };
    let all = owner.all_keys().await.expect("counted");
    assert_eq!(all.keys, 59);
    assert_eq!(
        owner
            .revoke_all("stolen laptop".into())
            .await
            .expect("revoked")
            .0,
        59
    );
    answered.store(true, Ordering::SeqCst);
    caller.await.expect("no call passed");

    assert_eq!(ask(&test.keyring, &foreign), Verdict::Accepted);
    // The same from the database alone.
    let again = reopen(&test.database, &test.clock, 8).await;
    for key in keys.iter() {
        assert_eq!(ask(&again, key), Verdict::Revoked);
    }
    let history = owner
        .open_key(keys[7].id)
        .await
        .expect("the key")
        .history()
        .await
        .expect("there");
    assert_eq!(history[0].detail, "stolen laptop");
    let before = owner
        .open_key(keys[0].id)
        .await
        .expect("the key")
        .history()
        .await
        .expect("there");
    assert_eq!(before[0].detail, "before");
    let app = owner.application();
    let records = test
        .database
        .store
        .audit_by_target(app.account_id, &app.id.to_string(), 9)
        .await;
    let records = records.expect("log");
    assert_eq!(
        (records[0].action, records[0].detail.as_str()),
        (Action::AllKeysRevoked, "59 keys: stolen laptop")
    );
    // Nothing is left to revoke, and nothing is written about it; a key made afterwards works.
    let (count, _) = owner.revoke_all(String::new()).await.expect("works");
    assert_eq!(count, 0);
    let new = test.issue(&owner, draft()).await;
    assert_eq!(ask(&test.keyring, &new), Verdict::Accepted);
}

each_database!(revoking_all_keys_requires_a_fresh_sign_in);
async fn revoking_all_keys_requires_a_fresh_sign_in(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (session, app) = test.owner("Acme").await;
    test.clock.advance(10 * MINUTE + 1);
    let owner = session
        .owner(app, Origin::default())
        .await
        .expect("owns it");
    assert!(matches!(owner.fresh_owner(), Err(ManagementError::Stale)));
}
