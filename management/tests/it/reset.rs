//! A person who cannot sign in, or must not any more; administered beside the server that runs.

use crate::house::{House, PASSWORD, PEPPER, houses, reopen};
use domain::origin::Origin;
use domain::{
    account::{Email, Role},
    audit::{Action, AuditFilter},
    time::MINUTE,
};
use management::{
    Administered, ManagementError, PeopleAdmin, PersonDraft, Reset, SignIn, SignedIn, Store,
};
use verification::{Pepper, SeededEntropy};

const ANOTHER: &str = "violet compass under snow";

/// A process of its own, beside the one that serves.
async fn admin(house: &House) -> PeopleAdmin {
    let store = Store::open_without_ownership(&house.fresh.url)
        .await
        .expect("opens");
    let peppers = Pepper::from_bytes(*PEPPER).into();
    PeopleAdmin::new(
        store,
        &peppers,
        house.clock.clone(),
        std::sync::Arc::new(SeededEntropy::new(99)),
    )
}

fn ada() -> Email {
    Email::parse("ada@example.com").expect("valid")
}

async fn sign_in(house: &House, password: &str) -> Option<SignedIn> {
    let answer = house
        .keyring
        .sign_in("ada@example.com", password, None, &Origin::default())
        .await
        .expect("works");
    match answer {
        SignIn::Granted(signed_in) => Some(signed_in),
        _ => None,
    }
}

async fn is_in(house: &House, token: &str) -> bool {
    house.keyring.session(token).await.expect("works").is_some()
}

async fn link(admin: &PeopleAdmin) -> String {
    match admin.reset_link(&ada()).await.expect("works") {
        Administered::Done(link) => link.token,
        other => panic!("{other:?}"),
    }
}

async fn reset(house: &House, token: &str, password: &str) -> Result<Reset, ManagementError> {
    let password = password.to_owned().into();
    house
        .keyring
        .reset_password(token, password, &Origin::default())
        .await
}

#[tokio::test]
async fn a_link_resets_a_password_once_and_ends_every_session() {
    for house in houses().await {
        house.add("Acme", "ada@example.com", Role::Owner).await;
        let sessions = [
            sign_in(&house, PASSWORD).await.expect("in").token,
            sign_in(&house, PASSWORD).await.expect("in").token,
        ];
        let admin = admin(&house).await;
        let first = link(&admin).await;
        let token = link(&admin).await;
        assert!(
            house
                .keyring
                .password_reset(&first)
                .await
                .expect("works")
                .is_none(),
            "replaced"
        );
        let open = house.keyring.password_reset(&token).await.expect("works");
        assert_eq!(open.map(|open| open.email), Some(ada()));

        let weak = reset(&house, &token, "Password1234567").await;
        assert!(matches!(weak, Err(ManagementError::Invalid(_))), "{weak:?}");
        assert!(
            is_in(&house, &sessions[0]).await,
            "nothing has happened yet"
        );
        assert_eq!(
            reset(&house, &token, ANOTHER).await.expect("works"),
            Reset::Done
        );
        for session in &sessions {
            assert!(!is_in(&house, session).await);
        }
        assert_eq!(
            reset(&house, &token, PASSWORD).await.expect("works"),
            Reset::Gone
        );
        assert!(sign_in(&house, PASSWORD).await.is_none());
        assert!(sign_in(&house, ANOTHER).await.is_some());
        admin.close().await;
    }
}

#[tokio::test]
async fn a_link_works_for_thirty_minutes() {
    for house in houses().await {
        house.add("Acme", "ada@example.com", Role::Owner).await;
        let admin = admin(&house).await;
        let token = link(&admin).await;
        house.clock.advance(30 * MINUTE - 1);
        assert!(
            house
                .keyring
                .password_reset(&token)
                .await
                .expect("works")
                .is_some()
        );
        house.clock.advance(1);
        assert!(
            house
                .keyring
                .password_reset(&token)
                .await
                .expect("works")
                .is_none()
        );
        assert_eq!(
            reset(&house, &token, ANOTHER).await.expect("works"),
            Reset::Gone
        );
        assert!(sign_in(&house, PASSWORD).await.is_some());
        admin.close().await;
    }
}

#[tokio::test]
async fn a_disabled_person_is_signed_out_immediately_support_too() {
    for house in houses().await {
        house.add("Acme", "boss@example.com", Role::Owner).await;
        let support = PersonDraft {
            place: None,
            email: ada(),
            role: Role::Support,
            password: PASSWORD.to_owned().into(),
        };
        house.keyring.add_person(support).await.expect("added");
        let token = sign_in(&house, PASSWORD).await.expect("in").token;
        let admin = admin(&house).await;
        let pending = link(&admin).await;
        let done = admin.disable(&ada()).await.expect("works");
        assert!(matches!(done, Administered::Done(())));
        assert!(!is_in(&house, &token).await);
        assert!(sign_in(&house, PASSWORD).await.is_none());
        assert!(
            house
                .keyring
                .password_reset(&pending)
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
        assert!(!is_in(&house, &token).await, "what has ended stays ended");
        assert!(sign_in(&house, PASSWORD).await.is_some());
        let nobody = Email::parse("nobody@example.com").expect("valid");
        assert!(matches!(
            admin.disable(&nobody).await,
            Ok(Administered::Unknown)
        ));
        admin.close().await;
    }
}

#[tokio::test]
async fn changes_of_a_person_on_the_command_line_are_in_the_audit_logs_of_their_accounts() {
    for house in houses().await {
        let (session, app) = house.owner("Acme").await;
        house.add("Acme", "ada@example.com", Role::Developer).await;
        let admin = admin(&house).await;
        let token = link(&admin).await;
        reset(&house, &token, ANOTHER).await.expect("works");
        admin.disable(&ada()).await.expect("works");
        admin.enable(&ada()).await.expect("works");
        admin.close().await;
        let owner = session
            .owner(app, Origin::default())
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
        house
            .fresh
            .store
            .set_seal_keys(verification::Peppers::from(Pepper::from_bytes(*PEPPER)).seal_keys());
        for head in house.fresh.store.audit_heads().await.expect("heads") {
            let found = house.fresh.store.verify_audit(&head, None).await;
            assert_eq!(found.expect("read"), None);
        }
    }
}

#[tokio::test]
async fn a_concurrent_sign_in_does_not_survive_a_reset() {
    for house in houses().await {
        house.add("Acme", "ada@example.com", Role::Owner).await;
        let admin = admin(&house).await;
        for _ in 0..5 {
            let token = link(&admin).await;
            // Both passwords are checked at the same time; whichever is written first.
            let (signed_in, done) =
                tokio::join!(sign_in(&house, PASSWORD), reset(&house, &token, ANOTHER));
            assert_eq!(done.expect("works"), Reset::Done);
            if let Some(signed_in) = signed_in {
                assert!(!is_in(&house, &signed_in.token).await);
            }
            let token = link(&admin).await;
            reset(&house, &token, PASSWORD).await.expect("works");
        }
        admin.close().await;
    }
}

#[tokio::test]
async fn an_invitation_does_not_reveal_whether_its_address_has_an_account() {
    for house in houses().await {
        let (session, app) = house.owner("Acme").await;
        house.add("Globex", "known@example.com", Role::Owner).await;
        let owner = session
            .owner(app, Origin::default())
            .await
            .expect("owns it");
        let fresh = owner.fresh_owner().expect("fresh");
        let mut heard = Vec::new();
        for (email, disabled) in [
            ("known@example.com", false),
            ("known@example.com", true),
            ("unknown@example.com", false),
        ] {
            let email = Email::parse(email).expect("valid");
            if disabled {
                let admin = admin(&house).await;
                admin.disable(&email).await.expect("works");
                admin.close().await;
            }
            let invited = fresh.invite(email, Role::Viewer).await.expect("invited");
            let welcome = house.keyring.welcome(&invited.token).await.expect("works");
            let welcome = welcome.expect("open");
            let mut answers = vec![format!("{} {}", welcome.account, welcome.role)];
            for guess in ["short", "Password1234567"] {
                let answer = house
                    .keyring
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
}

#[tokio::test]
async fn a_command_beside_the_server_changes_nothing_in_the_key_index() {
    for house in houses().await {
        house.add("Acme", "ada@example.com", Role::Owner).await;
        let missing = Store::open_without_ownership("sqlite:///nowhere/at/all.db").await;
        assert!(missing.is_err());
        let admin = admin(&house).await;
        admin.disable(&ada()).await.expect("works");
        admin.close().await;
        // A server that starts afterwards finds the same.
        let later = reopen(&house.fresh, &house.clock, 8).await;
        let origin = Origin::default();
        let answer = later.sign_in("ada@example.com", PASSWORD, None, &origin);
        assert!(matches!(answer.await.expect("works"), SignIn::Refused));
    }
}
