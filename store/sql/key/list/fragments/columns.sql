SELECT k.id, k.name, k.description, k.environment, k.scopes, k.ip_rules, k.rate_requests,
    k.rate_window_ms, k.expires_at, k.created_at, k.created_by, p.email AS created_by_email, k.confirmed_at,
    k.deactivated_at, k.deprecated_at, k.retires_at, k.replaced_by, r.id AS replaces, k.revoked_at, k.revoked_reason,
    u.at AS used_at, u.address AS used_address, u.user_agent AS used_user_agent, u.route AS used_route
