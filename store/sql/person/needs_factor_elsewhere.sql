SELECT f.person_id
FROM second_factor f
JOIN (
    SELECT person_id, account_id, role FROM membership
    UNION ALL
    SELECT r.person_id, a.account_id, r.role
    FROM application_role r
    JOIN application a ON a.id = r.application_id
    WHERE a.deleted_at IS NULL
) m ON m.person_id = f.person_id
JOIN account c ON c.id = m.account_id
WHERE f.person_id = $1 AND m.account_id <> $2
    AND (c.factor_policy = 'everybody' OR (c.factor_policy = 'editors' AND m.role <> 'viewer'))
LIMIT 1
