UPDATE api_key
SET name = $3, description = $4, scopes = $5, ip_rules = $6, expires_at = $7, rate_requests = $8, rate_window_ms = $9
WHERE application_id = $1 AND id = $2 AND revoked_at IS NULL
    AND name = $10 AND description = $11 AND scopes = $12 AND ip_rules = $13 AND expires_at IS NOT DISTINCT FROM $14
    AND rate_requests IS NOT DISTINCT FROM $15 AND rate_window_ms IS NOT DISTINCT FROM $16
