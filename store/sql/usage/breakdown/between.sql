SELECT dimension, value, outcome, CAST(SUM(calls) AS BIGINT) FROM usage_breakdown
WHERE subject = $1 AND span = $2 AND bucket >= $3 AND bucket <= $4
GROUP BY dimension, value, outcome
