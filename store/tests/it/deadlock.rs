//! Deadlocks, which PostgreSQL ends.

use crate::keys::{AccountFixture, NOW};
use domain::{
    account::{Email, Role},
    audit::Action,
    id::{InvitationId, PersonId},
    profile::DisplayName,
    time::DAY,
};
use store::{
    InvitationAcceptance, Invitee, NewIdentity, NewInvitation, NewProviderPerson, PepperName,
    Store, StoreError,
};
use testing::{TestDatabase, until_blocked};
use uuid::Uuid;

#[tokio::test]
async fn a_deadlock_on_postgresql_is_an_outage() {
    let Some(database) = TestDatabase::postgres().await else {
        return;
    };
    let fixture = AccountFixture::build(&database.store, 1).await;
    let other = AccountFixture::build(&database.store, 2).await;
    let Store::Postgres { pool, .. } = &fixture.store else {
        panic!("PostgreSQL");
    };
    let lock = "UPDATE account SET name = name WHERE id = $1";
    let (mut one, mut two) = (
        pool.begin().await.expect("begun"),
        pool.begin().await.expect("begun"),
    );
    let first = sqlx::query(lock).bind(fixture.account.0);
    first.execute(&mut *one).await.expect("locked");
    let second = sqlx::query(lock).bind(other.account.0);
    second.execute(&mut *two).await.expect("locked");
    let (one, two) = tokio::join!(
        sqlx::query(lock).bind(other.account.0).execute(&mut *one),
        async {
            let done = sqlx::query(lock).bind(fixture.account.0);
            let done = done.execute(&mut *two).await;
            drop(two);
            done
        },
    );
    let failed = one.err().or(two.err()).expect("one of them was ended");
    let error = StoreError::from(failed);
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
}

/// A person at their first sign-in through the provider.
fn newcomer<'a>(
    fixture: &AccountFixture,
    email: &'a Email,
    name: &'a DisplayName,
) -> NewProviderPerson<'a> {
    NewProviderPerson {
        id: PersonId(Uuid::from_u128(52)),
        email,
        name,
        identity: NewIdentity {
            issuer: "https://id.example.com",
            subject: "1",
            email: "",
        },
        account: fixture.account,
        role: Role::Viewer,
        at: NOW,
    }
}

#[tokio::test]
async fn a_first_sign_in_and_a_change_of_the_same_person_do_not_wait_for_each_other() {
    let Some(database) = TestDatabase::postgres().await else {
        return;
    };
    let fixture = AccountFixture::build(&database.store, 1).await;
    let email = Email::parse("ada@example.com").expect("valid");
    let Store::Postgres { pool, .. } = &fixture.store else {
        panic!("PostgreSQL");
    };
    let event = fixture.event(Action::MemberAdded, email.as_str(), NOW);
    let name = DisplayName::default();
    let new = newcomer(&fixture, &email, &name);
    // Another first sign-in was faster, and its session begins: it locks the person, then the account.
    let added = fixture.store.add_provider_person(&new, &event).await;
    added.expect("added");
    let mut change = pool.begin().await.expect("begun");
    let person = sqlx::query("UPDATE person SET name = name WHERE id = $1").bind(new.id.0);
    person.execute(&mut *change).await.expect("locked");
    let (added, ()) = tokio::join!(fixture.store.add_provider_person(&new, &event), async {
        until_blocked(pool, 1).await;
        let account = sqlx::query("UPDATE account SET name = name WHERE id = $1");
        let account = account.bind(fixture.account.0);
        account.execute(&mut *change).await.expect("locked");
        change.commit().await.expect("committed");
    });
    assert!(matches!(added, Err(StoreError::Conflict)), "{added:?}");
}

#[tokio::test]
async fn a_first_sign_in_and_an_invitation_with_the_same_address_do_not_wait_for_each_other() {
    let Some(database) = TestDatabase::postgres().await else {
        return;
    };
    let fixture = AccountFixture::build(&database.store, 1).await;
    let (store, email) = (
        &fixture.store,
        Email::parse("ada@example.com").expect("valid"),
    );
    let Store::Postgres { pool, .. } = store else {
        panic!("PostgreSQL");
    };
    let event = fixture.event(Action::MemberAdded, email.as_str(), NOW);
    let invitation = NewInvitation {
        id: InvitationId(Uuid::from_u128(50)),
        account: fixture.account,
        email: &email,
        role: Role::Owner,
        token_hash: &[1; 32],
        pepper: PepperName(0),
        invited_by: fixture.person,
        at: NOW,
        expires_at: NOW.plus(DAY),
    };
    let invited = store.invite(&invitation, &event, &[]).await;
    invited.expect("invited");
    let found = store.invitation_by_token(&[1; 32], NOW).await;
    let acceptance = InvitationAcceptance {
        token_hash: &[1; 32],
        row: &found.expect("read").expect("open"),
        invitee: Invitee::New {
            id: PersonId(Uuid::from_u128(51)),
            password_hash: "$argon2id$",
        },
        at: NOW,
    };
    let name = DisplayName::default();
    let new = newcomer(&fixture, &email, &name);
    let mut account = pool.begin().await.expect("begun");
    let lock = sqlx::query("UPDATE account SET name = name WHERE id = $1").bind(fixture.account.0);
    lock.execute(&mut *account).await.expect("locked");
    let (accepted, added, ()) = tokio::join!(
        store.accept_invitation(&acceptance, &event, &[]),
        async {
            until_blocked(pool, 1).await;
            store.add_provider_person(&new, &event).await
        },
        async {
            until_blocked(pool, 2).await;
            account.commit().await.expect("committed");
        },
    );
    accepted.expect("first");
    assert!(matches!(added, Err(StoreError::Conflict)), "{added:?}");
}
