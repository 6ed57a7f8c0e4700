//! Several peppers at once, and what write access to the database does not allow without one.

use crate::test_keyring::{
    NOW, PASSWORD, PEPPER, TestKeyring, draft, on_each_database, plain_call, reopen, reopen_under,
};
use domain::{
    account::{Email, Role},
    key::issued::IssuedKey,
    origin::Origin,
    verdict::Verdict,
};
use management::{Admission, Keyring, PepperUsage, Store};
use sha2::{Digest, Sha256};
use testing::{TestDatabase, each_database};
use verification::{Pepper, Peppers};

const NEWER: &[u8; 32] = b"another pepper, thirty-two bytes";

fn ask(keyring: &Keyring, key: &IssuedKey) -> Verdict {
    keyring
        .verify(&plain_call(&key.id.to_string(), &key.secret))
        .verdict
}

/// What was made under a pepper.
async fn rows(database: &TestDatabase, pepper: &[u8; 32]) -> PepperUsage {
    let name = Pepper::from_bytes(*pepper).name();
    let all = database.store.rows_by_pepper(NOW).await.expect("read");
    let found = all.into_iter().find(|(other, _)| *other == name);
    found.map(|(_, rows)| rows).unwrap_or_default()
}

async fn upgrade_all(keyring: &Keyring) {
    while keyring
        .pepper_rotation()
        .upgrade_digests()
        .await
        .expect("written")
        > 0
    {}
}

#[tokio::test]
async fn a_pepper_is_rotated_without_a_refused_call_and_removed_when_unused() {
    const KEYS: usize = 30;
    const CALLED: usize = 20;
    for test in on_each_database().await {
        let editor = test.editor("Acme").await;
        let mut keys = Vec::new();
        for _ in 0..KEYS {
            keys.push(test.issue(&editor, draft()).await);
        }
        let both = reopen_under(&test.database, &test.clock, 8, &[NEWER, PEPPER]).await;
        let both = both.expect("opens");
        for _ in 0..2 {
            for key in &keys[..CALLED] {
                assert_eq!(ask(&both, key), Verdict::Accepted);
            }
            upgrade_all(&both).await;
        }
        assert_eq!(rows(&test.database, NEWER).await.live_keys, 20);
        assert_eq!(rows(&test.database, PEPPER).await.live_keys, 10);
        for key in &keys {
            assert_eq!(ask(&both, key), Verdict::Accepted);
        }

        // Without the older one, the error names what needs it.
        let only = reopen_under(&test.database, &test.clock, 9, &[NEWER]).await;
        let refusal = only.err().expect("refused").to_string();
        assert!(refusal.contains("10 keys that work"), "{refusal}");
        assert!(!refusal.contains('\n'), "{refusal}");

        // The last ten calls bring the rest along; the log is sealed anew, and nothing is left.
        upgrade_all(&both).await;
        both.pepper_rotation()
            .seal_audit_logs()
            .await
            .expect("sealed");
        let left = rows(&test.database, PEPPER).await;
        assert!(!left.is_needed(), "{left:?}");
        let only = reopen_under(&test.database, &test.clock, 10, &[NEWER]).await;
        let only = only.expect("opens");
        for key in &keys {
            assert_eq!(ask(&only, key), Verdict::Accepted);
        }
    }
}

each_database!(keys_that_have_ended_need_no_pepper);
async fn keys_that_have_ended_need_no_pepper(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    let key = test.issue(&editor, draft()).await;
    editor.revoke(key.id, String::new()).await.expect("revoked");
    let both = reopen_under(&test.database, &test.clock, 8, &[NEWER, PEPPER]).await;
    both.expect("opens")
        .pepper_rotation()
        .seal_audit_logs()
        .await
        .expect("sealed");
    let only = reopen_under(&test.database, &test.clock, 9, &[NEWER]).await;
    assert_eq!(
        ask(&only.expect("opens"), &key),
        Verdict::InvalidCredentials
    );
}

each_database!(sessions_devices_and_invitations_outlive_a_rotation);
async fn sessions_devices_and_invitations_outlive_a_rotation(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    test.add("Acme", "ada@example.com", Role::Owner).await;
    let origin = Origin::default();
    let sign_in = test
        .keyring
        .sign_in()
        .with_password("ada@example.com", PASSWORD, None, &origin);
    let Some(Admission::Session(cookies)) = sign_in.await.expect("works") else {
        panic!("refused");
    };
    let session = test
        .keyring
        .sessions()
        .find(&cookies.token)
        .await
        .expect("works");
    let session = session.expect("begun");
    let app = session.applications().await.expect("works")[0].id;
    let owner = session
        .account_owner(app, origin.clone())
        .await
        .expect("owns it");
    let email = Email::parse("bob@example.com").expect("valid");
    let fresh = owner.fresh_account_owner().expect("fresh");
    let invited = fresh.invite(email, Role::Viewer).await.expect("invited");

    let both = reopen_under(&test.database, &test.clock, 8, &[NEWER, PEPPER]).await;
    let both = both.expect("opens");
    assert!(
        both.sessions()
            .find(&cookies.token)
            .await
            .expect("works")
            .is_some()
    );
    assert!(
        both.invitations()
            .find(&invited.token)
            .await
            .expect("works")
            .is_some()
    );
    for _ in 0..25 {
        let guess = both
            .sign_in()
            .with_password("ada@example.com", "a wrong guess", None, &origin);
        assert!(!matches!(guess.await, Ok(Some(_))));
    }
    let device = Some(cookies.device.as_str());
    let known = both
        .sign_in()
        .with_password("ada@example.com", PASSWORD, device, &origin);
    assert!(known.await.expect("works").is_some());

    let accepted =
        both.invitations()
            .accept(&invited.token, PASSWORD.to_owned().into(), None, &origin);
    assert!(accepted.await.expect("works").is_some());
    both.pepper_rotation()
        .seal_audit_logs()
        .await
        .expect("sealed");
    let only = reopen_under(&test.database, &test.clock, 9, &[NEWER]).await;
    let only = only.expect("opens");
    assert!(
        only.sessions()
            .find(&cookies.token)
            .await
            .expect("works")
            .is_none()
    );
}

/// Runs SQL as a person with write access to the database.
async fn run(database: &TestDatabase, sql: String) {
    let sql = sqlx::AssertSqlSafe(sql);
    match &database.store {
        Store::Sqlite { writer, .. } => sqlx::raw_sql(sql).execute(writer).await.map(drop),
        Store::Postgres { pool, .. } => sqlx::raw_sql(sql).execute(pool).await.map(drop),
    }
    .expect("a statement");
}

each_database!(write_access_to_the_database_plants_no_session_no_link_and_no_key);
async fn write_access_to_the_database_plants_no_session_no_link_and_no_key(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let owner = test.account_owner("Acme").await;
    let email = Email::parse("eve@example.com").expect("valid");
    let fresh = owner.fresh_account_owner().expect("fresh");
    fresh.invite(email, Role::Owner).await.expect("invited");
    let key = test.issue(&owner, draft()).await;

    let known = "0123456789abcdef".repeat(4);
    let hash = hex::encode(Sha256::digest(&known));
    let secret = hex::encode(Sha256::digest(&key.secret));
    let foreign = Pepper::from_bytes([9; 32]).digest(key.id, &key.secret);
    let bytes = |hex: &str| match &test.database.store {
        Store::Sqlite { .. } => format!("x'{hex}'"),
        Store::Postgres { .. } => format!("'\\x{hex}'"),
    };
    for sql in [
        format!("UPDATE session SET token_hash = {}", bytes(&hash)),
        format!(
            "UPDATE session SET token_hash = {}, pepper = ''",
            bytes(&hash)
        ),
        format!("UPDATE invitation SET token_hash = {}", bytes(&hash)),
        format!(
            "UPDATE invitation SET token_hash = {}, pepper = ''",
            bytes(&hash)
        ),
        format!("UPDATE key_secret SET digest = {}", bytes(&secret)),
        format!(
            "UPDATE key_secret SET digest = {}",
            bytes(&hex::encode(foreign))
        ),
    ] {
        run(&test.database, sql.clone()).await;
        let keyring = reopen(&test.database, &test.clock, 8).await;
        assert!(
            keyring
                .sessions()
                .find(&known)
                .await
                .expect("works")
                .is_none(),
            "{sql}"
        );
        assert!(
            keyring
                .invitations()
                .find(&known)
                .await
                .expect("works")
                .is_none(),
            "{sql}"
        );
        if sql.contains("digest") {
            assert_eq!(ask(&keyring, &key), Verdict::InvalidCredentials, "{sql}");
        }
    }
}

each_database!(links_without_a_pepper_are_invalid_and_the_owner_sees_it);
async fn links_without_a_pepper_are_invalid_and_the_owner_sees_it(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let owner = test.account_owner("Acme").await;
    let email = Email::parse("bob@example.com").expect("valid");
    let fresh = owner.fresh_account_owner().expect("fresh");
    let invited = fresh.invite(email, Role::Viewer).await;
    let token = invited.expect("invited").token;
    assert!(!owner.invitations().await.expect("read")[0].lapsed);
    let hash = hex::encode(Sha256::digest(&token));
    let hash = match &test.database.store {
        Store::Sqlite { .. } => format!("x'{hash}'"),
        Store::Postgres { .. } => format!("'\\x{hash}'"),
    };
    let as_before = format!("UPDATE invitation SET token_hash = {hash}, pepper = ''");
    run(&test.database, as_before).await;
    assert!(test.invitation(&token).await.is_none());
    assert!(owner.invitations().await.expect("read")[0].lapsed);
}

#[test]
fn the_name_of_a_pepper_does_not_change_between_versions() {
    let peppers = Peppers::from(Pepper::from_bytes(*PEPPER));
    assert_eq!(peppers.names()[0].to_string(), "f89621b4");
}
