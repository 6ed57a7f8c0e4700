//! Limits on mails to addresses that their sender may not own.

use super::{
    Mailing, NEW,
    notices::{DEVELOPER, OWNER, laptop, mail},
};
use crate::{applications::member, test_keyring::PASSWORD};
use domain::{
    account::{Email, Role},
    origin::Origin,
    time::HOUR,
};
use management::ManagementError;
use testing::{TestDatabase, each_database};

each_database!(a_person_gets_ten_mails_an_hour_about_new_browsers);
async fn a_person_gets_ten_mails_an_hour_about_new_browsers(database: TestDatabase) {
    let mailing = Mailing::new(database).await;
    for _ in 0..15 {
        mailing.test.sign_in(OWNER).await;
    }
    assert_eq!(mailing.waiting().await, 10);
    let session = mailing.test.sign_in(OWNER).await;
    let new = Email::parse(NEW).expect("valid");
    let origin = Origin::default();
    let moved = session.change_email(PASSWORD, new, None, &origin);
    assert!(moved.await.expect("works"));
    assert_eq!(mailing.waiting().await, 11, "a change is mailed too");
}

each_database!(an_owner_sends_thirty_invitations_an_hour_and_ten_to_one_address);
async fn an_owner_sends_thirty_invitations_an_hour_and_ten_to_one_address(database: TestDatabase) {
    let mailing = Mailing::new(database).await;
    let mut mailed = 0;
    for _ in 0..30 {
        mailed += usize::from(mailing.invite(NEW).await.mailed);
    }
    assert_eq!(mailed, 10, "the others are handed over");
    let other = Email::parse("other@example.com").expect("valid");
    let refused = mailing.owner.invite(other, Role::Viewer).await;
    assert!(
        matches!(refused, Err(ManagementError::Throttled { .. })),
        "{refused:?}"
    );
    let id = mailing.owner.invitations().await.expect("read")[0].id;
    let refused = mailing.owner.renew_invitation(id).await;
    assert!(
        matches!(refused, Err(ManagementError::Throttled { .. })),
        "{refused:?}"
    );
}

each_database!(wrong_codes_use_up_no_mails_about_changes_of_the_sign_in);
async fn wrong_codes_use_up_no_mails_about_changes_of_the_sign_in(database: TestDatabase) {
    let mailing = Mailing::new(database).await;
    let test = &mailing.test;
    let session = test.sign_in(OWNER).await;
    let fresh = session.fresh().expect("fresh");
    let origin = Origin::default();
    let setup = fresh.begin_enrolment().await.expect("begun");
    let code = setup.secret().code_at(test.keyring.now());
    let on = fresh.confirm_enrolment(&setup.form, &code, &origin).await;
    let codes = on.expect("works").expect("the right code");
    let codes = codes.expect("the first factor");
    for _ in 0..30 {
        // Wrong, or throttled.
        let off = fresh.remove_second_factor("000000", &origin).await;
        assert!(!matches!(off, Ok(true)));
    }
    mailing.sent_now().await;
    let off = fresh.remove_second_factor(&codes.0[0], &origin).await;
    assert!(off.expect("works"));
    let expected = mail(OWNER, "Two-factor authentication is off");
    assert_eq!(mailing.sent_now().await, [expected]);
}

each_database!(refused_changes_use_up_no_mails_about_changes_of_the_sign_in);
async fn refused_changes_use_up_no_mails_about_changes_of_the_sign_in(database: TestDatabase) {
    let mailing = Mailing::new(database).await;
    mailing.test.add("Acme", DEVELOPER, Role::Developer).await;
    let person = member(&mailing.owner, DEVELOPER).await;
    for _ in 0..30 {
        // The member has no second factor.
        let refused = mailing.owner.reset_second_factor(person).await;
        assert!(
            matches!(refused, Err(ManagementError::NotFound)),
            "{refused:?}"
        );
    }
    let made = mailing.owner.reset_link(person).await;
    let link = made.expect("works").expect("made");
    let password = "violet compass under snow".to_owned().into();
    let keyring = &mailing.test.keyring;
    let origin = laptop();
    let reset = keyring
        .password_resets()
        .complete(&link.token, password, &origin);
    reset.await.expect("reset");
    let expected = mail(DEVELOPER, "Your Latchkey password was reset");
    assert_eq!(mailing.sent_now().await, [expected]);
}

each_database!(links_that_an_owner_makes_use_up_no_requested_ones);
async fn links_that_an_owner_makes_use_up_no_requested_ones(database: TestDatabase) {
    let mailing = Mailing::new(database).await;
    mailing.test.add("Acme", DEVELOPER, Role::Developer).await;
    let person = member(&mailing.owner, DEVELOPER).await;
    let mut mailed = 0;
    for _ in 0..15 {
        let made = mailing.owner.reset_link(person).await;
        mailed += usize::from(made.expect("works").expect("made").mailed);
    }
    assert_eq!(mailed, 10);
    mailing.sent_now().await;
    let keyring = &mailing.test.keyring;
    let email = Email::parse(DEVELOPER).expect("valid");
    let requested = keyring.password_resets().request(email, None, &laptop());
    requested.expect("accepted");
    keyring.password_resets().make_requested_links().await;
    let expected = mail(DEVELOPER, "Reset your Latchkey password");
    assert_eq!(mailing.sent_now().await, [expected]);
}

each_database!(an_invitation_is_not_called_mailed_if_too_many_mails_wait);
async fn an_invitation_is_not_called_mailed_if_too_many_mails_wait(database: TestDatabase) {
    let mailing = Mailing::new(database).await;
    for _ in 0..5 {
        for _ in 0..10 {
            assert!(mailing.invite(NEW).await.mailed);
        }
        mailing.test.clock.advance(HOUR);
    }
    assert_eq!(mailing.waiting().await, 50);
    assert!(!mailing.invite(NEW).await.mailed);
    assert_eq!(mailing.waiting().await, 50);
}
