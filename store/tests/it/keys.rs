//! Keys: written, listed, ended, and never brought back.

use crate::support::fresh;
use domain::{
    account::{Email, Role},
    audit::{Action, Actor, Event, Facts},
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
use store::{Inserted, NewKey, NewPerson, PepperName, SealKey, SealKeys, Store, StoreError};
use uuid::Uuid;

pub const NOW: Timestamp = Timestamp(1_800_000_000_000);

pub struct House {
    pub store: Store,
    pub account: AccountId,
    pub app: ApplicationId,
    pub person: PersonId,
}

impl House {
    /// The `n`th account of the database, with one application and its owner.
    pub async fn build(store: &Store, n: u128) -> Self {
        store.seal_with(seal_keys(&[0]));
        let id = |kind: u128| Uuid::from_u128(kind * 1_000 + n);
        let email = Email::parse(&format!("owner{n}@example.com")).expect("valid");
        let (account, application) = (format!("Account {n}"), format!("Application {n}"));
        let new = NewPerson {
            id: PersonId(id(1)),
            email: &email,
            password_hash: "$argon2id$",
            role: Role::Owner,
            place: Some((&account, &application)),
            at: NOW,
            new_ids: (AccountId(id(2)), ApplicationId(id(3))),
            origin: ("192.0.2.1", "request"),
        };
        let app = store
            .add_person(&new)
            .await
            .expect("added")
            .expect("not support");
        Self {
            store: store.clone(),
            account: AccountId(id(2)),
            app,
            person: PersonId(id(1)),
        }
    }

    pub fn event(&self, action: Action, target: &str, at: Timestamp) -> Event {
        Event {
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
            before: Facts::default(),
            after: Facts::default(),
        }
    }

    pub async fn insert(&self, n: u128, name: &str, once: u128, at: Timestamp) -> Inserted {
        self.insert_draft(n, &draft(name), once, at).await
    }

    pub async fn insert_draft(
        &self,
        n: u128,
        draft: &KeyDraft,
        once: u128,
        at: Timestamp,
    ) -> Inserted {
        let id = id(n);
        let new = NewKey {
            id,
            account: self.account,
            application: self.app,
            draft,
            created_by: self.person,
            at,
            once: IdempotencyKey(Uuid::from_u128(once)),
            secret_id: SecretId(Uuid::from_u128(n)),
            digest: &[7; 32],
            pepper: PepperName(0),
        };
        let event = self.event(Action::KeyCreated, &id.to_string(), at);
        self.store.insert_key(&new, &event).await.expect("inserted")
    }
}

/// The keys of these peppers, the newest first.
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

#[tokio::test]
async fn a_key_comes_back_as_it_was_written() {
    for fresh in fresh().await {
        let house = House::build(&fresh.store, 1).await;
        assert!(matches!(
            house.insert(5, "Checkout", 1, NOW).await,
            Inserted::New(_)
        ));
        let key = house.store.key(house.app, id(5), NOW).await.expect("there");
        assert_eq!((key.name.as_str(), key.state), ("Checkout", State::Active));
        assert_eq!(key.created_by_email.as_deref(), Some("owner1@example.com"));
        assert_eq!(key.ip_rules.to_string(), "10.0.0.0/8 2001:db8::/32");
        let row = house
            .store
            .index_row(id(5))
            .await
            .expect("read")
            .expect("there");
        assert_eq!((row.digest, row.account), ([7; 32], house.account));
        let mut all = Vec::new();
        let each = house
            .store
            .each_index_row(PepperName(0), |row| all.push(row));
        each.await.expect("all");
        assert_eq!(all.len(), 1);
        assert_eq!((all[0].id, all[0].digest), (id(5), [7; 32]));
    }
}

#[tokio::test]
async fn the_same_form_makes_one_key() {
    for fresh in fresh().await {
        let house = House::build(&fresh.store, 1).await;
        assert!(matches!(
            house.insert(5, "Checkout", 1, NOW).await,
            Inserted::New(_)
        ));
        let again = house.insert(6, "Checkout", 1, NOW).await;
        assert!(matches!(again, Inserted::Before(before) if before == id(5)));
        let made = house
            .store
            .audit_of(house.account, &id(6).to_string(), 9)
            .await
            .expect("log");
        assert!(made.is_empty(), "what was not made is not in the log");
    }
}

#[tokio::test]
async fn a_key_of_another_application_is_unknown() {
    for fresh in fresh().await {
        let house = House::build(&fresh.store, 1).await;
        let other = House::build(&fresh.store, 2).await;
        house.insert(5, "Checkout", 1, NOW).await;
        assert!(matches!(
            house.store.key(other.app, id(5), NOW).await,
            Err(StoreError::NotFound)
        ));
        let event = other.event(Action::KeyRevoked, &id(5).to_string(), NOW);
        assert!(matches!(
            other.store.revoke_key(other.app, id(5), "", &event).await,
            Err(StoreError::NotFound)
        ));
        assert!(matches!(
            house.store.application_for(house.person, other.app).await,
            Err(StoreError::NotFound)
        ));
    }
}

#[tokio::test]
async fn a_revoked_key_cannot_be_brought_back_even_by_sql() {
    for fresh in fresh().await {
        let house = House::build(&fresh.store, 1).await;
        house.insert(5, "Checkout", 1, NOW).await;
        let event = house.event(Action::KeyRevoked, &id(5).to_string(), NOW);
        house
            .store
            .revoke_key(house.app, id(5), "leaked", &event)
            .await
            .expect("revoked");
        let key = house
            .store
            .key(house.app, id(5), NOW)
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
            let refused = match &fresh.store {
                Store::Sqlite { writer, .. } => sqlx::query(sql).execute(writer).await.is_err(),
                Store::Postgres { pool, .. } => sqlx::query(sql).execute(pool).await.is_err(),
            };
            assert!(refused, "{sql}");
        }
    }
}

#[tokio::test]
async fn a_change_without_its_record_is_no_change() {
    for fresh in fresh().await {
        let house = House::build(&fresh.store, 1).await;
        house.insert(5, "Checkout", 1, NOW).await;
        let mut event = house.event(Action::KeyRevoked, &id(5).to_string(), NOW);
        // An account that does not exist has no audit chain.
        event.account_id = AccountId(Uuid::from_u128(404));
        assert!(
            house
                .store
                .revoke_key(house.app, id(5), "", &event)
                .await
                .is_err()
        );
        assert_eq!(
            house
                .store
                .key(house.app, id(5), NOW)
                .await
                .expect("there")
                .state,
            State::Active
        );
    }
}
