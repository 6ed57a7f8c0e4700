//! Mails about passkeys.

use super::{
    Mailing,
    notices::{DEVELOPER, laptop, mail},
};
use crate::test_keyring::PASSWORD;
use domain::{account::Role, passkey::PasskeyName};
use management::{
    AddedPasskey, Browser, FreshSession, PasskeyAnswer, PasskeySignIn, ProvenSession,
};
use testing::{SoftAuthenticator, TestDatabase, each_database};

const SITE: &str = "https://keys.example.com";
const ANOTHER: &str = "violet compass under snow";

/// Proves the second factor with a recovery code.
async fn proven(fresh: &FreshSession, code: &str) -> ProvenSession {
    let proven = fresh.prove_by_code(code, &laptop()).await;
    proven.expect("works").expect("the right code")
}

each_database!(changes_of_passkeys_are_told);
async fn changes_of_passkeys_are_told(database: TestDatabase) {
    let mailing = Mailing::new(database).await;
    mailing.test.keyring.passkeys().offer_at(SITE);
    mailing.test.add("Acme", DEVELOPER, Role::Developer).await;
    let signed_in = mailing.enter(DEVELOPER, PASSWORD, None).await;
    let session = mailing.session(&signed_in).await;
    let fresh = session.fresh().expect("fresh");
    mailing.sent_now().await;
    let mut codes: Vec<String> = Vec::new();
    for (seed, subject) in [
        (1, "Two-factor authentication is on"),
        (2, "A passkey was added to your Latchkey sign-in"),
    ] {
        let challenge = match codes.pop() {
            None => fresh.begin_passkey().await,
            Some(code) => proven(&fresh, &code).await.begin_passkey().await,
        };
        let challenge = challenge.expect("begun");
        let credential = SoftAuthenticator::new(seed, SITE).create(&challenge.options);
        let answer = PasskeyAnswer {
            handle: &challenge.handle,
            credential: &credential,
        };
        let name = PasskeyName::parse("Phone").expect("a name");
        let added = fresh.add_passkey(answer, name, &laptop()).await;
        if let AddedPasskey::First(first) = added.expect("added") {
            codes = first.0;
        }
        assert_eq!(mailing.sent_now().await, [mail(DEVELOPER, subject)]);
    }
    let factor = session.second_factor().await.expect("read").expect("on");
    let removed = fresh.remove_passkey(factor.passkeys[0].id, &laptop()).await;
    removed.expect("removed");
    let expected = mail(
        DEVELOPER,
        "A passkey was removed from your Latchkey sign-in",
    );
    assert_eq!(mailing.sent_now().await, [expected]);

    let proven = proven(&fresh, &codes[0]).await;
    let setup = proven.begin_enrolment().await.expect("begun");
    let code = setup.secret().code_at(mailing.test.keyring.now());
    let on = fresh.confirm_enrolment(&setup.form, &code, &laptop()).await;
    on.expect("works").expect("the right code");
    let expected = mail(
        DEVELOPER,
        "An authenticator app was added to your Latchkey sign-in",
    );
    assert_eq!(mailing.sent_now().await, [expected]);
    let removed = fresh.remove_authenticator(&laptop()).await;
    removed.expect("removed");
    let expected = mail(
        DEVELOPER,
        "The authenticator app was removed from your Latchkey sign-in",
    );
    assert_eq!(mailing.sent_now().await, [expected]);
}

each_database!(another_password_and_a_copy_are_told_with_the_passkeys);
async fn another_password_and_a_copy_are_told_with_the_passkeys(database: TestDatabase) {
    let mailing = Mailing::new(database).await;
    let keyring = &mailing.test.keyring;
    keyring.passkeys().offer_at(SITE);
    mailing.test.add("Acme", DEVELOPER, Role::Developer).await;
    let signed_in = mailing.enter(DEVELOPER, PASSWORD, None).await;
    let session = mailing.session(&signed_in).await;
    let told = || {
        let message = mailing.sink.received().pop().expect("a mail").message;
        message.replace("=\r\n", "").replace("\r\n", " ")
    };
    let from = laptop();
    let stays = "Your passkeys stay as your second factor";
    mailing.sent_now().await;
    let changed = session.change_password(PASSWORD, ANOTHER.to_owned().into(), None, &from);
    let changed = changed.await.expect("works").expect("right");
    mailing.sent_now().await;
    assert!(!told().contains(stays), "{}", told());

    let session = mailing.session(&changed).await;
    let fresh = session.fresh().expect("fresh");
    let challenge = fresh.begin_passkey().await.expect("begun");
    let mut device = SoftAuthenticator::new(1, SITE);
    let credential = device.create(&challenge.options);
    let answer = PasskeyAnswer {
        handle: &challenge.handle,
        credential: &credential,
    };
    let name = PasskeyName::parse("evil.example").expect("a name");
    let added = fresh.add_passkey(answer, name, &from).await;
    added.expect("added");
    let expected = mail(DEVELOPER, "Your passkey was rejected");
    // The last answer is sent twice.
    for (counter, times) in [(5, [0, 0]), (4, [1, 0])] {
        device.counter = counter;
        let begun = keyring.sign_in().begin_with_passkey(None, &laptop()).await;
        let PasskeySignIn { challenge, browser } = begun.expect("begun");
        let credential = device.get(&challenge.options);
        let answer = PasskeyAnswer {
            handle: &challenge.handle,
            credential: &credential,
        };
        for expected_times in times {
            let browser = Browser {
                passkey: Some(&browser),
                ..Browser::default()
            };
            let done = keyring.sign_in().with_passkey(answer, browser, &from).await;
            done.expect("works");
            let mails = mailing.sent_now().await;
            let found = mails.iter().filter(|mail| **mail == expected).count();
            assert_eq!(found, expected_times, "{counter}: {mails:?}");
            if found == 1 {
                assert!(told().contains("Passkey: evil[.]example"), "{}", told());
            }
        }
    }
    let changed = session.change_password(ANOTHER, PASSWORD.to_owned().into(), None, &from);
    changed.await.expect("works").expect("right");
    mailing.sent_now().await;
    assert!(told().contains(stays), "{}", told());
    assert!(told().contains("https://keys.example.com/profile/two-factor"));
    let id = session.person_id();
    let link = mailing.owner.reset_link(id).await;
    let link = link.expect("works").expect("made");
    let reset = keyring
        .password_resets()
        .complete(&link.token, ANOTHER.to_owned().into(), &from);
    reset.await.expect("reset");
    mailing.sent_now().await;
    assert!(told().contains(stays), "{}", told());
}

each_database!(a_sign_in_with_a_passkey_from_a_new_browser_is_mailed);
async fn a_sign_in_with_a_passkey_from_a_new_browser_is_mailed(database: TestDatabase) {
    let mailing = Mailing::new(database).await;
    let keyring = &mailing.test.keyring;
    keyring.passkeys().offer_at(SITE);
    mailing.test.add("Acme", DEVELOPER, Role::Developer).await;
    let signed_in = mailing.enter(DEVELOPER, PASSWORD, None).await;
    let session = mailing.session(&signed_in).await;
    let fresh = session.fresh().expect("fresh");
    let challenge = fresh.begin_passkey().await.expect("begun");
    let mut passkey = SoftAuthenticator::new(1, SITE);
    let credential = passkey.create(&challenge.options);
    let answer = PasskeyAnswer {
        handle: &challenge.handle,
        credential: &credential,
    };
    let name = PasskeyName::parse("Phone").expect("a name");
    let added = fresh.add_passkey(answer, name, &laptop()).await;
    added.expect("added");
    mailing.sent_now().await;
    let mail = mail(DEVELOPER, "New sign-in to Latchkey");
    for (device, expected) in [
        (None, vec![mail]),
        (Some(signed_in.device.as_str()), Vec::new()),
    ] {
        let begun = keyring.sign_in().begin_with_passkey(None, &laptop()).await;
        let PasskeySignIn { challenge, browser } = begun.expect("begun");
        let credential = passkey.get(&challenge.options);
        let answer = PasskeyAnswer {
            handle: &challenge.handle,
            credential: &credential,
        };
        let from = laptop();
        let browser = Browser {
            passkey: Some(&browser),
            ..Browser::from(device)
        };
        let done = keyring.sign_in().with_passkey(answer, browser, &from).await;
        assert!(done.expect("works").is_some());
        assert_eq!(mailing.sent_now().await, expected, "{device:?}");
    }
}
