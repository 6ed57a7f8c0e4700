//! A database with many keys and decisions in one application.

use crate::measure::{Times, median};
use domain::{
    account::{Email, Role},
    audit::{Action, Actor, AuditEvent, FieldValues},
    decision::DecisionRecord,
    id::{AccountId, ApplicationId, IdempotencyKey, PersonId, SecretId},
    key::{
        Environment, KeyDraft,
        expiry::Expiry,
        ip_rule::IpRules,
        name::{Description, KeyName},
        scope::ScopeSet,
        token::KeyId,
    },
    time::Timestamp,
    verdict::Verdict,
};
use sqlx::AssertSqlSafe;
use std::{cell::Cell, error::Error, time::Instant};
use store::{NewKey, NewPerson, PepperName, Place, SealKey, SealKeys, Store, StoreError};
use uuid::Uuid;

/// Rows of one statement.
const STEP: i64 = 100_000;
/// People who create keys. The last one creates few.
const PEOPLE: u128 = 6;

/// An open database whose first application has many keys.
pub struct Filled {
    pub store: Store,
    pub account: AccountId,
    pub app: ApplicationId,
    pub now: Timestamp,
    next: Cell<u128>,
}

impl Filled {
    /// Fills the new database at `url`.
    pub async fn new(url: &str, keys: i64, decisions: i64) -> Result<Self, Box<dyn Error>> {
        let store = Store::open(url).await?;
        store.set_seal_keys(SealKeys::new([SealKey::new(PepperName(0), &[0; 32])]));
        let now = Timestamp(1_800_000_000_000);
        let mut first = None;
        for n in 1..=PEOPLE {
            let email = Email::parse(&format!("owner{n}@example.com"))?;
            let place = Place::named(format!("Account {n}"), format!("Application {n}"));
            let new = NewPerson {
                id: PersonId(Uuid::from_u128(n)),
                email: &email,
                password_hash: "$argon2id$",
                role: Role::Owner,
                place: Some(&place),
                at: now,
                new_ids: (
                    AccountId(Uuid::from_u128(100 + n)),
                    ApplicationId(Uuid::from_u128(200 + n)),
                ),
                origin: ("192.0.2.1", "request"),
            };
            let placed = store.add_person(&new).await?;
            let app = placed.and_then(|placed| placed.application);
            first = first.or(app);
        }
        let app = first.ok_or("no application")?;
        let began = Instant::now();
        let (keys_sql, last_use) = (include_str!("keys.sql"), include_str!("last_use.sql"));
        for start in (1..=keys).step_by(usize::try_from(STEP)?) {
            let end = keys.min(start + STEP - 1);
            run(&store, keys_sql, &[start, end, now.0]).await?;
        }
        println!(
            "{keys} keys in {:.1} s: {:.1} µs each",
            began.elapsed().as_secs_f64(),
            began.elapsed().as_secs_f64() * 1e6 / f64::from(u32::try_from(keys)?),
        );
        run(&store, last_use, &[now.0]).await?;
        let began = Instant::now();
        for start in (1..=decisions).step_by(usize::try_from(STEP)?) {
            let end = decisions.min(start + STEP - 1);
            run(&store, include_str!("decisions.sql"), &[start, end, now.0]).await?;
        }
        println!(
            "{decisions} decisions in {:.1} s",
            began.elapsed().as_secs_f64()
        );
        if let Store::Postgres { pool, .. } = &store {
            let mut connection = pool.acquire().await?;
            let unlimited = sqlx::query("SET statement_timeout = 0");
            unlimited.execute(&mut *connection).await?;
            sqlx::query("VACUUM ANALYZE")
                .execute(&mut *connection)
                .await?;
        }
        Ok(Self {
            store,
            account: AccountId(Uuid::from_u128(101)),
            app,
            now,
            next: Cell::new(10_000_000),
        })
    }

    /// Returns the durations of creating a key, and of writing 1,000 decisions.
    pub async fn write(&self) -> Result<(Times, Times), StoreError> {
        let created = median(async || self.create_key().await).await?;
        let written = median(async || self.add_decisions().await).await?;
        Ok((created, written))
    }

    fn take_number(&self) -> u128 {
        let n = self.next.get();
        self.next.set(n + 1);
        n
    }

    async fn create_key(&self) -> Result<usize, StoreError> {
        let n = self.take_number();
        let corrupt = |_| StoreError::Corrupt("the sample".into());
        let draft = KeyDraft {
            name: KeyName::parse(&format!("service {n} of team 7")).map_err(corrupt)?,
            description: Description::default(),
            environment: Environment::Live,
            scopes: ScopeSet::one("invoice:read").map_err(corrupt)?,
            expiry: Expiry::Never,
            ip_rules: IpRules::default(),
            rate_limit: None,
        };
        let id = KeyId::from_number(Environment::Live, n);
        let new = NewKey {
            id,
            account: self.account,
            application: self.app,
            draft: &draft,
            created_by: PersonId(Uuid::from_u128(1)),
            at: self.now,
            idempotency_key: IdempotencyKey(Uuid::from_u128(n)),
            secret_id: SecretId(Uuid::from_u128(n)),
            digest: &[7; 32],
            pepper: PepperName(0),
        };
        let event = AuditEvent {
            account_id: self.account,
            at: self.now,
            actor: Actor::Person {
                id: PersonId(Uuid::from_u128(1)),
                email: "owner1@example.com".into(),
            },
            action: Action::KeyCreated,
            target: id.to_string(),
            detail: String::new(),
            address: String::new(),
            request_id: String::new(),
            before: FieldValues::default(),
            after: FieldValues::default(),
        };
        self.store.insert_key(&new, &event).await?;
        Ok(1)
    }

    async fn add_decisions(&self) -> Result<usize, StoreError> {
        let rows: Vec<DecisionRecord> = (0..1_000)
            .map(|k| {
                let n = self.take_number();
                DecisionRecord {
                    id: i64::try_from(n).unwrap_or_default(),
                    request_id: format!("request-{n}"),
                    at: self.now,
                    key: KeyId::from_number(Environment::Live, k),
                    application: self.app,
                    account: self.account,
                    verdict: Verdict::Accepted,
                    address: "192.0.2.1".parse().ok(),
                    required_scopes: ScopeSet::default(),
                    route: format!("GET /invoices/{}", n % 20),
                    user_agent: "client/1".into(),
                    from_browser: false,
                }
            })
            .collect();
        self.store.add_decisions(&rows).await?;
        Ok(rows.len())
    }
}

/// Runs a statement of a file of this folder.
async fn run(store: &Store, statement: &str, values: &[i64]) -> Result<(), sqlx::Error> {
    let once = match store {
        Store::Sqlite { .. } => "randomblob(16)",
        Store::Postgres { .. } => "gen_random_uuid()",
    };
    let statement = AssertSqlSafe(statement.replace("ONCE", once));
    match store {
        Store::Sqlite { writer, .. } => {
            let mut query = sqlx::query(statement);
            for value in values {
                query = query.bind(value);
            }
            query.execute(writer).await?;
        }
        Store::Postgres { pool, .. } => {
            let mut connection = pool.acquire().await?;
            let unlimited = sqlx::query("SET statement_timeout = 0");
            unlimited.execute(&mut *connection).await?;
            let mut query = sqlx::query(statement);
            for value in values {
                query = query.bind(value);
            }
            query.execute(&mut *connection).await?;
        }
    }
    Ok(())
}

/// Returns the id of a creator of `few` or `many` keys.
pub fn creator(which: &str) -> String {
    match which {
        "few" => Uuid::from_u128(PEOPLE).to_string(),
        "many" => Uuid::from_u128(1).to_string(),
        _ => String::new(),
    }
}
