SELECT id FROM api_key WHERE application_id = $1 AND idempotency_key = $2
