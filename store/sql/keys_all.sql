SELECT id, application_id, account_id, scopes, ip_rules, rate_requests, rate_window_ms, expires_at, deprecated_at,
    retires_at, deactivated_at, revoked_at
FROM api_key
