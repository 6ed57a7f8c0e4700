-- Instants are Unix milliseconds. See ../README.md for the rules.
CREATE TABLE account (
    id BLOB PRIMARY KEY NOT NULL,
    name TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    -- The head of the account's audit chain.
    audit_seq BIGINT NOT NULL,
    audit_hash BLOB NOT NULL
);

CREATE TABLE application (
    id BLOB PRIMARY KEY NOT NULL,
    account_id BLOB NOT NULL REFERENCES account (id),
    name TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (account_id, name)
);

CREATE TABLE person (
    id BLOB PRIMARY KEY NOT NULL,
    email TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    is_support BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    disabled_at BIGINT
);

CREATE TABLE membership (
    account_id BLOB NOT NULL REFERENCES account (id),
    person_id BLOB NOT NULL REFERENCES person (id),
    role TEXT NOT NULL CHECK (role IN ('owner', 'developer', 'viewer')),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (person_id, account_id)
);

CREATE TABLE session (
    token_hash BLOB PRIMARY KEY NOT NULL,
    id BLOB NOT NULL UNIQUE,
    person_id BLOB NOT NULL REFERENCES person (id),
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    authenticated_at BIGINT NOT NULL,
    address TEXT NOT NULL,
    user_agent TEXT NOT NULL
);
CREATE INDEX session_by_person ON session (person_id);

CREATE TABLE api_key (
    id TEXT PRIMARY KEY NOT NULL,
    account_id BLOB NOT NULL REFERENCES account (id),
    application_id BLOB NOT NULL REFERENCES application (id),
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    environment TEXT NOT NULL CHECK (environment IN ('live', 'test')),
    scopes TEXT NOT NULL,
    ip_rules TEXT NOT NULL,
    rate_requests BIGINT,
    rate_window_ms BIGINT,
    expires_at BIGINT,
    created_at BIGINT NOT NULL,
    created_by BLOB REFERENCES person (id),
    once BLOB NOT NULL,
    confirmed_at BIGINT,
    deactivated_at BIGINT,
    retires_at BIGINT,
    replaced_by TEXT REFERENCES api_key (id),
    revoked_at BIGINT,
    revoked_reason TEXT NOT NULL DEFAULT '',
    UNIQUE (application_id, once)
);
CREATE INDEX api_key_by_age ON api_key (application_id, created_at, id);

-- Never the secret: HMAC-SHA-256 over the key id and the secret, under the pepper that is named.
CREATE TABLE key_secret (
    id BLOB PRIMARY KEY NOT NULL,
    key_id TEXT NOT NULL REFERENCES api_key (id),
    digest BLOB NOT NULL,
    pepper TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX key_secret_by_key ON key_secret (key_id);

CREATE TABLE key_last_use (
    key_id TEXT PRIMARY KEY NOT NULL REFERENCES api_key (id),
    at BIGINT NOT NULL,
    address TEXT NOT NULL,
    user_agent TEXT NOT NULL
);

-- subject: a key's or an application's id; span: milliseconds of a bucket.
CREATE TABLE usage_rollup (
    subject TEXT NOT NULL,
    span BIGINT NOT NULL,
    bucket BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    calls BIGINT NOT NULL,
    PRIMARY KEY (subject, span, bucket, outcome)
) WITHOUT ROWID;

-- A flush that is tried again counts once.
CREATE TABLE usage_batch (
    id BLOB PRIMARY KEY NOT NULL,
    at BIGINT NOT NULL
);

CREATE TABLE audit (
    account_id BLOB NOT NULL REFERENCES account (id),
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    actor_id BLOB,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    detail TEXT NOT NULL,
    address TEXT NOT NULL,
    request_id TEXT NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (account_id, seq)
) WITHOUT ROWID;
CREATE INDEX audit_by_target ON audit (account_id, target, seq);

CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;

CREATE TRIGGER revocation_is_final BEFORE UPDATE ON api_key
WHEN OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS NOT OLD.revoked_at
BEGIN
    SELECT RAISE(ABORT, 'revocation is final');
END;
