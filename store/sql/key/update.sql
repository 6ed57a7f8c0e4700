UPDATE api_key
SET name = $3, description = $4, scopes = $5, ip_rules = $6, expires_at = $7, rate_requests = $8, rate_window_ms = $9
WHERE application_id = $1 AND id = $2 AND revoked_at IS NULL
