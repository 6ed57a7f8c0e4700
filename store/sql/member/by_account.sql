SELECT p.id, p.email, p.name, m.role, m.created_at, p.seen_at,
    EXISTS (SELECT 1 FROM authenticator f WHERE f.person_id = p.id) AS has_second_factor
FROM membership m
JOIN person p ON p.id = m.person_id
WHERE m.account_id = $1 AND p.disabled_at IS NULL
ORDER BY p.email
