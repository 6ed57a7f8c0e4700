-- The schema of Latchkey. Types and rules: ../README.md. Instants are Unix milliseconds in UTC.

-- Customers. The row carries the head of the account's audit chain: the number, hash and seal of its last record.
CREATE TABLE account (
    id BLOB PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    -- The name as it is searched for and sorted by, which the program writes: case folding in SQL differs between the databases.
    folded_name TEXT NOT NULL,
    -- When an owner gave it the name; NULL if the operator did, who may name the account by it on the command line.
    renamed_at BIGINT,
    created_at BIGINT NOT NULL,
    audit_seq BIGINT NOT NULL,
    audit_hash BLOB NOT NULL,
    -- HMAC-SHA-256 of audit_hash under the named pepper.
    audit_seal BLOB,
    audit_pepper TEXT NOT NULL DEFAULT '',
    -- Which members need a second factor, and since when they do: owners and developers, and viewers.
    factor_policy TEXT NOT NULL DEFAULT 'optional' CHECK (factor_policy IN ('optional', 'editors', 'everybody')),
    editors_need_factor_since BIGINT NOT NULL DEFAULT 0,
    viewers_need_factor_since BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX account_by_name ON account (name) WHERE renamed_at IS NULL;

-- Applications of an account. Keys belong to one application.
CREATE TABLE application (
    id BLOB PRIMARY KEY NOT NULL,
    account_id BLOB NOT NULL REFERENCES account (id),
    name TEXT NOT NULL,
    folded_name TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    -- The number of its keys, maintained by a trigger. Keys are never deleted.
    key_count BIGINT NOT NULL DEFAULT 0,
    -- Since when it is archived: no key of it can be created or activated.
    archived_at BIGINT,
    -- When it was deleted. Final: no page shows it, and all of its keys are revoked.
    deleted_at BIGINT
);
-- The name of a deleted application is free again.
CREATE UNIQUE INDEX application_by_name ON application (account_id, name) WHERE deleted_at IS NULL;

-- People who can sign in: members of accounts, and support staff of the platform.
CREATE TABLE person (
    id BLOB PRIMARY KEY NOT NULL,
    email TEXT NOT NULL UNIQUE,
    -- Argon2id in PHC string format; empty for a person who has no password and signs in through the identity provider.
    password_hash TEXT NOT NULL,
    is_support BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    -- The last request of any of the person's sessions; sessions themselves are pruned.
    seen_at BIGINT,
    disabled_at BIGINT,
    -- Empty if the person has not entered one.
    name TEXT NOT NULL DEFAULT '',
    -- The IANA name of the person's own time zone; empty for that of each application.
    time_zone TEXT NOT NULL DEFAULT '',
    -- Whether single keys are shortcuts.
    shortcuts BOOLEAN NOT NULL DEFAULT TRUE,
    -- Which mails the person gets.
    mail_new_sign_ins BOOLEAN NOT NULL DEFAULT TRUE,
    mail_key_expiry BOOLEAN NOT NULL DEFAULT TRUE,
    mail_security_events BOOLEAN NOT NULL DEFAULT TRUE,
    -- The application whose pages the person read last. It may not exist, or not be theirs, any more.
    last_application BLOB,
    -- Browsers that the person signed in with before are forgotten.
    devices_since BIGINT NOT NULL DEFAULT 0,
    -- Whether the person has unlinked an identity: none is linked by the e-mail address then.
    refuses_link_by_email BOOLEAN NOT NULL DEFAULT FALSE
);

-- Which person belongs to which account, and in which role.
CREATE TABLE membership (
    account_id BLOB NOT NULL REFERENCES account (id),
    person_id BLOB NOT NULL REFERENCES person (id),
    role TEXT NOT NULL CHECK (role IN ('owner', 'developer', 'viewer')),
    created_at BIGINT NOT NULL,
    -- Whether the identity provider granted it: each sign-in there sets the role anew, or ends it.
    managed BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (person_id, account_id)
);
CREATE INDEX membership_by_account ON membership (account_id);

-- Roles of members in single applications, in place of their role in the account. Owners of the account have none.
CREATE TABLE application_role (
    application_id BLOB NOT NULL REFERENCES application (id),
    person_id BLOB NOT NULL REFERENCES person (id),
    role TEXT NOT NULL CHECK (role IN ('owner', 'developer', 'viewer')),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (person_id, application_id)
);

-- Invitations to an account that have not been accepted or withdrawn. Of the link's token only HMAC-SHA-256 under the named
-- pepper is stored.
CREATE TABLE invitation (
    id BLOB PRIMARY KEY NOT NULL,
    account_id BLOB NOT NULL REFERENCES account (id),
    email TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('owner', 'developer', 'viewer')),
    token_hash BLOB NOT NULL UNIQUE,
    pepper TEXT NOT NULL,
    invited_by BLOB NOT NULL REFERENCES person (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    UNIQUE (account_id, email)
);

-- Sign-in sessions. Of the cookie's token only HMAC-SHA-256 under the named pepper is stored.
CREATE TABLE session (
    token_hash BLOB PRIMARY KEY NOT NULL,
    pepper TEXT NOT NULL,
    id BLOB NOT NULL UNIQUE,
    person_id BLOB NOT NULL REFERENCES person (id),
    created_at BIGINT NOT NULL,
    -- The last request, to the minute.
    seen_at BIGINT NOT NULL,
    -- When the person last entered the password, or signed in at the identity provider; 0 if the provider does not say when.
    authenticated_at BIGINT NOT NULL,
    address TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    -- Whether the person signed in through the identity provider.
    through_provider BOOLEAN NOT NULL DEFAULT FALSE,
    -- The account that the provider manages, whose policy the provider's own factors satisfy; NULL if there is none.
    provider_account BLOB
);
CREATE INDEX session_by_person ON session (person_id);

-- Password reset links, one a person at most. Of the link's token only HMAC-SHA-256 under the named pepper is stored.
CREATE TABLE password_reset (
    token_hash BLOB PRIMARY KEY NOT NULL,
    pepper TEXT NOT NULL,
    person_id BLOB NOT NULL REFERENCES person (id),
    -- The owner who made it; NULL for the command line, and for a link that was requested at sign-in.
    made_by BLOB REFERENCES person (id),
    requested BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX password_reset_by_person ON password_reset (person_id);

-- People with a second factor: an authenticator app, passkeys, or both, which go with this row. Recovery codes are stored as
-- digests under the secret, which is encrypted under a key derived from the named pepper, so that they move to another pepper
-- with it.
CREATE TABLE second_factor (
    person_id BLOB PRIMARY KEY NOT NULL REFERENCES person (id),
    -- Nonce, ciphertext and tag of ChaCha20-Poly1305.
    recovery_secret BLOB NOT NULL,
    pepper TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- Authenticator apps (RFC 6238), one a person at most. The secret is encrypted under a key derived from the named pepper.
CREATE TABLE authenticator (
    person_id BLOB PRIMARY KEY NOT NULL REFERENCES second_factor (person_id) ON DELETE CASCADE,
    -- Nonce, ciphertext and tag of ChaCha20-Poly1305.
    secret BLOB NOT NULL,
    pepper TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    -- The time step of the last code that was used: a code works once.
    last_step BIGINT NOT NULL
);

-- Passkeys (WebAuthn credentials). No secret: the private key stays in the authenticator.
CREATE TABLE passkey (
    id BLOB PRIMARY KEY NOT NULL,
    person_id BLOB NOT NULL REFERENCES second_factor (person_id) ON DELETE CASCADE,
    credential_id BLOB NOT NULL UNIQUE,
    -- JSON with the public key, the signature counter and the backup state.
    credential TEXT NOT NULL,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT,
    -- Whether it signs in without the password. Another password sets it to false, until the passkey is used after that password.
    signs_in_alone BOOLEAN NOT NULL,
    -- When an answer with an old counter was recorded last.
    refused_at BIGINT
);
CREATE INDEX passkey_by_person ON passkey (person_id);

-- Challenges for passkeys that have not been answered: the answer deletes its row. The page has the handle, of which only SHA-256 is
-- stored.
CREATE TABLE passkey_challenge (
    handle_hash BLOB PRIMARY KEY NOT NULL,
    -- enrolment, confirmation, second_step or sign_in.
    purpose TEXT NOT NULL,
    -- Who may answer it: the id of the session, the digest of the pending sign-in's token, or SHA-256 of the browser's cookie.
    owner BLOB NOT NULL,
    -- JSON with what the answer is checked against.
    state TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX passkey_challenge_by_owner ON passkey_challenge (owner, purpose);
CREATE INDEX passkey_challenge_by_expiry ON passkey_challenge (expires_at);

-- Recovery codes. Of a code only HMAC-SHA-256 under the secret of the person's second factor is stored.
CREATE TABLE recovery_code (
    code_hash BLOB PRIMARY KEY NOT NULL,
    person_id BLOB NOT NULL REFERENCES second_factor (person_id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX recovery_code_by_person ON recovery_code (person_id);

-- Sign-ins whose password was correct, or that came through the identity provider, and that wait for a code. Of the cookie's token only HMAC-SHA-256 under the named pepper
-- is stored.
CREATE TABLE pending_sign_in (
    token_hash BLOB PRIMARY KEY NOT NULL,
    pepper TEXT NOT NULL,
    person_id BLOB NOT NULL REFERENCES person (id),
    -- The hash that the password was checked against: another password ends the sign-in.
    password_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    -- Codes that were tried.
    attempts BIGINT NOT NULL,
    -- Of a sign-in through the provider, as for its session; NULL after a password.
    issuer TEXT,
    subject TEXT,
    provider_account BLOB,
    -- When the person signed in at the provider; NULL if it does not say so.
    authenticated_at BIGINT,
    -- How the person signed in at the provider.
    detail TEXT NOT NULL DEFAULT ''
);
CREATE INDEX pending_sign_in_by_person ON pending_sign_in (person_id);

-- Failed attempts at signing in, by HMAC-SHA-256 of what the attempts have in common. A process keeps the same limits in memory,
-- so that attempts that it refuses cost no statement.
CREATE TABLE throttle (
    bucket BLOB PRIMARY KEY NOT NULL,
    -- When the whole limit is available again.
    full_at BIGINT NOT NULL
);
CREATE INDEX throttle_by_full_at ON throttle (full_at);

-- The outbox: mails that wait to be sent. A row is inserted by the change that it tells about, and deleted once the mail was sent.
CREATE TABLE mail (
    id BLOB PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    recipient TEXT NOT NULL,
    -- Who must still have the address when the mail is sent, and be a member of the account; NULL if the mail does not depend on it.
    person_id BLOB,
    account_id BLOB,
    -- Nonce, ciphertext and tag of ChaCha20-Poly1305 under a key derived from the named pepper: it may contain a link's token.
    content BLOB NOT NULL,
    pepper TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    -- Later it is not sent.
    expires_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    -- Attempts after which it is not known whether the mail server accepted the mail.
    unanswered BIGINT NOT NULL,
    next_attempt_at BIGINT NOT NULL
);
CREATE INDEX mail_by_next_attempt ON mail (next_attempt_at);
CREATE INDEX mail_by_recipient ON mail (recipient, kind);
-- People at an identity provider: the issuer and the subject of its ID tokens. A person has one identity a provider at most.
CREATE TABLE identity (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    person_id BLOB NOT NULL REFERENCES person (id),
    created_at BIGINT NOT NULL,
    -- The address at the provider when it was linked; empty if there was none.
    email TEXT NOT NULL,
    -- Whether the person was found by the address, and has never signed in on both sides.
    by_email BOOLEAN NOT NULL,
    PRIMARY KEY (issuer, subject),
    UNIQUE (person_id, issuer)
);

-- Sign-ins through the provider that were completed, until their cookies expire: none is completed twice.
CREATE TABLE completed_sign_in (
    id_hash BLOB PRIMARY KEY NOT NULL,
    expires_at BIGINT NOT NULL
);

-- API keys, without their secrets.
CREATE TABLE api_key (
    id TEXT PRIMARY KEY NOT NULL,
    account_id BLOB NOT NULL REFERENCES account (id),
    application_id BLOB NOT NULL REFERENCES application (id),
    name TEXT NOT NULL,
    folded_name TEXT NOT NULL,
    description TEXT NOT NULL,
    environment TEXT NOT NULL CHECK (environment IN ('live', 'test')),
    scopes TEXT NOT NULL,
    ip_rules TEXT NOT NULL,
    rate_requests BIGINT,
    rate_window_ms BIGINT,
    created_at BIGINT NOT NULL,
    created_by BLOB REFERENCES person (id),
    -- The id of the form that made the key. A form that is sent again finds its key by it.
    idempotency_key BLOB NOT NULL,
    -- When a person confirmed that the secret is stored.
    confirmed_at BIGINT,
    expires_at BIGINT,
    deactivated_at BIGINT,
    -- Whether it was deactivated because its application was archived: restoring the application activates it again.
    archived BOOLEAN NOT NULL DEFAULT FALSE,
    -- Of a regenerated key: since when it is retiring, until when it works, and the key that replaces it.
    deprecated_at BIGINT,
    retires_at BIGINT,
    replaced_by TEXT REFERENCES api_key (id),
    revoked_at BIGINT,
    revoked_reason TEXT NOT NULL DEFAULT '',
    -- The list of keys is sorted by the expiry, with a maximum for "never".
    sort_expiry BIGINT GENERATED ALWAYS AS (COALESCE(expires_at, 9223372036854775806)) VIRTUAL,
    CHECK (NOT archived OR deactivated_at IS NOT NULL),
    UNIQUE (application_id, idempotency_key)
);
-- The keys that each start compares with the journal.
CREATE INDEX api_key_ended ON api_key (id)
    WHERE revoked_at IS NULL AND (deactivated_at IS NOT NULL OR retires_at IS NOT NULL);
-- The keys of which each start reads more than the others have.
CREATE INDEX api_key_unusual ON api_key (id)
    WHERE ip_rules <> '' OR rate_requests IS NOT NULL OR deprecated_at IS NOT NULL OR retires_at IS NOT NULL
    OR deactivated_at IS NOT NULL OR revoked_at IS NOT NULL;
CREATE INDEX api_key_by_creation ON api_key (application_id, created_at, id);
-- The keys of one person, and the people who created keys.
CREATE INDEX api_key_by_creator ON api_key (application_id, created_by, created_at, id);
CREATE INDEX api_key_by_name ON api_key (application_id, folded_name, id);
CREATE INDEX api_key_by_expiry ON api_key (application_id, sort_expiry, id);
-- Keys that expire soon, of all applications.
CREATE INDEX api_key_by_end ON api_key (expires_at) WHERE expires_at IS NOT NULL AND revoked_at IS NULL;
-- A key replaces one other key at most.
CREATE UNIQUE INDEX api_key_by_successor ON api_key (replaced_by);
-- The filters of the list: keys are found along these in the order of creation, or counted up to a limit.
CREATE INDEX api_key_by_environment ON api_key (application_id, environment, created_at, id);
CREATE INDEX api_key_by_scopes ON api_key (application_id, scopes, created_at, id);
CREATE INDEX api_key_any_address ON api_key (application_id, created_at, id) WHERE ip_rules = '';
CREATE INDEX api_key_revoked ON api_key (application_id, created_at, id) WHERE revoked_at IS NOT NULL;
CREATE INDEX api_key_inactive ON api_key (application_id, created_at, id)
    WHERE deactivated_at IS NOT NULL AND revoked_at IS NULL;
CREATE INDEX api_key_not_revoked_by_expiry ON api_key (application_id, sort_expiry, created_at, id, deactivated_at)
    WHERE revoked_at IS NULL;
CREATE INDEX api_key_retiring ON api_key (application_id, retires_at, id) WHERE retires_at IS NOT NULL;
CREATE INDEX api_key_not_confirmed ON api_key (application_id, id) WHERE confirmed_at IS NULL AND revoked_at IS NULL;
-- Support looks keys up by the characters that the mask shows.
CREATE INDEX api_key_by_mask ON api_key (substr(id, 1, 8), substr(id, 17, 4));

-- The folded names of keys by their trigrams, for a search. Rows are those of api_key; triggers maintain the index.
CREATE VIRTUAL TABLE key_search USING fts5 (
    folded_name, content = 'api_key', content_rowid = 'rowid', tokenize = 'trigram', columnsize = 0
);

-- The sets of scopes that an application's keys have, each with the number of those keys. Triggers maintain it.
CREATE TABLE scope_set (
    application_id BLOB NOT NULL,
    scopes TEXT NOT NULL,
    keys BIGINT NOT NULL,
    PRIMARY KEY (application_id, scopes)
) WITHOUT ROWID;

-- Digests of the keys' secrets: HMAC-SHA-256 over key id and secret under the named pepper. A key has one secret.
CREATE TABLE key_secret (
    id BLOB PRIMARY KEY NOT NULL,
    key_id TEXT NOT NULL REFERENCES api_key (id),
    digest BLOB NOT NULL,
    pepper TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX key_secret_by_key ON key_secret (key_id);

-- The last accepted call of each key. A trigger inserts the row with the key; at = 0 means that no call was accepted yet.
CREATE TABLE key_last_use (
    key_id TEXT PRIMARY KEY NOT NULL REFERENCES api_key (id),
    application_id BLOB NOT NULL REFERENCES application (id),
    at BIGINT NOT NULL,
    address TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    -- Method and path.
    route TEXT NOT NULL
);
CREATE INDEX key_last_use_by_time ON key_last_use (application_id, at, key_id);

-- Call counts of keys and applications (subject) in buckets of span milliseconds, by outcome.
CREATE TABLE usage_rollup (
    subject TEXT NOT NULL,
    span BIGINT NOT NULL,
    bucket BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    calls BIGINT NOT NULL,
    PRIMARY KEY (subject, span, bucket, outcome)
) WITHOUT ROWID;
CREATE INDEX usage_rollup_by_age ON usage_rollup (span, bucket);

-- Counts of refused calls as in usage_rollup, by the code of the refusal.
CREATE TABLE usage_refusal (
    subject TEXT NOT NULL,
    span BIGINT NOT NULL,
    bucket BIGINT NOT NULL,
    code TEXT NOT NULL,
    outcome TEXT NOT NULL,
    calls BIGINT NOT NULL,
    PRIMARY KEY (subject, span, bucket, code, outcome)
) WITHOUT ROWID;
CREATE INDEX usage_refusal_by_age ON usage_refusal (span, bucket);

-- Calls whose secret matched, by what they have in common, in buckets as in usage_rollup. body is JSON: for each dimension
-- (address, route, scope, user_agent) the most frequent values with their calls, and the sum of all others. revision is the
-- number of writes, so that none is lost if two processes write.
CREATE TABLE usage_breakdown (
    subject TEXT NOT NULL,
    span BIGINT NOT NULL,
    bucket BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (subject, span, bucket)
);
CREATE INDEX usage_breakdown_by_age ON usage_breakdown (span, bucket);

-- Call counts of each key on the newest day (UTC) on which it was called, and on the day before. An application's busiest
-- keys are read along an index.
CREATE TABLE key_day (
    key_id TEXT PRIMARY KEY NOT NULL,
    application_id BLOB NOT NULL,
    day BIGINT NOT NULL,
    accepted BIGINT NOT NULL,
    refused BIGINT NOT NULL,
    rate_limited BIGINT NOT NULL,
    accepted_day_before BIGINT NOT NULL DEFAULT 0,
    refused_day_before BIGINT NOT NULL DEFAULT 0,
    rate_limited_day_before BIGINT NOT NULL DEFAULT 0,
    calls BIGINT GENERATED ALWAYS AS (accepted + refused + rate_limited) STORED,
    -- Calls that were not accepted, if they are more than 5 % of all calls; else 0.
    rejected BIGINT GENERATED ALWAYS AS (
        CASE
            WHEN (refused + rate_limited) * 20 > accepted + refused + rate_limited THEN refused + rate_limited
            ELSE 0
        END
    ) STORED,
    calls_two_days BIGINT GENERATED ALWAYS AS (
        accepted + refused + rate_limited + accepted_day_before + refused_day_before + rate_limited_day_before
    ) STORED,
    rejected_two_days BIGINT GENERATED ALWAYS AS (
        CASE
            WHEN (refused + rate_limited + refused_day_before + rate_limited_day_before) * 20
                > accepted + refused + rate_limited + accepted_day_before + refused_day_before + rate_limited_day_before
            THEN refused + rate_limited + refused_day_before + rate_limited_day_before
            ELSE 0
        END
    ) STORED
);
CREATE INDEX key_day_by_calls ON key_day (application_id, day, calls DESC, key_id);
CREATE INDEX key_day_by_calls_two_days ON key_day (application_id, day, calls_two_days DESC, key_id);
CREATE INDEX key_day_by_rejected ON key_day (application_id, day, rejected DESC, key_id);
CREATE INDEX key_day_by_rejected_two_days ON key_day (application_id, day, rejected_two_days DESC, key_id);

-- Batches of counts that are in the rollups: a batch that is written again counts once.
CREATE TABLE usage_batch (
    id BLOB PRIMARY KEY NOT NULL,
    at BIGINT NOT NULL
);

-- Counts of each second, encoded, until the batch that they belong to is in the rollups.
CREATE TABLE usage_journal (
    batch_id BLOB NOT NULL,
    seq BIGINT NOT NULL,
    node_id BLOB NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (batch_id, seq)
);

-- Outcomes of calls as services report them, of keys and applications (subject) in buckets of span milliseconds.
CREATE TABLE usage_report (
    subject TEXT NOT NULL,
    span BIGINT NOT NULL,
    bucket BIGINT NOT NULL,
    calls BIGINT NOT NULL,
    client_errors BIGINT NOT NULL,
    server_errors BIGINT NOT NULL,
    latency_ms BIGINT NOT NULL,
    -- Calls that took at most this many milliseconds, and more than the bound before.
    within_25 BIGINT NOT NULL,
    within_100 BIGINT NOT NULL,
    within_250 BIGINT NOT NULL,
    within_1000 BIGINT NOT NULL,
    within_5000 BIGINT NOT NULL,
    PRIMARY KEY (subject, span, bucket)
) WITHOUT ROWID;
CREATE INDEX usage_report_by_age ON usage_report (span, bucket);

-- Ids of the reports that were counted: a report that is sent again counts once.
CREATE TABLE usage_report_batch (
    id BLOB PRIMARY KEY NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX usage_report_batch_by_age ON usage_report_batch (at);

-- The gate's decisions, call by call, for some days: neither a secret nor anything made of one. Ids grow with time.
CREATE TABLE decision (
    id INTEGER PRIMARY KEY,
    at BIGINT NOT NULL,
    request_id TEXT NOT NULL,
    key_id TEXT NOT NULL,
    application_id BLOB NOT NULL,
    account_id BLOB NOT NULL,
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
CREATE INDEX decision_by_address ON decision (application_id, address, id);
CREATE INDEX decision_by_route ON decision (application_id, route, id);
-- By public code: a throttled call has the code of a rate limit.
CREATE INDEX decision_by_code ON decision (
    application_id, (CASE verdict WHEN 'throttled' THEN 'rate_limited' ELSE verdict END), id
);
CREATE INDEX decision_by_request ON decision (request_id);
-- Refusals are found without reading the accepted calls between them.
CREATE INDEX decision_refused ON decision (application_id, id) WHERE verdict <> 'valid';
CREATE INDEX decision_refused_by_key ON decision (application_id, key_id, id) WHERE verdict <> 'valid';

-- Keys about whose expiry mails were inserted, some days before it. A changed expiry has notices of its own.
CREATE TABLE key_expiry_notice (
    key_id TEXT NOT NULL REFERENCES api_key (id),
    expires_at BIGINT NOT NULL,
    days BIGINT NOT NULL,
    PRIMARY KEY (key_id, expires_at, days)
);
CREATE INDEX key_expiry_notice_by_end ON key_expiry_notice (expires_at);

-- When the last mail about keys of an application that expire within some days was inserted.
CREATE TABLE key_expiry_mail (
    application_id BLOB NOT NULL REFERENCES application (id),
    days BIGINT NOT NULL,
    inserted_at BIGINT NOT NULL,
    PRIMARY KEY (application_id, days)
);

-- Security events of keys and accounts. A repetition adds to the open row of its group.
CREATE TABLE security_event (
    id INTEGER PRIMARY KEY,
    account_id BLOB NOT NULL,
    -- NULL if the event is not about a key.
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
    note TEXT NOT NULL DEFAULT '',
    -- When mails about the event were inserted.
    mailed_at BIGINT
);
CREATE INDEX security_event_by_time ON security_event (account_id, last_at, id);
CREATE INDEX security_event_by_subject ON security_event (account_id, subject, kind, value, last_at);
CREATE INDEX security_event_open ON security_event (account_id, severity) WHERE acknowledged_at IS NULL;
CREATE INDEX security_event_by_age ON security_event (last_at);
-- Critical events about which no mail was inserted, and the last mails of an account.
CREATE INDEX security_event_not_mailed ON security_event (severity, last_at) WHERE mailed_at IS NULL;
CREATE INDEX security_event_mailed ON security_event (account_id, mailed_at) WHERE mailed_at IS NOT NULL;

-- The networks and clients that each key was used from, and the days on which it was used: what is familiar is no event.
CREATE TABLE sighting (
    key_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (key_id, kind, value)
);
CREATE INDEX sighting_by_age ON sighting (last_at);

-- The audit log, append-only. Each row is chained to the one before it in its account by its hash, and sealed under the named
-- pepper. encoding names the format that the hash is computed over.
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
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    encoding BIGINT NOT NULL,
    hash BLOB NOT NULL,
    seal BLOB,
    pepper TEXT NOT NULL,
    PRIMARY KEY (account_id, seq)
) WITHOUT ROWID;
CREATE INDEX audit_by_time ON audit (account_id, at, seq);
CREATE INDEX audit_by_target ON audit (account_id, target, at, seq);
CREATE INDEX audit_by_actor ON audit (account_id, actor, at, seq);
CREATE INDEX audit_by_action ON audit (account_id, action, at, seq);

-- One row: the number of committed changes of keys (position), and the claim that the next change must be made under (epoch).
-- A change ends by taking the next position, so positions are in the order of the commits, without gaps. epoch numbers the
-- registrations of nodes. system_id and timeline name the PostgreSQL cluster; on SQLite they are empty and 0. history numbers
-- the times that the database continued as another cluster, on another timeline or without changes that a process had seen;
-- it had the changes up to forked_at then, and opened is false until the leases from before have ended. A program has to know
-- the migration oldest_schema.
CREATE TABLE change_head (
    id BIGINT PRIMARY KEY NOT NULL CHECK (id = 1),
    position BIGINT NOT NULL,
    epoch BIGINT NOT NULL,
    system_id TEXT NOT NULL,
    timeline BIGINT NOT NULL,
    history BIGINT NOT NULL,
    forked_at BIGINT NOT NULL,
    opened BOOLEAN NOT NULL,
    oldest_schema BIGINT NOT NULL
);
INSERT INTO change_head (id, position, epoch, system_id, timeline, history, forked_at, opened, oldest_schema)
VALUES (1, 0, 0, '', 0, 0, 0, TRUE, 1);

-- The newest changes of keys: of one key, or of all keys of an application. Other nodes read them.
CREATE TABLE change (
    position BIGINT NOT NULL,
    application_id BLOB,
    key_id TEXT,
    CHECK ((application_id IS NULL) <> (key_id IS NULL))
);
CREATE INDEX change_position ON change (position);

-- The processes that use the database: several on PostgreSQL, one on SQLite. A node has the changes up to applied, and answers
-- from memory for lease_ms after a renewal, which raises beat. It has compared its revocation journal with the database as of
-- history. peppers are the names of its peppers, the newest first; schema is the newest migration that its program knows.
CREATE TABLE node (
    id BLOB PRIMARY KEY NOT NULL,
    name TEXT NOT NULL UNIQUE,
    epoch BIGINT NOT NULL,
    beat BIGINT NOT NULL,
    applied BIGINT NOT NULL,
    history BIGINT NOT NULL,
    lease_ms BIGINT NOT NULL,
    peppers TEXT NOT NULL,
    version TEXT NOT NULL,
    schema BIGINT NOT NULL,
    joined_at BIGINT NOT NULL
);

-- One row at most: the newest time that is certain. A clock that is set back does not revive an expired key after a restart.
CREATE TABLE time_mark (
    id BIGINT PRIMARY KEY,
    at BIGINT NOT NULL
);

-- One row, written by the readiness probe: a database that answers may still be read-only, or its disk full.
CREATE TABLE write_probe (
    id BIGINT PRIMARY KEY NOT NULL,
    at BIGINT NOT NULL
);
INSERT INTO write_probe (id, at) VALUES (1, 0);

-- A new key gets its row of key_last_use and is counted.
CREATE TRIGGER key_is_listed AFTER INSERT ON api_key
BEGIN
    INSERT INTO key_last_use (key_id, application_id, at, address, user_agent, route)
    VALUES (NEW.id, NEW.application_id, 0, '', '', '');
    UPDATE application SET key_count = key_count + 1 WHERE id = NEW.application_id;
    INSERT INTO scope_set (application_id, scopes, keys) VALUES (NEW.application_id, NEW.scopes, 1)
    ON CONFLICT (application_id, scopes) DO UPDATE SET keys = keys + 1;
    INSERT INTO key_search (rowid, folded_name) VALUES (NEW.rowid, NEW.folded_name);
END;

-- A key with another name is found by that.
CREATE TRIGGER key_changes_name AFTER UPDATE OF folded_name ON api_key WHEN NEW.folded_name <> OLD.folded_name
BEGIN
    INSERT INTO key_search (key_search, rowid, folded_name) VALUES ('delete', OLD.rowid, OLD.folded_name);
    INSERT INTO key_search (rowid, folded_name) VALUES (NEW.rowid, NEW.folded_name);
END;

-- A key with other scopes moves to another set.
CREATE TRIGGER key_changes_scopes AFTER UPDATE OF scopes ON api_key WHEN NEW.scopes <> OLD.scopes
BEGIN
    INSERT INTO scope_set (application_id, scopes, keys) VALUES (NEW.application_id, NEW.scopes, 1)
    ON CONFLICT (application_id, scopes) DO UPDATE SET keys = keys + 1;
    UPDATE scope_set SET keys = keys - 1 WHERE application_id = OLD.application_id AND scopes = OLD.scopes;
    DELETE FROM scope_set WHERE application_id = OLD.application_id AND scopes = OLD.scopes AND keys = 0;
END;

-- The audit log is append-only. INSERT OR REPLACE deletes without firing a DELETE trigger.
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
CREATE TRIGGER audit_is_not_replaced BEFORE INSERT ON audit
WHEN EXISTS (SELECT 1 FROM audit WHERE account_id = NEW.account_id AND seq = NEW.seq)
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;

-- A revocation is final.
CREATE TRIGGER revocation_is_final BEFORE UPDATE ON api_key
WHEN OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS NOT OLD.revoked_at
BEGIN
    SELECT RAISE(ABORT, 'revocation is final');
END;

-- Rows that make up a key are not deleted, moved to another key, or replaced by a row that shares a unique value with them
-- (a row's rowid included). INSERT OR REPLACE and UPDATE OR REPLACE delete without firing a DELETE trigger.
CREATE TRIGGER account_is_not_deleted BEFORE DELETE ON account
BEGIN
    SELECT RAISE(ABORT, 'an account is never deleted');
END;
CREATE TRIGGER account_is_not_replaced BEFORE INSERT ON account
WHEN EXISTS (SELECT 1 FROM account WHERE id = NEW.id OR (name = NEW.name AND renamed_at IS NULL) OR rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'an account is never replaced');
END;
CREATE TRIGGER account_keeps_its_id BEFORE UPDATE ON account
WHEN NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM account WHERE rowid = NEW.rowid AND id <> OLD.id)
BEGIN
    SELECT RAISE(ABORT, 'an account keeps its id');
END;

CREATE TRIGGER application_is_not_deleted BEFORE DELETE ON application
BEGIN
    SELECT RAISE(ABORT, 'an application is never deleted');
END;
CREATE TRIGGER application_is_not_replaced BEFORE INSERT ON application
WHEN EXISTS (
    SELECT 1 FROM application
    WHERE id = NEW.id OR (account_id = NEW.account_id AND name = NEW.name AND deleted_at IS NULL) OR rowid = NEW.rowid
)
BEGIN
    SELECT RAISE(ABORT, 'an application is never replaced');
END;
CREATE TRIGGER application_keeps_its_place BEFORE UPDATE ON application
WHEN NEW.id <> OLD.id OR NEW.account_id <> OLD.account_id
    OR EXISTS (SELECT 1 FROM application WHERE rowid = NEW.rowid AND id <> OLD.id)
BEGIN
    SELECT RAISE(ABORT, 'an application keeps its id and its account');
END;
CREATE TRIGGER application_deletion_is_final BEFORE UPDATE ON application
WHEN OLD.deleted_at IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'a deleted application is not changed');
END;

CREATE TRIGGER key_has_an_application BEFORE INSERT ON api_key
WHEN EXISTS (SELECT 1 FROM application WHERE id = NEW.application_id AND deleted_at IS NOT NULL)
BEGIN
    SELECT RAISE(ABORT, 'a deleted application gets no key');
END;
CREATE TRIGGER key_is_not_deleted BEFORE DELETE ON api_key
BEGIN
    SELECT RAISE(ABORT, 'a key is never deleted');
END;
CREATE TRIGGER key_is_not_replaced BEFORE INSERT ON api_key
WHEN EXISTS (SELECT 1 FROM api_key WHERE id = NEW.id OR rowid = NEW.rowid OR replaced_by = NEW.replaced_by)
BEGIN
    SELECT RAISE(ABORT, 'a key is never replaced');
END;
-- A form that is sent twice is not an error: the second insertion does nothing.
CREATE TRIGGER key_is_made_once BEFORE INSERT ON api_key
WHEN EXISTS (SELECT 1 FROM api_key WHERE application_id = NEW.application_id AND idempotency_key = NEW.idempotency_key)
BEGIN
    SELECT RAISE(IGNORE);
END;
CREATE TRIGGER key_keeps_its_place BEFORE UPDATE ON api_key
WHEN NEW.id <> OLD.id OR NEW.application_id <> OLD.application_id OR NEW.account_id <> OLD.account_id
    OR NEW.idempotency_key <> OLD.idempotency_key
    OR EXISTS (SELECT 1 FROM api_key WHERE (rowid = NEW.rowid OR replaced_by = NEW.replaced_by) AND id <> OLD.id)
BEGIN
    SELECT RAISE(ABORT, 'a key keeps its id and its application');
END;

CREATE TRIGGER secret_is_not_deleted BEFORE DELETE ON key_secret
BEGIN
    SELECT RAISE(ABORT, 'a key keeps its secret');
END;
CREATE TRIGGER secret_is_not_replaced BEFORE INSERT ON key_secret
WHEN EXISTS (SELECT 1 FROM key_secret WHERE id = NEW.id OR key_id = NEW.key_id OR rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'a key keeps its secret');
END;
CREATE TRIGGER secret_keeps_its_key BEFORE UPDATE ON key_secret
WHEN NEW.id <> OLD.id OR NEW.key_id <> OLD.key_id
    OR EXISTS (SELECT 1 FROM key_secret WHERE rowid = NEW.rowid AND id <> OLD.id)
BEGIN
    SELECT RAISE(ABORT, 'a key keeps its secret');
END;
