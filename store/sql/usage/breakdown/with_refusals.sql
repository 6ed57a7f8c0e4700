-- The bodies, without an outcome, and the refused calls by code.
SELECT '' AS outcome, body AS value, CAST(0 AS BIGINT) AS calls
FROM usage_breakdown
WHERE subject = $1 AND span = $2 AND bucket >= $3 AND bucket <= $4
UNION ALL
SELECT outcome, code, CAST(SUM(calls) AS BIGINT)
FROM usage_refusal
WHERE subject = $1 AND span = $2 AND bucket >= $3 AND bucket <= $4
GROUP BY code, outcome
