SELECT a.id, a.account_id, c.name AS account_name, a.name, a.time_zone, a.archived_at, m.role AS account_role,
    COALESCE(r.role, m.role) AS role
FROM membership m
JOIN account c ON c.id = m.account_id
JOIN application a ON a.account_id = m.account_id
LEFT JOIN application_role r ON r.person_id = m.person_id AND r.application_id = a.id AND m.role <> 'owner'
WHERE m.person_id = $1 AND a.deleted_at IS NULL
ORDER BY CASE WHEN a.archived_at IS NULL THEN 0 ELSE 1 END, a.folded_name, a.id
