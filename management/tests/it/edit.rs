//! Changing a key, and throwing one away, as the gate sees it.

use crate::test_keyring::{NOW, TestKeyring, draft, plain_call, reopen};
use domain::{
    audit::{Action, FieldValues},
    key::{
        Environment, KeyDraft,
        expiry::Expiry,
        ip_rule::IpRules,
        issued::IssuedKey,
        name::KeyName,
        rate_limit::RateLimit,
        scope::ScopeSet,
        state::{IllegalTransition, State},
    },
    time::{DAY, MINUTE},
    verdict::Verdict,
};
use management::{Edited, Editor, Keyring, ManagementError};
use testing::{TestDatabase, each_database};
use verification::Call;

fn scopes(text: &str) -> ScopeSet {
    text.parse().expect("known")
}

fn wide() -> KeyDraft {
    KeyDraft {
        scopes: scopes("invoice:read invoice:update"),
        ..draft()
    }
}

fn ask(keyring: &Keyring, key: &IssuedKey, needed: &str) -> Verdict {
    keyring
        .verify(&Call {
            address: "192.0.2.1".parse().ok(),
            scopes: scopes(needed),
            user_agent: "test/1",
            ..plain_call(&key.id.to_string(), &key.secret)
        })
        .verdict
}

/// Changes a key from its current version.
async fn edit(
    editor: &Editor,
    key: &IssuedKey,
    wanted: KeyDraft,
) -> Result<Edited, ManagementError> {
    let seen = editor.key(key.id).await?.draft().revision();
    editor.change(key.id, wanted, seen).await
}

async fn key_of(test: &TestKeyring, wanted: KeyDraft) -> (Editor, IssuedKey) {
    let editor = test.editor("Acme").await;
    let key = test.issue(&editor, wanted).await;
    (editor, key)
}

each_database!(a_removed_scope_is_refused_immediately_and_after_a_restart);
async fn a_removed_scope_is_refused_immediately_and_after_a_restart(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (editor, key) = key_of(&test, wide()).await;
    assert_eq!(
        ask(&test.keyring, &key, "invoice:update"),
        Verdict::Accepted
    );
    let done = edit(&editor, &key, draft()).await;
    assert!(matches!(done.expect("narrows"), Edited::Done(Some(_))));
    assert_eq!(
        ask(&test.keyring, &key, "invoice:update"),
        Verdict::InsufficientScope
    );
    assert_eq!(ask(&test.keyring, &key, "invoice:read"), Verdict::Accepted);
    let again = reopen(&test.database, &test.clock, 8).await;
    assert_eq!(
        ask(&again, &key, "invoice:update"),
        Verdict::InsufficientScope
    );
    let history = editor
        .open_key(key.id)
        .await
        .expect("the key")
        .history()
        .await
        .expect("read");
    assert_eq!(history[0].action, Action::KeyChanged);
    assert_eq!(
        history[0].detail,
        "no longer grants invoice:update: requests that need it will be denied"
    );
}

each_database!(every_setting_of_a_key_can_be_edited_and_takes_effect);
async fn every_setting_of_a_key_can_be_edited_and_takes_effect(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (editor, key) = key_of(&test, draft()).await;
    let wanted = KeyDraft {
        name: KeyName::parse("Till").expect("valid"),
        scopes: scopes("wallet:read"),
        expiry: Expiry::At(NOW.plus(DAY)),
        ip_rules: IpRules::parse("10.0.0.0/8").expect("valid"),
        rate_limit: RateLimit::parse("5", "minute").expect("valid"),
        ..draft()
    };
    let seen = draft().revision();
    let fresh = editor.fresh().expect("signed in a moment ago");
    let done = fresh.change(key.id, wanted.clone(), seen).await;
    assert!(matches!(done.expect("changed"), Edited::Done(_)));
    assert_eq!(editor.key(key.id).await.expect("there").draft(), wanted);
    assert_eq!(
        ask(&test.keyring, &key, "wallet:read"),
        Verdict::IpNotAllowed
    );
    test.clock.advance(DAY);
    assert!(matches!(
        ask(&test.keyring, &key, "wallet:read"),
        Verdict::Expired { .. }
    ));
}

each_database!(the_environment_of_a_key_is_never_edited);
async fn the_environment_of_a_key_is_never_edited(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (editor, key) = key_of(&test, draft()).await;
    let elsewhere = KeyDraft {
        environment: Environment::Test,
        ..draft()
    };
    let unchanged = edit(&editor, &key, elsewhere.clone()).await;
    assert!(
        matches!(unchanged, Err(ManagementError::Invalid(_))),
        "{unchanged:?}"
    );
    let name = KeyName::parse("Till").expect("valid");
    let renamed = KeyDraft { name, ..elsewhere };
    edit(&editor, &key, renamed).await.expect("renamed");
    let view = editor.open_key(key.id).await.expect("the key");
    assert_eq!(view.key().environment, Environment::Live);
    let last = view.history().await.expect("read").remove(0);
    assert_eq!(last.before, FieldValues::of("name", "Checkout"));
    assert_eq!(last.after, FieldValues::of("name", "Till"));
}

each_database!(extending_access_requires_a_fresh_sign_in_and_reducing_it_does_not);
async fn extending_access_requires_a_fresh_sign_in_and_reducing_it_does_not(
    database: TestDatabase,
) {
    let test = TestKeyring::new(database).await;
    let (session, app) = test.owner("Acme").await;
    let fresh = session
        .editor(app, domain::origin::Origin::default())
        .await
        .expect("owns it");
    let key = test.issue(&fresh, wide()).await;
    test.clock.advance(11 * MINUTE);
    let editor = session
        .editor(app, domain::origin::Origin::default())
        .await
        .expect("owns it");
    assert!(matches!(editor.fresh(), Err(ManagementError::Stale)));
    edit(&editor, &key, draft()).await.expect("narrows");
    let widened = edit(&editor, &key, wide()).await;
    assert!(
        matches!(widened, Err(ManagementError::Stale)),
        "{widened:?}"
    );
    assert_eq!(
        ask(&test.keyring, &key, "invoice:update"),
        Verdict::InsufficientScope
    );
    assert_eq!(
        editor.key(key.id).await.expect("there").scopes,
        draft().scopes
    );
}

each_database!(an_edit_based_on_an_older_revision_changes_nothing);
async fn an_edit_based_on_an_older_revision_changes_nothing(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (editor, key) = key_of(&test, wide()).await;
    let seen = wide().revision();
    edit(&editor, &key, draft())
        .await
        .expect("the second person");
    let renamed = KeyDraft {
        name: KeyName::parse("Till").expect("valid"),
        ..wide()
    };
    let fresh = editor.fresh().expect("signed in a moment ago");
    let late = fresh.change(key.id, renamed, seen).await;
    assert_eq!(late.expect("answered"), Edited::Overtaken);
    assert_eq!(editor.key(key.id).await.expect("there").draft(), draft());
    assert_eq!(
        ask(&test.keyring, &key, "invoice:update"),
        Verdict::InsufficientScope
    );
}

each_database!(a_key_that_has_ended_cannot_be_edited);
async fn a_key_that_has_ended_cannot_be_edited(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (editor, key) = key_of(&test, wide()).await;
    let revoked = test.issue(&editor, wide()).await;
    editor
        .revoke(revoked.id, String::new())
        .await
        .expect("revoked");
    let refused = edit(&editor, &revoked, draft()).await;
    assert!(
        matches!(
            refused,
            Err(ManagementError::Illegal(IllegalTransition::Revoked))
        ),
        "{refused:?}"
    );
    test.clock.advance(30 * DAY);
    editor
        .deactivate(key.id)
        .await
        .expect_err("it has expired already");
    let refused = edit(&editor, &key, draft()).await;
    assert!(
        matches!(
            refused,
            Err(ManagementError::Illegal(IllegalTransition::Ended))
        ),
        "{refused:?}"
    );
}

each_database!(an_edit_without_a_difference_is_reported);
async fn an_edit_without_a_difference_is_reported(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (editor, key) = key_of(&test, draft()).await;
    let same = edit(&editor, &key, draft()).await;
    assert!(matches!(same, Err(ManagementError::Invalid(_))), "{same:?}");
    assert_eq!(
        editor
            .open_key(key.id)
            .await
            .expect("the key")
            .history()
            .await
            .expect("read")
            .len(),
        1
    );
}

each_database!(a_key_of_another_account_cannot_be_changed_or_discarded);
async fn a_key_of_another_account_cannot_be_changed_or_discarded(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (_, key) = key_of(&test, wide()).await;
    let globex = test.editor("Globex").await;
    let fresh = globex.fresh().expect("signed in a moment ago");
    let changed = fresh.change(key.id, draft(), wide().revision()).await;
    assert!(matches!(changed, Err(ManagementError::NotFound)));
    let discarded = globex.discard(key.id).await;
    assert!(matches!(discarded, Err(ManagementError::NotFound)));
    assert_eq!(
        ask(&test.keyring, &key, "invoice:update"),
        Verdict::Accepted
    );
}

each_database!(a_key_whose_secret_was_not_stored_can_be_discarded);
async fn a_key_whose_secret_was_not_stored_can_be_discarded(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (editor, key) = key_of(&test, draft()).await;
    editor
        .discard(key.id)
        .await
        .expect("the secret was not stored");
    assert_eq!(ask(&test.keyring, &key, "invoice:read"), Verdict::Revoked);
    let State::Revoked { reason, .. } = editor.key(key.id).await.expect("there").state else {
        panic!("not revoked");
    };
    assert_eq!(reason, "Secret was never stored");
}

each_database!(a_key_that_may_be_in_use_cannot_be_discarded);
async fn a_key_that_may_be_in_use_cannot_be_discarded(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    let [stored, used] = [
        test.issue(&editor, draft()).await,
        test.issue(&editor, draft()).await,
    ];
    editor.confirm(stored.id).await.expect("confirmed");
    // The call is counted in memory alone.
    assert_eq!(ask(&test.keyring, &used, "invoice:read"), Verdict::Accepted);
    for key in [stored, used] {
        let refused = editor.discard(key.id).await;
        assert!(
            matches!(
                refused,
                Err(ManagementError::Illegal(IllegalTransition::InUse))
            ),
            "{refused:?}"
        );
        assert_eq!(ask(&test.keyring, &key, "invoice:read"), Verdict::Accepted);
    }
}
