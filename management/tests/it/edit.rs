//! Changing a key, and throwing one away, as the gate sees it.

use crate::house::{House, NOW, draft, houses, reopen};
use domain::{
    audit::Action,
    key::{
        KeyDraft,
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
            key: &key.id.to_string(),
            secret: &key.secret,
            address: "192.0.2.1".parse().ok(),
            scopes: scopes(needed),
            user_agent: "test/1",
            route: verification::Route::default(),
            within: None,
            request_id: "",
            browser: false,
        })
        .verdict
}

/// Changes a key as whoever has just looked at it.
async fn edit(
    editor: &Editor,
    key: &IssuedKey,
    wanted: KeyDraft,
) -> Result<Edited, ManagementError> {
    let seen = editor.key(key.id).await?.draft().revision();
    editor.change(key.id, wanted, seen).await
}

async fn key_of(house: &House, wanted: KeyDraft) -> (Editor, IssuedKey) {
    let editor = house.editor("Acme").await;
    let key = house.issue(&editor, wanted).await;
    (editor, key)
}

#[tokio::test]
async fn a_removed_scope_is_refused_immediately_and_after_a_restart() {
    for house in houses().await {
        let (editor, key) = key_of(&house, wide()).await;
        assert_eq!(
            ask(&house.keyring, &key, "invoice:update"),
            Verdict::Accepted
        );
        let done = edit(&editor, &key, draft()).await;
        assert_eq!(done.expect("narrows"), Edited::Done);
        assert_eq!(
            ask(&house.keyring, &key, "invoice:update"),
            Verdict::InsufficientScope
        );
        assert_eq!(ask(&house.keyring, &key, "invoice:read"), Verdict::Accepted);
        let again = reopen(&house.fresh, &house.clock, 8).await;
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
            "removes invoice:update: calls that need it are refused"
        );
    }
}

#[tokio::test]
async fn every_setting_of_a_key_can_be_edited_and_takes_effect() {
    for house in houses().await {
        let (editor, key) = key_of(&house, draft()).await;
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
        assert_eq!(done.expect("changed"), Edited::Done);
        assert_eq!(editor.key(key.id).await.expect("there").draft(), wanted);
        assert_eq!(
            ask(&house.keyring, &key, "wallet:read"),
            Verdict::IpNotAllowed
        );
        house.clock.advance(DAY);
        assert!(matches!(
            ask(&house.keyring, &key, "wallet:read"),
            Verdict::Expired { .. }
        ));
    }
}

#[tokio::test]
async fn extending_access_requires_a_fresh_sign_in_and_reducing_it_does_not() {
    for house in houses().await {
        let (session, app) = house.owner("Acme").await;
        let fresh = session
            .editor(app, domain::origin::Origin::default())
            .await
            .expect("owns it");
        let key = house.issue(&fresh, wide()).await;
        house.clock.advance(11 * MINUTE);
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
            ask(&house.keyring, &key, "invoice:update"),
            Verdict::InsufficientScope
        );
        assert_eq!(
            editor.key(key.id).await.expect("there").scopes,
            draft().scopes
        );
    }
}

#[tokio::test]
async fn an_edit_based_on_an_older_revision_changes_nothing() {
    for house in houses().await {
        let (editor, key) = key_of(&house, wide()).await;
        let seen = wide().revision();
        edit(&editor, &key, draft()).await.expect("somebody else");
        let renamed = KeyDraft {
            name: KeyName::parse("Till").expect("valid"),
            ..wide()
        };
        let fresh = editor.fresh().expect("signed in a moment ago");
        let late = fresh.change(key.id, renamed, seen).await;
        assert_eq!(late.expect("answered"), Edited::Overtaken);
        assert_eq!(editor.key(key.id).await.expect("there").draft(), draft());
        assert_eq!(
            ask(&house.keyring, &key, "invoice:update"),
            Verdict::InsufficientScope
        );
    }
}

#[tokio::test]
async fn a_key_that_has_ended_cannot_be_edited() {
    for house in houses().await {
        let (editor, key) = key_of(&house, wide()).await;
        let revoked = house.issue(&editor, wide()).await;
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
        house.clock.advance(30 * DAY);
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
}

#[tokio::test]
async fn an_edit_without_a_difference_is_reported() {
    for house in houses().await {
        let (editor, key) = key_of(&house, draft()).await;
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
}

#[tokio::test]
async fn a_key_of_another_account_cannot_be_changed_or_discarded() {
    for house in houses().await {
        let (_, key) = key_of(&house, wide()).await;
        let stranger = house.editor("Globex").await;
        let fresh = stranger.fresh().expect("signed in a moment ago");
        let changed = fresh.change(key.id, draft(), wide().revision()).await;
        assert!(matches!(changed, Err(ManagementError::NotFound)));
        let discarded = stranger.discard(key.id).await;
        assert!(matches!(discarded, Err(ManagementError::NotFound)));
        assert_eq!(
            ask(&house.keyring, &key, "invoice:update"),
            Verdict::Accepted
        );
    }
}

#[tokio::test]
async fn a_key_whose_secret_was_not_stored_can_be_discarded() {
    for house in houses().await {
        let (editor, key) = key_of(&house, draft()).await;
        editor.discard(key.id).await.expect("nobody has it");
        assert_eq!(ask(&house.keyring, &key, "invoice:read"), Verdict::Revoked);
        let State::Revoked { reason, .. } = editor.key(key.id).await.expect("there").state else {
            panic!("not revoked");
        };
        assert_eq!(reason, "Secret was never stored");
    }
}

#[tokio::test]
async fn a_key_that_may_be_in_use_cannot_be_discarded() {
    for house in houses().await {
        let editor = house.editor("Acme").await;
        let [stored, used] = [
            house.issue(&editor, draft()).await,
            house.issue(&editor, draft()).await,
        ];
        editor.confirm(stored.id).await.expect("confirmed");
        // The call is counted in memory alone.
        assert_eq!(
            ask(&house.keyring, &used, "invoice:read"),
            Verdict::Accepted
        );
        for key in [stored, used] {
            let refused = editor.discard(key.id).await;
            assert!(
                matches!(
                    refused,
                    Err(ManagementError::Illegal(IllegalTransition::InUse))
                ),
                "{refused:?}"
            );
            assert_eq!(ask(&house.keyring, &key, "invoice:read"), Verdict::Accepted);
        }
    }
}
