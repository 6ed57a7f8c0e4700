//! What the database stores of a second factor.

use super::{ADA, Enrolled, enrol};
use crate::test_keyring::{NOW, PASSWORD, PEPPER, reopen_under};
use domain::{id::PersonId, origin::Origin, time::SECOND};
use management::{Admission, ManagementError};
use testing::{TestDatabase, each_database};

const ANOTHER: &[u8; 32] = b"a newer pepper, of 32 bytes too.";

each_database!(secrets_move_to_a_newer_pepper_at_the_start_and_recovery_codes_with_them);
async fn secrets_move_to_a_newer_pepper_at_the_start_and_recovery_codes_with_them(
    database: TestDatabase,
) {
    let ada = Enrolled::new(database).await;
    let (clock, origin) = (&ada.test.clock, Origin::default());
    let under = async |pepper: &[u8; 32]| {
        let name = verification::Pepper::from_bytes(*pepper).name();
        let all = ada
            .test
            .database
            .store
            .rows_by_pepper(NOW)
            .await
            .expect("read");
        let rows = all.into_iter().find(|(other, _)| *other == name);
        rows.map_or(0, |(_, rows)| rows.factor_secrets)
    };
    assert_eq!(under(PEPPER).await, 2);
    let missing = reopen_under(&ada.test.database, clock, 8, &[ANOTHER]).await;
    let why = missing
        .err()
        .map(|error| error.to_string())
        .unwrap_or_default();
    assert!(why.contains("2 second-factor secrets"), "{why}");

    let both = reopen_under(&ada.test.database, clock, 9, &[ANOTHER, PEPPER]).await;
    let both = both.expect("opens");
    both.pepper_rotation()
        .seal_audit_logs()
        .await
        .expect("sealed");
    assert_eq!(
        both.second_factors()
            .upgrade_secrets()
            .await
            .expect("written"),
        2
    );
    assert_eq!(
        both.second_factors().upgrade_secrets().await.expect("read"),
        0
    );
    assert_eq!((under(PEPPER).await, under(ANOTHER).await), (0, 2));

    let only = reopen_under(&ada.test.database, clock, 10, &[ANOTHER]).await;
    let only = only.expect("opens");
    for code in [ada.code(), ada.codes.0[0].clone()] {
        let admission = only
            .sign_in()
            .with_password(ADA, PASSWORD, None, &origin)
            .await;
        let Ok(Some(Admission::CodeRequired(pending))) = admission else {
            panic!("{admission:?}");
        };
        let done = only
            .sign_in()
            .enter_code(&pending.token, &code, None, &origin)
            .await;
        assert!(done.expect("works").is_some());
    }
}

each_database!(another_persons_encrypted_secret_is_useless);
async fn another_persons_encrypted_secret_is_useless(database: TestDatabase) {
    let ada = Enrolled::new(database).await;
    let (session, _) = ada.test.owner("Globex").await;
    let (setup, _) = enrol(&session, ada.test.keyring.now()).await;
    let store = &ada.test.database.store;
    let theirs = store.authenticator(session.person_id()).await;
    let theirs = theirs.expect("read").expect("there");
    let own = store.authenticator(ada.session.person_id()).await;
    let own = own.expect("read").expect("there");
    let pair = |person: PersonId, row: store::AuthenticatorRow| store::EncryptedSecret {
        person,
        secret: row.secret,
        pepper: row.pepper,
    };
    let me = ada.session.person_id();
    let planted = (pair(me, own), pair(me, theirs));
    store
        .encrypt_secrets_again(store::FactorSecret::Authenticator, &[planted])
        .await
        .expect("written");
    ada.test.clock.advance(30 * SECOND);
    let token = ada.pending().await;
    let code = setup.secret().code_at(ada.test.keyring.now());
    let answer = ada.enter(&token, &code).await;
    assert!(
        matches!(answer, Err(ManagementError::Unexpected(_))),
        "{answer:?}"
    );
}

#[tokio::test]
async fn a_stolen_database_file_holds_neither_secret_nor_recovery_code() {
    let database = TestDatabase::sqlite().await;
    let ada = Enrolled::new(database).await;
    let token = ada.pending().await;
    let path = ada
        .test
        .database
        .url
        .strip_prefix("sqlite://")
        .expect("a file")
        .to_owned();
    let base32 = ada.setup.text().replace(' ', "");
    let mut canaries: Vec<Vec<u8>> = vec![
        base32.clone().into_bytes(),
        base32.to_lowercase().into_bytes(),
        ada.setup.form.clone().into_bytes(),
        token.into_bytes(),
    ];
    let bytes = bytes_of(&base32);
    canaries.push(hex::encode(&bytes).into_bytes());
    canaries.push(bytes);
    for code in &ada.codes.0 {
        canaries.push(code.clone().into_bytes());
        canaries.push(code.replace('-', "").into_bytes());
    }
    for ending in ["", "-wal", "-shm"] {
        let Ok(file) = std::fs::read(format!("{path}{ending}")) else {
            continue;
        };
        assert!(ending == "-shm" || file.len() > 1_000);
        for canary in &canaries {
            let found = file
                .windows(canary.len())
                .any(|part| part == canary.as_slice());
            assert!(
                !found,
                "{path}{ending} contains {}",
                String::from_utf8_lossy(canary)
            );
        }
    }
}

fn bytes_of(base32: &str) -> Vec<u8> {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits: Vec<bool> = base32
        .chars()
        .map(|c| alphabet.find(c).expect("base 32"))
        .flat_map(|value| (0..5).rev().map(move |bit| value >> bit & 1 == 1))
        .collect();
    bits.chunks(8)
        .map(|byte| byte.iter().fold(0, |sum, bit| sum << 1 | u8::from(*bit)))
        .collect()
}
