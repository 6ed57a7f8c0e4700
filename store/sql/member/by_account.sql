SELECT p.id, p.email, p.name, m.role, m.created_at, p.seen_at
FROM membership m
JOIN person p ON p.id = m.person_id
WHERE m.account_id = $1 AND p.disabled_at IS NULL
ORDER BY p.email
