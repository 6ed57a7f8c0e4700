//! Applications of an account, as the gate and their members see them.

use crate::test_keyring::{TestKeyring, draft, plain_call, reopen};
use domain::{
    account::ApplicationConflict,
    audit::{Action, AuditFilter},
    id::{ApplicationId, PersonId},
    key::issued::IssuedKey,
    origin::Origin,
    verdict::Verdict,
};
use management::{AccountOwner, FreshAccountOwner, Keyring, ManagementError, Session, Zone};
use testing::{TestDatabase, each_database};

fn ask(keyring: &Keyring, key: &IssuedKey) -> Verdict {
    keyring
        .verify(&plain_call(&key.id.to_string(), &key.secret))
        .verdict
}

pub async fn owner(session: &Session, app: ApplicationId) -> AccountOwner {
    let owner = session.account_owner(app, Origin::default()).await;
    owner.expect("owns it")
}

pub fn fresh(owner: &AccountOwner) -> FreshAccountOwner {
    owner.fresh_account_owner().expect("signed in a moment ago")
}

/// Creates another application in the account.
pub async fn create(owner: &AccountOwner, name: &str) -> ApplicationId {
    let created = fresh(owner)
        .create_application(name.into(), Zone::default())
        .await;
    created.expect("created")
}

async fn archive(owner: &AccountOwner) -> usize {
    let fresh = owner.fresh_owner().expect("fresh");
    fresh.archive().await.expect("archived").0
}

pub async fn member(owner: &AccountOwner, email: &str) -> PersonId {
    let members = owner.members().await.expect("read");
    let found = members.iter().find(|member| member.email.as_str() == email);
    found.expect("a member").id
}

pub async fn count(owner: &AccountOwner, action: Action) -> usize {
    let filter = AuditFilter {
        action: Some(action),
        ..AuditFilter::default()
    };
    owner.audit(&filter, None).await.expect("read").rows.len()
}

fn conflict<T: std::fmt::Debug>(result: Result<T, ManagementError>) -> ApplicationConflict {
    match result {
        Err(ManagementError::Application(conflict)) => conflict,
        other => panic!("no conflict: {other:?}"),
    }
}

each_database!(a_new_application_is_empty_and_its_name_is_unique_in_the_account);
async fn a_new_application_is_empty_and_its_name_is_unique_in_the_account(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (session, app) = test.owner("Acme").await;
    let owner = self::owner(&session, app).await;
    let zone = Zone::parse("Europe/Berlin").expect("known");
    let name = "Müller & 株式会社 🛒";
    let created = fresh(&owner).create_application(name.into(), zone).await;
    let new = self::owner(&session, created.expect("created")).await;
    assert_eq!(new.application().name, name);
    assert_eq!(new.application().time_zone, "Europe/Berlin");
    assert_eq!(new.application().account_id, owner.application().account_id);
    let key = test.issue(&owner, draft()).await;
    assert!(new.key(key.id).await.is_err());
    assert_eq!(new.all_keys().await.expect("counted").keys, 0);
    assert_eq!(count(&owner, Action::ApplicationCreated).await, 2);

    let again = fresh(&owner)
        .create_application(name.into(), Zone::default())
        .await;
    assert!(matches!(again, Err(ManagementError::Invalid(_))));
    let (outsider, shop) = test.owner("Globex").await;
    create(&self::owner(&outsider, shop).await, name).await;
    let foreign = outsider.viewer(new.application().id, Origin::default());
    assert!(matches!(foreign.await, Err(ManagementError::NotFound)));
}

each_database!(an_account_has_at_most_so_many_applications);
async fn an_account_has_at_most_so_many_applications(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (session, app) = test.owner("Acme").await;
    let owner = self::owner(&session, app).await;
    for n in 1..domain::account::Application::MAX {
        create(&owner, &format!("Application {n}")).await;
    }
    let more = fresh(&owner)
        .create_application("One more".into(), Zone::default())
        .await;
    assert_eq!(conflict(more), ApplicationConflict::TooMany);
}

each_database!(archiving_refuses_every_active_key_and_restoring_brings_exactly_those_back);
async fn archiving_refuses_every_active_key_and_restoring_brings_exactly_those_back(
    database: TestDatabase,
) {
    let test = TestKeyring::new(database).await;
    let (session, app) = test.owner("Acme").await;
    let owner = self::owner(&session, app).await;
    let other = self::owner(&session, create(&owner, "Other").await).await;
    let elsewhere = test.issue(&other, draft()).await;
    let mut keys = Vec::new();
    for _ in 0..5 {
        keys.push(test.issue(&owner, draft()).await);
    }
    let [used, inactive, revoked, revoked_later, second] = &keys[..] else {
        panic!("five keys");
    };
    owner.deactivate(inactive.id).await.expect("off");
    owner.revoke(revoked.id, String::new()).await.expect("over");
    assert_eq!(archive(&owner).await, 3);
    for key in [used, inactive, revoked_later, second] {
        assert_eq!(ask(&test.keyring, key), Verdict::Inactive);
    }
    assert_eq!(ask(&test.keyring, revoked), Verdict::Revoked);
    assert_eq!(ask(&test.keyring, &elsewhere), Verdict::Accepted);
    assert_eq!(count(&owner, Action::KeyDeactivated).await, 4);
    assert_eq!(count(&owner, Action::ApplicationArchived).await, 1);
    // The same from the database alone.
    let again = reopen(&test.database, &test.clock, 8).await;
    assert_eq!(ask(&again, used), Verdict::Inactive);

    // Nothing works, whatever is tried.
    let archived = self::owner(&session, app).await;
    assert!(archived.application().archived_at.is_some());
    let editor = archived.fresh().expect("fresh");
    let once = test.keyring.new_idempotency_key();
    let stored = archived.key(used.id).await.expect("read").draft();
    let mut renamed = stored.clone();
    renamed.name = domain::key::name::KeyName::parse("Till").expect("valid");
    let refused = [
        editor.issue(draft(), once).await.map(drop),
        editor.activate(used.id).await,
        editor.activate(inactive.id).await,
        editor
            .change(used.id, renamed, stored.revision())
            .await
            .map(drop),
    ];
    for result in refused {
        assert_eq!(conflict(result), ApplicationConflict::Archived);
    }
    let again = archived.fresh_owner().expect("fresh").archive().await;
    assert_eq!(conflict(again), ApplicationConflict::AlreadyArchived);
    archived.key(used.id).await.expect("it can be read");
    archived
        .revoke(revoked_later.id, String::new())
        .await
        .expect("it can be revoked");

    let fresh = archived.fresh_owner().expect("fresh");
    assert_eq!(fresh.restore().await.expect("restored"), 2);
    for (key, verdict) in [
        (used, Verdict::Accepted),
        (second, Verdict::Accepted),
        (inactive, Verdict::Inactive),
        (revoked, Verdict::Revoked),
        (revoked_later, Verdict::Revoked),
    ] {
        assert_eq!(ask(&test.keyring, key), verdict, "{}", key.id);
    }
    assert_eq!(count(&owner, Action::KeyActivated).await, 2);
    assert_eq!(
        conflict(fresh.restore().await),
        ApplicationConflict::NotArchived
    );
    // A second time, a key that was activated by hand meanwhile is one of them.
    let fresh = self::owner(&session, app).await;
    let editor = fresh.fresh().expect("fresh");
    editor.activate(inactive.id).await.expect("on");
    assert_eq!(archive(&fresh).await, 3);
}

each_database!(
    keys_that_are_created_while_an_application_is_archived_do_not_work,
    flavor = "multi_thread",
    worker_threads = 2
);
async fn keys_that_are_created_while_an_application_is_archived_do_not_work(
    database: TestDatabase,
) {
    let test = TestKeyring::new(database).await;
    let (session, app) = test.owner("Acme").await;
    let owner = self::owner(&session, app).await;
    let mut inactive = Vec::new();
    for _ in 0..10 {
        let key = test.issue(&owner, draft()).await.id;
        owner.deactivate(key).await.expect("off");
        inactive.push(key);
    }
    let editor = owner.fresh().expect("fresh");
    let mut tasks = tokio::task::JoinSet::new();
    for id in inactive {
        let (editor, once) = (editor.clone(), test.keyring.new_idempotency_key());
        tasks.spawn(async move {
            let _ = editor.issue(draft(), once).await;
            let _ = editor.activate(id).await;
        });
    }
    archive(&owner).await;
    tasks.join_all().await;
    assert_eq!(owner.active_keys().await.expect("counted"), 0);
}

each_database!(a_deleted_application_is_gone_its_keys_are_revoked_and_its_name_is_free);
async fn a_deleted_application_is_gone_its_keys_are_revoked_and_its_name_is_free(
    database: TestDatabase,
) {
    let test = TestKeyring::new(database).await;
    let (session, app) = test.owner("Acme").await;
    let owner = self::owner(&session, app).await;
    let last = owner.fresh_owner().expect("fresh").delete().await;
    assert_eq!(conflict(last), ApplicationConflict::Last);
    let shop = self::owner(&session, create(&owner, "Shop").await).await;
    let (active, inactive) = (
        test.issue(&shop, draft()).await,
        test.issue(&shop, draft()).await,
    );
    shop.deactivate(inactive.id).await.expect("off");
    let fresh = shop.fresh_owner().expect("fresh");
    assert_eq!(
        conflict(fresh.delete().await),
        ApplicationConflict::ActiveKeys
    );
    assert_eq!(ask(&test.keyring, &active), Verdict::Accepted);
    archive(&shop).await;
    fresh.delete().await.expect("deleted");
    for key in [&active, &inactive] {
        assert_eq!(ask(&test.keyring, key), Verdict::Revoked);
    }
    let again = reopen(&test.database, &test.clock, 8).await;
    assert_eq!(ask(&again, &active), Verdict::Revoked);
    let id = shop.application().id;
    let gone = session.viewer(id, Origin::default()).await;
    assert!(matches!(gone, Err(ManagementError::NotFound)));
    let left = session.applications().await.expect("read");
    assert_eq!(left.len(), 1);
    assert_eq!(count(&owner, Action::ApplicationDeleted).await, 1);
    assert_eq!(count(&owner, Action::KeyRevoked).await, 2);
    // Nothing brings it back, and a request that began before changes nothing.
    let editor = shop.fresh().expect("fresh");
    let once = test.keyring.new_idempotency_key();
    for result in [
        fresh.restore().await.map(drop),
        fresh.archive().await.map(drop),
        editor.issue(draft(), once).await.map(drop),
        fresh.delete().await.map(drop),
    ] {
        assert!(result.is_err(), "{result:?}");
    }
    assert_eq!(ask(&test.keyring, &active), Verdict::Revoked);
    create(&owner, "Shop").await;
}

each_database!(support_does_not_find_a_deleted_application);
async fn support_does_not_find_a_deleted_application(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (session, app) = test.owner("Acme").await;
    let owner = self::owner(&session, app).await;
    let shop = self::owner(&session, create(&owner, "Shop").await).await;
    let key = test.issue(&shop, draft()).await;
    shop.revoke(key.id, String::new()).await.expect("revoked");
    let store = &test.database.store;
    assert!(store.application_of_key(key.id).await.is_ok());
    shop.fresh_owner()
        .expect("fresh")
        .delete()
        .await
        .expect("deleted");
    assert!(store.application_of_key(key.id).await.is_err());
    let id = shop.application().id.0;
    let found = store.find_applications(id, "shop", 9).await.expect("read");
    assert!(found.iter().all(|found| found.id.0 != id));
    let (id, shown) = (key.id, key.id.to_string());
    let found = store.find_keys_by_mask(&shown[..8], &shown[16..], 9).await;
    assert!(found.expect("read").iter().all(|found| found.id != id));
}

each_database!(the_account_is_renamed_by_its_owners_alone);
async fn the_account_is_renamed_by_its_owners_alone(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (session, app) = test.owner("Acme").await;
    test.owner("Globex").await;
    let owner = self::owner(&session, app).await;
    let renamed = fresh(&owner).rename_account("Acme & Söhne".into()).await;
    renamed.expect("renamed");
    let owner = self::owner(&session, app).await;
    assert_eq!(owner.application().account_name, "Acme & Söhne");
    assert_eq!(count(&owner, Action::AccountRenamed).await, 1);
    // Whether another account has the name is nothing that an owner learns.
    let same = fresh(&owner).rename_account("Globex".into()).await;
    same.expect("renamed");
}

each_database!(
    accounts_are_renamed_while_they_change,
    flavor = "multi_thread",
    worker_threads = 2
);
async fn accounts_are_renamed_while_they_change(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (session, app) = test.owner("Acme").await;
    let owner = self::owner(&session, app).await;
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..12 {
        let fresh = fresh(&owner);
        tasks.spawn(async move {
            let renamed = fresh.rename_account(format!("Acme {n}")).await;
            let created = fresh.create_application(format!("Shop {n}"), Zone::default());
            renamed.and(created.await.map(drop))
        });
    }
    for done in tasks.join_all().await {
        done.expect("changed");
    }
}
