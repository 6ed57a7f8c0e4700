-- The calls of each bucket by outcome; in one row without an outcome, the calls of the buckets before ($5 to $7); and the calls that
-- services reported, with their other numbers in place of the outcome.
SELECT bucket, outcome, calls
FROM usage_rollup
WHERE subject = $1 AND span = $2 AND bucket >= $3 AND bucket <= $4
UNION ALL
SELECT 0, '', COALESCE(CAST(SUM(calls) AS BIGINT), 0)
FROM usage_rollup
WHERE subject = $1 AND span = $5 AND bucket >= $6 AND bucket <= $7
UNION ALL
SELECT bucket,
    CAST(client_errors AS TEXT) || ' ' || CAST(server_errors AS TEXT) || ' ' || CAST(latency_ms AS TEXT)
        || ' ' || CAST(within_25 AS TEXT) || ' ' || CAST(within_100 AS TEXT) || ' ' || CAST(within_250 AS TEXT)
        || ' ' || CAST(within_1000 AS TEXT) || ' ' || CAST(within_5000 AS TEXT),
    calls
FROM usage_report
WHERE subject = $1 AND span = $2 AND bucket >= $3 AND bucket <= $4
