//! What the audit log says of changes.

use crate::test_keyring::{TestKeyring, draft, plain_call};
use domain::{
    account::{Email, Role},
    audit::{Action, AuditFilter, AuditRecord, FieldValues},
    key::{
        KeyDraft,
        expiry::Expiry,
        name::KeyName,
        regeneration::{GracePeriod, Regeneration},
        scope::ScopeSet,
        token::KeyId,
    },
    origin::Origin,
};
use management::{AccountOwner, AuditQuery, Issue, Zone};
use testing::{TestDatabase, each_database};

async fn last(owner: &AccountOwner, action: Action) -> AuditRecord {
    let filter = AuditFilter {
        action: Some(action),
        ..AuditFilter::default()
    };
    let page = owner.audit(&filter, None).await.expect("read");
    page.rows.into_iter().next().expect("a record")
}

fn facts(fields: &[(&str, &str)]) -> FieldValues {
    fields
        .iter()
        .fold(FieldValues::default(), |facts, (field, value)| {
            facts.and(field, *value)
        })
}

each_database!(every_change_of_a_key_records_before_and_after);
async fn every_change_of_a_key_records_before_and_after(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (session, app) = test.owner("Acme").await;
    let origin = Origin {
        address: "192.0.2.7".parse().ok(),
        request_id: "request-1".into(),
        ..Origin::default()
    };
    let owner = session.account_owner(app, origin).await.expect("owns it");
    let key = test.issue(&owner, draft()).await;
    let made = last(&owner, Action::KeyCreated).await;
    assert!(made.before.is_empty());
    assert_eq!(made.after.get("scopes"), Some("invoice:read"));
    assert_eq!(
        (made.address.as_str(), made.request_id.as_str()),
        ("192.0.2.7", "request-1")
    );
    assert_eq!(made.actor, "owner@acme.example");

    let wanted = KeyDraft {
        scopes: "invoice:read tax:read".parse::<ScopeSet>().expect("known"),
        ..draft()
    };
    let seen = draft().revision();
    let fresh = owner.fresh().expect("signed in a moment ago");
    fresh.change(key.id, wanted, seen).await.expect("widens");
    let changed = last(&owner, Action::KeyChanged).await;
    assert_eq!(changed.before, facts(&[("scopes", "invoice:read")]));
    assert_eq!(changed.after, facts(&[("scopes", "invoice:read tax:read")]));

    owner.deactivate(key.id).await.expect("active");
    let off = last(&owner, Action::KeyDeactivated).await;
    assert_eq!(off.before, facts(&[("status", "active")]));
    assert_eq!(off.after, facts(&[("status", "inactive")]));

    let fresh = owner.fresh_owner().expect("signed in a moment ago");
    let revoked = fresh.revoke_all("leaked".into()).await;
    let (count, _) = revoked.expect("revoked");
    assert_eq!(count, 1);
    let ended = last(&owner, Action::KeyRevoked).await;
    assert_eq!(ended.target, key.id.to_string());
    assert_eq!(ended.before, facts(&[("status", "inactive")]));
    assert_eq!(
        ended.after,
        facts(&[("status", "revoked"), ("reason", "leaked")])
    );
}

each_database!(the_audit_log_names_people_and_contains_no_secret);
async fn the_audit_log_names_people_and_contains_no_secret(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let owner = test.account_owner("Acme").await;
    let fresh = owner.fresh_owner().expect("signed in a moment ago");
    let zone = Zone::parse("Europe/Berlin").expect("known");
    let name = owner.application().name.clone();
    fresh.change_application(name, zone).await.expect("changed");
    let moved = last(&owner, Action::ApplicationChanged).await;
    assert_eq!(moved.before, facts(&[("time_zone", "UTC")]));

    let email = Email::parse("new@acme.example").expect("an address");
    let account = owner.fresh_account_owner().expect("signed in a moment ago");
    let invited = account.invite(email, Role::Viewer).await.expect("invited");
    let told = last(&owner, Action::MemberInvited).await;
    assert_eq!(told.after, facts(&[("role", "viewer")]));

    let key = test.issue(&owner, draft()).await;
    let wanted = Regeneration {
        grace_period: GracePeriod::NOW,
        expiry: Expiry::Never,
        compromised: true,
    };
    let once = test.keyring.new_idempotency_key();
    let editor = owner.fresh().expect("signed in a moment ago");
    let regenerated = editor.regenerate(key.id, wanted, once).await;
    let Ok((Issue::New(new), _)) = regenerated else {
        panic!("not regenerated: {regenerated:?}");
    };
    let replaced = last(&owner, Action::KeyRegenerated).await;
    assert_eq!(
        replaced.after.get("replaced_by"),
        Some(&*new.id.to_string())
    );

    let everything = account.audit_lines(&AuditFilter::default(), 0).await;
    let everything = format!("{:?}", everything.expect("read"));
    for secret in [&key.secret, &new.secret, &invited.token] {
        assert!(!everything.contains(secret.as_str()));
    }
}

each_database!(a_key_that_revokes_itself_is_the_actor_in_the_audit_log);
async fn a_key_that_revokes_itself_is_the_actor_in_the_audit_log(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let owner = test.account_owner("Acme").await;
    let key = test.issue(&owner, draft()).await;
    let caller = test
        .keyring
        .verify(&plain_call(&key.id.to_string(), &key.secret))
        .caller
        .expect("the right secret");
    let origin = Origin::default();
    test.keyring
        .keys()
        .revoke_itself(&caller, &origin)
        .await
        .expect("revoked");
    let filter = AuditFilter {
        actor: key.id.to_string(),
        ..AuditFilter::default()
    };
    let page = owner.audit(&filter, None).await.expect("read");
    assert_eq!(page.rows.len(), 1);
    assert_eq!(page.rows[0].before, facts(&[("status", "active")]));
    assert_eq!(page.rows[0].target.parse::<KeyId>().ok(), Some(key.id));
}

each_database!(the_audit_log_of_another_account_is_unknown);
async fn the_audit_log_of_another_account_is_unknown(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (session, app) = test.owner("Acme").await;
    let owner = session
        .account_owner(app, Origin::default())
        .await
        .expect("owns it");
    let (outsider, shop) = test.owner("Globex").await;
    let other = outsider.account_owner(shop, Origin::default()).await;
    let other = other.expect("owns it");
    let filter = AuditFilter {
        actor: "owner@acme.example".into(),
        ..AuditFilter::default()
    };
    assert!(
        !owner
            .audit(&filter, None)
            .await
            .expect("read")
            .rows
            .is_empty()
    );
    assert!(
        other
            .audit(&filter, None)
            .await
            .expect("read")
            .rows
            .is_empty()
    );
    assert!(
        outsider
            .account_owner(app, Origin::default())
            .await
            .is_err()
    );
}

each_database!(the_audit_log_is_filtered_by_the_name_of_a_key);
async fn the_audit_log_is_filtered_by_the_name_of_a_key(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (session, app) = test.owner("Acme").await;
    let owner = session
        .account_owner(app, Origin::default())
        .await
        .expect("owns it");
    let editor = session.editor(app, Origin::default()).await;
    let editor = editor.expect("may edit");
    let with_name = |name: &str| KeyDraft {
        name: KeyName::parse(name).expect("a name"),
        ..draft()
    };
    let one = test.issue(&editor, with_name("Checkout")).await;
    test.issue(&editor, with_name("Checkout service")).await;
    let query = |target| AuditQuery {
        target,
        ..AuditQuery::default()
    };
    let filter = owner.audit_filter(query("checkOUT")).await.expect("read");
    assert_eq!(filter.target, one.id.to_string());
    let page = owner.audit(&filter, None).await.expect("read");
    assert!(page.rows.iter().all(|row| row.target == filter.target));
    let names = owner.audit_key_names(&page.rows).await.expect("read");
    assert_eq!(names.len(), 1);
    assert_eq!(names[&one.id].as_str(), "Checkout");
    let newest = owner.newest_key_names().await.expect("read");
    assert_eq!(newest.len(), 2);

    let street = test.issue(&editor, with_name("Straße")).await;
    let filter = owner.audit_filter(query("STRASSE")).await.expect("read");
    assert_eq!(filter.target, street.id.to_string());

    // A name of two keys stands for neither.
    test.issue(&editor, with_name("Checkout")).await;
    let filter = owner.audit_filter(query("Checkout")).await.expect("read");
    assert_eq!(filter.target, "Checkout");

    // Another account does not learn the name.
    let (globex, shop) = test.owner("Globex").await;
    let other = globex.account_owner(shop, Origin::default()).await;
    let other = other.expect("owns it");
    let names = other.audit_key_names(&page.rows).await.expect("read");
    assert!(names.is_empty());
    let filter = other.audit_filter(query("Checkout service")).await;
    assert_eq!(filter.expect("read").target, "Checkout service");
}
