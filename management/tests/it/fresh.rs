//! What requires a recent sign-in.

use crate::test_keyring::{PASSWORD, TestKeyring};
use domain::{origin::Origin, time::MINUTE};
use management::ManagementError;
use testing::{TestDatabase, each_database};

each_database!(after_ten_minutes_creating_a_secret_requires_the_password_again);
async fn after_ten_minutes_creating_a_secret_requires_the_password_again(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (session, app) = test.owner("Acme").await;
    let origin = Origin::default();
    test.clock.advance(10 * MINUTE);
    let editor = session.editor(app, origin.clone()).await.expect("owns it");
    assert!(editor.fresh().is_ok());
    test.clock.advance(1);
    let owner = session.owner(app, origin.clone()).await.expect("owns it");
    assert!(matches!(owner.fresh(), Err(ManagementError::Stale)));
    assert!(matches!(owner.fresh_owner(), Err(ManagementError::Stale)));

    let wrong = session
        .clone()
        .reauthenticate("not my password", None, &origin);
    assert!(wrong.await.expect("works").is_none());
    let right = session.reauthenticate(PASSWORD, None, &origin);
    let Some((session, _)) = right.await.expect("works") else {
        panic!("refused");
    };
    let editor = session.editor(app, origin).await.expect("owns it");
    assert!(editor.fresh().is_ok());
}

each_database!(a_permission_is_fresh_in_a_fresh_session_of_the_same_person);
async fn a_permission_is_fresh_in_a_fresh_session_of_the_same_person(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (session, app) = test.owner("Acme").await;
    test.owner("Globex").await;
    let origin = Origin::default();
    test.clock.advance(10 * MINUTE + 1);
    let viewer = session.viewer(app, origin.clone()).await.expect("a member");
    let account = session.account_owner(app, origin.clone()).await;
    let account = account.expect("owns the account");
    let editor = viewer.editor().expect("owns it");
    let owner = viewer.owner().expect("owns it");

    let other = test.sign_in("owner@globex.example").await;
    for stale in [
        viewer.clone().fresh_viewer_in(&other).map(drop),
        editor.clone().fresh_in(&other).map(drop),
        owner.clone().fresh_owner_in(&other).map(drop),
        account.clone().fresh_account_owner_in(&other).map(drop),
    ] {
        assert!(matches!(stale, Err(ManagementError::Stale)), "{stale:?}");
    }

    let again = session.reauthenticate(PASSWORD, None, &origin).await;
    let (again, _) = again.expect("works").expect("the right password");
    for fresh in [
        viewer.fresh_viewer_in(&again).map(|it| it.is_fresh()),
        editor.fresh_in(&again).map(|it| it.is_fresh()),
        owner.fresh_owner_in(&again).map(|it| it.is_fresh()),
        account
            .fresh_account_owner_in(&again)
            .map(|it| it.is_fresh()),
    ] {
        assert!(fresh.expect("fresh"));
    }
}

each_database!(a_session_that_has_ended_cannot_be_made_fresh);
async fn a_session_that_has_ended_cannot_be_made_fresh(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (session, _) = test.owner("Acme").await;
    session.sign_out(&Origin::default()).await.expect("works");
    let answer = session
        .reauthenticate(PASSWORD, None, &Origin::default())
        .await;
    assert!(matches!(answer, Err(ManagementError::NotFound)));
}
