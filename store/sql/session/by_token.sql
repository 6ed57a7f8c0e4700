SELECT s.id, s.person_id, s.created_at, s.seen_at, s.authenticated_at, p.email, p.is_support, p.name, p.time_zone,
    p.shortcuts, p.last_application, p.password_hash <> '' AS has_password, s.through_provider,
    EXISTS (SELECT 1 FROM passkey k WHERE k.person_id = p.id) AS has_passkey,
    (
        SELECT MIN(CASE
            WHEN m.role = 'viewer' AND c.viewers_need_factor_since > m.created_at THEN c.viewers_need_factor_since
            WHEN m.role <> 'viewer' AND c.editors_need_factor_since > m.created_at THEN c.editors_need_factor_since
            ELSE m.created_at
        END)
        FROM (
            SELECT account_id, role, created_at FROM membership WHERE person_id = p.id
            UNION ALL
            SELECT a.account_id, r.role, r.created_at
            FROM application_role r
            JOIN application a ON a.id = r.application_id
            WHERE r.person_id = p.id AND a.deleted_at IS NULL
        ) m
        JOIN account c ON c.id = m.account_id
        WHERE (s.provider_account IS NULL OR s.provider_account <> m.account_id)
            AND (c.factor_policy = 'everybody' OR (c.factor_policy = 'editors' AND m.role <> 'viewer'))
            AND NOT EXISTS (SELECT 1 FROM second_factor f WHERE f.person_id = p.id)
    ) AS factor_needed_since
FROM session s
JOIN person p ON p.id = s.person_id
WHERE s.token_hash = $1 AND p.disabled_at IS NULL
