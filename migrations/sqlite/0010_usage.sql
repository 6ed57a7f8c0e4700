-- What was counted each second, whole and in few bytes, until the batch that it is part of is in the rollups.
CREATE TABLE usage_note (
    batch BLOB NOT NULL,
    seq BIGINT NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (batch, seq)
);

-- The newest day (of UTC) on which a key was called, and what became of its calls on that day and on the day before: the
-- busiest keys of an application are read along an index.
CREATE TABLE key_day (
    key_id TEXT PRIMARY KEY NOT NULL,
    application_id BLOB NOT NULL,
    day BIGINT NOT NULL,
    accepted BIGINT NOT NULL,
    refused BIGINT NOT NULL,
    rate_limited BIGINT NOT NULL,
    accepted_before BIGINT NOT NULL DEFAULT 0,
    refused_before BIGINT NOT NULL DEFAULT 0,
    rate_limited_before BIGINT NOT NULL DEFAULT 0,
    calls BIGINT GENERATED ALWAYS AS (accepted + refused + rate_limited) STORED,
    -- How many did not pass, where they are a tenth of all; else 0.
    missed BIGINT GENERATED ALWAYS AS (
        CASE
            WHEN (refused + rate_limited) * 10 >= accepted + refused + rate_limited THEN refused + rate_limited
            ELSE 0
        END
    ) STORED,
    calls_both BIGINT GENERATED ALWAYS AS (
        accepted + refused + rate_limited + accepted_before + refused_before + rate_limited_before
    ) STORED,
    missed_both BIGINT GENERATED ALWAYS AS (
        CASE
            WHEN (refused + rate_limited + refused_before + rate_limited_before) * 10
                >= accepted + refused + rate_limited + accepted_before + refused_before + rate_limited_before
            THEN refused + rate_limited + refused_before + rate_limited_before
            ELSE 0
        END
    ) STORED
);
INSERT INTO key_day (
    key_id, application_id, day, accepted, refused, rate_limited, accepted_before, refused_before, rate_limited_before
)
SELECT k.id, k.application_id, newest.day,
    SUM(CASE WHEN u.bucket = newest.day AND u.outcome = 'accepted' THEN u.calls ELSE 0 END),
    SUM(CASE WHEN u.bucket = newest.day AND u.outcome = 'refused' THEN u.calls ELSE 0 END),
    SUM(CASE WHEN u.bucket = newest.day AND u.outcome = 'rate_limited' THEN u.calls ELSE 0 END),
    SUM(CASE WHEN u.bucket < newest.day AND u.outcome = 'accepted' THEN u.calls ELSE 0 END),
    SUM(CASE WHEN u.bucket < newest.day AND u.outcome = 'refused' THEN u.calls ELSE 0 END),
    SUM(CASE WHEN u.bucket < newest.day AND u.outcome = 'rate_limited' THEN u.calls ELSE 0 END)
FROM api_key k
JOIN (
    SELECT subject, MAX(bucket) AS day FROM usage_rollup WHERE span = 86400000 GROUP BY subject
) newest ON newest.subject = k.id
JOIN usage_rollup u ON u.subject = k.id AND u.span = 86400000 AND u.bucket >= newest.day - 86400000
GROUP BY k.id, k.application_id, newest.day;
CREATE INDEX key_day_by_calls ON key_day (application_id, day, calls DESC, key_id);
CREATE INDEX key_day_by_calls_both ON key_day (application_id, day, calls_both DESC, key_id);
CREATE INDEX key_day_by_missed ON key_day (application_id, day, missed DESC, key_id);
CREATE INDEX key_day_by_missed_both ON key_day (application_id, day, missed_both DESC, key_id);
