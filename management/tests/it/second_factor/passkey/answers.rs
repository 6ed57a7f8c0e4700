//! Answers that are forged, replayed, or made for something else.

use super::{ADA, Holder, SITE, add, name};
use crate::test_keyring::TestKeyring;
use domain::{
    account::Role,
    audit::{Action, AuditFilter},
    origin::Origin,
    security::{EventFilter, EventKind, EventState, SecurityEvent},
    time::MINUTE,
};
use management::{ManagementError, PasskeyAnswer};
use testing::{SoftAuthenticator, TestDatabase, each_database};

/// What is wrong with an authenticator, and how to make it so.
type Wrong = (&'static str, fn(&mut SoftAuthenticator));

const WRONG: [Wrong; 10] = [
    ("another site", |device| {
        device.origin = "https://keys.example.org".into();
    }),
    ("a subdomain", |device| {
        device.origin = "https://a.keys.example.com".into();
    }),
    ("another port", |device| {
        device.origin = "https://keys.example.com:8443".into();
    }),
    ("no HTTPS", |device| {
        device.origin = "http://keys.example.com".into();
    }),
    ("another relying party", |device| {
        device.rp_id = Some("example.com".into());
    }),
    ("the person was not verified", |device| {
        device.verified = false;
    }),
    ("an unknown passkey", |device| {
        device.credential_id = vec![9; 16];
    }),
    ("another key", |device| device.use_key(8)),
    ("another signature", |device| {
        device.flips_signature = true;
    }),
    ("verified without the key", |device| {
        device.verified = false;
        device.claims_verified = true;
    }),
];

each_database!(a_forged_answer_starts_no_session);
async fn a_forged_answer_starts_no_session(database: TestDatabase) {
    let mut ada = Holder::new(database).await;
    let token = ada.pending().await;
    for (what, break_it) in WRONG {
        let mut forger = SoftAuthenticator::new(7, SITE);
        ada.device.lend_name(&mut forger);
        break_it(&mut forger);
        let alone = ada.begin_sign_in().await;
        let credential = forger.get(&alone.options);
        assert!(!ada.alone(&alone.handle, &credential).await, "{what}");
        let step = ada.begin_step(&token).await;
        let credential = forger.get(&step.options);
        let done = ada.step(&token, &step.handle, &credential).await;
        assert!(matches!(done, Ok(None)), "{what}: {done:?}");
    }
    let step = ada.begin_step(&token).await;
    let credential = ada.device.get(&step.options);
    let done = ada.step(&token, &step.handle, &credential).await;
    assert!(matches!(done, Ok(Some(_))), "the right one: {done:?}");
    // All that the forgers lack is what was broken.
    let mut forger = SoftAuthenticator::new(7, SITE);
    ada.device.lend_name(&mut forger);
    let alone = ada.begin_sign_in().await;
    let credential = forger.get(&alone.options);
    assert!(
        ada.alone(&alone.handle, &credential).await,
        "the right one alone"
    );
}

each_database!(a_session_is_made_fresh_by_a_verified_person_and_the_right_key_alone);
async fn a_session_is_made_fresh_by_a_verified_person_and_the_right_key_alone(
    database: TestDatabase,
) {
    let mut ada = Holder::new(database).await;
    for (what, break_it) in WRONG {
        let right = std::mem::replace(&mut ada.device, SoftAuthenticator::new(7, SITE));
        right.lend_name(&mut ada.device);
        break_it(&mut ada.device);
        let (handle, credential) = ada.confirm().await;
        ada.device = right;
        let answer = PasskeyAnswer {
            handle: &handle,
            credential: &credential,
        };
        let (session, origin) = (ada.session.clone(), Origin::default());
        let confirmed = session.reauthenticate_with_passkey(answer, &origin);
        assert!(confirmed.await.expect("works").is_none(), "{what}");
    }
}

each_database!(an_answer_counts_for_its_challenge_and_purpose_alone);
async fn an_answer_counts_for_its_challenge_and_purpose_alone(database: TestDatabase) {
    let mut ada = Holder::new(database).await;
    let (first, other) = (ada.pending().await, ada.pending().await);
    let step = ada.begin_step(&first).await;
    let answer = ada.device.get(&step.options);
    let another = ada.begin_step(&first).await;
    let alone = ada.begin_sign_in().await;
    let enrolment = ada.prove().await.begin_passkey().await.expect("begun");
    let confirmation = ada.session.begin_confirmation().await.expect("begun");
    for (what, handle) in [
        ("another challenge", &another.handle),
        ("the challenge of another purpose", &alone.handle),
        ("that of a session", &confirmation.handle),
        ("that of a new passkey", &enrolment.handle),
        ("none", &String::new()),
        ("an unknown one", &"00".repeat(32)),
    ] {
        let done = ada.step(&first, handle, &answer).await;
        assert!(matches!(done, Ok(None)), "{what}: {done:?}");
    }
    let done = ada.step(&other, &step.handle, &answer).await;
    assert!(matches!(done, Ok(None)), "another sign-in: {done:?}");
    assert!(
        !ada.alone(&step.handle, &answer).await,
        "without a password"
    );
    let given = PasskeyAnswer {
        handle: &step.handle,
        credential: &answer,
    };
    let origin = Origin::default();
    let session = ada.session.clone();
    let confirmed = session.reauthenticate_with_passkey(given, &origin).await;
    assert!(matches!(confirmed, Ok(None)), "in a session");
    // An authenticator's new passkey, for a challenge that did not ask for one.
    let created = SoftAuthenticator::new(9, SITE).create(&enrolment.options);
    for handle in [&step.handle, &alone.handle, &confirmation.handle] {
        let given = PasskeyAnswer {
            handle,
            credential: &created,
        };
        let added = ada.session.add_passkey(given, name("Phone"), &origin).await;
        assert!(matches!(added, Err(ManagementError::NotFound)), "{added:?}");
    }
    for garbage in ["", "{}", "[]", &answer.replace("rawId", "raw")] {
        let done = ada.step(&first, &step.handle, garbage).await;
        assert!(matches!(done, Ok(None)), "{garbage}: {done:?}");
    }
    let done = ada.step(&first, &step.handle, &answer).await;
    assert!(matches!(done, Ok(Some(_))), "{done:?}");
}

each_database!(a_passkey_answers_for_its_person_alone);
async fn a_passkey_answers_for_its_person_alone(database: TestDatabase) {
    let mut ada = Holder::new(database).await;
    let (theirs, _) = ada.test.owner("Globex").await;
    let mut device = SoftAuthenticator::new(3, SITE);
    let added = add(&theirs.fresh().expect("fresh"), &mut device).await;
    added.expect("added");
    let token = ada.pending().await;
    let step = ada.begin_step(&token).await;
    let credential = device.get(&step.options);
    let done = ada.step(&token, &step.handle, &credential).await;
    assert!(matches!(done, Ok(None)), "{done:?}");

    // The user handle is not signed: a passkey that names another person is refused.
    let alone = ada.begin_sign_in().await;
    let mine = ada.device.get(&alone.options);
    let handle = |json: &str| {
        let value: serde_json::Value = serde_json::from_str(json).expect("JSON");
        value["response"]["userHandle"]
            .as_str()
            .expect("a handle")
            .to_owned()
    };
    let swapped = mine.replace(&handle(&mine), &handle(&credential));
    assert!(!ada.alone(&alone.handle, &swapped).await);
    ada.device.names_user = false;
    let nameless = ada.device.get(&alone.options);
    assert!(
        !ada.alone(&alone.handle, &nameless).await,
        "it names no person"
    );
    assert!(ada.alone(&alone.handle, &mine).await);
}

each_database!(a_counter_that_goes_back_refuses_and_is_a_security_event);
async fn a_counter_that_goes_back_refuses_and_is_a_security_event(database: TestDatabase) {
    let mut ada = Holder::new(database).await;
    // A copy of the key can make any number of such answers: they are recorded once in ten minutes.
    for (counter, right, minutes) in [(5, true, 0), (5, false, 0), (4, false, 9), (0, false, 1)] {
        ada.test.clock.advance(minutes * MINUTE);
        ada.device.counter = counter;
        let challenge = ada.begin_sign_in().await;
        let credential = ada.device.get(&challenge.options);
        let done = ada.alone(&challenge.handle, &credential).await;
        assert_eq!(done, right, "{counter}");
    }
    ada.device.counter = 6;
    let challenge = ada.begin_sign_in().await;
    let credential = ada.device.get(&challenge.options);
    let later = ada.try_alone(&challenge.handle, &credential).await;
    assert!(!matches!(later, Ok(Some(_))), "after the password only");
    let event = copied(&ada).await.expect("reported");
    assert_eq!((event.calls, event.detail.as_str()), (2, "Phone"));
    let owner = ada
        .session
        .account_owner(ada.app().await, Origin::default());
    let owner = owner.await.expect("owns it");
    let log = owner.audit(&AuditFilter::default(), None).await;
    let log = log.expect("read").rows;
    let refused = log.iter().filter(|record| {
        record.action == Action::PasskeyRefused && record.target == ADA && record.detail == "Phone"
    });
    assert_eq!(refused.count(), 2);
}

/// The security event about a passkey that may have been copied.
async fn copied(ada: &Holder) -> Option<SecurityEvent> {
    let keyring = &ada.test.keyring;
    keyring.telemetry().write_events().await.expect("written");
    let owner = ada.session.owner(ada.app().await, Origin::default()).await;
    let filter = EventFilter {
        state: EventState::All,
        ..EventFilter::default()
    };
    let events = owner.expect("owns it").security_events(&filter, None).await;
    let kind = EventKind::PasskeyCopied;
    let mut events = events.expect("read").rows.into_iter();
    events.find(|event| event.kind == kind)
}

each_database!(an_answer_that_is_sent_twice_does_not_count_as_a_copied_passkey);
async fn an_answer_that_is_sent_twice_does_not_count_as_a_copied_passkey(database: TestDatabase) {
    let mut ada = Holder::new(database).await;
    ada.device.counter = 5;
    let challenge = ada.begin_sign_in().await;
    let credential = ada.device.get(&challenge.options);
    for first in [true, false, false] {
        let done = ada.alone(&challenge.handle, &credential).await;
        assert_eq!(done, first);
    }
    assert!(copied(&ada).await.is_none());
}

each_database!(of_one_answer_that_is_sent_twice_at_once_one_counts);
async fn of_one_answer_that_is_sent_twice_at_once_one_counts(database: TestDatabase) {
    let mut ada = Holder::new(database).await;
    let challenge = ada.begin_sign_in().await;
    // Without a counter, only the use of the challenge tells them apart.
    let credential = ada.device.get(&challenge.options);
    let (first, second) = futures_util::future::join(
        ada.alone(&challenge.handle, &credential),
        ada.alone(&challenge.handle, &credential),
    )
    .await;
    assert_eq!(u8::from(first) + u8::from(second), 1);
}

each_database!(a_clock_that_was_ahead_for_a_while_forgets_no_answer);
async fn a_clock_that_was_ahead_for_a_while_forgets_no_answer(database: TestDatabase) {
    let mut ada = Holder::new(database).await;
    let challenge = ada.begin_sign_in().await;
    let credential = ada.device.get(&challenge.options);
    assert!(ada.alone(&challenge.handle, &credential).await);
    ada.test.clock.leap(6 * MINUTE);
    let other = ada.begin_sign_in().await;
    let later = ada.device.get(&other.options);
    assert!(ada.alone(&other.handle, &later).await);
    ada.test.clock.leap(-6 * MINUTE);
    assert!(!ada.alone(&challenge.handle, &credential).await);
}

each_database!(a_passkey_that_becomes_synchronizable_is_accepted_after_the_password);
async fn a_passkey_that_becomes_synchronizable_is_accepted_after_the_password(
    database: TestDatabase,
) {
    let mut ada = Holder::new(database).await;
    ada.device.backup_eligible = true;
    let token = ada.pending().await;
    let step = ada.begin_step(&token).await;
    let credential = ada.device.get(&step.options);
    let done = ada.step(&token, &step.handle, &credential).await;
    assert!(matches!(done, Ok(Some(_))), "{done:?}");
    let alone = ada.begin_sign_in().await;
    let credential = ada.device.get(&alone.options);
    assert!(ada.alone(&alone.handle, &credential).await, "from then on");
}

each_database!(of_two_answers_at_once_with_the_same_counter_one_counts);
async fn of_two_answers_at_once_with_the_same_counter_one_counts(database: TestDatabase) {
    let mut ada = Holder::new(database).await;
    ada.device.counter = 9;
    let challenges = [ada.begin_sign_in().await, ada.begin_sign_in().await];
    let [a, b] = challenges
        .each_ref()
        .map(|challenge| ada.device.get(&challenge.options));
    let (first, second) = futures_util::future::join(
        ada.alone(&challenges[0].handle, &a),
        ada.alone(&challenges[1].handle, &b),
    )
    .await;
    assert_eq!(u8::from(first) + u8::from(second), 1);
}

each_database!(a_forged_passkey_is_not_added);
async fn a_forged_passkey_is_not_added(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    test.keyring.passkeys().offer_at(SITE);
    test.add("Acme", ADA, Role::Owner).await;
    let session = test.sign_in(ADA).await;
    let fresh = session.fresh().expect("fresh");
    for (what, break_it) in &WRONG[..6] {
        let mut device = SoftAuthenticator::new(7, SITE);
        break_it(&mut device);
        let added = add(&fresh, &mut device).await;
        assert!(
            matches!(added, Err(ManagementError::Invalid(_))),
            "{what}: {added:?}"
        );
    }
    assert!(session.second_factor().await.expect("works").is_none());

    let challenge = fresh.begin_passkey().await.expect("begun");
    let credential = SoftAuthenticator::new(7, SITE).create(&challenge.options);
    let answer = PasskeyAnswer {
        handle: &challenge.handle,
        credential: &credential,
    };
    let origin = Origin::default();
    let elsewhere = test.sign_in(ADA).await.fresh().expect("fresh");
    let other = elsewhere.add_passkey(answer, name("Phone"), &origin).await;
    assert!(matches!(other, Err(ManagementError::NotFound)), "{other:?}");
    let added = fresh.add_passkey(answer, name("Phone"), &origin).await;
    added.expect("added");
    let twice = fresh.add_passkey(answer, name("Phone"), &origin).await;
    assert!(matches!(twice, Err(ManagementError::NotFound)), "{twice:?}");
    let factor = session.second_factor().await.expect("works").expect("on");
    assert_eq!(factor.passkeys.len(), 1);
}
