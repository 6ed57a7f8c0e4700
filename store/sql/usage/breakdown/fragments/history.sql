UNION ALL
-- All bodies of a level, with the start of their bucket.
SELECT 'history', body, bucket
FROM usage_breakdown
WHERE subject = $1 AND span = $5
