//! Adding to a second factor asks for a proof of it.

use super::{ADA, Holder, SITE, add, add_to, name};
use crate::test_keyring::TestKeyring;
use domain::{account::Role, origin::Origin, time::MINUTE};
use management::{AddedPasskey, ManagementError, PasskeyAnswer};
use testing::{SoftAuthenticator, TestDatabase, each_database};

each_database!(nothing_is_added_to_a_second_factor_without_a_proof_of_it);
async fn nothing_is_added_to_a_second_factor_without_a_proof_of_it(database: TestDatabase) {
    let ada = Holder::new(database).await;
    let passkey = ada.fresh().begin_passkey().await;
    assert!(
        matches!(passkey, Err(ManagementError::Invalid(_))),
        "{passkey:?}"
    );
    let app = ada.fresh().begin_enrolment().await;
    assert!(matches!(app, Err(ManagementError::Invalid(_))), "{app:?}");
}

each_database!(a_second_factor_is_proved_by_a_passkey_or_a_code_that_works_once);
async fn a_second_factor_is_proved_by_a_passkey_or_a_code_that_works_once(database: TestDatabase) {
    let mut ada = Holder::new(database).await;
    let origin = Origin::default();
    for code in ["000000", "0000-0000-0000-0000", ""] {
        let wrong = ada.fresh().prove_by_code(code, &origin).await;
        assert!(matches!(wrong, Ok(None)), "{code}");
    }
    let code = ada.codes.0[0].clone();
    let proven = ada.fresh().prove_by_code(&code, &origin).await;
    let proven = proven.expect("works").expect("right");
    proven.begin_passkey().await.expect("begun");
    proven.begin_enrolment().await.expect("begun");
    let again = ada.fresh().prove_by_code(&code, &origin).await;
    assert!(matches!(again, Ok(None)), "it was used");

    ada.test.clock.advance(11 * MINUTE);
    assert!(!ada.session.is_fresh());
    let proven = ada.prove().await;
    assert!(proven.is_fresh(), "a passkey stands for the password too");
    let mut other = SoftAuthenticator::new(8, SITE);
    let challenge = proven.begin_passkey().await.expect("begun");
    let added = add_to(&proven, &challenge, &mut other).await;
    assert!(matches!(added, Ok(AddedPasskey::Another)), "{added:?}");

    let ended = ada.fresh();
    ada.session.sign_out(&origin).await.expect("out");
    let late = ended.prove_by_code(&ada.codes.0[1], &origin).await;
    assert!(matches!(late, Err(ManagementError::NotFound)));
}

each_database!(what_was_begun_without_a_second_factor_is_not_added_to_one);
async fn what_was_begun_without_a_second_factor_is_not_added_to_one(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    test.keyring.passkeys().offer_at(SITE);
    test.add("Acme", ADA, Role::Owner).await;
    let session = test.sign_in(ADA).await;
    let fresh = session.fresh().expect("fresh");
    let begun = fresh.begin_passkey().await.expect("begun");
    let app = fresh.begin_enrolment().await.expect("begun");
    let mut device = SoftAuthenticator::new(7, SITE);
    add(&fresh, &mut device).await.expect("the first factor");

    let origin = Origin::default();
    let credential = SoftAuthenticator::new(8, SITE).create(&begun.options);
    let answer = PasskeyAnswer {
        handle: &begun.handle,
        credential: &credential,
    };
    let late = fresh.add_passkey(answer, name("Late"), &origin).await;
    assert!(matches!(late, Err(ManagementError::Invalid(_))), "{late:?}");
    let code = app.secret().code_at(test.keyring.now());
    let late = fresh.confirm_enrolment(&app.form, &code, &origin).await;
    assert!(matches!(late, Err(ManagementError::Invalid(_))), "{late:?}");
    let factor = session.second_factor().await.expect("works").expect("on");
    assert_eq!((factor.passkeys.len(), factor.app_since), (1, None));
}
