SELECT m.role FROM membership m
JOIN person p ON p.id = m.person_id
WHERE m.account_id = $1 AND m.role = 'owner' AND p.disabled_at IS NULL AND p.password_hash <> ''
LIMIT 1
