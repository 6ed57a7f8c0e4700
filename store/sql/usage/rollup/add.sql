INSERT INTO usage_rollup (subject, span, bucket, outcome, calls) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (subject, span, bucket, outcome) DO UPDATE SET calls = usage_rollup.calls + excluded.calls
