//! The outbox: what is inserted, read and sent by one process only.

use crate::keys::{AccountFixture, NOW, id};
use domain::{
    account::{Email, Role},
    audit::Action,
    id::{AccountId, InvitationId, MailId, PersonId},
    mail::{MailKind, Notifications},
    member::INVITATION_LIFETIME,
    time::{DAY, HOUR, MINUTE},
};
use store::{
    ExpiringKey, NewInvitation, NewMail, NewPasswordReset, PepperName, ResetMaker, Store,
    StoreError,
};
use testing::{TestDatabase, each_database};
use uuid::Uuid;

fn address(text: &str) -> Email {
    Email::parse(text).expect("an address")
}

fn mail(n: u128, kind: MailKind) -> NewMail {
    NewMail {
        id: MailId(Uuid::from_u128(n)),
        kind,
        recipient: address("new@example.com"),
        person: None,
        account: None,
        content: vec![1, 2, 3],
        pepper: PepperName(7),
        at: NOW,
        expires_at: NOW.plus(48 * HOUR),
    }
}

/// Invites `new@example.com`, with mails.
async fn invite(fixture: &AccountFixture, mails: &[NewMail]) -> Result<(), StoreError> {
    let email = address("new@example.com");
    let new = NewInvitation {
        id: InvitationId(Uuid::from_u128(50)),
        account: fixture.account,
        email: &email,
        role: Role::Viewer,
        token_hash: &[1; 32],
        pepper: PepperName(0),
        invited_by: fixture.person,
        at: NOW,
        expires_at: NOW.plus(INVITATION_LIFETIME),
    };
    let event = fixture.event(Action::MemberInvited, "new@example.com", NOW);
    fixture.store.invite(&new, &event, mails).await.map(drop)
}

async fn waiting(store: &Store) -> i64 {
    store.waiting_mail().await.expect("read").count
}

each_database!(a_change_that_is_rolled_back_after_its_mail_was_inserted_sends_none);
async fn a_change_that_is_rolled_back_after_its_mail_was_inserted_sends_none(
    database: TestDatabase,
) {
    let fixture = AccountFixture::build(&database.store, 1).await;
    let store = &fixture.store;
    // The second mail has the id of the first.
    let twice = [mail(1, MailKind::Invitation), mail(1, MailKind::Invitation)];
    assert!(invite(&fixture, &twice).await.is_err());
    assert_eq!(waiting(store).await, 0);
    let invitations = store.invitations(fixture.account, NOW).await;
    assert_eq!(invitations.expect("read").len(), 0);
    invite(&fixture, &twice[..1]).await.expect("invited");
    assert_eq!(waiting(store).await, 1);
}

each_database!(fifty_mails_of_a_kind_wait_for_a_recipient_at_most);
async fn fifty_mails_of_a_kind_wait_for_a_recipient_at_most(database: TestDatabase) {
    let fixture = AccountFixture::build(&database.store, 1).await;
    let mails: Vec<_> = (0..60).map(|n| mail(n, MailKind::NewSignIn)).collect();
    invite(&fixture, &mails).await.expect("invited");
    assert_eq!(waiting(&fixture.store).await, 50);
    let other = [mail(60, MailKind::SignInChange)];
    invite(&fixture, &other).await.expect("invited");
    assert_eq!(waiting(&fixture.store).await, 51);
}

each_database!(mails_that_people_wait_for_are_first_and_one_process_attempts_each);
async fn mails_that_people_wait_for_are_first_and_one_process_attempts_each(
    database: TestDatabase,
) {
    let fixture = AccountFixture::build(&database.store, 1).await;
    let store = &fixture.store;
    let kinds = [
        MailKind::SecurityEvents,
        MailKind::NewSignIn,
        MailKind::PasswordReset,
        MailKind::SignInChange,
    ];
    let mails: Vec<_> = kinds
        .into_iter()
        .zip(1..)
        .map(|(kind, n)| mail(n, kind))
        .collect();
    invite(&fixture, &mails).await.expect("invited");
    let latest = NOW.plus(HOUR);
    let due = store.due_mail(NOW, latest, 10).await.expect("read");
    let due: Vec<_> = due.into_iter().map(|row| row.expect("parsed")).collect();
    let order: Vec<_> = due.iter().map(|mail| mail.kind.as_str()).collect();
    assert_eq!(
        order,
        [
            "password_reset",
            "sign_in_change",
            "security_events",
            "new_sign_in"
        ]
    );
    // Another process has read the same rows.
    let next = NOW.plus(MINUTE);
    store.schedule_mail(&due[0], next).await.expect("first");
    let second = store.schedule_mail(&due[0], next).await;
    assert!(matches!(second, Err(StoreError::NotFound)), "{second:?}");
    let due_now = store.due_mail(NOW, latest, 10).await.expect("read");
    assert_eq!(due_now.len(), 3);
    // Scheduled by a clock that was wrong by years.
    let wrong = NOW.plus(10_000 * HOUR);
    store.schedule_mail(&due[1], wrong).await.expect("first");
    let due_now = store.due_mail(NOW, latest, 10).await.expect("read");
    assert_eq!(due_now.len(), 3);
}

each_database!(access_is_of_an_enabled_person_and_a_member);
async fn access_is_of_an_enabled_person_and_a_member(database: TestDatabase) {
    let fixture = AccountFixture::build(&database.store, 1).await;
    let other = AccountFixture::build(&database.store, 2).await;
    let store = &fixture.store;
    let access = async |account: Option<AccountId>| {
        let access = store.mail_access(fixture.person, account, None).await;
        access.expect("read")
    };
    let member = access(Some(fixture.account)).await.expect("a person");
    assert_eq!(member.email, "owner1@example.com");
    assert_eq!(member.role, Some(Role::Owner));
    assert_eq!(member.wanted, Notifications::default());
    for account in [None, Some(other.account)] {
        let access = access(account).await.expect("a person");
        assert_eq!(access.role, None);
    }
    let unknown = PersonId(Uuid::from_u128(9));
    assert_eq!(
        store.mail_access(unknown, None, None).await.expect("read"),
        None
    );
    let event = fixture.event(Action::PersonDisabled, "owner1@example.com", NOW);
    let disabled = store.disable_person(fixture.person, NOW, &[event]).await;
    disabled.expect("disabled");
    assert_eq!(access(Some(fixture.account)).await, None);
}

each_database!(a_requested_link_ends_no_link_of_the_operator_and_three_work_at_once);
async fn a_requested_link_ends_no_link_of_the_operator_and_three_work_at_once(
    database: TestDatabase,
) {
    let fixture = AccountFixture::build(&database.store, 1).await;
    let store = &fixture.store;
    let make = async |n: u8, made_by: ResetMaker| {
        let at = NOW.plus(i64::from(n));
        let new = NewPasswordReset {
            token_hash: &[n; 32],
            pepper: PepperName(0),
            person: fixture.person,
            made_by,
            at,
            expires_at: at.plus(30 * MINUTE),
        };
        let made = store.make_password_reset(&new, &[], &[]).await;
        made.expect("made");
    };
    let working = async || {
        let mut working = Vec::new();
        for n in 1..=9 {
            let found = store.password_reset(&[n; 32], NOW.plus(MINUTE)).await;
            working.extend(found.expect("read").map(|_| n));
        }
        working
    };
    make(1, ResetMaker::Operator).await;
    for n in 2..=6 {
        make(n, ResetMaker::Anyone).await;
    }
    assert_eq!(working().await, [1, 4, 5, 6]);
    // Using one ends the others.
    let used = store.reset_password(&[5; 32], fixture.person, "$argon2id$", NOW, &[], &[]);
    used.await.expect("reset");
    assert_eq!(working().await, [0; 0]);
    make(7, ResetMaker::Anyone).await;
    make(8, ResetMaker::Operator).await;
    assert_eq!(working().await, [8]);
}

each_database!(the_notices_of_many_keys_are_inserted_once);
async fn the_notices_of_many_keys_are_inserted_once(database: TestDatabase) {
    let fixture = AccountFixture::build(&database.store, 1).await;
    let store = &fixture.store;
    let mut keys = Vec::new();
    for n in 1..=600 {
        fixture.insert(n, "Checkout", n, NOW).await;
        keys.push(ExpiringKey {
            id: id(n),
            name: "Checkout".to_owned(),
            application_name: "Storefront".to_owned(),
            created_by: None,
            expires_at: NOW.plus(7 * DAY),
        });
    }
    let mails = [mail(1, MailKind::KeyExpiry)];
    let insert = async |keys: &[ExpiringKey], mails: &[NewMail]| {
        let inserted = store.insert_expiry_mail(fixture.app, keys, 7, NOW, mails);
        inserted.await
    };
    // Another process has inserted one of them.
    insert(&keys[550..551], &[]).await.expect("inserted");
    let conflict = insert(&keys, &mails).await;
    assert!(
        matches!(conflict, Err(StoreError::Conflict)),
        "{conflict:?}"
    );
    assert_eq!(waiting(store).await, 0);
    insert(&keys[..550], &mails).await.expect("inserted");
    assert_eq!(waiting(store).await, 1);
}
