-- Who was there when, beyond the sessions that are forgotten.
ALTER TABLE person ADD COLUMN seen_at BIGINT;

-- Never the link: SHA-256 of its token.
CREATE TABLE invitation (
    id UUID PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES account (id),
    email TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('owner', 'developer', 'viewer')),
    token_hash BYTEA NOT NULL UNIQUE,
    invited_by UUID NOT NULL REFERENCES person (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    UNIQUE (account_id, email)
);

CREATE INDEX membership_by_account ON membership (account_id);

-- Support finds a key by what its mask shows.
CREATE INDEX api_key_by_mask ON api_key (substr(id, 1, 8), substr(id, 17, 4));
