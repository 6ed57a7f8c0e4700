//! What the database stores of passwords: PHC strings of Argon2id with the current parameters.

use crate::test_keyring::{PASSWORD, TestKeyring};
use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{
        PasswordHasher,
        phc::{Output, PasswordHash},
    },
};
use domain::{
    account::{Email, Role},
    origin::Origin,
};
use management::{Administered, Admission, ManagementError, SetUp, SetupDraft, Store};
use testing::{TestDatabase, each_database};

const ANOTHER: &str = "violet compass under snow";
const ADA: &str = "ada@example.com";
/// The minimum of OWASP's Password Storage Cheat Sheet.
const CURRENT: &str = "$argon2id$v=19$m=19456,t=2,p=1$";

fn email(text: &str) -> Email {
    Email::parse(text).expect("valid")
}

async fn hash_of(test: &TestKeyring, address: &str) -> String {
    let person = test.database.store.person_by_email(&email(address)).await;
    person.expect("read").expect("a person").password_hash
}

/// The hash of [`PASSWORD`] with fewer passes over less memory.
fn weak_hash() -> String {
    let weak = Params::new(1_024, 1, 1, None).expect("valid");
    let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, weak);
    let hash = weak.hash_password(PASSWORD.as_bytes());
    hash.expect("hashed").to_string()
}

async fn is_in(test: &TestKeyring, password: &str) -> bool {
    let (keyring, origin) = (&test.keyring, Origin::default());
    let signed_in = keyring
        .sign_in()
        .with_password(ADA, password, None, &origin);
    signed_in.await.expect("works").is_some()
}

each_database!(a_sign_in_with_old_parameters_upgrades_the_row);
async fn a_sign_in_with_old_parameters_upgrades_the_row(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    test.add("Acme", ADA, Role::Owner).await;
    let (old, weak) = (hash_of(&test, ADA).await, weak_hash());
    let store = &test.database.store;
    let person = store.person_by_email(&email(ADA)).await;
    let person = person.expect("read").expect("a person").id;
    let replaced = store.rehash_person(person, &old, &weak).await;
    replaced.expect("written");
    assert!(!is_in(&test, "a wrong guess").await);
    assert_eq!(hash_of(&test, ADA).await, weak, "a guess upgrades nothing");

    assert!(is_in(&test, PASSWORD).await);
    let upgraded = hash_of(&test, ADA).await;
    assert!(upgraded.starts_with(CURRENT), "{upgraded}");
    assert_ne!(upgraded, old, "with a salt of its own");
    assert!(is_in(&test, PASSWORD).await);
    assert_eq!(hash_of(&test, ADA).await, upgraded, "once");
}

each_database!(an_attempt_whose_password_cannot_be_checked_is_refunded);
async fn an_attempt_whose_password_cannot_be_checked_is_refunded(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    test.add("Acme", ADA, Role::Owner).await;
    let right = hash_of(&test, ADA).await;
    let store = &test.database.store;
    let person = store.person_by_email(&email(ADA)).await;
    let person = person.expect("read").expect("a person").id;
    let replaced = store.rehash_person(person, &right, "damaged").await;
    replaced.expect("written");
    let origin = Origin::default();
    // More than may fail in an hour.
    for _ in 0..25 {
        let sign_in = test.keyring.sign_in();
        let answer = sign_in.with_password(ADA, PASSWORD, None, &origin).await;
        assert!(
            matches!(answer, Err(ManagementError::Unexpected(_))),
            "{answer:?}"
        );
    }
    let restored = store.rehash_person(person, "damaged", &right).await;
    restored.expect("written");
    assert!(is_in(&test, PASSWORD).await);
}

each_database!(every_stored_password_is_hashed_with_the_current_parameters);
async fn every_stored_password_is_hashed_with_the_current_parameters(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (keyring, origin) = (&test.keyring, Origin::default());
    let draft = SetupDraft {
        account: "Acme".into(),
        application: "Shop".into(),
        email: email(ADA),
        password: PASSWORD.to_owned().into(),
    };
    let token = keyring.people().setup_token().to_owned();
    let done = keyring
        .people()
        .set_up(&token, draft, &origin)
        .await
        .expect("works");
    let SetUp::Done(Admission::Session(cookies)) = done else {
        panic!("{done:?}");
    };
    let session = keyring.sessions().find(&cookies.token).await;
    let session = session.expect("works").expect("begun");
    for person in ["bob@example.com", "eve@example.com"] {
        test.add("Acme", person, Role::Developer).await;
    }
    let app = session.applications().await.expect("works")[0].id;
    let owner = session.account_owner(app, origin.clone()).await;
    let fresh = owner.expect("owns it").fresh_account_owner();
    let invited = fresh.expect("fresh");
    let invited = invited.invite(email("new@example.com"), Role::Viewer).await;
    let token = invited.expect("invited").token;
    let joined = keyring
        .invitations()
        .accept(&token, PASSWORD.to_owned().into(), None, &origin);
    assert!(joined.await.expect("works").is_some());
    let changed = session.change_password(PASSWORD, ANOTHER.to_owned().into(), None, &origin);
    assert!(changed.await.expect("works").is_some());
    let admin = test.people_admin().await;
    let made = admin.reset_link(&email("bob@example.com")).await;
    let Ok(Administered::Done(link)) = made else {
        panic!("{made:?}");
    };
    admin.close().await;
    let reset = keyring
        .password_resets()
        .complete(&link.token, ANOTHER.to_owned().into(), &origin);
    reset.await.expect("reset");

    let sql = "SELECT password_hash FROM person";
    let stored: Vec<String> = match &test.database.store {
        Store::Sqlite { readers, .. } => sqlx::query_scalar(sql).fetch_all(readers).await,
        Store::Postgres { pool, .. } => sqlx::query_scalar(sql).fetch_all(pool).await,
    }
    .expect("read");
    assert_eq!(stored.len(), 4);
    for hash in &stored {
        let parsed = PasswordHash::new(hash).expect("a PHC string");
        assert_eq!(parsed.algorithm.as_str(), "argon2id");
        assert_eq!(parsed.version, Some(19));
        let params = Params::try_from(&parsed).expect("parameters");
        let costs = (params.m_cost(), params.t_cost(), params.p_cost());
        assert_eq!(costs, (19_456, 2, 1));
        let salt = parsed.salt.as_ref().map_or(0, |salt| salt.as_ref().len());
        let output = parsed.hash.as_ref().map_or(0, Output::len);
        assert!(salt >= 16 && output >= 32, "{salt} {output}");
        assert!(hash.starts_with(CURRENT));
    }
    let distinct: std::collections::BTreeSet<_> = stored.iter().collect();
    assert_eq!(distinct.len(), 4, "equal passwords have different hashes");
}
