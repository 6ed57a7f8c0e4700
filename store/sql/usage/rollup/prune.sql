DELETE FROM usage_rollup
WHERE (subject, span, bucket, outcome) IN (
    SELECT old.subject, old.span, old.bucket, old.outcome FROM usage_rollup old
    WHERE old.span = $1 AND old.bucket < $2
    ORDER BY old.bucket
    LIMIT $3
)
