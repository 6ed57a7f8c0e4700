-- Inserts calls of the :called newest keys into the rollups: :calls calls in each of :hours hours on each of :days days. The
-- calls of every fiftieth key are refused, and those of the newest key have breakdowns.
PRAGMA synchronous = OFF;
PRAGMA cache_size = -1048576;
CREATE TEMP TABLE day AS
WITH RECURSIVE day (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM day WHERE n + 1 < :days)
SELECT (CAST(strftime('%s', 'now') AS INTEGER) / 86400 - n) * 86400000 AS bucket FROM day;
CREATE TEMP TABLE hour AS
WITH RECURSIVE hour (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM hour WHERE n + 1 < :hours)
SELECT n FROM hour;
CREATE TEMP TABLE called (id TEXT PRIMARY KEY, n INTEGER, application_id BLOB);
INSERT INTO called SELECT id, rowid, application_id FROM api_key ORDER BY created_at DESC LIMIT :called;
BEGIN;
INSERT INTO usage_rollup (subject, span, bucket, outcome, calls)
SELECT k.id, 3600000, d.bucket + (k.n * 7 + h.n * 5) % 24 * 3600000, iif(k.n % 50 = 7, 'refused', 'accepted'), :calls
FROM called k, day d, hour h
ORDER BY k.id, 3;
INSERT INTO usage_rollup (subject, span, bucket, outcome, calls)
SELECT subject, 86400000, bucket / 86400000 * 86400000, outcome, SUM(calls)
FROM usage_rollup WHERE span = 3600000 GROUP BY subject, 3, outcome;
INSERT INTO usage_rollup (subject, span, bucket, outcome, calls)
SELECT u.subject, 60000, u.bucket + k.n % 60 * 60000, u.outcome, u.calls
FROM called k, usage_rollup u
WHERE u.subject = k.id AND u.span = 3600000 AND u.bucket >= (SELECT MAX(bucket) - 172800000 FROM day);
INSERT INTO usage_rollup (subject, span, bucket, outcome, calls)
SELECT lower(
        substr(hex(a.id), 1, 8) || '-' || substr(hex(a.id), 9, 4) || '-' || substr(hex(a.id), 13, 4) || '-'
        || substr(hex(a.id), 17, 4) || '-' || substr(hex(a.id), 21, 12)
    ), u.span, u.bucket, u.outcome, SUM(u.calls)
FROM usage_rollup u, application a GROUP BY u.span, u.bucket, u.outcome;
INSERT INTO usage_breakdown (subject, span, bucket, revision, body)
SELECT k.id, span.ms, d.bucket, 1, (
    SELECT json_group_object(kind.name, json_object(
        'values', json((SELECT json_group_array(json_array(kind.name || ' ' || h.n, :calls, 0, 0, 0)) FROM hour h)),
        'others', json_array(0, 0, 0), 'missed', 0
    ))
    FROM (SELECT 'address' AS name UNION ALL SELECT 'route' UNION ALL SELECT 'scope' UNION ALL SELECT 'user_agent') kind
)
FROM (SELECT id FROM api_key ORDER BY created_at DESC LIMIT 1) k, day d, (SELECT 3600000 AS ms UNION ALL SELECT 86400000) span;
INSERT INTO key_day (key_id, application_id, day, accepted, refused, rate_limited)
SELECT k.id, k.application_id, (SELECT MAX(bucket) FROM day), iif(k.n % 50 = 7, 0, :hours * :calls),
    iif(k.n % 50 = 7, :hours * :calls, 0), 0
FROM called k;
UPDATE key_last_use SET at = (SELECT MAX(bucket) FROM day) WHERE key_id IN (SELECT id FROM called);
COMMIT;
