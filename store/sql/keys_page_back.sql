SELECT k.id, k.name, k.description, k.environment, k.scopes, k.ip_rules, k.rate_requests,
    k.rate_window_ms, k.expires_at, k.created_at, k.created_by, p.email AS created_by_email, k.confirmed_at,
    k.deactivated_at, k.retires_at, k.revoked_at, k.revoked_reason,
    u.at AS used_at, u.address AS used_address, u.user_agent AS used_user_agent
FROM api_key k
LEFT JOIN person p ON p.id = k.created_by
LEFT JOIN key_last_use u ON u.key_id = k.id
WHERE k.application_id = $1
    AND ($2 = '' OR k.environment = $2)
    AND ($3 = '' OR LOWER(k.name) LIKE $3 ESCAPE '\' OR k.id LIKE $4 ESCAPE '\')
    AND ($5 = '' OR $5 = CASE
        WHEN k.revoked_at IS NOT NULL THEN 'revoked'
        WHEN k.deactivated_at IS NOT NULL THEN 'inactive'
        WHEN k.expires_at <= $6 OR k.retires_at <= $6 THEN 'expired'
        ELSE 'active'
    END)
    AND (k.created_at, k.id) > ($7, $8)
ORDER BY k.created_at, k.id
LIMIT $9
