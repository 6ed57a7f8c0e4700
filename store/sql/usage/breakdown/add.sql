INSERT INTO usage_breakdown (subject, span, bucket, dimension, value, outcome, calls) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (subject, span, bucket, dimension, value, outcome) DO UPDATE SET calls = usage_breakdown.calls + excluded.calls
