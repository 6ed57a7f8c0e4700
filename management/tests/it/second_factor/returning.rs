//! A person who was removed from every account and joins one again.

use super::{ADA, enrol};
use crate::test_keyring::TestKeyring;
use domain::{
    account::{Email, Role},
    audit::{Action, AuditFilter},
    origin::Origin,
};
use management::Admission;
use testing::{TestDatabase, each_database};

each_database!(a_person_without_an_account_who_sets_a_new_password_starts_without_a_second_factor);
async fn a_person_without_an_account_who_sets_a_new_password_starts_without_a_second_factor(
    database: TestDatabase,
) {
    let test = TestKeyring::new(database).await;
    let (session, app) = test.owner("Acme").await;
    let origin = Origin::default();
    let owner = session
        .account_owner(app, origin.clone())
        .await
        .expect("owns it");
    let fresh = owner.fresh_account_owner().expect("fresh");
    test.add("Acme", ADA, Role::Developer).await;
    let hers = test.sign_in(ADA).await;
    enrol(&hers, test.keyring.now()).await;
    fresh
        .remove_member(hers.person_id())
        .await
        .expect("removed");
    let email = Email::parse(ADA).expect("valid");
    let invited = fresh.invite(email, Role::Viewer).await.expect("invited");
    let password = "violet compass under snow".to_owned().into();
    let joined = test
        .keyring
        .invitations()
        .accept(&invited.token, password, None, &origin);
    let joined = joined.await.expect("works");
    assert!(matches!(joined, Some(Admission::Session(_))), "{joined:?}");
    assert!(hers.second_factor().await.expect("works").is_none());
    let filter = AuditFilter::default();
    let log = owner.audit(&filter, None).await.expect("read").rows;
    let joined = log
        .iter()
        .find(|record| record.action == Action::MemberJoined && record.target == ADA);
    let detail = &joined.expect("recorded").detail;
    assert!(
        detail.ends_with("with a new password, two-factor authentication was reset"),
        "{detail}"
    );
}
