//! A stolen database holds no token or password of a person.

use crate::test_keyring::{PASSWORD, TestKeyring};
use domain::{
    account::{Email, Role},
    origin::Origin,
    passkey::PasskeyName,
};
use management::{Administered, Admission, Browser, PasskeyAnswer, Store};
use sqlx::AssertSqlSafe;
use testing::{SoftAuthenticator, TestDatabase, each_database};

const ADA: &str = "ada@example.com";
const SITE: &str = "https://keys.example.com";

/// All that the database has stored: its files, or every row of every table as text.
async fn contents(test: &TestKeyring) -> Vec<u8> {
    match &test.database.store {
        Store::Sqlite { .. } => {
            let path = test.database.url.strip_prefix("sqlite://");
            let path = path.expect("a file");
            let files = ["", "-wal"].map(|ending| std::fs::read(format!("{path}{ending}")));
            files
                .into_iter()
                .flat_map(|file| file.expect("read"))
                .collect()
        }
        Store::Postgres { pool, .. } => {
            let tables =
                "SELECT CAST(tablename AS TEXT) FROM pg_tables WHERE schemaname = 'public'";
            let tables: Vec<String> = sqlx::query_scalar(tables)
                .fetch_all(pool)
                .await
                .expect("read");
            let mut all = Vec::new();
            for table in tables {
                // Bytes are printed as hexadecimal digits.
                let rows = format!("SELECT CAST(to_jsonb(t) AS TEXT) FROM \"{table}\" t");
                let rows: Vec<String> = sqlx::query_scalar(AssertSqlSafe(rows))
                    .fetch_all(pool)
                    .await
                    .expect("read");
                all.extend(rows.into_iter().flat_map(String::into_bytes));
            }
            all
        }
    }
}

/// The forms in which a text may be stored: as it is, as the bytes that it encodes, and either as hexadecimal digits.
fn forms(text: &str) -> Vec<Vec<u8>> {
    let mut forms = vec![
        text.as_bytes().to_vec(),
        text.to_uppercase().into_bytes(),
        hex::encode(text).into_bytes(),
    ];
    forms.extend(hex::decode(text));
    forms
}

fn contains(all: &[u8], part: &[u8]) -> bool {
    all.windows(part.len()).any(|window| window == part)
}

each_database!(a_stolen_database_holds_no_token_and_no_password_of_a_person);
async fn a_stolen_database_holds_no_token_and_no_password_of_a_person(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    test.keyring.passkeys().offer_at(SITE);
    test.add("Acme", ADA, Role::Owner).await;
    let (keyring, origin) = (&test.keyring, Origin::default());
    let signed_in = keyring
        .sign_in()
        .with_password(ADA, PASSWORD, None, &origin)
        .await;
    let signed_in = signed_in.expect("works").and_then(Admission::session);
    let cookies = signed_in.expect("in");
    let session = keyring.sessions().find(&cookies.token).await;
    let session = session.expect("works").expect("begun");
    let app = session.applications().await.expect("works")[0].id;
    let owner = session.account_owner(app, origin.clone()).await;
    let fresh = owner.expect("owns it").fresh_account_owner();
    let email = |text: &str| Email::parse(text).expect("valid");
    let invited = fresh.expect("fresh");
    let invited = invited.invite(email("new@example.com"), Role::Viewer).await;
    let admin = test.people_admin().await;
    let Ok(Administered::Done(link)) = admin.reset_link(&email(ADA)).await else {
        panic!("no link");
    };
    admin.close().await;
    let alone = keyring.sign_in().begin_with_passkey(None, &origin).await;
    let alone = alone.expect("begun");
    let fresh = session.fresh().expect("fresh");
    let enrolment = fresh.begin_passkey().await.expect("begun");
    let device = cookies.device.rsplit_once('.').expect("signed");
    let canaries = [
        ("a session's token", cookies.token.as_str()),
        ("a device's token", &cookies.device),
        ("a device's signature", device.1),
        ("an invitation", &invited.expect("invited").token),
        ("a reset link", &link.token),
        ("a challenge's handle", &alone.challenge.handle),
        ("a browser's token", &alone.browser),
        ("an enrolment's handle", &enrolment.handle),
        ("a password", PASSWORD),
    ];
    let all = contents(&test).await;
    // What is stored is found: the address, and the challenge itself.
    let options: serde_json::Value = serde_json::from_str(&alone.challenge.options).expect("JSON");
    let challenge = options["challenge"].as_str().expect("a challenge");
    for stored in [ADA, challenge] {
        assert!(contains(&all, stored.as_bytes()), "{stored}");
    }
    for (what, canary) in canaries {
        for form in forms(canary) {
            assert!(!contains(&all, &form), "{what} is stored");
        }
    }
    // They all work.
    assert!(
        keyring
            .sessions()
            .find(&cookies.token)
            .await
            .expect("works")
            .is_some()
    );
    let open = keyring.password_resets().find(&link.token).await;
    assert!(open.expect("works").is_some());
    let mut passkey = SoftAuthenticator::new(1, SITE);
    let credential = passkey.create(&enrolment.options);
    let answer = PasskeyAnswer {
        handle: &enrolment.handle,
        credential: &credential,
    };
    let name = PasskeyName::parse("Phone").expect("a name");
    fresh
        .add_passkey(answer, name, &origin)
        .await
        .expect("added");
    let credential = passkey.get(&alone.challenge.options);
    let answer = PasskeyAnswer {
        handle: &alone.challenge.handle,
        credential: &credential,
    };
    let browser = Browser {
        passkey: Some(&alone.browser),
        ..Browser::default()
    };
    let done = keyring
        .sign_in()
        .with_passkey(answer, browser, &origin)
        .await;
    assert!(done.expect("works").is_some());
}
