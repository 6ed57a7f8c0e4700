//! The variables of all settings, with their defaults, limits and texts in `--help`.

/// The variable of a setting.
pub struct Variable {
    pub name: &'static str,
    /// The value that counts where the variable is not set; empty where there is none.
    pub default: &'static str,
    /// The text that `--help` shows instead of [`Variable::default`].
    pub default_note: &'static str,
    pub help: &'static str,
    /// The end of the sentence that begins with an invalid value.
    pub problem: &'static str,
    /// Which values are valid.
    pub allowed: &'static str,
}

const EMPTY: Variable = Variable {
    name: "",
    default: "",
    default_note: "",
    help: "",
    problem: "",
    allowed: "",
};

/// Every variable, in the order of `--help`.
pub const ALL: [&Variable; 39] = [
    &LISTEN,
    &PUBLIC_URL,
    &HSTS,
    &TRUSTED_PROXIES,
    &IDLE_TIMEOUT,
    &DATABASE_URL,
    &DATABASE_URL_FILE,
    &DATABASE_CONNECTIONS,
    &FAIL_CLOSED_AFTER,
    &LEASE,
    &NODE_NAME,
    &PEPPER_FILE,
    &PEPPER,
    &JOURNAL,
    &KEEP_MINUTES,
    &KEEP_HOURS,
    &KEEP_DAYS,
    &KEEP_BREAKDOWNS,
    &KEEP_DECISIONS,
    &MAX_DECISIONS,
    &KEEP_EVENTS,
    &SMTP_URL,
    &SMTP_URL_FILE,
    &MAIL_FROM,
    &METRICS_TOKEN,
    &METRICS_TOKEN_FILE,
    &OIDC_ISSUER,
    &OIDC_CLIENT_ID,
    &OIDC_CLIENT_SECRET,
    &OIDC_CLIENT_SECRET_FILE,
    &OIDC_NAME,
    &OIDC_SCOPES,
    &OIDC_GROUPS_CLAIM,
    &OIDC_ACCOUNT,
    &OIDC_ROLES,
    &OIDC_LINK_BY_EMAIL,
    &OIDC_CA_FILE,
    &LOG_FILTER,
    &LOG_FORMAT,
];

pub const LISTEN: Variable = Variable {
    name: "LATCHKEY_LISTEN",
    default: "127.0.0.1:3000",
    help: "Address and port of the dashboard and the gate",
    problem: "is not an address with a port",
    allowed: "such as 127.0.0.1:3000 or [::]:3000",
    ..EMPTY
};
pub const PUBLIC_URL: Variable = Variable {
    name: "LATCHKEY_PUBLIC_URL",
    default_note: "http:// and LATCHKEY_LISTEN, and every name of this machine",
    help: "URL at which browsers reach the dashboard. Pages are served under this host name only, and links lead to it. \
           https:// makes cookies Secure and sends HSTS",
    allowed: "http:// or https://, a host, a port unless it is the default one, and no path",
    ..EMPTY
};
pub const HSTS: Variable = Variable {
    name: "LATCHKEY_HSTS",
    default: "host",
    help: "Hosts for which browsers must use HTTPS: host (that of LATCHKEY_PUBLIC_URL), subdomains (its subdomains too), \
           preload (the same, for the preload lists of browsers) or off",
    problem: "is not a valid choice",
    allowed: "host, subdomains, preload or off",
    ..EMPTY
};
pub const TRUSTED_PROXIES: Variable = Variable {
    name: "LATCHKEY_TRUSTED_PROXIES",
    default_note: "none",
    help: "Addresses and networks of proxies whose X-Forwarded-For is trusted, separated by commas",
    problem: "is neither an address nor a network",
    allowed: "a list separated by commas, such as 10.0.0.0/8,2001:db8::1",
    ..EMPTY
};
pub const IDLE_TIMEOUT: Variable = Variable {
    name: "LATCHKEY_IDLE_TIMEOUT",
    default: "75",
    help: "Seconds for which an idle connection stays open; more than in the proxies in front",
    problem: "is not a number of seconds",
    allowed: "a whole number from 1 to 3600",
    ..EMPTY
};
pub const DATABASE_URL: Variable = Variable {
    name: "LATCHKEY_DATABASE_URL",
    default: "sqlite://data/latchkey.db",
    help: "sqlite://PATH or postgres://…; created and migrated at the start",
    allowed: "sqlite://PATH, such as sqlite://data/latchkey.db, or postgres://USER:PASSWORD@HOST/DATABASE",
    ..EMPTY
};
pub const DATABASE_URL_FILE: Variable = Variable {
    name: "LATCHKEY_DATABASE_URL_FILE",
    help: "File with that URL, instead of the variable: a URL of PostgreSQL may hold a password",
    ..EMPTY
};
pub const DATABASE_CONNECTIONS: Variable = Variable {
    name: "LATCHKEY_DATABASE_CONNECTIONS",
    default: "16",
    help: "Maximum number of connections to PostgreSQL",
    problem: "is not a number of connections",
    allowed: "a whole number from 2 to 1000",
    ..EMPTY
};
pub const FAIL_CLOSED_AFTER: Variable = Variable {
    name: "LATCHKEY_FAIL_CLOSED_AFTER",
    default: "300",
    help: "Seconds for which keys are verified from memory while the SQLite file does not respond",
    problem: "is not a number of seconds",
    allowed: "a whole number from 1 to 86400",
    ..EMPTY
};
pub const LEASE: Variable = Variable {
    name: "LATCHKEY_LEASE",
    default: "30",
    help: "Seconds for which a node on PostgreSQL verifies keys from memory after the database last confirmed that it has every \
           change; a revocation waits as long for a node that does not respond. Use the same value on every node",
    problem: "is not a number of seconds",
    allowed: "a whole number from 1 to 300",
    ..EMPTY
};
pub const NODE_NAME: Variable = Variable {
    name: "LATCHKEY_NODE_NAME",
    default_note: "the host's name and the port",
    help: "Name of this node, unique among the nodes of a PostgreSQL database",
    problem: "is not a node name",
    allowed: "up to 100 letters, digits, dots, hyphens, underscores and colons",
    ..EMPTY
};
pub const PEPPER_FILE: Variable = Variable {
    name: "LATCHKEY_PEPPER_FILE",
    default: "data/pepper",
    help: "File with the pepper, created with mode 0600 at the first start",
    ..EMPTY
};
pub const PEPPER: Variable = Variable {
    name: "LATCHKEY_PEPPER",
    help: "The pepper itself, 32 bytes in base64, instead of the file",
    ..EMPTY
};
pub const JOURNAL: Variable = Variable {
    name: "LATCHKEY_JOURNAL",
    default_note: "revocations, beside the pepper's file",
    help: "File with the revocation journal. It is not part of the database: after a restore, keys that the backup does not \
           know as revoked are revoked again from it",
    ..EMPTY
};
pub const KEEP_MINUTES: Variable = Variable {
    name: "LATCHKEY_KEEP_MINUTES",
    default: "48",
    help: "Hours for which usage per minute is kept",
    problem: "is not a number of hours",
    allowed: "a whole number from 25 to 1000",
    ..EMPTY
};
pub const KEEP_HOURS: Variable = Variable {
    name: "LATCHKEY_KEEP_HOURS",
    default: "90",
    help: "Days for which usage per hour is kept",
    problem: "is not a number of days",
    allowed: "a whole number from 31 to 1000",
    ..EMPTY
};
pub const KEEP_DAYS: Variable = Variable {
    name: "LATCHKEY_KEEP_DAYS",
    default: "400",
    help: "Days for which usage per day is kept",
    problem: "is not a number of days",
    allowed: "a whole number from 91 to 4000",
    ..EMPTY
};
pub const KEEP_BREAKDOWNS: Variable = Variable {
    name: "LATCHKEY_KEEP_BREAKDOWNS",
    default: "90",
    help: "Days for which usage is kept by address, route, scope, user agent and denial code",
    problem: "is not a number of days",
    allowed: "a whole number from 1 to 1000",
    ..EMPTY
};
pub const KEEP_DECISIONS: Variable = Variable {
    name: "LATCHKEY_KEEP_DECISIONS",
    default: "7",
    help: "Days for which single decisions are kept, with their request ids",
    problem: "is not a number of days",
    allowed: "a whole number from 1 to 400",
    ..EMPTY
};
pub const MAX_DECISIONS: Variable = Variable {
    name: "LATCHKEY_MOST_DECISIONS",
    default: "1000000",
    help: "Maximum number of decisions that are kept",
    problem: "is not a number of decisions",
    allowed: "a whole number from 1000 to 100000000",
    ..EMPTY
};
pub const KEEP_EVENTS: Variable = Variable {
    name: "LATCHKEY_KEEP_EVENTS",
    default: "400",
    help: "Days for which security events are kept",
    problem: "is not a number of days",
    allowed: "a whole number from 31 to 4000",
    ..EMPTY
};
pub const SMTP_URL: Variable = Variable {
    name: "LATCHKEY_SMTP_URL",
    default_note: "none, no mail is sent",
    help: "Mail server: smtps://USER:PASSWORD@HOST:PORT (TLS), or, if it offers nothing else, smtp:// (STARTTLS, required except on this machine). \
           Special characters of user and password are percent-encoded. Needs LATCHKEY_MAIL_FROM and LATCHKEY_PUBLIC_URL",
    allowed: "smtps://USER:PASSWORD@HOST:PORT, or smtp:// for STARTTLS; ?tls=none for a server without a password",
    ..EMPTY
};
pub const SMTP_URL_FILE: Variable = Variable {
    name: "LATCHKEY_SMTP_URL_FILE",
    help: "File with that URL, instead of the variable",
    ..EMPTY
};
pub const MAIL_FROM: Variable = Variable {
    name: "LATCHKEY_MAIL_FROM",
    help: "Sender of mails, such as Latchkey <latchkey@example.com>",
    allowed: "an address, or a name with an address, such as Latchkey <latchkey@example.com>",
    ..EMPTY
};
pub const METRICS_TOKEN: Variable = Variable {
    name: "LATCHKEY_METRICS_TOKEN",
    default_note: "none, and /metrics does not exist",
    help: "Token that reads /metrics, sent as Authorization: Bearer; at least 16 characters",
    allowed: "at least 16 letters, digits and symbols, without spaces",
    ..EMPTY
};
pub const METRICS_TOKEN_FILE: Variable = Variable {
    name: "LATCHKEY_METRICS_TOKEN_FILE",
    help: "File with that token, instead of the variable",
    ..EMPTY
};
pub const OIDC_ISSUER: Variable = Variable {
    name: "LATCHKEY_OIDC_ISSUER",
    default_note: "none, and people sign in with passwords only",
    help: "Issuer of the OpenID Connect provider through which people sign in, exactly as its configuration writes it",
    problem: "is not an issuer",
    allowed: "https:// and a host, without a query; http:// on this machine alone",
    ..EMPTY
};
pub const OIDC_CLIENT_ID: Variable = Variable {
    name: "LATCHKEY_OIDC_CLIENT_ID",
    help: "Id of the client that is registered there for Latchkey",
    allowed: "the id that the provider shows",
    ..EMPTY
};
pub const OIDC_CLIENT_SECRET: Variable = Variable {
    name: "LATCHKEY_OIDC_CLIENT_SECRET",
    help: "Secret of that client",
    allowed: "the secret, or LATCHKEY_OIDC_CLIENT_SECRET_FILE",
    ..EMPTY
};
pub const OIDC_CLIENT_SECRET_FILE: Variable = Variable {
    name: "LATCHKEY_OIDC_CLIENT_SECRET_FILE",
    help: "File with that secret, instead of the variable",
    ..EMPTY
};
pub const OIDC_NAME: Variable = Variable {
    name: "LATCHKEY_OIDC_NAME",
    default: "single sign-on",
    help: "Name of the provider on the button “Continue with …”",
    problem: "is not a name",
    allowed: "up to 40 characters",
    ..EMPTY
};
pub const OIDC_SCOPES: Variable = Variable {
    name: "LATCHKEY_OIDC_SCOPES",
    default: "openid email profile",
    help: "Requested scopes, separated by spaces",
    problem: "is not a list of scopes",
    allowed: "openid and others, separated by spaces",
    ..EMPTY
};
pub const OIDC_GROUPS_CLAIM: Variable = Variable {
    name: "LATCHKEY_OIDC_GROUPS_CLAIM",
    default: "groups",
    help: "Claim of the ID token with a person’s groups",
    ..EMPTY
};
pub const OIDC_ACCOUNT: Variable = Variable {
    name: "LATCHKEY_OIDC_ACCOUNT",
    default_note: "none, and only people who were linked sign in",
    help: "Id of the account whose members the provider determines, or the name with which it was created; once an owner has renamed it, the id",
    allowed: "the id of an account, or the name with which it was created",
    ..EMPTY
};
pub const OIDC_ROLES: Variable = Variable {
    name: "LATCHKEY_OIDC_ROLES",
    help: "Roles of the provider’s groups in that account, set at each sign-in; * is everyone",
    problem: "is not a list of groups with roles",
    allowed: "pairs such as admins=owner,devs=developer,*=viewer",
    ..EMPTY
};
pub const OIDC_LINK_BY_EMAIL: Variable = Variable {
    name: "LATCHKEY_OIDC_LINK_BY_EMAIL",
    default: "false",
    help: "Whether a member of that account, and of no other, with the same verified e-mail address is linked at the first sign-in through the provider",
    problem: "is neither true nor false",
    allowed: "true or false",
    ..EMPTY
};
pub const OIDC_CA_FILE: Variable = Variable {
    name: "LATCHKEY_OIDC_CA_FILE",
    default_note: "Mozilla’s authorities only",
    help: "File with certificates (PEM) of further authorities that are trusted for the provider",
    allowed: "a file with certificates in PEM",
    ..EMPTY
};
pub const LOG_FILTER: Variable = Variable {
    name: "RUST_LOG",
    default: "info",
    help: "What is logged",
    problem: "is not a filter",
    allowed: "error, warn, info, debug or trace, or a list such as info,management=debug",
    ..EMPTY
};
pub const LOG_FORMAT: Variable = Variable {
    name: "LATCHKEY_LOG_FORMAT",
    default: "text",
    help: "text, or json for one JSON object per line",
    problem: "is not a format",
    allowed: "text or json",
    ..EMPTY
};
