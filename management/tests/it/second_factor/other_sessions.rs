//! Turning a second factor on and off ends what was opened before.

use super::{ADA, Enrolled, enrol};
use crate::test_keyring::{PASSWORD, TestKeyring};
use domain::{account::Role, origin::Origin, time::SECOND};
use management::{Admission, ManagementError, Session};
use testing::{TestDatabase, each_database};

/// Signs in with the password alone, and returns the session's token with it.
async fn password_alone(test: &TestKeyring) -> (String, Session) {
    let (keyring, origin) = (&test.keyring, Origin::default());
    let admitted = keyring
        .sign_in()
        .with_password(ADA, PASSWORD, None, &origin);
    let admitted = admitted.await.expect("works");
    let token = admitted.and_then(Admission::session).expect("in").token;
    let session = keyring.sessions().find(&token).await.expect("works");
    (token, session.expect("begun"))
}

each_database!(turning_it_on_ends_the_sessions_that_were_opened_with_the_password_alone);
async fn turning_it_on_ends_the_sessions_that_were_opened_with_the_password_alone(
    database: TestDatabase,
) {
    let test = TestKeyring::new(database).await;
    test.add("Acme", ADA, Role::Owner).await;
    let (stolen, _) = password_alone(&test).await;
    let (mine, session) = password_alone(&test).await;
    enrol(&session, test.keyring.now()).await;
    assert!(!test.is_open(&stolen).await);
    assert!(test.is_open(&mine).await);
}

each_database!(a_session_that_has_ended_does_not_turn_it_on);
async fn a_session_that_has_ended_does_not_turn_it_on(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    test.add("Acme", ADA, Role::Owner).await;
    let (_, session) = password_alone(&test).await;
    let fresh = session.fresh().expect("fresh");
    let setup = fresh.begin_enrolment().await.expect("begun");
    let origin = Origin::default();
    session.sign_out(&origin).await.expect("out");
    let code = setup.secret().code_at(test.keyring.now());
    let late = fresh.confirm_enrolment(&setup.form, &code, &origin).await;
    assert!(matches!(late, Err(ManagementError::NotFound)), "{late:?}");
    assert!(session.second_factor().await.expect("works").is_none());
}

each_database!(turning_it_off_ends_the_other_sessions);
async fn turning_it_off_ends_the_other_sessions(database: TestDatabase) {
    let ada = Enrolled::new(database).await;
    let pending = ada.pending().await;
    let other = ada.enter(&pending, &ada.code()).await;
    let other = other.expect("works").expect("in").token;
    ada.test.clock.advance(30 * SECOND);
    let pending = ada.pending().await;
    let acting = ada.enter(&pending, &ada.code()).await;
    let acting = acting.expect("works").expect("in").token;
    let session = ada.test.keyring.sessions().find(&acting).await;
    let session = session.expect("works").expect("begun");
    let (fresh, origin) = (session.fresh().expect("fresh"), Origin::default());
    let done = fresh.remove_second_factor(ada.codes.0[0].as_str(), &origin);
    assert!(done.await.expect("works"));
    assert!(!ada.test.is_open(&other).await);
    assert!(ada.test.is_open(&acting).await);
}
