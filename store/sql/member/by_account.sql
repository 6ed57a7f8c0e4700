SELECT p.id, p.email, p.name, m.role, r.role AS application_role, m.created_at, p.seen_at, m.managed,
    EXISTS (SELECT 1 FROM second_factor f WHERE f.person_id = p.id) AS has_second_factor
FROM membership m
JOIN person p ON p.id = m.person_id
LEFT JOIN application_role r ON r.person_id = p.id AND r.application_id = $2 AND m.role <> 'owner'
WHERE m.account_id = $1 AND p.disabled_at IS NULL
ORDER BY p.email
