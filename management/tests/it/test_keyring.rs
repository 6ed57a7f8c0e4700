//! A keyring with accounts, on each database.

use domain::{
    account::{Email, Role},
    id::ApplicationId,
    key::{
        Environment, KeyDraft,
        expiry::Expiry,
        ip_rule::IpRules,
        issued::IssuedKey,
        name::{Description, KeyName},
        scope::ScopeSet,
    },
    member::InvitationDetails,
    origin::Origin,
    time::{DAY, Timestamp},
};
use management::{
    AccountOwner, Admission, Editor, Issue, Keyring, ManagementError, PeopleAdmin, PersonDraft,
    Place, Session, Store,
};
use std::sync::Arc;
use testing::TestDatabase;
use verification::{Call, ManualClock, Pepper, Peppers, Route, SeededEntropy};

pub const NOW: Timestamp = Timestamp(1_800_000_000_000);
pub const PASSWORD: &str = "correct horse battery";

/// A keyring with manual clocks, over a database of its own.
pub struct TestKeyring {
    pub keyring: Keyring,
    pub clock: Arc<ManualClock>,
    pub database: TestDatabase,
}

impl TestKeyring {
    /// What the command line does with people, beside the running server.
    pub async fn people_admin(&self) -> PeopleAdmin {
        let store = Store::open_without_ownership(&self.database.url)
            .await
            .expect("opens");
        let peppers = Pepper::from_bytes(*PEPPER).into();
        let entropy = Arc::new(SeededEntropy::new(99));
        PeopleAdmin::new(store, &peppers, self.clock.clone(), entropy)
    }

    pub async fn new(database: TestDatabase) -> Self {
        let clock = Arc::new(ManualClock::new(NOW));
        let keyring = reopen(&database, &clock, 7).await;
        Self {
            keyring,
            clock,
            database,
        }
    }
}

/// Returns one for each kind of database, for tests with cases.
pub async fn on_each_database() -> Vec<TestKeyring> {
    let mut all = Vec::new();
    for database in TestDatabase::all().await {
        all.push(TestKeyring::new(database).await);
    }
    all
}

/// Opens a keyring over a database that may contain keys. Each needs its own seed.
pub async fn reopen(database: &TestDatabase, clock: &Arc<ManualClock>, seed: u64) -> Keyring {
    let store = Store::open(&database.url).await.expect("opens");
    open_over(store, clock, seed).await
}

/// Opens a keyring over an open store.
pub async fn open_over(store: Store, clock: &Arc<ManualClock>, seed: u64) -> Keyring {
    let pepper = Pepper::from_bytes(*PEPPER);
    let entropy = Arc::new(SeededEntropy::new(seed));
    Keyring::open_with(store, pepper, clock.clone(), entropy)
        .await
        .expect("opens")
}

/// The pepper of every test keyring.
pub const PEPPER: &[u8; 32] = b"a pepper of thirty-two bytes ...";

/// As [`reopen`], with other peppers, newest first.
pub async fn reopen_under(
    database: &TestDatabase,
    clock: &Arc<ManualClock>,
    seed: u64,
    peppers: &[&[u8; 32]],
) -> Result<Keyring, ManagementError> {
    let entropy = Arc::new(SeededEntropy::new(seed));
    let store = Store::open(&database.url).await.expect("opens");
    let texts = peppers
        .iter()
        .map(|bytes| Pepper::from_bytes(**bytes).to_base64());
    let text = texts.fold(String::new(), |all, text| format!("{all}{}\n", *text));
    let peppers = Peppers::parse(&text).expect("peppers");
    Keyring::open_with(store, peppers, clock.clone(), entropy).await
}

impl TestKeyring {
    pub async fn add(&self, account: &str, email: &str, role: Role) {
        let draft = PersonDraft {
            place: Some(Place::named(account, format!("{account}’s shop"))),
            email: Email::parse(email).expect("valid"),
            role,
            password: PASSWORD.to_owned().into(),
        };
        self.keyring.people().add(draft).await.expect("added");
    }

    /// Whether the session with this token has not ended.
    pub async fn is_open(&self, token: &str) -> bool {
        let session = self.keyring.sessions().find(token).await;
        session.expect("works").is_some()
    }

    pub async fn sign_in(&self, email: &str) -> Session {
        match self
            .keyring
            .sign_in()
            .with_password(email, PASSWORD, None, &Origin::default())
            .await
            .expect("works")
            .and_then(Admission::session)
        {
            Some(cookies) => self
                .keyring
                .sessions()
                .find(&cookies.token)
                .await
                .expect("works")
                .expect("begun"),
            other => panic!("not signed in: {other:?}"),
        }
    }

    /// The owner of a new account, with its application.
    pub async fn owner(&self, account: &str) -> (Session, ApplicationId) {
        let email = format!("owner@{}.example", account.to_lowercase());
        self.add(account, &email, Role::Owner).await;
        let session = self.sign_in(&email).await;
        let app = session.applications().await.expect("works")[0].id;
        (session, app)
    }

    pub async fn editor(&self, account: &str) -> Editor {
        let (session, app) = self.owner(account).await;
        session
            .editor(app, Origin::default())
            .await
            .expect("owns it")
    }

    /// The owner of a new account, as such.
    pub async fn account_owner(&self, account: &str) -> AccountOwner {
        let (session, app) = self.owner(account).await;
        let owner = session.account_owner(app, Origin::default()).await;
        owner.expect("owns it")
    }

    /// The invitation that a link with this token opens.
    pub async fn invitation(&self, token: &str) -> Option<InvitationDetails> {
        let found = self.keyring.invitations().find(token).await;
        found.expect("works")
    }

    /// Writes all counts of calls.
    pub async fn flush_usage(&self) {
        let written = self.keyring.telemetry().flush_usage().await;
        written.expect("written");
    }

    /// Writes the counts of calls that are written every second.
    pub async fn journal_usage(&self) {
        let written = self.keyring.telemetry().journal_usage().await;
        written.expect("written");
    }

    pub async fn issue(&self, editor: &Editor, draft: KeyDraft) -> IssuedKey {
        match editor
            .fresh()
            .expect("signed in a moment ago")
            .issue(draft, self.keyring.new_idempotency_key())
            .await
            .expect("works")
        {
            Issue::New(key) => key,
            Issue::AlreadyIssued(id) => panic!("{id} stood there before"),
        }
    }
}

/// A key that reads invoices for 30 days, from anywhere.
pub fn draft() -> KeyDraft {
    KeyDraft {
        name: KeyName::parse("Checkout").expect("valid"),
        description: Description::default(),
        environment: Environment::Live,
        scopes: ScopeSet::one("invoice:read").expect("known"),
        expiry: Expiry::At(NOW.plus(30 * DAY)),
        ip_rules: IpRules::default(),
        rate_limit: None,
    }
}

/// A call that presents a key, with no more known of it.
pub fn plain_call<'a>(key: &'a str, secret: &'a str) -> Call<'a> {
    Call {
        key,
        secret,
        address: None,
        scopes: ScopeSet::default(),
        user_agent: "",
        route: Route::default(),
        within: None,
        request_id: "",
        browser: false,
    }
}
