SELECT p.id, p.email, COALESCE(r.role, m.role) AS role, p.mail_key_expiry, p.mail_security_events
FROM membership m
JOIN person p ON p.id = m.person_id
LEFT JOIN application_role r ON r.person_id = m.person_id AND r.application_id = $2 AND m.role <> 'owner'
WHERE m.account_id = $1 AND p.disabled_at IS NULL
ORDER BY p.email
