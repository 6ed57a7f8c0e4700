//! The demo's keys: every status and every badge.

use super::{ShiftedClock, cannot, traffic};
use crate::start::Stop;
use domain::key::{
    Environment, KeyDraft,
    expiry::Expiry,
    ip_rule::IpRules,
    name::{Description, KeyName},
    scope::ScopeSet,
    token::KeyId,
};
use keyring::{Issue, Keyring, Origin, Owner, SignIn};

/// Days before today on which the account was made.
pub const FIRST_DAY: i64 = 150;

/// What becomes of a key after it was made.
#[derive(Clone, Copy)]
enum Fate {
    Kept,
    NotConfirmed,
    Deactivated,
    Revoked(&'static str),
}

struct Sample {
    /// Days before today.
    made: i64,
    name: &'static str,
    description: &'static str,
    environment: Environment,
    scopes: &'static str,
    expiration: &'static str,
    allowed: &'static str,
    /// Calls in a busy hour; none where it was never used.
    busiest: i64,
    /// Days before today of the last call.
    last_call: i64,
    fate: Fate,
}

/// The oldest first.
const SAMPLES: [Sample; 9] = [
    Sample {
        made: 149,
        name: "Legacy importer",
        description: "Nightly import from the old shop.",
        environment: Environment::Live,
        scopes: "product:read product:create product:update",
        expiration: "never",
        allowed: "",
        busiest: 40,
        last_call: 97,
        fate: Fate::Kept,
    },
    Sample {
        made: 120,
        name: "Checkout service",
        description: "Takes payments on the storefront.",
        environment: Environment::Live,
        scopes: "payment-intent:read payment-intent:create payment-intent:update customer:read customer:create",
        expiration: "365",
        allowed: "203.0.113.0/24 2001:db8:4::/48",
        busiest: 900,
        last_call: 0,
        fate: Fate::Kept,
    },
    Sample {
        made: 84,
        name: "Accounting sync",
        description: "Invoices and taxes into the ledger, each hour.",
        environment: Environment::Live,
        scopes: "invoice:read tax:read balance:read",
        expiration: "90",
        allowed: "198.51.100.17",
        busiest: 120,
        last_call: 0,
        fate: Fate::Kept,
    },
    Sample {
        made: 61,
        name: "Mobile app backend",
        description: "",
        environment: Environment::Live,
        scopes: "customer:read customer:update wallet:read exchange-rate:read",
        expiration: "365",
        allowed: "",
        busiest: 420,
        last_call: 0,
        fate: Fate::Kept,
    },
    Sample {
        made: 45,
        name: "Data warehouse",
        description: "Read by the analysts' nightly job.",
        environment: Environment::Live,
        scopes: "invoice:read customer:read product:read transfer:read",
        expiration: "365",
        allowed: "",
        busiest: 60,
        last_call: 6,
        fate: Fate::Deactivated,
    },
    Sample {
        made: 38,
        name: "Contractor laptop",
        description: "For the relaunch project.",
        environment: Environment::Live,
        scopes: "product:read product:update",
        expiration: "90",
        allowed: "",
        busiest: 25,
        last_call: 9,
        fate: Fate::Revoked("The contract has ended."),
    },
    Sample {
        made: 20,
        name: "Load test",
        description: "",
        environment: Environment::Test,
        scopes: "test-payment:read test-payment:create",
        expiration: "7",
        allowed: "",
        busiest: 300,
        last_call: 13,
        fate: Fate::Kept,
    },
    Sample {
        made: 12,
        name: "Continuous integration",
        description: "Runs the contract tests of the storefront.",
        environment: Environment::Test,
        scopes: "payment-intent:read payment-intent:create webhook:read health:read",
        expiration: "90",
        allowed: "",
        busiest: 70,
        last_call: 0,
        fate: Fate::Kept,
    },
    Sample {
        made: 1,
        name: "Webhook relay",
        description: "Not deployed yet.",
        environment: Environment::Test,
        scopes: "webhook:read webhook:create",
        expiration: "30",
        allowed: "",
        busiest: 0,
        last_call: 0,
        fate: Fate::NotConfirmed,
    },
];

/// Makes the keys, each at its own time, and their traffic; the clock is right again afterwards.
pub(super) async fn make(
    keyring: &Keyring,
    clock: &ShiftedClock,
    email: &str,
    password: &str,
) -> Result<(), Stop> {
    let mut made = Vec::with_capacity(SAMPLES.len());
    for sample in &SAMPLES {
        clock.go_back_days(sample.made);
        let owner = owner(keyring, email, password).await?;
        let id = issue(keyring, &owner, sample).await?;
        if !matches!(sample.fate, Fate::NotConfirmed) {
            owner.confirm(id).await.map_err(cannot)?;
        }
        made.push((sample, id, owner));
    }
    // The clock never runs backwards.
    let mut ends: Vec<_> = made.iter().collect();
    ends.sort_by_key(|(sample, ..)| std::cmp::Reverse(sample.last_call));
    for (sample, id, owner) in ends {
        if matches!(sample.fate, Fate::Kept | Fate::NotConfirmed) {
            continue;
        }
        clock.go_back_days(sample.last_call);
        match sample.fate {
            Fate::Kept | Fate::NotConfirmed => {}
            Fate::Deactivated => owner.deactivate(*id).await.map_err(cannot)?,
            Fate::Revoked(why) => owner.revoke(*id, why.into()).await.map_err(cannot)?,
        }
    }
    clock.go_back_days(0);
    for (seed, (sample, id, owner)) in (0..).zip(&made) {
        let from = keyring
            .now()
            .plus(-sample.made.min(sample.last_call + 30) * domain::time::DAY);
        let to = keyring.now().plus(-sample.last_call * domain::time::DAY);
        let calls = traffic::calls(seed, from, to, sample.busiest);
        keyring
            .record_history(owner.application().id, *id, calls)
            .await
            .map_err(cannot)?;
    }
    Ok(())
}

/// Sessions end, so each step of the past signs in anew.
async fn owner(keyring: &Keyring, email: &str, password: &str) -> Result<Owner, Stop> {
    let origin = Origin {
        user_agent: "latchkey demo".into(),
        ..Origin::default()
    };
    let SignIn::Granted(signed_in) = keyring
        .sign_in(email, password, None, &origin)
        .await
        .map_err(cannot)?
    else {
        return Err(cannot("its owner cannot sign in"));
    };
    let session = keyring
        .session(&signed_in.token)
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

async fn issue(keyring: &Keyring, owner: &Owner, sample: &Sample) -> Result<KeyId, Stop> {
    let draft = KeyDraft {
        name: KeyName::parse(sample.name).map_err(cannot)?,
        description: Description::parse(sample.description).map_err(cannot)?,
        environment: sample.environment,
        scopes: ScopeSet::parse_chosen(sample.scopes.split_whitespace()).map_err(cannot)?,
        expiry: Expiry::parse(sample.expiration, "", owner.now()).map_err(cannot)?,
        ip_rules: IpRules::parse(sample.allowed).map_err(cannot)?,
        rate_limit: None,
    };
    match owner
        .fresh()
        .map_err(cannot)?
        .issue(draft, keyring.new_idempotency_key())
        .await
        .map_err(cannot)?
    {
        Issue::New(issued) => Ok(issued.id),
        Issue::AlreadyIssued(id) => Ok(id),
    }
}
