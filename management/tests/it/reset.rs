//! A person who cannot sign in, or may no longer sign in; administered while the server runs.

use crate::test_keyring::{PASSWORD, PEPPER, TestKeyring, reopen};
use domain::{
    account::{Email, Role},
    audit::{Action, AuditFilter},
    origin::Origin,
    time::MINUTE,
};
use management::{
    Administered, Admission, ManagementError, PeopleAdmin, PersonDraft, Place, SignedIn, Store,
};
use testing::{TestDatabase, each_database};
use verification::Pepper;

const ANOTHER: &str = "violet compass under snow";

fn ada() -> Email {
    Email::parse("ada@example.com").expect("valid")
}

async fn sign_in(test: &TestKeyring, password: &str) -> Option<SignedIn> {
    test.keyring
        .sign_in()
        .with_password("ada@example.com", password, None, &Origin::default())
        .await
        .expect("works")
        .and_then(Admission::session)
}

/// The tokens of five browsers, which are all signed in.
async fn five_sessions(test: &TestKeyring) -> Vec<String> {
    let mut tokens = Vec::new();
    for _ in 0..5 {
        tokens.push(sign_in(test, PASSWORD).await.expect("in").token);
    }
    for token in &tokens {
        assert!(test.is_open(token).await);
    }
    tokens
}

async fn link(admin: &PeopleAdmin) -> String {
    match admin.reset_link(&ada()).await.expect("works") {
        Administered::Done(link) => link.token,
        other => panic!("{other:?}"),
    }
}

async fn reset(test: &TestKeyring, token: &str, password: &str) -> Result<(), ManagementError> {
    let password = password.to_owned().into();
    test.keyring
        .password_resets()
        .complete(token, password, &Origin::default())
        .await
}

each_database!(a_link_resets_a_password_once_and_ends_every_session);
async fn a_link_resets_a_password_once_and_ends_every_session(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    test.add("Acme", "ada@example.com", Role::Owner).await;
    let sessions = five_sessions(&test).await;
    let admin = test.people_admin().await;
    let first = link(&admin).await;
    let token = link(&admin).await;
    assert!(
        test.keyring
            .password_resets()
            .find(&first)
            .await
            .expect("works")
            .is_none(),
        "replaced"
    );
    let open = test
        .keyring
        .password_resets()
        .find(&token)
        .await
        .expect("works");
    assert_eq!(open.map(|open| open.email), Some(ada()));

    let weak = reset(&test, &token, "Password1234567").await;
    assert!(matches!(weak, Err(ManagementError::Invalid(_))), "{weak:?}");
    assert!(test.is_open(&sessions[0]).await, "nothing has happened yet");
    reset(&test, &token, ANOTHER).await.expect("works");
    for session in &sessions {
        assert!(!test.is_open(session).await);
    }
    let again = reset(&test, &token, PASSWORD).await;
    assert!(matches!(again, Err(ManagementError::NotFound)), "{again:?}");
    assert!(sign_in(&test, PASSWORD).await.is_none());
    assert!(sign_in(&test, ANOTHER).await.is_some());
    admin.close().await;
}

each_database!(a_link_works_for_thirty_minutes);
async fn a_link_works_for_thirty_minutes(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    test.add("Acme", "ada@example.com", Role::Owner).await;
    let admin = test.people_admin().await;
    let token = link(&admin).await;
    test.clock.advance(30 * MINUTE - 1);
    assert!(
        test.keyring
            .password_resets()
            .find(&token)
            .await
            .expect("works")
            .is_some()
    );
    test.clock.advance(1);
    assert!(
        test.keyring
            .password_resets()
            .find(&token)
            .await
            .expect("works")
            .is_none()
    );
    let again = reset(&test, &token, ANOTHER).await;
    assert!(matches!(again, Err(ManagementError::NotFound)), "{again:?}");
    assert!(sign_in(&test, PASSWORD).await.is_some());
    admin.close().await;
}

each_database!(a_disabled_person_is_signed_out_immediately_support_too);
async fn a_disabled_person_is_signed_out_immediately_support_too(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    test.add("Acme", "boss@example.com", Role::Owner).await;
    let support = PersonDraft {
        place: None,
        email: ada(),
        role: Role::Support,
        password: PASSWORD.to_owned().into(),
    };
    test.keyring.people().add(support).await.expect("added");
    let sessions = five_sessions(&test).await;
    let admin = test.people_admin().await;
    let pending = link(&admin).await;
    let done = admin.disable(&ada()).await.expect("works");
    assert!(matches!(done, Administered::Done(())));
    for session in &sessions {
        assert!(!test.is_open(session).await);
    }
    assert!(sign_in(&test, PASSWORD).await.is_none());
    assert!(
        test.keyring
            .password_resets()
            .find(&pending)
            .await
            .expect("works")
            .is_none()
    );
    assert!(matches!(
        admin.disable(&ada()).await,
        Ok(Administered::Already)
    ));
    assert!(matches!(
        admin.reset_link(&ada()).await,
        Ok(Administered::Already)
    ));

    assert!(matches!(
        admin.enable(&ada()).await,
        Ok(Administered::Done(()))
    ));
    assert!(matches!(
        admin.enable(&ada()).await,
        Ok(Administered::Already)
    ));
    for session in &sessions {
        assert!(!test.is_open(session).await, "what has ended stays ended");
    }
    assert!(sign_in(&test, PASSWORD).await.is_some());
    let nobody = Email::parse("nobody@example.com").expect("valid");
    assert!(matches!(
        admin.disable(&nobody).await,
        Ok(Administered::Unknown)
    ));
    admin.close().await;
}

each_database!(changes_of_a_person_on_the_command_line_are_in_the_audit_logs_of_their_accounts);
async fn changes_of_a_person_on_the_command_line_are_in_the_audit_logs_of_their_accounts(
    database: TestDatabase,
) {
    let test = TestKeyring::new(database).await;
    let (session, app) = test.owner("Acme").await;
    test.add("Acme", "ada@example.com", Role::Developer).await;
    let admin = test.people_admin().await;
    let token = link(&admin).await;
    reset(&test, &token, ANOTHER).await.expect("works");
    admin.disable(&ada()).await.expect("works");
    admin.enable(&ada()).await.expect("works");
    admin.close().await;
    let owner = session
        .account_owner(app, Origin::default())
        .await
        .expect("owns it");
    let log = owner
        .audit(&AuditFilter::default(), None)
        .await
        .expect("read");
    let told: Vec<_> = log
        .rows
        .iter()
        .filter(|record| record.target == "ada@example.com")
        .map(|record| record.action)
        .collect();
    let expected = [
        Action::PersonEnabled,
        Action::PersonDisabled,
        Action::PasswordReset,
        Action::ResetLinkMade,
        Action::MemberAdded,
    ];
    assert_eq!(told, expected);
    // And the chain is sealed by both processes alike.
    test.database
        .store
        .set_seal_keys(verification::Peppers::from(Pepper::from_bytes(*PEPPER)).seal_keys());
    for head in test.database.store.audit_heads().await.expect("heads") {
        let found = test.database.store.verify_audit(&head, None).await;
        assert_eq!(found.expect("read"), None);
    }
}

each_database!(a_concurrent_sign_in_does_not_survive_a_reset);
async fn a_concurrent_sign_in_does_not_survive_a_reset(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    test.add("Acme", "ada@example.com", Role::Owner).await;
    let admin = test.people_admin().await;
    for _ in 0..5 {
        let token = link(&admin).await;
        // Both passwords are checked at the same time; whichever is written first.
        let (signed_in, done) =
            tokio::join!(sign_in(&test, PASSWORD), reset(&test, &token, ANOTHER));
        done.expect("works");
        if let Some(signed_in) = signed_in {
            assert!(!test.is_open(&signed_in.token).await);
        }
        let token = link(&admin).await;
        reset(&test, &token, PASSWORD).await.expect("works");
    }
    admin.close().await;
}

each_database!(an_invitation_does_not_reveal_whether_its_address_has_an_account);
async fn an_invitation_does_not_reveal_whether_its_address_has_an_account(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let owner = test.account_owner("Acme").await;
    test.add("Globex", "known@example.com", Role::Owner).await;
    let fresh = owner.fresh_account_owner().expect("fresh");
    let mut heard = Vec::new();
    for (email, disabled) in [
        ("known@example.com", false),
        ("known@example.com", true),
        ("unknown@example.com", false),
    ] {
        let email = Email::parse(email).expect("valid");
        if disabled {
            let admin = test.people_admin().await;
            admin.disable(&email).await.expect("works");
            admin.close().await;
        }
        let invited = fresh.invite(email, Role::Viewer).await.expect("invited");
        let welcome = test.invitation(&invited.token).await;
        let welcome = welcome.expect("open");
        let mut answers = vec![format!("{} {}", welcome.account, welcome.role)];
        for guess in ["short", "Password1234567"] {
            let answer = test
                .keyring
                .invitations()
                .accept(
                    &invited.token,
                    guess.to_owned().into(),
                    None,
                    &Origin::default(),
                )
                .await;
            answers.push(format!("{answer:?}"));
        }
        heard.push(answers);
    }
    assert_eq!(heard[0], heard[2]);
    assert_eq!(heard[1], heard[2]);
}

each_database!(a_person_is_added_to_a_new_and_to_an_existing_account_while_a_server_is_running);
async fn a_person_is_added_to_a_new_and_to_an_existing_account_while_a_server_is_running(
    database: TestDatabase,
) {
    let test = TestKeyring::new(database).await;
    test.add("Acme", "boss@example.com", Role::Owner).await;
    let admin = test.people_admin().await;
    let draft = |account: &str, email: &str| PersonDraft {
        place: Some(Place::named(account, "Payments")),
        email: Email::parse(email).expect("valid"),
        role: Role::Owner,
        password: PASSWORD.to_owned().into(),
    };
    let taken = admin.add(draft("Acme", "boss@example.com")).await;
    assert!(matches!(taken, Err(ManagementError::Invalid(_))));
    let store = Store::open_to_read(&test.database.url)
        .await
        .expect("opens");
    let mut applications = Vec::new();
    for account in ["Acme", "New account"] {
        let email = format!("ada@{}.example", account.len());
        let placed = admin.add(draft(account, &email)).await.expect("added");
        let placed = placed.expect("not support");
        assert_eq!(placed.founded, account == "New account");
        let origin = Origin::default();
        let answer = test
            .keyring
            .sign_in()
            .with_password(&email, PASSWORD, None, &origin);
        let admission = answer.await.expect("works");
        let Some(signed_in) = admission.and_then(Admission::session) else {
            panic!("{email} cannot sign in");
        };
        let session = test.keyring.sessions().find(&signed_in.token).await;
        let id = session.expect("works").expect("signed in").person_id();
        let found = store.applications_of(id).await;
        applications.push(found.expect("works").len());
    }
    // Acme has the application of its owner, and the one that was created with the second owner.
    assert_eq!(applications, [2, 1]);
    store.close().await;
    admin.close().await;
}

each_database!(a_command_beside_the_server_changes_nothing_in_the_key_index);
async fn a_command_beside_the_server_changes_nothing_in_the_key_index(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    test.add("Acme", "ada@example.com", Role::Owner).await;
    let missing = Store::open_without_ownership("sqlite:///nowhere/at/all.db").await;
    assert!(missing.is_err());
    let admin = test.people_admin().await;
    admin.disable(&ada()).await.expect("works");
    admin.close().await;
    // A server that starts afterwards finds the same.
    let later = reopen(&test.database, &test.clock, 8).await;
    let origin = Origin::default();
    let answer = later
        .sign_in()
        .with_password("ada@example.com", PASSWORD, None, &origin);
    assert!(answer.await.expect("works").is_none());
}
