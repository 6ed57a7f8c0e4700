DELETE FROM usage_refusal
WHERE (subject, span, bucket, code, outcome) IN (
    SELECT old.subject, old.span, old.bucket, old.code, old.outcome FROM usage_refusal old
    WHERE old.span = $1 AND old.bucket < $2
    ORDER BY old.bucket
    LIMIT $3
)
