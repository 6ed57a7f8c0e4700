//! The demo's keys, which show every status and every badge.

use super::{
    ShiftedClock, calls, cannot, incidents,
    sources::{ROTATED, SUCCESSOR},
};
use crate::console::CommandError;
use domain::key::{
    Environment, KeyDraft,
    expiry::Expiry,
    ip_rule::IpRules,
    issued::IssuedKey,
    name::{Description, KeyName},
    rate_limit::RateLimit,
    regeneration::{GracePeriod, Regeneration},
    scope::ScopeSet,
    token::KeyId,
};
use domain::origin::Origin;
use management::{Admission, Issue, Keyring, Owner};

/// Days before today on which the account was created.
pub const ACCOUNT_AGE_DAYS: i64 = 150;

/// The changes of a key after it was created.
#[derive(Clone, Copy)]
enum Fate {
    Kept,
    NotConfirmed,
    Deactivated,
    /// Its secret was regenerated yesterday, and works for three more days.
    Regenerated,
    /// Its secret was regenerated at its last call, and worked for one more hour.
    Replaced,
    Revoked(&'static str),
}

struct DemoKey {
    /// Days before today on which it was created.
    created: i64,
    name: &'static str,
    description: &'static str,
    environment: Environment,
    scopes: &'static str,
    expiration: &'static str,
    allowed: &'static str,
    /// Requests a minute; empty for no limit.
    limit: &'static str,
    /// Calls in a busy hour; 0 for a key that was never used.
    peak_calls: i64,
    /// Days before today of the last call.
    last_call: i64,
    fate: Fate,
}

/// The keys, the oldest first.
const DEMO_KEYS: [DemoKey; 12] = [
    DemoKey {
        created: 149,
        name: "Legacy importer",
        description: "Nightly import from the old shop.",
        environment: Environment::Live,
        scopes: "product:read product:create product:update",
        expiration: "never",
        allowed: "",
        limit: "",
        peak_calls: 40,
        last_call: 97,
        fate: Fate::Kept,
    },
    DemoKey {
        created: 120,
        name: "Checkout service",
        description: "Takes payments on the storefront.",
        environment: Environment::Live,
        scopes: "payment-intent:read payment-intent:create payment-intent:update customer:read customer:create",
        expiration: "365",
        allowed: "203.0.113.0/24 2001:db8:4::/48",
        limit: "1200",
        peak_calls: 900,
        last_call: 0,
        fate: Fate::Kept,
    },
    DemoKey {
        created: 110,
        name: "Inventory scanner",
        description: "Counts the shelves at the end of a season.",
        environment: Environment::Live,
        scopes: "product:read product:update",
        expiration: "365",
        allowed: "",
        limit: "",
        peak_calls: 20,
        last_call: 41,
        fate: Fate::Kept,
    },
    DemoKey {
        created: 84,
        name: "Accounting sync",
        description: "Invoices and taxes into the ledger, each hour.",
        environment: Environment::Live,
        scopes: "invoice:read tax:read balance:read",
        expiration: "90",
        allowed: "198.51.100.17",
        limit: "",
        peak_calls: 120,
        last_call: 0,
        fate: Fate::Kept,
    },
    DemoKey {
        created: 75,
        name: ROTATED,
        description: "Sends receipts after a payment.",
        environment: Environment::Live,
        scopes: "invoice:read customer:read",
        expiration: "365",
        allowed: "203.0.113.64/27",
        limit: "",
        peak_calls: 30,
        last_call: 0,
        fate: Fate::Regenerated,
    },
    DemoKey {
        created: 61,
        name: "Mobile app backend",
        description: "",
        environment: Environment::Live,
        scopes: "customer:read customer:update wallet:read exchange-rate:read",
        expiration: "365",
        allowed: "",
        limit: "600",
        peak_calls: 420,
        last_call: 0,
        fate: Fate::Kept,
    },
    DemoKey {
        created: 58,
        name: "Partner feed",
        description: "The catalogue, for a price comparison.",
        environment: Environment::Live,
        scopes: "product:read",
        expiration: "365",
        allowed: "",
        limit: "",
        peak_calls: 35,
        last_call: 1,
        fate: Fate::Replaced,
    },
    DemoKey {
        created: 45,
        name: "Data warehouse",
        description: "Read by the analysts' nightly job.",
        environment: Environment::Live,
        scopes: "invoice:read customer:read product:read transfer:read",
        expiration: "365",
        allowed: "",
        limit: "",
        peak_calls: 60,
        last_call: 6,
        fate: Fate::Deactivated,
    },
    DemoKey {
        created: 38,
        name: "Contractor laptop",
        description: "For the relaunch project.",
        environment: Environment::Live,
        scopes: "product:read product:update",
        expiration: "90",
        allowed: "",
        limit: "",
        peak_calls: 25,
        last_call: 9,
        fate: Fate::Revoked("The contract has ended."),
    },
    DemoKey {
        created: 20,
        name: "Load test",
        description: "",
        environment: Environment::Test,
        scopes: "test-payment:read test-payment:create",
        expiration: "7",
        allowed: "",
        limit: "",
        peak_calls: 300,
        last_call: 13,
        fate: Fate::Kept,
    },
    DemoKey {
        created: 12,
        name: "Continuous integration",
        description: "Runs the contract tests of the storefront.",
        environment: Environment::Test,
        scopes: "payment-intent:read payment-intent:create webhook:read health:read",
        expiration: "90",
        allowed: "",
        limit: "",
        peak_calls: 70,
        last_call: 0,
        fate: Fate::Kept,
    },
    DemoKey {
        created: 1,
        name: "Webhook relay",
        description: "Not deployed yet.",
        environment: Environment::Test,
        scopes: "webhook:read webhook:create",
        expiration: "30",
        allowed: "",
        limit: "",
        peak_calls: 0,
        last_call: 0,
        fate: Fate::NotConfirmed,
    },
];

/// Creates the keys, each at its own time, and their traffic. The clock is never set back afterwards.
pub(super) async fn create(
    keyring: &Keyring,
    clock: &ShiftedClock,
    email: &str,
    password: &str,
) -> Result<(), CommandError> {
    let mut made = Vec::with_capacity(DEMO_KEYS.len());
    for sample in &DEMO_KEYS {
        clock.set_back_days(sample.created);
        let owner = owner(keyring, email, password).await?;
        let issued = issue(keyring, &owner, sample).await?;
        if !matches!(sample.fate, Fate::NotConfirmed) {
            owner.confirm(issued.id).await.map_err(cannot)?;
        }
        made.push((sample, issued, owner));
    }
    // In the order of time, because the clock must not run backwards.
    let mut ends: Vec<_> = made.iter().collect();
    ends.sort_by_key(|(sample, ..)| std::cmp::Reverse(sample.last_call));
    for (sample, issued, owner) in ends {
        if !matches!(
            sample.fate,
            Fate::Deactivated | Fate::Replaced | Fate::Revoked(_)
        ) {
            continue;
        }
        clock.set_back_days(sample.last_call);
        match sample.fate {
            Fate::Kept | Fate::NotConfirmed | Fate::Regenerated => {}
            Fate::Replaced => {
                let owner = self::owner(keyring, email, password).await?;
                regenerate(keyring, &owner, issued.id, "1h").await?;
            }
            Fate::Deactivated => {
                owner.deactivate(issued.id).await.map_err(cannot)?;
            }
            Fate::Revoked(why) => {
                owner.revoke(issued.id, why.into()).await.map_err(cannot)?;
            }
        }
    }
    for (sample, issued, _) in &made {
        if matches!(sample.fate, Fate::Regenerated) {
            clock.set_back_days(1);
            let owner = owner(keyring, email, password).await?;
            let successor = regenerate(keyring, &owner, issued.id, "3d").await?;
            clock.set_back_days(0);
            let now = keyring.now();
            let yesterday = now.plus(-domain::time::DAY);
            let past = incidents::past(77, SUCCESSOR, yesterday, now, sample.peak_calls);
            keyring
                .telemetry()
                .backfill(owner.application(), successor, &past)
                .await
                .map_err(cannot)?;
        }
    }
    clock.set_back_days(0);
    for (seed, (sample, issued, owner)) in (0..).zip(&made) {
        let from = keyring
            .now()
            .plus(-sample.created.min(sample.last_call + 30) * domain::time::DAY);
        let to = keyring.now().plus(-sample.last_call * domain::time::DAY);
        let past = incidents::past(seed, sample.name, from, to, sample.peak_calls);
        keyring
            .telemetry()
            .backfill(owner.application(), issued.id, &past)
            .await
            .map_err(cannot)?;
        calls::make_recent(keyring, sample.name, issued);
    }
    Ok(())
}

/// Signs in as the owner. Sessions expire, so each step in the past needs a new one.
async fn owner(keyring: &Keyring, email: &str, password: &str) -> Result<Owner, CommandError> {
    let origin = Origin {
        user_agent: "latchkey demo".into(),
        ..Origin::default()
    };
    let Some(Admission::Session(signed_in)) = keyring
        .sign_in()
        .with_password(email, password, None, &origin)
        .await
        .map_err(cannot)?
    else {
        return Err(cannot("its owner cannot sign in"));
    };
    let session = keyring
        .sessions()
        .find(&signed_in.token)
        .await
        .map_err(cannot)?
        .ok_or_else(|| cannot("its owner's session has ended"))?;
    let application = session
        .applications()
        .await
        .map_err(cannot)?
        .first()
        .map(|application| application.id)
        .ok_or_else(|| cannot("there is no application"))?;
    session.owner(application, origin).await.map_err(cannot)
}

async fn issue(
    keyring: &Keyring,
    owner: &Owner,
    sample: &DemoKey,
) -> Result<IssuedKey, CommandError> {
    let draft = KeyDraft {
        name: KeyName::parse(sample.name).map_err(cannot)?,
        description: Description::parse(sample.description).map_err(cannot)?,
        environment: sample.environment,
        scopes: ScopeSet::parse_chosen(sample.scopes.split_whitespace()).map_err(cannot)?,
        expiry: Expiry::of_choice(sample.expiration, owner.now()).map_err(cannot)?,
        ip_rules: IpRules::parse(sample.allowed).map_err(cannot)?,
        rate_limit: RateLimit::parse(sample.limit, "minute").map_err(cannot)?,
    };
    match owner
        .fresh()
        .map_err(cannot)?
        .issue(draft, keyring.new_idempotency_key())
        .await
        .map_err(cannot)?
    {
        Issue::New(issued) => Ok(issued),
        Issue::AlreadyIssued(id) => Err(cannot(format!("{id} exists already"))),
    }
}

/// Regenerates a secret; the old one works during the grace period.
async fn regenerate(
    keyring: &Keyring,
    owner: &Owner,
    old: KeyId,
    grace: &str,
) -> Result<KeyId, CommandError> {
    let expires_at = owner.key(old).await.map_err(cannot)?.expires_at;
    let wanted = Regeneration {
        grace_period: GracePeriod::parse(grace, "", false).map_err(cannot)?,
        expiry: expires_at.into(),
        compromised: false,
    };
    let fresh = owner.fresh().map_err(cannot)?;
    let (made, _) = fresh
        .regenerate(old, wanted, keyring.new_idempotency_key())
        .await
        .map_err(cannot)?;
    let (Issue::New(IssuedKey { id, .. }) | Issue::AlreadyIssued(id)) = made;
    owner.confirm(id).await.map_err(cannot)?;
    Ok(id)
}
