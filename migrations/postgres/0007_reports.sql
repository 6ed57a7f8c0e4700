-- Outcomes of calls as services report them; subject: a key's or an application's id; span: milliseconds of a bucket.
CREATE TABLE usage_report (
    subject TEXT NOT NULL,
    span BIGINT NOT NULL,
    bucket BIGINT NOT NULL,
    calls BIGINT NOT NULL,
    client_errors BIGINT NOT NULL,
    server_errors BIGINT NOT NULL,
    latency_ms BIGINT NOT NULL,
    -- Calls that took so many milliseconds at most, and more than the bound before.
    within_25 BIGINT NOT NULL,
    within_100 BIGINT NOT NULL,
    within_250 BIGINT NOT NULL,
    within_1000 BIGINT NOT NULL,
    within_5000 BIGINT NOT NULL,
    PRIMARY KEY (subject, span, bucket)
);

-- A report that is sent again counts once.
CREATE TABLE usage_report_batch (
    id UUID PRIMARY KEY NOT NULL,
    at BIGINT NOT NULL
);

-- What is too old is found without looking at what is not.
CREATE INDEX usage_report_batch_by_age ON usage_report_batch (at);
CREATE INDEX usage_report_by_age ON usage_report (span, bucket);
CREATE INDEX usage_rollup_by_age ON usage_rollup (span, bucket);
CREATE INDEX usage_by_by_age ON usage_by (span, bucket);
