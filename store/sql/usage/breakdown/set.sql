INSERT INTO usage_breakdown (subject, span, bucket, revision, body) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (subject, span, bucket) DO UPDATE SET revision = excluded.revision, body = excluded.body
WHERE usage_breakdown.revision = excluded.revision - 1
