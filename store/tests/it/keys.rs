//! Keys: inserting, reading, changing and revoking.

use domain::{
    account::{Email, Role},
    audit::{Action, Actor, AuditEvent, FieldValues},
    id::{AccountId, ApplicationId, IdempotencyKey, PersonId, SecretId},
    key::{
        Environment, KeyDraft,
        expiry::Expiry,
        ip_rule::IpRules,
        name::{Description, KeyName},
        scope::ScopeSet,
        state::State,
        token::KeyId,
    },
    time::{DAY, Timestamp},
};
use store::{
    IndexRow, KeyInsertion, NewKey, NewPerson, PepperName, Place, SealKey, SealKeys, Store,
    StoreError,
};
use testing::{TestDatabase, each_database};
use uuid::Uuid;

pub const NOW: Timestamp = Timestamp(1_800_000_000_000);

pub struct AccountFixture {
    pub store: Store,
    pub account: AccountId,
    pub app: ApplicationId,
    pub person: PersonId,
}

impl AccountFixture {
    /// Makes the `n`th account, with one application and an owner.
    pub async fn build(store: &Store, n: u128) -> Self {
        store.set_seal_keys(seal_keys(&[0]));
        let id = |kind: u128| Uuid::from_u128(kind * 1_000 + n);
        let email = Email::parse(&format!("owner{n}@example.com")).expect("valid");
        let place = Place::named(format!("Account {n}"), format!("Application {n}"));
        let new = NewPerson {
            id: PersonId(id(1)),
            email: &email,
            password_hash: "$argon2id$",
            role: Role::Owner,
            place: Some(&place),
            at: NOW,
            new_ids: (AccountId(id(2)), ApplicationId(id(3))),
            origin: ("192.0.2.1", "request"),
        };
        let app = store
            .add_person(&new)
            .await
            .expect("added")
            .expect("not support")
            .application
            .expect("named");
        Self {
            store: store.clone(),
            account: AccountId(id(2)),
            app,
            person: PersonId(id(1)),
        }
    }

    pub fn event(&self, action: Action, target: &str, at: Timestamp) -> AuditEvent {
        AuditEvent {
            account_id: self.account,
            at,
            actor: Actor::Person {
                id: self.person,
                email: "owner@example.com".into(),
            },
            action,
            target: target.into(),
            detail: String::new(),
            address: String::new(),
            request_id: String::new(),
            before: FieldValues::default(),
            after: FieldValues::default(),
        }
    }

    pub async fn insert(&self, n: u128, name: &str, once: u128, at: Timestamp) -> KeyInsertion {
        self.insert_draft(n, &draft(name), once, at).await
    }

    pub async fn insert_draft(
        &self,
        n: u128,
        draft: &KeyDraft,
        once: u128,
        at: Timestamp,
    ) -> KeyInsertion {
        let id = id(n);
        let new = NewKey {
            id,
            account: self.account,
            application: self.app,
            draft,
            created_by: self.person,
            at,
            idempotency_key: IdempotencyKey(Uuid::from_u128(once)),
            secret_id: SecretId(Uuid::from_u128(n)),
            digest: &[7; 32],
            pepper: PepperName(0),
        };
        let event = self.event(Action::KeyCreated, &id.to_string(), at);
        self.store.insert_key(&new, &event).await.expect("inserted")
    }

    /// Changes a key to what the draft says.
    pub async fn change_key(
        &self,
        n: u128,
        draft: &KeyDraft,
        event: &AuditEvent,
    ) -> Result<IndexRow, StoreError> {
        let before = self.store.key(self.app, id(n), event.at).await?.draft();
        let change = self
            .store
            .change_key(self.app, id(n), (&before, draft), event);
        change.await
    }
}

/// Returns the seal keys of these peppers, the newest first.
pub fn seal_keys(peppers: &[u8]) -> SealKeys {
    let keys = peppers.iter();
    SealKeys::new(keys.map(|n| SealKey::new(PepperName((*n).into()), &[*n; 32])))
}

pub fn draft(name: &str) -> KeyDraft {
    KeyDraft {
        name: KeyName::parse(name).expect("valid"),
        description: Description::default(),
        environment: Environment::Live,
        scopes: ScopeSet::one("invoice:read").expect("known"),
        expiry: Expiry::At(NOW.plus(30 * DAY)),
        ip_rules: IpRules::parse("10.0.0.0/8 2001:db8::/32").expect("valid"),
        rate_limit: None,
    }
}

pub fn id(n: u128) -> KeyId {
    KeyId::from_number(Environment::Live, n)
}

each_database!(a_key_is_read_as_it_was_inserted);
async fn a_key_is_read_as_it_was_inserted(database: TestDatabase) {
    let fixture = AccountFixture::build(&database.store, 1).await;
    assert!(matches!(
        fixture.insert(5, "Checkout", 1, NOW).await,
        KeyInsertion::New(_)
    ));
    let key = fixture
        .store
        .key(fixture.app, id(5), NOW)
        .await
        .expect("there");
    assert_eq!((key.name.as_str(), key.state), ("Checkout", State::Active));
    assert_eq!(key.created_by_email.as_deref(), Some("owner1@example.com"));
    assert_eq!(key.ip_rules.to_string(), "10.0.0.0/8 2001:db8::/32");
    let row = fixture
        .store
        .index_row(id(5))
        .await
        .expect("read")
        .expect("there");
    assert_eq!((row.digest, row.account), ([7; 32], fixture.account));
    let mut all = Vec::new();
    let each = fixture
        .store
        .for_each_index_row(PepperName(0), |row| all.push(row));
    each.await.expect("all");
    assert_eq!(all.len(), 1);
    assert_eq!((all[0].id, all[0].digest), (id(5), [7; 32]));
}

each_database!(the_same_idempotency_key_makes_one_key);
async fn the_same_idempotency_key_makes_one_key(database: TestDatabase) {
    let fixture = AccountFixture::build(&database.store, 1).await;
    assert!(matches!(
        fixture.insert(5, "Checkout", 1, NOW).await,
        KeyInsertion::New(_)
    ));
    let again = fixture.insert(6, "Checkout", 1, NOW).await;
    assert!(matches!(again, KeyInsertion::Existing(before) if before == id(5)));
    let made = fixture
        .store
        .audit_by_target(fixture.account, &id(6).to_string(), 9)
        .await
        .expect("log");
    assert!(made.is_empty(), "what was not made is not in the log");
}

each_database!(a_key_of_another_application_is_unknown);
async fn a_key_of_another_application_is_unknown(database: TestDatabase) {
    let fixture = AccountFixture::build(&database.store, 1).await;
    let other = AccountFixture::build(&database.store, 2).await;
    fixture.insert(5, "Checkout", 1, NOW).await;
    assert!(matches!(
        fixture.store.key(other.app, id(5), NOW).await,
        Err(StoreError::NotFound)
    ));
    let event = other.event(Action::KeyRevoked, &id(5).to_string(), NOW);
    assert!(matches!(
        other.store.revoke_key(other.app, id(5), "", &event).await,
        Err(StoreError::NotFound)
    ));
    assert!(matches!(
        fixture
            .store
            .application_for(fixture.person, other.app)
            .await,
        Err(StoreError::NotFound)
    ));
}

each_database!(a_revocation_cannot_be_undone_by_sql);
async fn a_revocation_cannot_be_undone_by_sql(database: TestDatabase) {
    let fixture = AccountFixture::build(&database.store, 1).await;
    fixture.insert(5, "Checkout", 1, NOW).await;
    let event = fixture.event(Action::KeyRevoked, &id(5).to_string(), NOW);
    fixture
        .store
        .revoke_key(fixture.app, id(5), "leaked", &event)
        .await
        .expect("revoked");
    let key = fixture
        .store
        .key(fixture.app, id(5), NOW)
        .await
        .expect("still findable");
    assert_eq!(
        key.state,
        State::Revoked {
            at: NOW,
            reason: "leaked".into()
        }
    );
    for sql in [
        "UPDATE api_key SET revoked_at = NULL",
        "DELETE FROM audit",
        "UPDATE audit SET detail = 'x'",
    ] {
        let refused = match &database.store {
            Store::Sqlite { writer, .. } => sqlx::query(sql).execute(writer).await.is_err(),
            Store::Postgres { pool, .. } => sqlx::query(sql).execute(pool).await.is_err(),
        };
        assert!(refused, "{sql}");
    }
}

each_database!(a_change_whose_audit_record_fails_is_rolled_back);
async fn a_change_whose_audit_record_fails_is_rolled_back(database: TestDatabase) {
    let fixture = AccountFixture::build(&database.store, 1).await;
    fixture.insert(5, "Checkout", 1, NOW).await;
    let mut event = fixture.event(Action::KeyRevoked, &id(5).to_string(), NOW);
    // An account that does not exist has no audit chain.
    event.account_id = AccountId(Uuid::from_u128(404));
    assert!(
        fixture
            .store
            .revoke_key(fixture.app, id(5), "", &event)
            .await
            .is_err()
    );
    assert_eq!(
        fixture
            .store
            .key(fixture.app, id(5), NOW)
            .await
            .expect("there")
            .state,
        State::Active
    );
}
