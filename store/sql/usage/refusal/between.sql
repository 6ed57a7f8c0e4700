SELECT code, outcome, CAST(SUM(calls) AS BIGINT) FROM usage_refusal
WHERE subject = $1 AND span = $2 AND bucket >= $3 AND bucket <= $4
GROUP BY code, outcome
