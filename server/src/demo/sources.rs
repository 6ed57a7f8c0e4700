//! Where the demo's calls come from, and what they want.

use telemetry::Source;

/// A source and its part of a key's calls.
pub(super) struct Part {
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
) -> Part {
    Part {
        source: Source {
            address,
            route,
            scope,
            user_agent,
        },
        percent,
    }
}

const CHECKOUT: &[Part] = &[
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
const ACCOUNTING: &[Part] = &[
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
const MOBILE: &[Part] = &[
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
const WAREHOUSE: &[Part] = &[
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
const PIPELINE: &[Part] = &[
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
const MAILER_OLD: &[Part] = &[source(
    100,
    "203.0.113.77",
    "GET /invoices/{id}",
    "invoice:read",
    "mailer/1.4",
)];
const MAILER_NEW: &[Part] = &[
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
const OTHER: &[Part] = &[
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

const fn stranger(address: &'static str, user_agent: &'static str) -> Source {
    Source {
        address,
        route: "GET /balance",
        scope: "balance:read",
        user_agent,
    }
}

/// Who found a pair that leaked.
pub(super) const STRANGERS: [Source; 14] = [
    stranger("198.18.7.20", "python-requests/2.32.3"),
    stranger("198.18.90.4", "python-requests/2.32.3"),
    stranger("198.18.201.77", "Go-http-client/2.0"),
    stranger("198.19.3.18", "curl/8.9.1"),
    stranger("198.19.44.130", "python-requests/2.31.0"),
    stranger("198.19.144.3", "okhttp/4.12.0"),
    stranger("192.0.2.201", "curl/7.88.1"),
    stranger("203.0.113.199", "Go-http-client/1.1"),
    stranger("2001:db8:a0::9", "python-requests/2.32.3"),
    stranger("2001:db8:51c3::1", "curl/8.9.1"),
    stranger("2001:db8:7e:4::2", "axios/1.7.7"),
    stranger("2001:db8:ffe0::15", "python-requests/2.31.0"),
    stranger("198.18.33.61", "aiohttp/3.10.5"),
    stranger("198.19.250.9", "aiohttp/3.10.5"),
];

/// The sources of a key, the most frequent first.
pub(super) fn of(name: &str) -> &'static [Part] {
    match name {
        "Checkout service" => CHECKOUT,
        "Accounting sync" => ACCOUNTING,
        "Mobile app backend" => MOBILE,
        "Data warehouse" => WAREHOUSE,
        "Continuous integration" | "Load test" => PIPELINE,
        super::keys::ROTATED => MAILER_OLD,
        super::keys::SUCCESSOR => MAILER_NEW,
        _ => OTHER,
    }
}
