//! Mails about a person's own sign-in.

use super::{
    DROPPED, Mailing,
    notices::{DEVELOPER, OWNER, laptop, mail},
    sent,
};
use crate::{
    applications::member,
    test_keyring::{PASSWORD, PEPPER},
};
use domain::{
    account::{Email, Role},
    audit::{Action, AuditFilter},
    mail::Notifications,
    time::{MINUTE, SECOND},
};
use management::{Admission, PeopleAdmin, Store};
use std::sync::Arc;
use store::NewIdentity;
use testing::{Misbehaviour, TestDatabase, each_database};
use verification::{Pepper, SeededEntropy};

const ANOTHER: &str = "violet compass under snow";

each_database!(a_sign_in_from_a_new_browser_is_mailed_once_unless_the_person_does_not_want_it);
async fn a_sign_in_from_a_new_browser_is_mailed_once_unless_the_person_does_not_want_it(
    database: TestDatabase,
) {
    let mailing = Mailing::new(database).await;
    let first = mailing.enter(OWNER, PASSWORD, None).await;
    assert_eq!(
        mailing.sent_now().await,
        [mail(OWNER, "New sign-in to Latchkey")]
    );
    let message = &mailing.sink.received()[0].message;
    for part in [
        "Time: 15 Jan 2027, 08:00 UTC",
        "Browser: Firefox on Linux",
        "IP address: 192.0.2.7",
        "https://keys.example.com/profile/password",
    ] {
        assert!(message.contains(part), "{message}");
    }
    mailing.enter(OWNER, PASSWORD, Some(&first.device)).await;
    assert_eq!(mailing.sent_now().await, [], "a known browser");

    mailing
        .test
        .add("Globex", "other@example.com", Role::Owner)
        .await;
    mailing
        .enter("other@example.com", PASSWORD, Some(&first.device))
        .await;
    assert_eq!(mailing.sent_now().await.len(), 1, "known to another person");

    let session = mailing.session(&first).await;
    let wanted = Notifications {
        new_sign_ins: false,
        ..session.notifications().await.expect("read")
    };
    assert_eq!(
        session.notifications().await.expect("read"),
        Notifications::default()
    );
    for _ in 0..2 {
        let changed = session.change_notifications(wanted, &laptop()).await;
        changed.expect("changed");
    }
    assert_eq!(session.notifications().await.expect("read"), wanted);
    mailing.enter(OWNER, PASSWORD, None).await;
    assert_eq!(mailing.sent_now().await, []);
    let changes = AuditFilter {
        action: Some(Action::ProfileChanged),
        ..AuditFilter::default()
    };
    let records = mailing.owner.audit(&changes, None).await.expect("read");
    assert_eq!(records.rows.len(), 1, "recorded once");
}

each_database!(every_change_of_how_a_person_signs_in_is_mailed_to_the_person);
async fn every_change_of_how_a_person_signs_in_is_mailed_to_the_person(database: TestDatabase) {
    let mailing = Mailing::new(database).await;
    let test = &mailing.test;
    test.add("Acme", DEVELOPER, Role::Developer).await;
    let signed_in = mailing.enter(DEVELOPER, PASSWORD, None).await;
    let session = mailing.session(&signed_in).await;
    let none = Notifications {
        new_sign_ins: false,
        key_expiry: false,
        security_events: false,
    };
    let changed = session.change_notifications(none, &laptop()).await;
    changed.expect("changed");
    mailing.sent_now().await;

    // Two-factor authentication.
    let fresh = session.fresh().expect("fresh");
    let setup = fresh.begin_enrolment().await.expect("begun");
    let code = setup.secret().code_at(test.keyring.now());
    let codes = fresh.confirm_enrolment(&setup.form, &code, &laptop()).await;
    codes.expect("works").expect("the right code");
    let expected = mail(DEVELOPER, "Two-factor authentication is on");
    assert_eq!(mailing.sent_now().await, [expected]);
    test.clock.advance(30 * SECOND);
    let code = setup.secret().code_at(test.keyring.now());
    let codes = fresh.renew_recovery_codes(&code, &laptop()).await;
    let codes = codes.expect("works").expect("the right code");
    let expected = mail(DEVELOPER, "Your Latchkey recovery codes were replaced");
    assert_eq!(mailing.sent_now().await, [expected]);
    let wrong = fresh.remove_second_factor("000000", &laptop()).await;
    assert!(!wrong.expect("works"));
    assert_eq!(mailing.sent_now().await, [], "nothing changed");
    let off = fresh.remove_second_factor(&codes.0[0], &laptop()).await;
    assert!(off.expect("works"));
    let expected = mail(DEVELOPER, "Two-factor authentication is off");
    assert_eq!(mailing.sent_now().await, [expected]);

    // Password and address.
    let changed = session
        .change_password(PASSWORD, ANOTHER.to_owned().into(), None, &laptop())
        .await;
    let changed = changed.expect("works").expect("the right password");
    let expected = mail(DEVELOPER, "Your Latchkey password was changed");
    assert_eq!(mailing.sent_now().await, [expected]);
    let session = mailing.session(&changed).await;
    let new = Email::parse("new@example.com").expect("valid");
    let moved = session.change_email(ANOTHER, new, None, &laptop()).await;
    assert!(moved.expect("works"));
    let expected = mail(DEVELOPER, "Your Latchkey email address was changed");
    assert_eq!(mailing.sent_now().await, [expected], "to the old address");
    let message = mailing.sink.received().pop().expect("a mail").message;
    // The old address may have been mistyped.
    assert!(!message.contains("new@example.com"), "{message}");
    let members = mailing.owner.members().await.expect("read");
    let member = members
        .iter()
        .find(|member| member.email.as_str() == "new@example.com")
        .expect("a member");
    let link = mailing.owner.reset_link(member.id).await;
    let link = link.expect("works").expect("made");
    test.keyring
        .password_resets()
        .complete(&link.token, PASSWORD.to_owned().into(), &laptop())
        .await
        .expect("reset");
    let subjects = mailing.sent_now().await;
    // The link was used before it was sent.
    assert_eq!(
        subjects,
        [mail("new@example.com", "Your Latchkey password was reset")]
    );
}

each_database!(a_reset_of_two_factor_authentication_is_mailed_to_the_member);
async fn a_reset_of_two_factor_authentication_is_mailed_to_the_member(database: TestDatabase) {
    let mailing = Mailing::new(database).await;
    mailing.test.add("Acme", DEVELOPER, Role::Developer).await;
    let expected = mail(DEVELOPER, "Your two-factor authentication was reset");
    for by_owner in [true, false] {
        let signed_in = mailing.enter(DEVELOPER, PASSWORD, None).await;
        let session = mailing.session(&signed_in).await;
        let fresh = session.fresh().expect("fresh");
        let setup = fresh.begin_enrolment().await.expect("begun");
        let code = setup.secret().code_at(mailing.test.keyring.now());
        let on = fresh.confirm_enrolment(&setup.form, &code, &laptop()).await;
        on.expect("works").expect("the right code");
        mailing.sent_now().await;
        if by_owner {
            let reset = mailing.owner.reset_second_factor(session.person_id()).await;
            reset.expect("reset");
        } else {
            let admin = operator(&mailing).await;
            admin.reset_factors(session.email()).await.expect("reset");
            admin.close().await;
        }
        let sent = mailing.sent_now().await;
        assert_eq!(sent, std::slice::from_ref(&expected), "{by_owner}");
        let message = mailing.sink.received().pop().expect("a mail").message;
        let by = if by_owner {
            "Reset by: owner@acme.example"
        } else {
            "Your Latchkey administrator reset your"
        };
        assert!(message.contains(by), "{message}");
        mailing.test.clock.advance(MINUTE);
    }
}

/// The operator's commands beside the running server.
async fn operator(mailing: &Mailing) -> PeopleAdmin {
    let store = Store::open_without_ownership(&mailing.test.database.url).await;
    PeopleAdmin::new(
        store.expect("opens"),
        &Pepper::from_bytes(*PEPPER).into(),
        mailing.test.clock.clone(),
        Arc::new(SeededEntropy::new(99)),
    )
    .sending_mail()
}

each_database!(an_identity_that_the_operator_unlinks_is_mailed_to_its_person);
async fn an_identity_that_the_operator_unlinks_is_mailed_to_its_person(database: TestDatabase) {
    let mailing = Mailing::new(database).await;
    let (test, account) = (&mailing.test, mailing.owner.application().account_id);
    test.add("Acme", DEVELOPER, Role::Developer).await;
    let session = test.sign_in(DEVELOPER).await;
    let identity = NewIdentity {
        issuer: "https://id.example.com",
        subject: "1",
        email: DEVELOPER,
    };
    let (person, at) = ((session.person_id(), session.email()), test.keyring.now());
    let linked =
        test.database
            .store
            .link_identity_by_email(identity, person, account, at, &[], &[]);
    linked.await.expect("linked");
    mailing.sent_now().await;
    let admin = operator(&mailing).await;
    admin.unlink(session.email()).await.expect("unlinked");
    admin.close().await;
    let expected = [mail(DEVELOPER, "Single sign-on is off")];
    assert_eq!(mailing.sent_now().await, expected);
}

each_database!(a_sign_in_does_not_fail_because_its_mail_cannot_be_sent);
async fn a_sign_in_does_not_fail_because_its_mail_cannot_be_sent(database: TestDatabase) {
    let mailing = Mailing::new(database).await;
    mailing
        .sink
        .at("RCPT", Misbehaviour::Answer("550 5.1.1 no"));
    mailing.enter(OWNER, PASSWORD, None).await;
    assert_eq!(mailing.deliver().await, DROPPED);
    mailing.sink.accept();
    mailing.enter(OWNER, PASSWORD, None).await;
    assert_eq!(mailing.deliver().await, sent(1));
}

each_database!(a_new_password_that_comes_with_an_invitation_is_mailed_to_the_person);
async fn a_new_password_that_comes_with_an_invitation_is_mailed_to_the_person(
    database: TestDatabase,
) {
    let mailing = Mailing::new(database).await;
    let keyring = &mailing.test.keyring;
    mailing.test.add("Acme", DEVELOPER, Role::Developer).await;
    for with_factor in [true, false] {
        if with_factor {
            let signed_in = mailing.enter(DEVELOPER, PASSWORD, None).await;
            let session = mailing.session(&signed_in).await;
            let fresh = session.fresh().expect("fresh");
            let setup = fresh.begin_enrolment().await.expect("begun");
            let code = setup.secret().code_at(keyring.now());
            let on = fresh.confirm_enrolment(&setup.form, &code, &laptop()).await;
            on.expect("works").expect("the right code");
        }
        let person = member(&mailing.owner, DEVELOPER).await;
        let removed = mailing.owner.remove_member(person).await;
        removed.expect("removed");
        mailing.sent_now().await;

        // The inviter has the link too.
        let invited = mailing.invite(DEVELOPER).await;
        let origin = laptop();
        let joined =
            keyring
                .invitations()
                .accept(&invited.token, ANOTHER.to_owned().into(), None, &origin);
        assert!(joined.await.expect("works").is_some());
        let sent = mailing.sent_now().await;
        let expected = mail(DEVELOPER, "Your Latchkey password was changed");
        if !with_factor {
            // With the existing password nothing changes.
            assert!(!sent.contains(&expected), "{sent:?}");
            continue;
        }
        assert!(sent.contains(&expected), "{sent:?}");
        let mails = mailing.sink.received();
        let told = mails
            .iter()
            .find(|mail| mail.header("Subject") == expected.1)
            .expect("sent");
        for part in [
            "Invited by: owner@acme.example",
            "Two-factor authentication was turned off",
            "IP address: 192.0.2.7",
        ] {
            assert!(told.message.contains(part), "{told:?}");
        }
    }
}

each_database!(a_wrong_code_after_the_right_password_is_mailed_once_an_hour);
async fn a_wrong_code_after_the_right_password_is_mailed_once_an_hour(database: TestDatabase) {
    const SUBJECT: &str = "Sign-in to Latchkey stopped at two-factor authentication";
    let mailing = Mailing::new(database).await;
    let test = &mailing.test;
    let known = mailing.enter(OWNER, PASSWORD, None).await;
    let session = mailing.session(&known).await;
    let fresh = session.fresh().expect("fresh");
    let setup = fresh.begin_enrolment().await.expect("begun");
    let code = setup.secret().code_at(test.keyring.now());
    let on = fresh.confirm_enrolment(&setup.form, &code, &laptop()).await;
    let codes = on.expect("works").expect("the right code");
    let codes = codes.expect("the first factor");
    mailing.sent_now().await;

    let guess = async |device: Option<&str>| {
        let (keyring, origin) = (&test.keyring, laptop());
        let admitted = keyring
            .sign_in()
            .with_password(OWNER, PASSWORD, device, &origin)
            .await;
        let Ok(Some(Admission::CodeRequired(pending))) = admitted else {
            panic!("{admitted:?}");
        };
        let wrong = keyring
            .sign_in()
            .enter_code(&pending.token, "000000", device, &origin);
        assert!(matches!(wrong.await, Ok(None)));
    };
    guess(Some(&known.device)).await;
    assert_eq!(mailing.sent_now().await, [], "the person's own browser");
    guess(None).await;
    guess(None).await;
    assert_eq!(mailing.sent_now().await, [mail(OWNER, SUBJECT)]);
    let message = mailing.sink.received().pop().expect("a mail").message;
    for part in [
        "entered your password",
        "IP address: 192.0.2.7",
        "https://keys.example.com/profile/password",
    ] {
        assert!(message.contains(part), "{part} in {message}");
    }
    test.clock.advance(59 * MINUTE);
    guess(None).await;
    assert_eq!(mailing.sent_now().await, [], "once an hour");
    test.clock.advance(2 * MINUTE);
    guess(None).await;
    assert_eq!(mailing.sent_now().await, [mail(OWNER, SUBJECT)]);

    let admitted = test
        .keyring
        .sign_in()
        .with_password(OWNER, PASSWORD, None, &laptop())
        .await;
    let Ok(Some(Admission::CodeRequired(pending))) = admitted else {
        panic!("{admitted:?}");
    };
    let (token, code) = (&pending.token, &codes.0[0]);
    let signed_in = test
        .keyring
        .sign_in()
        .enter_code(token, code, None, &laptop())
        .await;
    let signed_in = signed_in.expect("works").expect("the right code");
    let session = mailing.session(&signed_in).await;
    mailing.sent_now().await;
    let wanted = Notifications {
        new_sign_ins: false,
        ..Notifications::default()
    };
    let changed = session.change_notifications(wanted, &laptop()).await;
    changed.expect("changed");
    test.clock.advance(61 * MINUTE);
    guess(None).await;
    assert_eq!(mailing.sent_now().await, [], "not wanted");
}
