-- A key whose secret was regenerated: since when it is being retired. `retires_at` says until when, `replaced_by` by what.
ALTER TABLE api_key ADD COLUMN deprecated_at BIGINT;
-- A key replaces one other at most.
CREATE UNIQUE INDEX api_key_by_successor ON api_key (replaced_by);

-- Method and path of the last accepted call.
ALTER TABLE key_last_use ADD COLUMN route TEXT NOT NULL DEFAULT '';

-- Calls of a key whose secret matched, by where they came from and what they wanted; span: milliseconds of a bucket.
CREATE TABLE usage_by (
    subject TEXT NOT NULL,
    span BIGINT NOT NULL,
    bucket BIGINT NOT NULL,
    dimension TEXT NOT NULL,
    value TEXT NOT NULL,
    outcome TEXT NOT NULL,
    calls BIGINT NOT NULL,
    PRIMARY KEY (subject, span, bucket, dimension, value, outcome)
) WITHOUT ROWID;
