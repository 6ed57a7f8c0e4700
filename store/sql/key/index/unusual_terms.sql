SELECT id, ip_rules, rate_requests, rate_window_ms, deprecated_at, retires_at, deactivated_at, revoked_at
FROM api_key
WHERE ip_rules <> '' OR rate_requests IS NOT NULL OR deprecated_at IS NOT NULL OR retires_at IS NOT NULL
    OR deactivated_at IS NOT NULL OR revoked_at IS NOT NULL
