-- What the gate decided, call by call, for some days: neither a secret nor anything made of one. Ids grow with time.
CREATE TABLE decision (
    id BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    request_id TEXT NOT NULL,
    key_id TEXT NOT NULL,
    application_id UUID NOT NULL,
    account_id UUID NOT NULL,
    verdict TEXT NOT NULL,
    detail BIGINT NOT NULL,
    address TEXT NOT NULL,
    asked TEXT NOT NULL,
    route TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    from_browser BOOLEAN NOT NULL
);
CREATE INDEX decision_by_application ON decision (application_id, id);
CREATE INDEX decision_by_key ON decision (application_id, key_id, id);
CREATE INDEX decision_by_request ON decision (request_id);
