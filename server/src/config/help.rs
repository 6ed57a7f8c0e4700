//! What `--help` says of the variables.

/// What `--help` says of the variables.
pub const HELP: &str = "\
Variables (every command takes them):
  LATCHKEY_LISTEN           address of the dashboard and the gate [default: 127.0.0.1:3000]
  LATCHKEY_DATABASE_URL     sqlite://PATH or postgres://…; made and migrated at start
                            [default: sqlite://data/latchkey.db]
  LATCHKEY_DATABASE_URL_FILE  file with that URL, instead of the variable: a URL of PostgreSQL may hold a password
  LATCHKEY_PEPPER_FILE      file with the pepper, made with mode 0600 at the first start [default: data/pepper]
  LATCHKEY_PEPPER           the pepper itself, 32 bytes in base64, instead of the file
  LATCHKEY_JOURNAL          file with the revocation journal, which is no part of the database: what a restored backup
                            has forgotten is revoked again [default: revocations, beside the pepper's file]
  LATCHKEY_PUBLIC_URL       where browsers reach the dashboard: its pages are served under this name alone, and links
                            lead there; https:// makes cookies Secure and sends HSTS
                            [default: http:// and LATCHKEY_LISTEN, and every name of this machine]
  LATCHKEY_HSTS             for which hosts browsers are told to use https alone: host, subdomains (the hosts below it
                            too), preload (the same, for the lists that browsers bring) or off [default: host]
  LATCHKEY_IDLE_TIMEOUT     seconds for which a connection stays open without a request; longer than in the proxies in
                            front [default: 75]
  LATCHKEY_TRUSTED_PROXIES  addresses and networks whose X-Forwarded-For is believed, with commas between
                            [default: none]
  LATCHKEY_FAIL_CLOSED_AFTER  seconds for which keys are verified from memory while the database does not answer
                            [default: 300 with SQLite, 30 with PostgreSQL, where a standby waits for as long]
  LATCHKEY_DATABASE_CONNECTIONS  connections to PostgreSQL at most [default: 16]
  LATCHKEY_KEEP_MINUTES     hours for which usage is kept by the minute [default: 48]
  LATCHKEY_KEEP_HOURS       days for which usage is kept by the hour [default: 90]
  LATCHKEY_KEEP_DAYS        days for which usage is kept by the day [default: 400]
  LATCHKEY_KEEP_BREAKDOWNS  days for which it is kept by address, route, scope, user agent and refusal [default: 90]
  LATCHKEY_KEEP_DECISIONS   days for which single decisions are kept, with their request ids [default: 7]
  LATCHKEY_KEEP_EVENTS      days for which security events are kept [default: 400]
  LATCHKEY_MOST_DECISIONS   how many decisions are kept at most [default: 1000000]
  LATCHKEY_METRICS_TOKEN    who sends it as Authorization: Bearer reads /metrics; at least 16 characters
                            [default: none, and there is no /metrics]
  LATCHKEY_METRICS_TOKEN_FILE  file with that token, instead of the variable
  RUST_LOG                  what is logged [default: info]
  LATCHKEY_LOG_FORMAT       text or json [default: text]

A file with a secret belongs to the server's user with mode 0600 or stricter, or to root with mode 0640 or stricter.
Beneath /run/secrets, where container engines put the secrets of one container, a file of root may be 0444.
A variable that begins with LATCHKEY_ and is not listed here is warned of.";
