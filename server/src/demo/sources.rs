//! The sources of the demo's calls.

use telemetry::Source;

/// The name of the key whose secret was regenerated yesterday.
pub const ROTATED: &str = "Receipt mailer";
/// The name under which its replacement, which has the same name, has traffic of its own.
pub const SUCCESSOR: &str = "Receipt mailer, new";

/// A source and its share of a key's calls.
pub(super) struct SourceShare {
    pub(super) source: Source,
    /// In percent.
    pub(super) percent: i64,
}

const fn source(
    percent: i64,
    address: &'static str,
    route: &'static str,
    scope: &'static str,
    user_agent: &'static str,
) -> SourceShare {
    SourceShare {
        source: Source {
            address,
            route,
            scope,
            user_agent,
        },
        percent,
    }
}

const CHECKOUT: &[SourceShare] = &[
    source(
        46,
        "203.0.113.24",
        "POST /payment-intents",
        "payment-intent:create",
        "storefront/3.2 (linux)",
    ),
    source(
        27,
        "203.0.113.25",
        "GET /payment-intents/{id}",
        "payment-intent:read",
        "storefront/3.2 (linux)",
    ),
    source(
        18,
        "203.0.113.24",
        "GET /customers/{id}",
        "customer:read",
        "storefront/3.2 (linux)",
    ),
    source(
        9,
        "2001:db8:4::17",
        "POST /customers",
        "customer:create",
        "storefront/3.1 (linux)",
    ),
];
const ACCOUNTING: &[SourceShare] = &[
    source(
        71,
        "198.51.100.17",
        "GET /invoices",
        "invoice:read",
        "ledger-sync/1.8",
    ),
    source(
        29,
        "198.51.100.17",
        "GET /balance",
        "balance:read",
        "ledger-sync/1.8",
    ),
];
const MOBILE: &[SourceShare] = &[
    source(
        38,
        "192.0.2.40",
        "GET /exchange-rates",
        "exchange-rate:read",
        "mobile-backend/2.14",
    ),
    source(
        31,
        "192.0.2.41",
        "GET /customers/{id}",
        "customer:read",
        "mobile-backend/2.14",
    ),
    source(
        22,
        "192.0.2.42",
        "GET /wallets/{id}",
        "wallet:read",
        "mobile-backend/2.13",
    ),
    source(
        9,
        "192.0.2.43",
        "PATCH /customers/{id}",
        "customer:update",
        "mobile-backend/2.13",
    ),
];
const WAREHOUSE: &[SourceShare] = &[
    source(
        60,
        "198.51.100.90",
        "GET /invoices",
        "invoice:read",
        "airflow/2.9",
    ),
    source(
        40,
        "198.51.100.90",
        "GET /customers",
        "customer:read",
        "airflow/2.9",
    ),
];
const PIPELINE: &[SourceShare] = &[
    source(
        52,
        "198.51.100.201",
        "POST /payment-intents",
        "payment-intent:create",
        "contract-tests/0.9",
    ),
    source(
        33,
        "198.51.100.202",
        "GET /payment-intents/{id}",
        "payment-intent:read",
        "contract-tests/0.9",
    ),
    source(
        15,
        "198.51.100.201",
        "GET /api/v0/health",
        "health:read",
        "curl/8.9.1",
    ),
];
const MAILER_OLD: &[SourceShare] = &[source(
    100,
    "203.0.113.77",
    "GET /invoices/{id}",
    "invoice:read",
    "mailer/1.4",
)];
const MAILER_NEW: &[SourceShare] = &[
    source(
        80,
        "203.0.113.78",
        "GET /invoices/{id}",
        "invoice:read",
        "mailer/2.0",
    ),
    source(
        20,
        "203.0.113.78",
        "GET /customers/{id}",
        "customer:read",
        "mailer/2.0",
    ),
];
const OTHER: &[SourceShare] = &[
    source(
        70,
        "203.0.113.60",
        "GET /products",
        "product:read",
        "import/1.0",
    ),
    source(
        30,
        "203.0.113.60",
        "PATCH /products/{id}",
        "product:update",
        "import/1.0",
    ),
];

const fn attacker(address: &'static str, user_agent: &'static str) -> Source {
    Source {
        address,
        route: "GET /balance",
        scope: "balance:read",
        user_agent,
    }
}

/// The attackers with the leaked pair.
pub(super) const ATTACKERS: [Source; 14] = [
    attacker("198.18.7.20", "python-requests/2.32.3"),
    attacker("198.18.90.4", "python-requests/2.32.3"),
    attacker("198.18.201.77", "Go-http-client/2.0"),
    attacker("198.19.3.18", "curl/8.9.1"),
    attacker("198.19.44.130", "python-requests/2.31.0"),
    attacker("198.19.144.3", "okhttp/4.12.0"),
    attacker("192.0.2.201", "curl/7.88.1"),
    attacker("203.0.113.199", "Go-http-client/1.1"),
    attacker("2001:db8:a0::9", "python-requests/2.32.3"),
    attacker("2001:db8:51c3::1", "curl/8.9.1"),
    attacker("2001:db8:7e:4::2", "axios/1.7.7"),
    attacker("2001:db8:ffe0::15", "python-requests/2.31.0"),
    attacker("198.18.33.61", "aiohttp/3.10.5"),
    attacker("198.19.250.9", "aiohttp/3.10.5"),
];

/// Returns the sources of a key, the most frequent first.
pub(super) fn of(name: &str) -> &'static [SourceShare] {
    match name {
        "Checkout service" => CHECKOUT,
        "Accounting sync" => ACCOUNTING,
        "Mobile app backend" => MOBILE,
        "Data warehouse" => WAREHOUSE,
        "Continuous integration" | "Load test" => PIPELINE,
        ROTATED => MAILER_OLD,
        SUCCESSOR => MAILER_NEW,
        _ => OTHER,
    }
}
