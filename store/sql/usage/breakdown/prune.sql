DELETE FROM usage_breakdown
WHERE (subject, span, bucket) IN (
    SELECT old.subject, old.span, old.bucket FROM usage_breakdown old
    WHERE old.span = $1 AND old.bucket < $2
    ORDER BY old.bucket
    LIMIT $3
)
