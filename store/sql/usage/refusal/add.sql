INSERT INTO usage_refusal (subject, span, bucket, code, outcome, calls) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (subject, span, bucket, code, outcome) DO UPDATE SET calls = usage_refusal.calls + excluded.calls
