SELECT m.role
FROM membership m
JOIN person p ON p.id = m.person_id
LEFT JOIN application_role r ON r.person_id = m.person_id AND r.application_id = $3 AND m.role <> 'owner'
WHERE m.account_id = $1 AND m.person_id = $2 AND p.disabled_at IS NULL AND COALESCE(r.role, m.role) = 'owner'
