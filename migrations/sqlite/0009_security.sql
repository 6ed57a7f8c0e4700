-- What somebody ought to know about a key or an account; what happens again adds to the row that is there.
CREATE TABLE security_event (
    id INTEGER PRIMARY KEY,
    account_id BLOB NOT NULL,
    -- None where it is not about a key.
    application_id BLOB,
    kind TEXT NOT NULL,
    severity BIGINT NOT NULL,
    subject TEXT NOT NULL,
    value TEXT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    calls BIGINT NOT NULL,
    address TEXT NOT NULL,
    route TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    request_id TEXT NOT NULL,
    detail TEXT NOT NULL,
    acknowledged_at BIGINT,
    acknowledged_by TEXT NOT NULL DEFAULT '',
    note TEXT NOT NULL DEFAULT ''
);
CREATE INDEX security_event_by_time ON security_event (account_id, last_at, id);
CREATE INDEX security_event_by_subject ON security_event (account_id, subject, kind, value, last_at);
CREATE INDEX security_event_open ON security_event (account_id, severity) WHERE acknowledged_at IS NULL;
CREATE INDEX security_event_by_age ON security_event (last_at);

-- From which networks and by which clients a key was used, and that it was, to the day.
CREATE TABLE sighting (
    key_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (key_id, kind, value)
);
CREATE INDEX sighting_by_age ON sighting (last_at);

-- A key that slept until today is known to have slept.
INSERT INTO sighting (key_id, kind, value, first_at, last_at)
SELECT key_id, 'used', '', at, at FROM key_last_use WHERE at > 0;
