UPDATE api_key
SET name = $3, folded_name = $4, description = $5, scopes = $6, ip_rules = $7, expires_at = $8, rate_requests = $9,
    rate_window_ms = $10
WHERE application_id = $1 AND id = $2 AND revoked_at IS NULL
    AND name = $11 AND description = $12 AND scopes = $13 AND ip_rules = $14 AND expires_at IS NOT DISTINCT FROM $15
    AND rate_requests IS NOT DISTINCT FROM $16 AND rate_window_ms IS NOT DISTINCT FROM $17
