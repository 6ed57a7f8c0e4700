//! Passkeys after another password, and of a person without one.

use super::{ADA, Holder, SITE, add, name};
use crate::test_keyring::{PASSWORD, TestKeyring};
use domain::{
    account::{Email, Role},
    origin::Origin,
    time::MINUTE,
};
use management::{Administered, Admission, ManagementError, PasskeyAnswer, Session, Store};
use testing::{SoftAuthenticator, TestDatabase, each_database};

const SECOND: &str = "violet compass under snow";
const THIRD: &str = "amber lantern over water";
const NO_PASSWORD: &str = "UPDATE person SET password_hash = '' WHERE email = 'ada@example.com'";

/// What came of a sign-in with a passkey alone.
#[derive(Debug, PartialEq, Eq)]
enum Alone {
    In,
    PasswordFirst,
    Refused,
}

impl Holder {
    async fn sign_in_alone(&self, device: &mut SoftAuthenticator) -> Alone {
        let challenge = self.begin_sign_in().await;
        let credential = device.get(&challenge.options);
        match self.try_alone(&challenge.handle, &credential).await {
            Ok(Some(_)) => Alone::In,
            Ok(None) => Alone::Refused,
            Err(ManagementError::Invalid(why)) if why.0.contains("password first") => {
                Alone::PasswordFirst
            }
            Err(error) => panic!("{error:?}"),
        }
    }

    async fn alone_by_own(&mut self) -> Alone {
        let mut own = std::mem::replace(&mut self.device, SoftAuthenticator::new(1, SITE));
        let done = self.sign_in_alone(&mut own).await;
        self.device = own;
        done
    }

    /// Signs in with a password and the passkey.
    async fn behind(&mut self, password: &str) {
        let keyring = self.test.keyring.clone();
        let origin = Origin::default();
        let pending = keyring
            .sign_in()
            .with_password(ADA, password, None, &origin)
            .await;
        let Ok(Some(Admission::CodeRequired(pending))) = pending else {
            panic!("{pending:?}");
        };
        let challenge = self.begin_step(&pending.token).await;
        let credential = self.device.get(&challenge.options);
        let done = self.step(&pending.token, &challenge.handle, &credential);
        done.await.expect("works").expect("in");
    }

    async fn reset_password(&self, password: &str) {
        let admin = self.test.people_admin().await;
        let email = Email::parse(ADA).expect("valid");
        let made = admin.reset_link(&email).await.expect("works");
        let Administered::Done(link) = made else {
            panic!("{made:?}");
        };
        admin.close().await;
        let (keyring, origin) = (&self.test.keyring, Origin::default());
        let done =
            keyring
                .password_resets()
                .complete(&link.token, password.to_owned().into(), &origin);
        done.await.expect("reset");
    }
}

each_database!(after_another_password_a_passkey_signs_in_alone_once_it_was_used_after_it);
async fn after_another_password_a_passkey_signs_in_alone_once_it_was_used_after_it(
    database: TestDatabase,
) {
    let mut ada = Holder::new(database).await;
    assert_eq!(ada.alone_by_own().await, Alone::In);
    let origin = Origin::default();
    let session = ada.session.clone();
    let changed = session.change_password(PASSWORD, SECOND.to_owned().into(), None, &origin);
    let changed = changed.await.expect("works").expect("right");
    assert_eq!(ada.alone_by_own().await, Alone::PasswordFirst);

    // In a session it counts as before, and that changes nothing.
    let session = ada.session_of(&changed).await;
    let challenge = session.begin_confirmation().await.expect("begun");
    let credential = ada.device.get(&challenge.options);
    let answer = PasskeyAnswer {
        handle: &challenge.handle,
        credential: &credential,
    };
    let confirmed = session.reauthenticate_with_passkey(answer, &origin).await;
    assert!(confirmed.expect("works").is_some());
    assert_eq!(ada.alone_by_own().await, Alone::PasswordFirst);

    ada.behind(SECOND).await;
    assert_eq!(ada.alone_by_own().await, Alone::In);
    ada.reset_password(THIRD).await;
    assert_eq!(ada.alone_by_own().await, Alone::PasswordFirst);
    ada.behind(THIRD).await;
    assert_eq!(ada.alone_by_own().await, Alone::In);
}

each_database!(a_passkey_that_was_used_after_a_new_password_does_not_vouch_for_another);
async fn a_passkey_that_was_used_after_a_new_password_does_not_vouch_for_another(
    database: TestDatabase,
) {
    let mut ada = Holder::new(database).await;
    let mut planted = SoftAuthenticator::new(2, SITE);
    ada.add_another(&mut planted).await.expect("added");
    assert_eq!(ada.sign_in_alone(&mut planted).await, Alone::In);
    ada.reset_password(SECOND).await;
    ada.behind(SECOND).await;
    assert_eq!(ada.sign_in_alone(&mut planted).await, Alone::PasswordFirst);
    assert_eq!(ada.alone_by_own().await, Alone::In);
    // Of a wrong answer nothing is told.
    planted.use_key(9);
    assert_eq!(ada.sign_in_alone(&mut planted).await, Alone::Refused);
}

each_database!(a_person_without_a_password_neither_adds_a_passkey_nor_confirms_with_one);
async fn a_person_without_a_password_neither_adds_a_passkey_nor_confirms_with_one(
    database: TestDatabase,
) {
    let mut ada = Holder::new(database).await;
    let (handle, credential) = ada.confirm().await;
    let answer = PasskeyAnswer {
        handle: &handle,
        credential: &credential,
    };
    let origin = Origin::default();
    let signed_in = {
        let challenge = ada.begin_sign_in().await;
        let credential = ada.device.get(&challenge.options);
        let done = ada.try_alone(&challenge.handle, &credential).await;
        done.expect("works").expect("in")
    };
    assert_eq!(run(&ada.test, NO_PASSWORD).await, 1);
    // The session was read before: the store refuses.
    let before = ada.session.clone();
    let confirmed = before.clone().reauthenticate_with_passkey(answer, &origin);
    assert!(confirmed.await.expect("works").is_none());
    let off = before.remove_second_factor_with_passkey(answer, &origin);
    assert!(matches!(off.await, Ok(false)));
    let session = ada.session_of(&signed_in).await;
    let none = session.begin_confirmation().await;
    assert!(matches!(none, Err(ManagementError::Invalid(_))), "{none:?}");
    assert_eq!(ada.alone_by_own().await, Alone::Refused);
}

each_database!(a_person_without_a_password_adds_no_passkey);
async fn a_person_without_a_password_adds_no_passkey(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    test.keyring.passkeys().offer_at(SITE);
    test.add("Acme", ADA, Role::Owner).await;
    let (keyring, origin) = (&test.keyring, Origin::default());
    let signed_in = keyring
        .sign_in()
        .with_password(ADA, PASSWORD, None, &origin)
        .await;
    let signed_in = signed_in.expect("works").and_then(Admission::session);
    let token = signed_in.expect("in").token;
    let read = async || -> Session {
        let session = keyring.sessions().find(&token).await;
        session.expect("works").expect("begun")
    };
    let before = read().await.fresh().expect("fresh");
    let challenge = before.begin_passkey().await.expect("begun");
    let credential = SoftAuthenticator::new(7, SITE).create(&challenge.options);
    let answer = PasskeyAnswer {
        handle: &challenge.handle,
        credential: &credential,
    };
    assert_eq!(run(&test, NO_PASSWORD).await, 1);
    let late = before.add_passkey(answer, name("Phone"), &origin).await;
    assert!(matches!(late, Err(ManagementError::Invalid(_))), "{late:?}");
    let fresh = read().await.fresh().expect("fresh");
    let none = add(&fresh, &mut SoftAuthenticator::new(7, SITE)).await;
    assert!(matches!(none, Err(ManagementError::Invalid(_))), "{none:?}");
    let factor = read().await.second_factor().await.expect("works");
    assert!(factor.is_none());
}

each_database!(a_disabled_person_confirms_with_no_passkey);
async fn a_disabled_person_confirms_with_no_passkey(database: TestDatabase) {
    let mut ada = Holder::new(database).await;
    ada.test.clock.advance(11 * MINUTE);
    let (handle, credential) = ada.confirm().await;
    let answer = PasskeyAnswer {
        handle: &handle,
        credential: &credential,
    };
    let admin = ada.test.people_admin().await;
    let email = Email::parse(ADA).expect("valid");
    admin.disable(&email).await.expect("works");
    admin.close().await;
    let (session, origin) = (ada.session.clone(), Origin::default());
    let confirmed = session.reauthenticate_with_passkey(answer, &origin);
    assert!(confirmed.await.expect("works").is_none());
}

/// Runs a statement on the database itself, and returns the number of rows.
async fn run(test: &TestKeyring, sql: &'static str) -> u64 {
    match &test.database.store {
        Store::Sqlite { writer, .. } => {
            let done = sqlx::query(sql).execute(writer).await;
            done.expect("works").rows_affected()
        }
        Store::Postgres { pool, .. } => {
            let done = sqlx::query(sql).execute(pool).await;
            done.expect("works").rows_affected()
        }
    }
}
