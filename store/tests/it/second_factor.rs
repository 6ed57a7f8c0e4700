//! Second factors: a session needs one where there is one, and a code is used once.

use crate::{
    challenges::challenge,
    keys::{AccountFixture, NOW},
};
use domain::{
    id::{PasskeyId, PersonId, SessionId},
    passkey::PasskeyName,
    second_factor::{FactorPolicy, PENDING_SIGN_IN_LIFETIME},
    time::Timestamp,
};
use store::{
    AuthenticatorRow, ChallengeOf, FactorAddition, FactorProof, NewPasskey, NewPendingSignIn,
    NewRecoveryCodes, NewSecondFactor, NewSession, PasskeyUse, PepperName, SecondFactorRow, Store,
    StoreError, UnusedProof,
};
use testing::{TestDatabase, each_database, until_blocked};
use uuid::Uuid;

const PASSWORD_HASH: &str = "$argon2id$";

struct Scene {
    account: AccountFixture,
    sessions: std::cell::Cell<u8>,
}

impl Scene {
    async fn new(database: &TestDatabase) -> Self {
        let account = AccountFixture::build(&database.store, 1).await;
        let app = AuthenticatorRow {
            secret: vec![7; 48],
            pepper: PepperName(1),
            since: NOW,
            last_step: 100,
        };
        let codes = NewRecoveryCodes {
            hashes: &[[1; 32], [2; 32]],
            at: NOW,
        };
        let new = NewSecondFactor {
            recovery_secret: &[8; 48],
            pepper: PepperName(1),
            codes,
        };
        let first = &FactorAddition::First(new);
        let (store, person) = (&account.store, account.person);
        let ended = (person, SessionId(Uuid::from_u128(1)));
        let none = store.add_authenticator(ended, &app, first, &[], &[]).await;
        assert!(matches!(none, Err(StoreError::NotFound)), "{none:?}");
        start(store, person, 200, None, NOW).await.expect("started");
        let acting = (person, SessionId(Uuid::from_u128(200)));
        let added = store.add_authenticator(acting, &app, first, &[], &[]);
        added.await.expect("added");
        let twice = store.add_authenticator(acting, &app, first, &[], &[]);
        assert!(matches!(twice.await, Err(StoreError::Conflict)));
        Self {
            account,
            sessions: std::cell::Cell::new(0),
        }
    }

    async fn pending(&self, token: u8) {
        let new = NewPendingSignIn {
            token_hash: &[token; 32],
            pepper: PepperName(1),
            person: self.account.person,
            password_hash: PASSWORD_HASH,
            at: NOW,
            expires_at: NOW.plus(PENDING_SIGN_IN_LIFETIME),
            provider: None,
        };
        let begun = self.account.store.begin_sign_in(&new, &[]).await;
        begun.expect("begun");
    }

    async fn start(
        &self,
        factor: Option<(u8, UnusedProof)>,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let n = self.sessions.get() + 1;
        self.sessions.set(n);
        start(&self.account.store, self.account.person, n, factor, at).await
    }
}

/// Starts the `n`th session.
async fn start(
    store: &Store,
    person: PersonId,
    n: u8,
    factor: Option<(u8, UnusedProof)>,
    at: Timestamp,
) -> Result<(), StoreError> {
    let pending = factor.as_ref().map(|(token, _)| [*token; 32]);
    let new = NewSession {
        token_hash: &[n; 32],
        pepper: PepperName(1),
        id: SessionId(Uuid::from_u128(n.into())),
        person,
        password_hash: PASSWORD_HASH,
        at,
        address: "",
        user_agent: "",
        replaces: None,
        factor: pending
            .as_ref()
            .zip(factor)
            .map(|(pending, (_, proof))| FactorProof {
                pending: Some(pending),
                proof,
            }),
        provider: None,
    };
    let ended = (Timestamp(0), Timestamp(0));
    store.start_session(&new, &[], ended, &[]).await
}

each_database!(a_person_with_a_second_factor_gets_no_session_without_a_code_and_a_code_works_once);
async fn a_person_with_a_second_factor_gets_no_session_without_a_code_and_a_code_works_once(
    database: TestDatabase,
) {
    let scene = Scene::new(&database).await;
    let refused = scene.start(None, NOW).await;
    assert!(matches!(refused, Err(StoreError::NotFound)), "{refused:?}");
    let (step, recovery) = (UnusedProof::Step, UnusedProof::Recovery);
    let unknown = scene.start(Some((1, step(101))), NOW).await;
    assert!(
        matches!(unknown, Err(StoreError::NotFound)),
        "no such sign-in"
    );
    for (token, code, works) in [
        (1, step(100), false),
        (1, step(101), true),
        (2, step(101), false),
        (2, recovery([9; 32]), false),
        (2, recovery([1; 32]), true),
        (3, recovery([1; 32]), false),
        (3, step(102), true),
    ] {
        let hash = [token; 32];
        let waiting = scene.account.store.pending_sign_in(&hash, NOW);
        if waiting.await.expect("read").is_none() {
            scene.pending(token).await;
        }
        let started = scene.start(Some((token, code)), NOW).await;
        match started {
            Ok(()) => assert!(works, "{token}"),
            Err(StoreError::Conflict) => assert!(!works, "{token}"),
            Err(error) => panic!("{token}: {error:?}"),
        }
    }
    let used = scene.start(Some((3, step(103))), NOW).await;
    assert!(matches!(used, Err(StoreError::NotFound)), "it was used");
    let left = scene
        .account
        .store
        .unused_recovery_codes(scene.account.person);
    assert_eq!(left.await.expect("read"), 1);
}

each_database!(a_pending_sign_in_ends_and_is_pruned);
async fn a_pending_sign_in_ends_and_is_pruned(database: TestDatabase) {
    let scene = Scene::new(&database).await;
    scene.pending(1).await;
    let store = &scene.account.store;
    let end = NOW.plus(PENDING_SIGN_IN_LIFETIME);
    assert!(
        store
            .pending_sign_in(&[1; 32], end.plus(-1))
            .await
            .expect("read")
            .is_some()
    );
    assert!(
        store
            .pending_sign_in(&[1; 32], end)
            .await
            .expect("read")
            .is_none()
    );
    let late = scene.start(Some((1, UnusedProof::Step(101))), end).await;
    assert!(matches!(late, Err(StoreError::NotFound)), "{late:?}");
    for n in 0..6 {
        let allowed = store
            .count_code_attempt(&[1; 32], NOW)
            .await
            .expect("counted");
        assert_eq!(allowed, n < 5, "{n}");
    }
    assert!(
        store
            .pending_sign_in(&[1; 32], NOW)
            .await
            .expect("read")
            .is_none()
    );
}

each_database!(recovery_codes_are_renewed_by_an_open_session_under_the_secret_that_was_read);
async fn recovery_codes_are_renewed_by_an_open_session_under_the_secret_that_was_read(
    database: TestDatabase,
) {
    let scene = Scene::new(&database).await;
    let (store, person) = (&scene.account.store, scene.account.person);
    let factor = store.second_factor(person).await.expect("read");
    let factor = factor.expect("on");
    let before = SecondFactorRow {
        recovery_secret: vec![9; 48],
        ..factor.clone()
    };
    let codes = NewRecoveryCodes {
        hashes: &[[5; 32]],
        at: NOW,
    };
    let proof = UnusedProof::Step(101);
    for (session, factor, works) in [
        (1, &factor, false),
        (200, &before, false),
        (200, &factor, true),
    ] {
        let acting = (person, SessionId(Uuid::from_u128(session)));
        let by = (factor, &proof);
        let renewed = store.renew_recovery_codes(acting, by, &codes, &[], &[]);
        match renewed.await {
            Ok(()) => assert!(works, "{session}"),
            Err(StoreError::NotFound) => assert!(!works, "{session}"),
            Err(error) => panic!("{session}: {error:?}"),
        }
    }
    assert_eq!(store.unused_recovery_codes(person).await.expect("read"), 1);
}

each_database!(a_passkey_signs_in_alone_only_while_it_may);
async fn a_passkey_signs_in_alone_only_while_it_may(database: TestDatabase) {
    let scene = Scene::new(&database).await;
    let (store, person) = (&scene.account.store, scene.account.person);
    let name = PasskeyName::parse("Phone").expect("a name");
    let id = PasskeyId(Uuid::from_u128(7));
    let new = NewPasskey {
        id,
        credential_id: &[1],
        credential: "{}",
        name: &name,
        at: NOW,
    };
    let session = SessionId(Uuid::from_u128(200));
    for n in 1..=5 {
        challenge(store, n, ChallengeOf::Enrolment(session), NOW).await;
    }
    let (acting, proven) = ((person, session), FactorAddition::Proven);
    let unasked = store.add_passkey(acting, &new, &[6; 32], &proven, &[], &[]);
    let unasked = unasked.await;
    assert!(matches!(unasked, Err(StoreError::Conflict)), "{unasked:?}");
    let added = store.add_passkey(acting, &new, &[1; 32], &proven, &[], &[]);
    added.await.expect("added");
    let start = async |n, pending| {
        let new = NewSession {
            token_hash: &[n; 32],
            pepper: PepperName(1),
            id: SessionId(Uuid::from_u128(n.into())),
            person,
            password_hash: PASSWORD_HASH,
            at: NOW,
            address: "",
            user_agent: "",
            replaces: None,
            factor: Some(FactorProof {
                pending,
                proof: UnusedProof::Passkey(PasskeyUse {
                    id,
                    before: "{}".into(),
                    after: "{}".into(),
                    challenge: [n; 32],
                }),
            }),
            provider: None,
        };
        let ended = (Timestamp(0), Timestamp(0));
        store.start_session(&new, &[], ended, &[]).await
    };
    start(2, None).await.expect("as it was added");
    let refuse = "UPDATE passkey SET signs_in_alone = FALSE";
    match store {
        Store::Sqlite { writer, .. } => sqlx::query(refuse).execute(writer).await.map(drop),
        Store::Postgres { pool, .. } => sqlx::query(refuse).execute(pool).await.map(drop),
    }
    .expect("changed");
    let refused = start(3, None).await;
    assert!(matches!(refused, Err(StoreError::Conflict)), "{refused:?}");
    scene.pending(1).await;
    start(4, Some(&[1; 32])).await.expect("after the password");
    start(5, None).await.expect("from then on");
}

each_database!(a_second_factor_is_optional_at_first);
async fn a_second_factor_is_optional_at_first(database: TestDatabase) {
    let scene = Scene::new(&database).await;
    let (store, account) = (&scene.account.store, scene.account.account);
    let before = store.factor_policy(account).await.expect("read");
    assert_eq!(before, FactorPolicy::Optional);
}

each_database!(a_sign_in_that_waits_for_an_enrolment_gets_no_session_without_a_code);
async fn a_sign_in_that_waits_for_an_enrolment_gets_no_session_without_a_code(
    database: TestDatabase,
) {
    let Store::Postgres { pool, .. } = &database.store else {
        return;
    };
    let account = AccountFixture::build(&database.store, 1).await;
    let mut enrolment = pool.begin().await.expect("begins");
    for statement in [
        "UPDATE person SET is_support = is_support WHERE id = $1",
        "INSERT INTO second_factor (person_id, recovery_secret, pepper, created_at) VALUES ($1, '\\x07', '1', 1)",
    ] {
        sqlx::query(statement)
            .bind(account.person.0)
            .execute(&mut *enrolment)
            .await
            .expect("enrols");
    }
    let (store, person) = (account.store.clone(), account.person);
    let sign_in = tokio::spawn(async move { start(&store, person, 1, None, NOW).await });
    until_blocked(pool, 1).await;
    enrolment.commit().await.expect("enrolled");
    let late = sign_in.await.expect("ends");
    assert!(matches!(late, Err(StoreError::NotFound)), "{late:?}");
}
