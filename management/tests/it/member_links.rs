//! What owners do for members who cannot sign in: reset links, new links of invitations, and inviting again.

use crate::{
    profile::{ADA, ANOTHER, accept, address, fresh, records, session, sign_in},
    test_keyring::{PASSWORD, TestKeyring},
};
use domain::{
    account::Role,
    audit::Action,
    origin::Origin,
    time::{DAY, MINUTE},
};
use management::{ManagementError, PersonDraft};
use testing::{TestDatabase, each_database};

each_database!(a_removed_person_who_is_invited_again_chooses_a_new_password);
async fn a_removed_person_who_is_invited_again_chooses_a_new_password(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (_, app) = test.owner("Acme").await;
    test.add("Acme", ADA, Role::Developer).await;
    let before = sign_in(&test, ADA, PASSWORD).await.expect("in").token;
    let ada = session(&test, &before).await.person_id();
    let owner = fresh(&test, "owner@acme.example", app).await;
    owner.remove_member(ada).await.expect("removed");
    assert!(test.is_open(&before).await);
    let invited = owner
        .invite(address(ADA), Role::Viewer)
        .await
        .expect("made");
    let weak = accept(&test, &invited.token, "too short").await;
    assert!(matches!(weak, Ok(None)), "{weak:?}");
    let joined = accept(&test, &invited.token, ANOTHER).await;
    let token = joined.expect("works").expect("in").token;
    assert_eq!(session(&test, &token).await.person_id(), ada);
    assert!(
        !test.is_open(&before).await,
        "sessions of the old password end"
    );
    assert!(sign_in(&test, ADA, PASSWORD).await.is_none());
    let log = records(&owner, Action::MemberJoined).await;
    assert!(log[0].detail.ends_with("with a new password"), "{log:?}");
}

each_database!(an_invitation_sets_no_password_of_a_member_of_support_or_of_a_disabled_person);
async fn an_invitation_sets_no_password_of_a_member_of_support_or_of_a_disabled_person(
    database: TestDatabase,
) {
    let test = TestKeyring::new(database).await;
    let (_, app) = test.owner("Acme").await;
    let (_, other) = test.owner("Globex").await;
    let support = PersonDraft {
        place: None,
        email: address("help@latchkey.example"),
        role: Role::Support,
        password: PASSWORD.to_owned().into(),
    };
    test.keyring.people().add(support).await.expect("added");
    // Removed from every account, and disabled.
    test.add("Globex", "gone@example.com", Role::Viewer).await;
    let gone = test.sign_in("gone@example.com").await.person_id();
    let globex = fresh(&test, "owner@globex.example", other).await;
    globex.remove_member(gone).await.expect("removed");
    let store = &test.database.store;
    let disabled = store.disable_person(gone, test.keyring.now(), &[]).await;
    disabled.expect("disabled");
    let owner = fresh(&test, "owner@acme.example", app).await;
    for email in [
        "owner@globex.example",
        "help@latchkey.example",
        "gone@example.com",
    ] {
        let invited = owner.invite(address(email), Role::Owner).await;
        let token = invited.expect("invited").token;
        let answer = accept(&test, &token, ANOTHER).await;
        assert!(matches!(answer, Ok(None)), "{email}: {answer:?}");
        assert!(sign_in(&test, email, ANOTHER).await.is_none(), "{email}");
    }
    assert!(
        sign_in(&test, "owner@globex.example", PASSWORD)
            .await
            .is_some()
    );
    assert!(
        sign_in(&test, "help@latchkey.example", PASSWORD)
            .await
            .is_some()
    );
}

each_database!(an_owner_makes_a_reset_link_for_members_of_no_other_account);
async fn an_owner_makes_a_reset_link_for_members_of_no_other_account(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (_, app) = test.owner("Acme").await;
    let (_, other) = test.owner("Globex").await;
    test.add("Acme", ADA, Role::Developer).await;
    let inside = sign_in(&test, ADA, PASSWORD).await.expect("in").token;
    let ada = session(&test, &inside).await.person_id();
    let owner = fresh(&test, "owner@acme.example", app).await;
    let globex = fresh(&test, "owner@globex.example", other).await;
    let foreign = globex.reset_link(ada).await;
    assert!(
        matches!(foreign, Err(ManagementError::NotFound)),
        "{foreign:?}"
    );

    let reset = async |token: &str, password: &str| {
        let password = password.to_owned().into();
        let origin = Origin::default();
        test.keyring
            .password_resets()
            .complete(token, password, &origin)
            .await
    };
    let link = owner.reset_link(ada).await.expect("works").expect("made");
    assert_eq!(link.email, address(ADA));
    reset(&link.token, ANOTHER).await.expect("reset");
    assert!(!test.is_open(&inside).await);
    assert!(sign_in(&test, ADA, ANOTHER).await.is_some());
    let again = reset(&link.token, PASSWORD).await;
    assert!(matches!(again, Err(ManagementError::NotFound)), "{again:?}");
    let late = owner.reset_link(ada).await.expect("works").expect("made");
    test.clock.advance(30 * MINUTE);
    let expired = reset(&late.token, PASSWORD).await;
    assert!(
        matches!(expired, Err(ManagementError::NotFound)),
        "{expired:?}"
    );
    let log = records(&owner, Action::ResetLinkMade).await;
    assert_eq!(log.len(), 2);
    assert_eq!(
        (&*log[0].actor, &*log[0].target),
        ("owner@acme.example", ADA)
    );

    // A link that is open when the person joins another account ends.
    let owner = fresh(&test, "owner@acme.example", app).await;
    let globex = fresh(&test, "owner@globex.example", other).await;
    let open = owner.reset_link(ada).await.expect("works").expect("made");
    let invited = globex
        .invite(address(ADA), Role::Owner)
        .await
        .expect("made");
    let joined = accept(&test, &invited.token, ANOTHER).await;
    assert!(joined.expect("works").is_some());
    let ended = reset(&open.token, PASSWORD).await;
    assert!(matches!(ended, Err(ManagementError::NotFound)), "{ended:?}");
    for owner in [&owner, &globex] {
        let refused = owner.reset_link(ada).await;
        assert!(matches!(refused, Ok(None)), "{refused:?}");
    }
}

each_database!(of_a_reset_by_an_owner_and_a_concurrent_joining_one_happens);
async fn of_a_reset_by_an_owner_and_a_concurrent_joining_one_happens(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (_, app) = test.owner("Acme").await;
    let (_, other) = test.owner("Globex").await;
    let owner = fresh(&test, "owner@acme.example", app).await;
    let globex = fresh(&test, "owner@globex.example", other).await;
    for n in 0..5 {
        let email = format!("ada{n}@example.com");
        test.add("Acme", &email, Role::Developer).await;
        let ada = test.sign_in(&email).await.person_id();
        let link = owner.reset_link(ada).await.expect("works").expect("made");
        let invited = globex.invite(address(&email), Role::Owner).await;
        let invited = invited.expect("invited").token;
        let origin = Origin::default();
        let (reset, joined) = tokio::join!(
            test.keyring.password_resets().complete(
                &link.token,
                ANOTHER.to_owned().into(),
                &origin
            ),
            accept(&test, &invited, PASSWORD),
        );
        let joined = matches!(joined, Ok(Some(_)));
        assert!(!(reset.is_ok() && joined), "the owner of Acme is in Globex");
    }
}

each_database!(an_invitation_gets_a_new_link);
async fn an_invitation_gets_a_new_link(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (_, app) = test.owner("Acme").await;
    let owner = fresh(&test, "owner@acme.example", app).await;
    let first = owner
        .invite(address(ADA), Role::Viewer)
        .await
        .expect("made");
    let id = owner.invitations().await.expect("works")[0].id;
    test.clock.advance(6 * DAY);
    let owner = fresh(&test, "owner@acme.example", app).await;
    let second = owner.renew_invitation(id).await.expect("renewed");
    assert_eq!(second.email, address(ADA));
    test.clock.advance(6 * DAY);
    let works = async |token: &str| test.invitation(token).await.is_some();
    assert!(!works(&first.token).await && works(&second.token).await);
    let owner = fresh(&test, "owner@acme.example", app).await;
    assert_eq!(records(&owner, Action::InvitationRenewed).await.len(), 1);
    owner.withdraw(id).await.expect("withdrawn");
    let gone = owner.renew_invitation(id).await;
    assert!(matches!(gone, Err(ManagementError::NotFound)), "{gone:?}");
}
