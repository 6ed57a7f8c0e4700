//! People: signing in, staying in, and reaching nothing that is not theirs.

use crate::test_keyring::{PASSWORD, TestKeyring};
use domain::{
    account::{Email, Role},
    id::ApplicationId,
    key::token::KeyId,
    origin::Origin,
    time::{HOUR, MINUTE},
};
use management::{Admission, ManagementError, PersonDraft, Place, SetUp, SetupDraft, SignedIn};
use testing::{TestDatabase, each_database};
use uuid::Uuid;

fn setup(email: &str) -> SetupDraft {
    SetupDraft {
        account: "Acme".into(),
        application: "Shop".into(),
        email: Email::parse(email).expect("valid"),
        password: PASSWORD.to_owned().into(),
    }
}

async fn cookies(
    test: &TestKeyring,
    email: &str,
    password: &str,
    device: Option<&str>,
) -> Option<SignedIn> {
    let signed_in = test
        .keyring
        .sign_in()
        .with_password(email, password, device, &Origin::default())
        .await;
    match signed_in {
        Err(ManagementError::Throttled { .. }) => None,
        signed_in => signed_in.expect("works").and_then(Admission::session),
    }
}

each_database!(the_setup_requires_the_token_and_runs_once);
async fn the_setup_requires_the_token_and_runs_once(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (keyring, origin) = (&test.keyring, Origin::default());
    assert!(keyring.people().needs_setup().await.expect("works"));
    let wrong = keyring
        .people()
        .set_up("guess", setup("ada@example.com"), &origin)
        .await
        .expect("works");
    assert!(matches!(wrong, SetUp::WrongToken));
    let token = keyring.people().setup_token().to_owned();
    let done = keyring
        .people()
        .set_up(&token, setup("ada@example.com"), &origin)
        .await
        .expect("works");
    let SetUp::Done(Admission::Session(cookies)) = done else {
        panic!("{done:?}")
    };
    assert!(
        keyring
            .sessions()
            .find(&cookies.token)
            .await
            .expect("works")
            .is_some()
    );
    let again = keyring
        .people()
        .set_up(&token, setup("eve@example.com"), &origin)
        .await
        .expect("works");
    assert!(matches!(again, SetUp::AlreadyDone));
}

each_database!(a_wrong_password_and_an_unknown_address_are_refused_alike);
async fn a_wrong_password_and_an_unknown_address_are_refused_alike(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    test.add("Acme", "ada@example.com", Role::Owner).await;
    for (email, password) in [
        ("ada@example.com", "wrong horse battery"),
        ("eve@example.com", PASSWORD),
        ("", ""),
        ("x", "\0"),
    ] {
        let answer = test
            .keyring
            .sign_in()
            .with_password(email, password, None, &Origin::default())
            .await
            .expect("works");
        assert!(answer.is_none(), "{email}: {answer:?}");
    }
    assert!(
        cookies(&test, " ADA@example.com", PASSWORD, None)
            .await
            .is_some()
    );
}

each_database!(whatever_is_wrong_with_a_sign_in_one_password_is_hashed);
async fn whatever_is_wrong_with_a_sign_in_one_password_is_hashed(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    for email in ["ada@example.com", "bob@example.com"] {
        test.add(email, email, Role::Owner).await;
    }
    let bob = Email::parse("bob@example.com").expect("valid");
    test.people_admin()
        .await
        .disable(&bob)
        .await
        .expect("disabled");
    let hashes = async |email: &str, address: Option<std::net::IpAddr>| {
        let origin = Origin {
            address,
            ..Origin::default()
        };
        let before = test.keyring.sign_in().password_hashes();
        let answer = test
            .keyring
            .sign_in()
            .with_password(email, "wrong horse battery", None, &origin)
            .await;
        assert!(!matches!(answer, Ok(Some(_))), "{answer:?}");
        test.keyring.sign_in().password_hashes() - before
    };
    for email in [
        "ada@example.com",
        "eve@example.com",
        "bob@example.com",
        "no address",
        "",
    ] {
        assert_eq!(hashes(email, None).await, 1, "{email:?}");
    }
    // Those that are refused for their number are not checked, whether the address is known or not.
    for (n, email) in ["ada@example.com", "eve@example.com"]
        .into_iter()
        .enumerate()
    {
        let mut checked = 0;
        for host in 0..30 {
            let address = [10, 0, u8::try_from(n).expect("small"), host];
            checked += hashes(email, Some(address.into())).await;
        }
        assert_eq!(checked, 19, "{email}");
    }
}

each_database!(guessing_is_throttled_and_the_owner_can_still_sign_in);
async fn guessing_is_throttled_and_the_owner_can_still_sign_in(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    test.add("Acme", "ada@example.com", Role::Owner).await;
    let device = cookies(&test, "ada@example.com", PASSWORD, None)
        .await
        .expect("in")
        .device;
    let mut refused = 0;
    let throttled = loop {
        match test
            .keyring
            .sign_in()
            .with_password("ada@example.com", "a wrong guess", None, &Origin::default())
            .await
        {
            Err(ManagementError::Throttled { retry_after_ms }) => break retry_after_ms,
            guess => {
                assert!(matches!(guess, Ok(None)), "{guess:?}");
                refused += 1;
            }
        }
    };
    assert!(
        (1..=20).contains(&refused) && throttled > 0,
        "{refused} guesses, {throttled} ms"
    );
    assert!(
        cookies(&test, "ada@example.com", PASSWORD, None)
            .await
            .is_none()
    );
    assert!(
        cookies(&test, "ada@example.com", PASSWORD, Some("forged.device"))
            .await
            .is_none()
    );
    assert!(
        cookies(&test, "ada@example.com", PASSWORD, Some(&device))
            .await
            .is_some()
    );
}

each_database!(a_session_ends_when_idle_when_old_and_at_sign_out);
async fn a_session_ends_when_idle_when_old_and_at_sign_out(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    test.add("Acme", "ada@example.com", Role::Owner).await;
    let token = cookies(&test, "ada@example.com", PASSWORD, None)
        .await
        .expect("in")
        .token;
    test.clock.advance(30 * MINUTE - 1);
    assert!(test.is_open(&token).await);
    test.clock.advance(30 * MINUTE);
    assert!(!test.is_open(&token).await, "idle");

    let token = cookies(&test, "ada@example.com", PASSWORD, None)
        .await
        .expect("in")
        .token;
    for _ in 0..(12 * 6) - 1 {
        test.clock.advance(10 * MINUTE);
        assert!(test.is_open(&token).await);
    }
    test.clock.advance(10 * MINUTE);
    assert!(!test.is_open(&token).await, "twelve hours");

    let token = cookies(&test, "ada@example.com", PASSWORD, None)
        .await
        .expect("in")
        .token;
    let session = test
        .keyring
        .sessions()
        .find(&token)
        .await
        .expect("works")
        .expect("begun");
    session.sign_out(&Origin::default()).await.expect("out");
    assert!(!test.is_open(&token).await, "signed out");
    test.clock.advance(HOUR);
}

each_database!(a_key_of_another_account_is_unknown);
async fn a_key_of_another_account_is_unknown(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (ours, theirs) = (test.editor("Acme").await, test.editor("Globex").await);
    let key = test.issue(&theirs, crate::test_keyring::draft()).await;
    assert!(matches!(
        ours.key(key.id).await,
        Err(ManagementError::NotFound)
    ));
    assert!(matches!(
        ours.open_key(key.id).await.map(drop),
        Err(ManagementError::NotFound)
    ));
    assert!(matches!(
        ours.revoke(key.id, String::new()).await,
        Err(ManagementError::NotFound)
    ));
    let session = test.sign_in("owner@acme.example").await;
    let app = theirs.application().id;
    assert!(matches!(
        session.viewer(app, Origin::default()).await,
        Err(ManagementError::NotFound)
    ));
    let nowhere = ApplicationId(Uuid::from_u128(1));
    assert!(matches!(
        session.viewer(nowhere, Origin::default()).await,
        Err(ManagementError::NotFound)
    ));
    assert!(
        ours.key(KeyId::from_number(key.environment, 5))
            .await
            .is_err()
    );
}

each_database!(a_viewer_reads_and_an_editor_writes);
async fn a_viewer_reads_and_an_editor_writes(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (_, app) = test.owner("Acme").await;
    for (email, role) in [
        ("dev@acme.example", Role::Developer),
        ("eye@acme.example", Role::Viewer),
    ] {
        test.add("Acme", email, role).await;
    }
    let developer = test.sign_in("dev@acme.example").await;
    assert!(developer.editor(app, Origin::default()).await.is_ok());
    assert!(matches!(
        developer.owner(app, Origin::default()).await,
        Err(ManagementError::Forbidden)
    ));
    let viewer = test.sign_in("eye@acme.example").await;
    assert!(viewer.viewer(app, Origin::default()).await.is_ok());
    assert!(matches!(
        viewer.editor(app, Origin::default()).await,
        Err(ManagementError::Forbidden)
    ));
}

each_database!(support_belongs_to_no_account);
async fn support_belongs_to_no_account(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (_, app) = test.owner("Acme").await;
    let draft = PersonDraft {
        place: Some(Place::named("Acme", "Shop")),
        email: Email::parse("help@latchkey.example").expect("valid"),
        role: Role::Support,
        password: PASSWORD.to_owned().into(),
    };
    test.keyring.people().add(draft).await.expect("added");
    let support = test.sign_in("help@latchkey.example").await;
    assert!(support.is_support() && support.applications().await.expect("works").is_empty());
    assert!(matches!(
        support.viewer(app, Origin::default()).await,
        Err(ManagementError::NotFound)
    ));
}

each_database!(an_abandoned_setup_does_not_block_the_next);
async fn an_abandoned_setup_does_not_block_the_next(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (keyring, origin) = (&test.keyring, Origin::default());
    let token = keyring.people().setup_token().to_owned();
    {
        // Long enough for the password to be on its way; then the browser is gone.
        let given_up = keyring
            .people()
            .set_up(&token, setup("eve@example.com"), &origin);
        let soon = tokio::time::timeout(std::time::Duration::from_millis(5), given_up).await;
        assert!(soon.is_err(), "a password takes longer than that");
    }
    let next = keyring
        .people()
        .set_up(&token, setup("ada@example.com"), &origin)
        .await
        .expect("works");
    assert!(matches!(next, SetUp::Done(_)), "{next:?}");
}

each_database!(two_concurrent_setups_create_one_owner);
async fn two_concurrent_setups_create_one_owner(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (keyring, origin) = (&test.keyring, Origin::default());
    let token = keyring.people().setup_token().to_owned();
    let (one, other) = tokio::join!(
        keyring
            .people()
            .set_up(&token, setup("ada@example.com"), &origin),
        keyring
            .people()
            .set_up(&token, setup("eve@example.com"), &origin),
    );
    let made = [one, other].map(|answer| matches!(answer.expect("works"), SetUp::Done(_)));
    assert_eq!(made.iter().filter(|made| **made).count(), 1);
}
