DELETE FROM usage_report
WHERE (subject, span, bucket) IN (
    SELECT old.subject, old.span, old.bucket FROM usage_report old
    WHERE old.span = $1 AND old.bucket < $2
    ORDER BY old.bucket
    LIMIT $3
)
