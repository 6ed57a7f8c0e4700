-- One link for each person at most. Never the link: HMAC-SHA-256 of its token under the pepper that is named.
CREATE TABLE password_reset (
    token_hash BLOB PRIMARY KEY NOT NULL,
    person_id BLOB NOT NULL UNIQUE REFERENCES person (id),
    pepper TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
