INSERT INTO api_key (
    id, account_id, application_id, name, folded_name, description, environment, scopes, ip_rules, expires_at,
    created_at, created_by, idempotency_key, rate_requests, rate_window_ms
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
ON CONFLICT (application_id, idempotency_key) DO NOTHING
