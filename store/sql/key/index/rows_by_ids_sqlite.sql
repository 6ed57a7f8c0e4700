SELECT k.id, k.application_id, k.account_id, k.scopes, k.ip_rules, k.rate_requests, k.rate_window_ms, k.expires_at,
    k.deprecated_at, k.retires_at, k.deactivated_at, k.revoked_at, s.digest, s.pepper, h.position
FROM api_key k
JOIN key_secret s ON s.key_id = k.id
JOIN change_head h ON h.id = 1
WHERE k.id IN (SELECT value FROM json_each($1))
